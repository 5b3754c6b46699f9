"""What outlets put under everything, in the database: lines learned from items, and the items they were learned from.

One row for a line of an outlet. It remembers its first few stories (title, beginning, and a key of the item), for only
different stories count and what was kept before a line was known is corrected later. Lines that never come again are
forgotten, those that do stay as long as they are met.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Connection

from archive.database import rows_of, run
from archive.document import storable
from archive.furniture import (
    STORIES,
    STORIES_OF_SENTENCE,
    Habit,
    Line,
    lede_of,
    lines_of,
    mark_of,
    needed,
    outlet_of,
    without_furniture,
)
from archive.identity import bounded, item_keys
from archive.model import NewsItem
from archive.rows import chunks, items_by_id
from archive.tables import furniture, micros_of, moment_of_micros
from archive.tables import item_keys as keys_table

MOST_LINES = 4_000  # of one outlet: what some two hundred and fifty articles carry
ONCE_FOR = timedelta(days=10)  # a line that came once
KNOWN_FOR = timedelta(days=60)  # furniture that is not met any more
_NOTED_AGAIN = timedelta(hours=12)
_PRUNED_AT_ONCE = 200
_COUNTED_AFTER = 16  # new lines, on average
_EVERY = 1 << 30  # more stories than a line has
_OLD = "SELECT line FROM furniture WHERE outlet = ? AND last_at < ? AND stories < ? LIMIT ?"
_KNOWN_SQLITE = (
    "SELECT line, seen, title, last_at FROM json_each(?) j CROSS JOIN furniture ON line = j.value AND outlet = ?"
)
_KNOWN_POSTGRES = "SELECT line, seen, title, last_at FROM furniture WHERE line = ANY(%s::bigint[]) AND outlet = %s"
_WRITE = (
    "INSERT INTO furniture(outlet, line, stories, title, seen, last_at) VALUES (?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (outlet, line) DO UPDATE SET"
    " stories = excluded.stories, title = excluded.title, seen = excluded.seen, last_at = excluded.last_at"
)
_LONGEST_OUTLET = 200


@dataclass(slots=True)
class Row:
    """A line of an outlet as it stands, and whether that must be written. ``seen``: (title, beginning, key)."""

    seen: list[tuple[str, str, str]] = field(default_factory=list)
    title: bool = False
    last_at: datetime | None = None
    stored: bool = False
    changed: bool = False

    @property
    def habit(self) -> Habit:
        """What the line is judged by."""
        return Habit(len(self.seen), self.title)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a batch of items taught. ``items`` are those of the batch freed of furniture, in order; ``earlier`` kept
    items, as they are and freed of a line that only now turned out to be furniture; ``rows`` are to be written along
    with the batch."""

    items: tuple[NewsItem, ...] = ()
    earlier: tuple[tuple[NewsItem, NewsItem], ...] = ()
    rows: Mapping[str, Mapping[int, Row]] = field(default_factory=dict)


def lesson_of(connection: Connection, batch: Sequence[NewsItem], now: datetime) -> Lesson:
    """What the lines and titles of a batch teach, together with what is known. Nothing is written.

    The same items twice teach nothing more.
    """
    rows: dict[str, dict[int, Row]] = {}
    keys: set[str] = set()
    lines = [lines_of(item.body) for item in batch]
    for outlet, numbers in _by_outlet(batch).items():
        marks = {line.mark for n in numbers for line in lines[n]} | {mark_of(batch[n].title) for n in numbers}
        rows[outlet] = _rows(connection, outlet, marks)
        for n in numbers:
            keys |= _learn(rows[outlet], batch[n], lines[n], now)
    habits = {outlet: {mark: row.habit for mark, row in known.items()} for outlet, known in rows.items()}
    freed = tuple(
        without_furniture(item, habits.get(_outlet(item), {}), found) for item, found in zip(batch, lines, strict=True)
    )
    return Lesson(freed, _freed(connection, _items(connection, keys), rows), rows)


def _freed(
    connection: Connection, items: Sequence[NewsItem], taught: Mapping[str, Mapping[int, Row]]
) -> tuple[tuple[NewsItem, NewsItem], ...]:
    """Kept items with what they are without furniture, as far as that differs. ``taught`` is not written yet."""
    found = []
    for item in items:
        outlet, lines = _outlet(item), lines_of(item.body)
        fresh = taught.get(outlet, {})
        rows = _rows(connection, outlet, {line.mark for line in lines} - set(fresh)) | dict(fresh)
        habits = {mark: row.habit for mark, row in rows.items()}
        freed = without_furniture(item, habits, lines)
        if freed is not item:
            found.append((item, freed))
    return tuple(found)


def _by_outlet(batch: Sequence[NewsItem]) -> dict[str, list[int]]:
    """The numbers of the items of each outlet; of what has no outlet nothing can be learned."""
    found: dict[str, list[int]] = {}
    for number, item in enumerate(batch):
        if outlet := _outlet(item):
            found.setdefault(outlet, []).append(number)
    return found


def _outlet(item: NewsItem) -> str:
    return storable(outlet_of(item))[:_LONGEST_OUTLET]


def _rows(connection: Connection, outlet: str, marks: Iterable[int]) -> dict[int, Row]:
    """The rows of these lines; new ones are empty."""
    rows = {mark: Row() for mark in marks}
    sqlite = connection.dialect.name == "sqlite"
    wanted = json.dumps(sorted(rows)) if sqlite else sorted(rows)
    for mark, seen, title, last_at in rows_of(
        connection, _KNOWN_SQLITE if sqlite else _KNOWN_POSTGRES, (wanted, outlet)
    ):
        witnesses = [_witness(one) for one in seen.split("\n") if one]
        rows[mark] = Row(witnesses, bool(title), moment_of_micros(last_at), stored=True)
    return rows


def _witness(written: str) -> tuple[str, str, str]:
    title, lede, key = written.split(" ", 2)
    return title, lede, key


def _learn(rows: Mapping[int, Row], item: NewsItem, lines: Sequence[Line], now: datetime) -> set[str]:
    """Note one item in the rows of its lines; the keys of earlier items for which a line became furniture by it."""
    keys: set[str] = set()
    own = mark_of(item.title)
    witness = (_short(own), _short(lede_of(lines)), _key(item))
    for mark, line in {line.mark: line for line in lines if line.mark != own}.items():
        row = rows[mark]
        if len(row.seen) < STORIES_OF_SENTENCE and _is_other(row, witness):
            row.seen.append(witness)
            row.changed = True
            if len(row.seen) == needed(line):
                keys.update(key for _, _, key in row.seen[:-1])
        row.changed |= row.last_at is None or now - row.last_at > _NOTED_AGAIN
    row = rows[own]
    if not row.title:
        row.title = row.changed = True
        keys.update(key for _, _, key in row.seen)
    return keys


def _is_other(row: Row, witness: tuple[str, str, str]) -> bool:
    """Is this story none of those that are known to carry the line?"""
    return all(title != witness[0] and lede != witness[1] and key != witness[2] for title, lede, key in row.seen)


def _short(mark: int) -> str:
    return f"{mark & 0xFFFFFFFF:x}"


def _key(item: NewsItem) -> str:
    """A key (or id) that the item will be found by; for one that has none yet, something of its own."""
    keys = item.keys or item_keys(item.source, item.url) or (item.id or f"-{mark_of(item.body or item.title):x}",)
    return bounded(storable(" ".join(keys[0].split())))


def write(connection: Connection, lesson: Lesson, now: datetime) -> None:
    """Write down what was learned, in the transaction that keeps the batch."""
    for outlet, rows in lesson.rows.items():
        changed = {mark: row for mark, row in rows.items() if row.changed}
        if not changed:
            continue
        statement = _WRITE if connection.dialect.name == "sqlite" else _WRITE.replace("?", "%s")
        written = [_values(outlet, mark, row, micros_of(now)) for mark, row in sorted(changed.items())]
        connection.exec_driver_sql(statement, written)
        fresh = [mark for mark, row in changed.items() if not row.stored]
        if fresh:
            _prune_old(connection, outlet, now)
        # Lines' marks are hashes: of so many new lines one has them counted, which would cost a single item much.
        if any(mark % _COUNTED_AFTER == 0 for mark in fresh):
            _prune_many(connection, outlet)


def _values(outlet: str, mark: int, row: Row, now: int) -> tuple[Any, ...]:
    seen = "\n".join([" ".join(one) for one in row.seen])
    return outlet, mark, len(row.seen), row.title, seen, now


def _prune_old(connection: Connection, outlet: str, now: datetime) -> None:
    """Forget what came once long ago, and what was furniture longer ago."""
    for fewer, before in ((STORIES, now - ONCE_FOR), (_EVERY, now - KNOWN_FOR)):
        asked = (outlet, micros_of(before), fewer, _PRUNED_AT_ONCE)
        _forget(connection, outlet, run(connection, _OLD, asked).scalars().all())


def _prune_many(connection: Connection, outlet: str) -> None:
    """Forget the oldest of too many."""
    count = select(func.count()).select_from(furniture).where(furniture.c.outlet == outlet)
    too_many = int(connection.execute(count).scalar() or 0) - MOST_LINES
    if too_many > 0:
        oldest = (
            select(furniture.c.line)
            .where(furniture.c.outlet == outlet, furniture.c.stories < STORIES)
            .order_by(furniture.c.last_at)
            .limit(too_many + MOST_LINES // 10)
        )
        _forget(connection, outlet, connection.execute(oldest).scalars().all())


def _forget(connection: Connection, outlet: str, marks: Sequence[int]) -> None:
    for part in chunks(marks):
        connection.execute(delete(furniture).where(furniture.c.outlet == outlet, furniture.c.line.in_(part)))


def _items(connection: Connection, keys: Iterable[str]) -> tuple[NewsItem, ...]:
    """The kept items that these keys point to, with the keys they are known by."""
    wanted = sorted(keys)
    ids = set(wanted)
    for part in chunks(wanted):
        ids.update(connection.execute(select(keys_table.c.item_id).where(keys_table.c.key.in_(part))).scalars())
    return tuple(items_by_id(connection, sorted(ids)).values())
