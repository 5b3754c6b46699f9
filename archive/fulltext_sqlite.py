"""The full-text index on SQLite: a contentless FTS5 table over our own words, joined by spaces.

https://www.sqlite.org/fts5.html. A contentless table of the SQLite versions in use (3.40) deletes a row only through
the ``delete`` command with exactly the words that were inserted; wrong ones would leave ghosts.

FTS5 walks a word's places upwards twice as fast as downwards (measured: a phrase of two words among 100,000 items
0.08 and 0.16 ms), and the newest are asked for first: so the newest row has the lowest number here, ``_LAST - seq``.
Numbers that fall within one transaction make FTS5 write a segment for each fall, so rows of a batch go in sorted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from archive.database import after_commit, rows_of

if TYPE_CHECKING:
    from archive.question import Words

LAYOUT = "newest row first"  # when it changes, the index has to be built anew
_LAST = 1 << 52  # no row's number, which is its second times 2**20, comes near it before the year 2106
_COUNT = text("SELECT count(*) FROM fulltext WHERE fulltext MATCH :question AND rowid > :over AND rowid <= :most")
_BEGINNINGS = "SELECT word FROM lexicon WHERE word >= ? AND word < ? LIMIT ?"
_KNOW = "INSERT OR IGNORE INTO lexicon(word) VALUES (?)"
_MOST_KNOWN = 50_000
_known_here: WeakKeyDictionary[Engine, set[str]] = WeakKeyDictionary()
"""Words of which this process knows that they are in the lexicon: those of most items."""
_FEW_SEGMENTS = "INSERT INTO fulltext(fulltext, rank) VALUES ('usermerge', 2)"
_JOIN = "INSERT INTO fulltext(fulltext, rank) VALUES ('merge', 200)"  # pages, some hundredths of a second
_LEAST_CHANGES = 2  # of a merge that did something, by FTS5's own account
_TEXT_COLUMNS = 3
RANKS = True  # it can put what it finds in the order of its weight
_WEIGHED = (
    "SELECT rowid, bm25(fulltext, 4.0, 2.0, 1.0, 0.0) FROM fulltext"
    " WHERE fulltext MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?"
)
_INSERT = text(
    "INSERT INTO fulltext(rowid, title, summary, body, meta) VALUES (:rowid, :title, :summary, :body, :meta)"
)
_DELETE = text(
    "INSERT INTO fulltext(fulltext, rowid, title, summary, body, meta)"
    " VALUES ('delete', :rowid, :title, :summary, :body, :meta)"
)
_CLEAR = text("INSERT INTO fulltext(fulltext) VALUES ('delete-all')")
_FIND = "SELECT rowid FROM fulltext WHERE fulltext MATCH ? AND rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?"


def write(connection: Connection, seq: int, columns: Mapping[str, Sequence[str]]) -> None:
    """Insert one row."""
    write_all(connection, [(seq, columns)])


def write_all(connection: Connection, rows: Sequence[tuple[int, Mapping[str, Sequence[str]]]]) -> None:
    """Insert many rows."""
    if rows:
        newest_first = sorted(rows, key=lambda row: row[0], reverse=True)
        connection.execute(_INSERT, [_values(seq, columns) for seq, columns in newest_first])
        _know(connection, (columns for _, columns in rows))


def erase(connection: Connection, seq: int, columns: Mapping[str, Sequence[str]]) -> None:
    """Delete one row by the words that were written."""
    connection.execute(_DELETE, _values(seq, columns))


def clear(connection: Connection) -> None:
    """Delete all rows."""
    connection.execute(_CLEAR)
    connection.exec_driver_sql("DELETE FROM lexicon")
    _known_here.pop(connection.engine, None)


def find(connection: Connection, question: str, below: int, least: int, most: int) -> list[int]:
    """Row numbers that answer the question, highest first, ``least <= seq < below``."""
    return [_LAST - row[0] for row in rows_of(connection, _FIND, (question, _rowid(below), _rowid(least), most))]


def count(connection: Connection, question: str, below: int, least: int) -> int:
    """How many rows answer the question."""
    bounds = {"question": question, "over": _rowid(below), "most": _rowid(least)}
    return int(connection.execute(_COUNT, bounds).scalar_one())


def weighed(connection: Connection, question: str, below: int, least: int, most: int) -> list[tuple[int, float]]:
    """Row numbers that answer the question, highest first, with their weights: the lower the heavier. Hits in the title
    count four times, in the summary twice."""
    rows = rows_of(connection, _WEIGHED, (question, _rowid(below), _rowid(least), most))
    return [(_LAST - row[0], row[1]) for row in rows]


def unsure(connection: Connection, below: int, least: int) -> list[int]:
    """Rows that every question finds because they could not be indexed: none here."""
    return []


def tidy(connection: Connection) -> bool:
    """Join some of the index's segments: a word is looked up in each. Whether there was anything to do. A level of two
    is joined already, so that in the end there is one segment a level, each some times as large as the one before."""
    driver = connection.connection.driver_connection
    assert driver is not None
    connection.exec_driver_sql(_FEW_SEGMENTS)
    before = driver.total_changes
    connection.exec_driver_sql(_JOIN)
    return bool(driver.total_changes - before >= _LEAST_CHANGES)


def beginning(connection: Connection, word: str, most: int) -> list[str]:
    """The words that begin so and were ever in the index, if they are at most so many; else none."""
    end = word[:-1] + chr(ord(word[-1]) + 1)
    found = [row[0] for row in rows_of(connection, _BEGINNINGS, (word, end, most + 1))]
    return found if len(found) <= most else []


def _know(connection: Connection, rows: Iterable[Mapping[str, Sequence[str]]]) -> None:
    """Every word of the index is in the lexicon. Words that are no longer in the index may stay: they find nothing."""
    words = set[str]().union(*(found for columns in rows for found in columns.values()))
    known = _known_here.setdefault(connection.engine, set())
    fresh = sorted(words - known)
    if fresh:
        connection.exec_driver_sql(_KNOW, [(word,) for word in fresh])
        after_commit(connection, lambda: _note(known, fresh))


def _note(known: set[str], fresh: Sequence[str]) -> None:
    if len(known) > _MOST_KNOWN:
        known.clear()
    known.update(fresh)


def _values(seq: int, columns: Mapping[str, Sequence[str]]) -> dict[str, int | str]:
    return {"rowid": _rowid(seq), **{name: " ".join(words) for name, words in columns.items()}}


def _rowid(seq: int) -> int:
    """The number in this table of the row ``seq`` of the items; a bound may be any 64-bit number."""
    return min(_LAST - seq, 2**63 - 1)


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
