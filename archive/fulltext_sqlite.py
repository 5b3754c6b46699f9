"""The full-text index on SQLite: a contentless FTS5 table over our own words, joined by spaces.

https://www.sqlite.org/fts5.html. A contentless table of the SQLite versions in use (3.40) deletes a row only through
the ``delete`` command with exactly the words that were inserted; wrong ones would leave ghosts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from archive.question import Words

_COUNT = text("SELECT count(*) FROM fulltext WHERE fulltext MATCH :question AND rowid < :below AND rowid >= :least")
# In the connection's own temporary space, so that whoever may only read can do it.
_WORDS = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.fulltext_words USING fts5vocab(main, fulltext, instance)"
_NEXT_WORD = "SELECT term FROM temp.fulltext_words WHERE term >= ? AND term < ? LIMIT 1"
_MOST_BEGINNINGS = 100
_TEXT_COLUMNS = 3
RANKS = True  # it can put what it finds in the order of its weight
_RANKED = text(
    "SELECT rowid FROM fulltext WHERE fulltext MATCH :question AND rowid < :below AND rowid >= :least"
    " ORDER BY bm25(fulltext, 4.0, 2.0, 1.0, 0.0), rowid DESC"
)
_INSERT = text("INSERT INTO fulltext(rowid, title, summary, body, meta) VALUES (:seq, :title, :summary, :body, :meta)")
_DELETE = text(
    "INSERT INTO fulltext(fulltext, rowid, title, summary, body, meta)"
    " VALUES ('delete', :seq, :title, :summary, :body, :meta)"
)
_CLEAR = text("INSERT INTO fulltext(fulltext) VALUES ('delete-all')")
_FIND = text(
    "SELECT rowid FROM fulltext WHERE fulltext MATCH :question AND rowid < :below AND rowid >= :least"
    " ORDER BY rowid DESC LIMIT :most"
)


def write(connection: Connection, seq: int, columns: Mapping[str, Sequence[str]]) -> None:
    """Insert one row."""
    connection.execute(_INSERT, _values(seq, columns))


def write_all(connection: Connection, rows: Sequence[tuple[int, Mapping[str, Sequence[str]]]]) -> None:
    """Insert many rows."""
    if rows:
        connection.execute(_INSERT, [_values(seq, columns) for seq, columns in rows])


def erase(connection: Connection, seq: int, columns: Mapping[str, Sequence[str]]) -> None:
    """Delete one row by the words that were written."""
    connection.execute(_DELETE, _values(seq, columns))


def clear(connection: Connection) -> None:
    """Delete all rows."""
    connection.execute(_CLEAR)


def find(connection: Connection, question: str, below: int, least: int, most: int) -> list[int]:
    """Row numbers that answer the question, highest first, ``least <= seq < below``."""
    values = {"question": question, "below": below, "least": least, "most": most}
    return list(connection.execute(_FIND, values).scalars())


def count(connection: Connection, question: str, below: int, least: int) -> int:
    """How many rows answer the question."""
    return int(connection.execute(_COUNT, {"question": question, "below": below, "least": least}).scalar_one())


def ranked(connection: Connection, question: str, below: int, least: int) -> list[int]:
    """Row numbers that answer the question, the heaviest first: hits in the title count four times, in the summary
    twice; newest first among equals."""
    values = {"question": question, "below": below, "least": least}
    return list(connection.execute(_RANKED, values).scalars())


def unsure(connection: Connection, below: int, least: int) -> list[int]:
    """Rows that every question finds because they could not be indexed: none here."""
    return []


def beginning(connection: Connection, word: str) -> list[str]:
    """The words of the index that begin so, if they are few; else none. Each is sought behind the one before, for the
    table of all words has a row for every place of a word."""
    connection.exec_driver_sql(_WORDS)
    end = word[:-1] + chr(ord(word[-1]) + 1)
    found: list[str] = []
    driver = connection.connection.cursor()  # a hundred small questions: SQLAlchemy would take most of their time
    while (row := driver.execute(_NEXT_WORD, (word, end)).fetchone()) is not None:
        found.append(row[0])
        if len(found) > _MOST_BEGINNINGS:
            return []
        word = f"{row[0]}\1"  # the least that comes behind it: "greater than" would pass all its places one by one
    return found


def _values(seq: int, columns: Mapping[str, Sequence[str]]) -> dict[str, int | str]:
    return {"seq": seq, **{name: " ".join(words) for name, words in columns.items()}}


def term(word: str, columns: Sequence[str], *, prefix: bool) -> tuple[str, bool]:
    """The question for one encoded word in any of the columns."""
    return phrase([word], columns, prefix=prefix)


def phrase(encoded_words: Sequence[str], columns: Sequence[str], *, prefix: bool) -> tuple[str, bool]:
    """The question for words next to each other."""
    return f"{_in(columns)}{_quoted(encoded_words, prefix)}", True


def near(left: Words, right: Words, columns: Sequence[str], distance: int) -> tuple[str, bool]:
    """The question for both near each other; FTS5 lets them overlap."""
    sides = f"{_quoted(left.words, left.prefix)} {_quoted(right.words, right.prefix)}"
    return f"{_in(columns)}NEAR({sides}, {distance})", False


def both(parts: Sequence[str]) -> str:
    """All of the questions."""
    return "(" + " AND ".join(parts) + ")"


def either(parts: Sequence[str]) -> str:
    """Any of the questions."""
    return "(" + " OR ".join(parts) + ")"


def without(wanted: str, unwanted: str) -> str:
    """The first question and not the second."""
    return f"({wanted} NOT {unwanted})"


def _in(columns: Sequence[str]) -> str:
    """The filter of columns. The words in "meta" are coded, so whoever asks for plain ones need not shut it out, which
    would cost a look at each place of a word."""
    return "" if len(columns) == _TEXT_COLUMNS else "{" + " ".join(columns) + "} : "


def _quoted(encoded_words: Sequence[str], prefix: bool) -> str:
    return '"' + " ".join(encoded_words) + '"' + "*" * prefix
