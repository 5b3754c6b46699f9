"""The full-text index on PostgreSQL: a ``tsvector`` of our own making, with a GIN index.

``array_to_tsvector`` takes words as they are; PostgreSQL's own parser would split coded words, and its positions end at
16,383, so a phrase is only asked for as "all of its words" and the evaluator sees to their order. A ``tsvector`` holds
at most 1 MB: an item with more different words gets one marker instead, which every question also finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

_MOST_BYTES = 900_000
_OVERFLOW = "\uf8ff"
_BESIDE_TEXT = ("title", "summary", "meta")
_TEXT_COLUMNS = ("title", "summary", "body")
_MARK = {"title": "\uf8f1", "summary": "\uf8f2", "meta": "\uf8f3"}

_INSERT = text("INSERT INTO fulltext(seq, words) VALUES (:seq, array_to_tsvector(:words))").bindparams(
    bindparam("words", type_=ARRAY(Text))
)
_DELETE = text("DELETE FROM fulltext WHERE seq = :seq")
_CLEAR = text("DELETE FROM fulltext")
_FIND = text(
    "SELECT seq FROM fulltext WHERE words @@ CAST(:question AS tsquery) AND seq < :below AND seq >= :least"
    " ORDER BY seq DESC LIMIT :most"
)


def write(connection: Connection, seq: int, columns: Mapping[str, Sequence[str]]) -> None:
    """Insert one row."""
    connection.execute(_INSERT, {"seq": seq, "words": _lexemes(columns)})


def erase(connection: Connection, seq: int, columns: Mapping[str, Sequence[str]]) -> None:
    """Delete one row; which words it had does not matter here."""
    connection.execute(_DELETE, {"seq": seq})


def clear(connection: Connection) -> None:
    """Delete all rows."""
    connection.execute(_CLEAR)


def find(connection: Connection, question: str, below: int, least: int, most: int) -> list[int]:
    """Row numbers that answer the question, highest first, ``least <= seq < below``."""
    values = {"question": f"{question} | {_quoted(_OVERFLOW)}", "below": below, "least": least, "most": most}
    return list(connection.execute(_FIND, values).scalars())


def _lexemes(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """Words of title, summary and body once as they are, those of single columns again with the column's mark."""
    found = {word for name in _TEXT_COLUMNS for word in columns.get(name, ())}
    found |= {_MARK[name] + word for name in _BESIDE_TEXT for word in columns.get(name, ())}
    # 4 bytes of entry and at most 3 of padding for each word.
    if sum(len(word.encode()) + 7 for word in found) > _MOST_BYTES:
        return [_OVERFLOW]
    return sorted(found)


def term(word: str, columns: Sequence[str], *, prefix: bool) -> str:
    """The question for one encoded word in any of the columns."""
    ending = ":*" if prefix else ""
    wanted = tuple(columns)
    # The body's words are not marked: asking all of the text finds too much, never too little.
    plain = [word] if "body" in wanted or set(_TEXT_COLUMNS) <= set(wanted) else []
    marked = [_MARK[name] + word for name in wanted if name in _MARK and not (plain and name != "meta")]
    return either([_quoted(form) + ending for form in plain + marked])


def phrase(encoded_words: Sequence[str], columns: Sequence[str]) -> str:
    """The question for words next to each other: for all of them."""
    return both([term(word, columns, prefix=False) for word in encoded_words])


def both(parts: Sequence[str]) -> str:
    """All of the questions."""
    return "(" + " & ".join(parts) + ")"


def either(parts: Sequence[str]) -> str:
    """Any of the questions."""
    return "(" + " | ".join(parts) + ")"


def _quoted(word: str) -> str:
    doubled = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
