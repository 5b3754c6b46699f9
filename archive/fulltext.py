"""The full-text index: which items can match at all. The analyser's words go in, row numbers newest first come out.

The index never decides: what it finds is confirmed by the evaluator, so it may find too much, never too little. Words
are encoded so that neither database's own splitting and folding touches them: every ASCII character that is no small
letter or digit becomes one of the private use area.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from archive import fulltext_postgres, fulltext_sqlite
from archive.database import Database, run
from archive.document import document_of
from archive.errors import ArchiveOutdatedError
from archive.model import NewsItem
from archive.rows import item_of
from archive.tables import items, marks
from query import Document, index_text

COLUMNS = ("title", "summary", "body", "meta")
_LONGEST_WORD = 120  # code points; no word that anybody asks for is longer, and PostgreSQL refuses 2,047 bytes
_ENCODE = {code: 0xE000 + code for code in range(128) if not ("a" <= chr(code) <= "z" or "0" <= chr(code) <= "9")}
_SIGN = re.compile("[\x00-\x1f!-/:-`{-\x7f]")  # what ``encoded`` changes, but for the space, which no word has
_MARK = "analyser"
_AT_ONCE = 200
# One text with what analysers differ in; when its words change, the index has to be built anew.
_PROBE = NewsItem(
    title="Pakistan’s S.R.O. 1,895(I)/2025: AT&T, Café",
    summary="自動車産業 ｶﾞｽ・ガス ITは 日本、今日",
    body="پاكستان کی گاڑياں ۲۰۲۵ جاپان‌کی\nco-operation soft\u00adhyphen Rs6.5 24/7 m² McDonald’s Straße İstanbul",
    author="A. Writer",
    place="ISLAMABAD",
    credit="APP",
    section="world/asia",
    source="probe-1",
    language="en",
    url="https://example.org/News/A-b_c.html?id=7",
    published_at=datetime(2025, 8, 15, 13, tzinfo=UTC),
    seen_at=datetime(2025, 8, 15, 14, tzinfo=UTC),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of an item: encoded words per column."""

    columns: Mapping[str, tuple[str, ...]]


def entry_of(document: Document) -> Entry:
    """The words of an item's document, ready for the index. Costs an analysis of its text."""
    found = index_text(document)
    return Entry({name: _encoded_all(found.get(name, ())) for name in COLUMNS})


def encoded(token: str) -> str:
    """A word as both databases take it verbatim; the same for index and question."""
    return token[:_LONGEST_WORD].translate(_ENCODE)


def _encoded_all(tokens: Sequence[str]) -> tuple[str, ...]:
    """What ``encoded`` makes of each. Few words have a sign or are long, so they are looked for in all at once."""
    if max(map(len, tokens), default=0) > _LONGEST_WORD:
        return tuple(map(encoded, tokens))
    return tuple(_SIGN.sub(_encoded_sign, " ".join(tokens)).split(" ")) if tokens else ()


def _encoded_sign(found: re.Match[str]) -> str:
    return chr(0xE000 + ord(found.group()))


def write(connection: Connection, seq: int, entry: Entry) -> None:
    """Put an item into the index."""
    _kind(connection).write(connection, seq, entry.columns)


def write_all(connection: Connection, entries: Iterable[tuple[int, Entry]]) -> None:
    """Put many items into the index."""
    _kind(connection).write_all(connection, [(seq, entry.columns) for seq, entry in entries])


def erase(connection: Connection, seq: int, entry: Entry) -> None:
    """Take an item out. ``entry`` must be what was written: on SQLite the very words are what deletes them."""
    _kind(connection).erase(connection, seq, entry.columns)


def tidy(database: Database, seconds: float) -> bool:
    """Make the index quicker to search, in many small transactions and for about so many seconds, so that keeping goes
    on meanwhile. Whether all is done."""
    kind = dialect(sqlite=database.sqlite)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with database.write() as connection:
            if not kind.tidy(connection):
                return True
    return False


def ensure_current(connection: Connection) -> bool:
    """Build the index anew if another analyser or layout wrote it; True if that was done."""
    now = _fingerprint(_kind(connection).LAYOUT)
    if connection.execute(select(marks.c.value).where(marks.c.name == _MARK)).scalar() == now:
        return False
    _rebuild(connection)
    connection.execute(marks.delete().where(marks.c.name == _MARK))
    connection.execute(marks.insert().values(name=_MARK, value=now))
    return True


def is_current(connection: Connection) -> bool:
    """Was the index written by this program's analyser, and in its layout?"""
    mark = run(connection, "SELECT value FROM marks WHERE name = ?", (_MARK,)).scalar()
    return bool(mark == _fingerprint(_kind(connection).LAYOUT))


def _rebuild(connection: Connection) -> None:
    """Newest first: that way FTS5 gathers many rows into one segment, see there."""
    _kind(connection).clear(connection)
    below: int | None = None
    while True:
        statement = select(items).order_by(items.c.seq.desc()).limit(_AT_ONCE)
        if below is not None:
            statement = statement.where(items.c.seq < below)
        rows = connection.execute(statement).mappings().all()
        if not rows:
            return
        there = [row for row in rows if row["removed_at"] is None]
        write_all(connection, [(row["seq"], entry_of(document_of(item_of(row)))) for row in there])
        below = rows[-1]["seq"]


def require_current(connection: Connection) -> None:
    """Raises ``ArchiveOutdatedError`` if another analyser wrote the index: two analysers' words in one index would miss
    items, and leave ghosts where texts are replaced."""
    if not is_current(connection):
        raise ArchiveOutdatedError(
            "The archive's full-text index was written by another version of Khabardar: run `khabardar migrate`, and "
            "let only one version work on the archive."
        )


def count_all(connection: Connection, below: int, least: int) -> int:
    """How many items there are with ``least <= seq < below``."""
    there = (items.c.seq < below, items.c.seq >= least, items.c.removed_at.is_(None))
    statement = select(func.count()).select_from(items).where(*there)
    return int(connection.execute(statement).scalar_one())


@functools.cache
def _fingerprint(layout: str) -> str:
    words = {name: list(found) for name, found in entry_of(document_of(_PROBE)).columns.items()}
    said = json.dumps(words, sort_keys=True) + layout
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def _kind(connection: Connection) -> ModuleType:
    return dialect(sqlite=connection.dialect.name == "sqlite")


def dialect(*, sqlite: bool) -> ModuleType:
    """The half of the index for this database: ``write erase clear find count`` and the writer of its questions."""
    return fulltext_sqlite if sqlite else fulltext_postgres
