"""The full-text index on SQLite: a contentless FTS5 table over our own words, joined by spaces.

https://www.sqlite.org/fts5.html. A contentless table of the SQLite versions in use (3.40) deletes a row only through
the ``delete`` command with exactly the words that were inserted; wrong ones would leave ghosts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.engine import Connection

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


def _values(seq: int, columns: Mapping[str, Sequence[str]]) -> dict[str, int | str]:
    return {"seq": seq, **{name: " ".join(words) for name, words in columns.items()}}


def term(word: str, columns: Sequence[str], *, prefix: bool) -> str:
    """The question for one encoded word in any of the columns."""
    return phrase([word], columns) + ("*" if prefix else "")


def phrase(encoded_words: Sequence[str], columns: Sequence[str]) -> str:
    """The question for words next to each other."""
    return "{" + " ".join(columns) + '} : "' + " ".join(encoded_words) + '"'


def both(parts: Sequence[str]) -> str:
    """All of the questions."""
    return "(" + " AND ".join(parts) + ")"


def either(parts: Sequence[str]) -> str:
    """Any of the questions."""
    return "(" + " OR ".join(parts) + ")"
