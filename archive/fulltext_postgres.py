"""The full-text index on PostgreSQL: a ``tsvector`` of our own making, with a GIN index.

``array_to_tsvector`` takes words as they are; PostgreSQL's own parser would split coded words, and its positions end at
16,383, so a phrase is only asked for as "all of its words" and the evaluator sees to their order. A ``tsvector`` holds
at most 1 MB: an item with more different words gets one marker instead, which every question also finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

if TYPE_CHECKING:
    from archive.question import Words

LAYOUT = ""  # when it changes, the index has to be built anew
_MOST_BYTES = 900_000
_OVERFLOW = "\uf8ff"
_BESIDE_TEXT = ("title", "summary", "meta")
RANKS = False  # it knows no places of words, so it cannot weigh them
_TEXT_COLUMNS = ("title", "summary", "body")
_MARK = {"title": "\uf8f1", "summary": "\uf8f2", "meta": "\uf8f3"}

_INSERT = text("INSERT INTO fulltext(seq, words) VALUES (:seq, array_to_tsvector(:words))").bindparams(
    bindparam("words", type_=ARRAY(Text))
)
_DELETE = text("DELETE FROM fulltext WHERE seq = :seq")
_CLEAR = text("DELETE FROM fulltext")
_COUNT = text(
    "SELECT count(*) FROM fulltext WHERE words @@ CAST(:question AS tsquery) AND seq < :below AND seq >= :least"
)
_FIND = text(
    "SELECT seq FROM fulltext WHERE words @@ CAST(:question AS tsquery) AND seq < :below AND seq >= :least"
    " ORDER BY seq DESC LIMIT :most"
)


def write(connection: Connection, seq: int, columns: Mapping[str, Sequence[str]]) -> None:
    """Insert one row."""
    connection.execute(_INSERT, {"seq": seq, "words": _lexemes(columns)})


def write_all(connection: Connection, rows: Sequence[tuple[int, Mapping[str, Sequence[str]]]]) -> None:
    """Insert many rows."""
    if rows:
        connection.execute(_INSERT, [{"seq": seq, "words": _lexemes(columns)} for seq, columns in rows])


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


def count(connection: Connection, question: str, below: int, least: int) -> int:
    """How many rows answer the question."""
    values = {"question": f"{question} | {_quoted(_OVERFLOW)}", "below": below, "least": least}
    return int(connection.execute(_COUNT, values).scalar_one())


def unsure(connection: Connection, below: int, least: int) -> list[int]:
    """Rows that every question finds because they could not be indexed."""
    values = {"question": _quoted(_OVERFLOW), "below": below, "least": least, "most": 2**62}
    return list(connection.execute(_FIND, values).scalars())


def tidy(connection: Connection) -> bool:
    """PostgreSQL's autovacuum does that."""
    return False


def beginning(connection: Connection, word: str, most: int) -> list[str]:
    """The index itself looks for beginnings."""
    return []


def _lexemes(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """Words of title, summary and body once as they are, those of single columns again with the column's mark."""
    found = {word for name in _TEXT_COLUMNS for word in columns.get(name, ())}
    found |= {_MARK[name] + word for name in _BESIDE_TEXT for word in columns.get(name, ())}
    # 4 bytes of entry and at most 3 of padding for each word.
    if sum(len(word.encode()) + 7 for word in found) > _MOST_BYTES:
        return [_OVERFLOW]
    return sorted(found)


def term(word: str, columns: Sequence[str], *, prefix: bool) -> tuple[str, bool]:
    """The question for one encoded word in any of the columns. The body's words are not marked: for the body alone,
    those of all of the text are asked for."""
    ending = ":*" if prefix else ""
    wanted = tuple(columns)
    plain = "body" in wanted
    marks = [_MARK[name] for name in wanted if name in _MARK and not (plain and name != "meta")]
    forms = [word] * plain + [mark + word for mark in marks]
    return either([_quoted(form) + ending for form in forms]), wanted != ("body",)


def phrase(encoded_words: Sequence[str], columns: Sequence[str], *, prefix: bool) -> tuple[str, bool]:
    """The question for words next to each other: for all of them."""
    if len(encoded_words) == 1:
        return term(encoded_words[0], columns, prefix=prefix)
    last = len(encoded_words) - 1
    return both([term(word, columns, prefix=prefix and at == last)[0] for at, word in enumerate(encoded_words)]), False


def near(left: Words, right: Words, columns: Sequence[str], distance: int) -> tuple[str, bool]:
    """The question for both near each other: for both of them."""
    return both([phrase(side.words, columns, prefix=side.prefix)[0] for side in (left, right)]), False


def both(parts: Sequence[str]) -> str:
    """All of the questions."""
    return "(" + " & ".join(parts) + ")"


def either(parts: Sequence[str]) -> str:
    """Any of the questions."""
    return "(" + " | ".join(parts) + ")"


def without(wanted: str, unwanted: str) -> str:
    """The first question and not the second."""
    return f"({wanted} & !{unwanted})"


def _quoted(word: str) -> str:
    doubled = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"
