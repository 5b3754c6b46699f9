"""Who saw what, and what came of it: every entry leaves an account, and a source's known keys come from here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.engine import Connection

from archive.database import Database, insert_rows, rows_of, run
from archive.document import storable, storable_or_none
from archive.identity import STATE, item_keys, text_key
from archive.model import UNREAD, Known, Rejected
from archive.tables import item_keys as keys_table
from archive.tables import items, micros_of, sighting_keys, sightings, visits

MOST_SIGHTINGS = 5000  # of one source, whose keys count as known
PAGE_TRIES = 5  # so often a page that could not be read is tried again
# An entry rejected for a transient reason is tried at every visit, but not for ever.
TRANSIENT_FOR = timedelta(days=3)
STATES_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One source saw one entry: what came of it (kept, known, filled, rejected), how often, when; ``reason`` is why it
    was not kept, or why only what its list said was: the page could not be read when it was last seen so."""

    source: str
    url: str | None
    title: str | None
    outcome: str
    reason: str | None
    first_at: datetime
    last_at: datetime
    count: int


_NOTED = ("source", "item_id", "url", "title", "outcome", "reason", "transient")
_COUNT_KEPT = (
    "UPDATE sources SET kept = kept + ?,"
    " newest_item_at = CASE WHEN newest_item_at > ? THEN newest_item_at ELSE ? END WHERE name = ?"
)
_SIGHTING = tuple(each.name for each in fields(Sighting))


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry that was seen, ready to be noted."""

    source: str
    keys: tuple[str, ...]
    outcome: str
    url: str | None = None
    title: str | None = None
    item_id: str | None = None
    reason: str | None = None
    transient: bool = False


def reject(database: Database, batch: Sequence[Rejected], now: datetime) -> None:
    """Note entries that were seen and not kept."""
    with database.write() as connection:
        for entry in batch:
            note(connection, _seen(entry), now)


def _seen(entry: Rejected) -> Seen:
    keys = entry.keys or item_keys(entry.source, entry.url) or (text_key(entry.source, entry.url, entry.title),)
    return Seen(
        source=storable(entry.source),
        keys=tuple(storable(key) for key in keys),
        outcome="rejected",
        url=storable_or_none(entry.url),
        title=storable_or_none(entry.title),
        reason=storable(entry.reason),
        transient=entry.transient,
    )


def note(connection: Connection, seen: Seen, now: datetime) -> None:
    """Count one more sighting; a row for each source, item (or entry) and outcome."""
    number = _same(connection, seen)
    if number is None:
        note_fresh(connection, [seen], now)
        return
    connection.execute(
        sightings.update()
        .where(sightings.c.id == number)
        .values(last_at=now, count=sightings.c.count + 1, transient=seen.transient, reason=seen.reason)
    )
    stored = select(sighting_keys.c.key).where(sighting_keys.c.sighting_id == number)
    known = set(connection.execute(stored).scalars())
    fresh = [(number, key) for key in dict.fromkeys(seen.keys) if key not in known]
    insert_rows(connection, "sighting_keys", ("sighting_id", "key"), fresh)


def note_fresh(connection: Connection, batch: Sequence[Seen], now: datetime) -> None:
    """Note sightings that are the first of their kind; if several, each of another item."""
    if not batch:
        return
    numbers = _next_numbers(connection, len(batch))
    at = micros_of(now)
    rows = [
        (number, *(getattr(seen, name) for name in _NOTED), at, at, 1)
        for number, seen in zip(numbers, batch, strict=True)
    ]
    insert_rows(connection, "sightings", ("id", *_NOTED, "first_at", "last_at", "count"), rows)
    pairs = [(number, key) for number, seen in zip(numbers, batch, strict=True) for key in dict.fromkeys(seen.keys)]
    insert_rows(connection, "sighting_keys", ("sighting_id", "key"), pairs)


def _next_numbers(connection: Connection, number: int) -> list[int]:
    """So many row numbers that nobody has: asked for before, they cost less than given back row by row. On SQLite there
    is one writer, and the number after the last is what it would give."""
    if connection.dialect.name == "sqlite":
        last = run(connection, "SELECT max(id) FROM sightings").scalar() or 0
        return list(range(last + 1, last + 1 + number))
    each = "SELECT nextval(pg_get_serial_sequence('sightings', 'id')) FROM generate_series(1, %s)"
    return [row[0] for row in rows_of(connection, each, (number,))]


def _same(connection: Connection, seen: Seen) -> int | None:
    statement = select(sightings.c.id).where(sightings.c.source == seen.source, sightings.c.outcome == seen.outcome)
    if seen.item_id is not None:
        statement = statement.where(sightings.c.item_id == seen.item_id)
    else:
        statement = statement.join(sighting_keys).where(
            sighting_keys.c.key.in_(seen.keys), sightings.c.reason == seen.reason
        )
    return connection.execute(statement.order_by(sightings.c.id).limit(1)).scalar()


def known_of(connection: Connection, source: Mapping[Any, Any], now: datetime) -> Known:
    """What is known of a source (a row of ``sources``).

    While there are pages to be tried again, no validators are handed out: a ``304 Not Modified`` would hide
    the entries.
    """
    retry = _to_try_again(connection, source["name"], now)
    most = max(MOST_SIGHTINGS, 2 * source["items"])
    return Known(
        etag=None if retry else source["etag"],
        last_modified=None if retry else source["last_modified"],
        keys=_known_keys(connection, source["name"], now, most),
        first_visit=source["first_visit"],
        since=None if source["first_visit"] else _first_visited(connection, source["name"]),
    )


def _first_visited(connection: Connection, source: str) -> datetime | None:
    earliest = select(visits.c.ended_at).where(visits.c.source == source).order_by(visits.c.ended_at).limit(1)
    return connection.execute(earliest).scalar()


def _known_keys(connection: Connection, source: str, now: datetime, most: int) -> frozenset[str]:
    settled = or_(
        and_(sightings.c.item_id.is_(None), or_(~sightings.c.transient, sightings.c.first_at < now - TRANSIENT_FOR)),
        items.c.complete,
        items.c.page_tries >= PAGE_TRIES,
    )
    newest = (
        select(sightings.c.id, sightings.c.last_at)
        .outerjoin(items, items.c.id == sightings.c.item_id)
        .where(sightings.c.source == source, settled)
        .order_by(sightings.c.last_at.desc(), sightings.c.id.desc())
        .limit(most)
        .subquery()
    )
    # how an entry looked matters as long as it may be edited; it is told anew when a list still has it after that
    needed = or_(~sighting_keys.c.key.startswith(STATE), newest.c.last_at >= now - STATES_FOR)
    statement = select(sighting_keys.c.key).join(newest, newest.c.id == sighting_keys.c.sighting_id).where(needed)
    return frozenset(connection.execute(statement).scalars())


def _to_try_again(connection: Connection, source: str, now: datetime) -> bool:
    """Has this source, in the last days, listed an entry whose page is still to be read?"""
    recent = and_(sightings.c.source == source, sightings.c.last_at >= now - TRANSIENT_FOR)
    unread = (
        select(sightings.c.id)
        .join(items, items.c.id == sightings.c.item_id)
        .where(recent, ~items.c.complete, items.c.page_tries < PAGE_TRIES)
    )
    refused = select(sightings.c.id).where(
        recent,
        sightings.c.item_id.is_(None),
        sightings.c.transient,
        sightings.c.first_at >= now - TRANSIENT_FOR,
        ~_kept_since(),
    )
    return any(connection.execute(statement.limit(1)).first() for statement in (unread, refused))


def _kept_since() -> ColumnElement[bool]:
    """A rejected entry that was kept in the end: one of its keys is an item's."""
    return (
        select(keys_table.c.key)
        .join(sighting_keys, sighting_keys.c.key == keys_table.c.key)
        .where(sighting_keys.c.sighting_id == sightings.c.id)
        .correlate(sightings)
        .exists()
    )


def unread_pages(database: Database, since: datetime, names: Collection[str]) -> dict[str, tuple[int, str]]:
    """Of the named sources: how many entries, seen since then, still lack their page, and why the last of them does;
    those too that nothing is kept of, because their list says nothing but the address."""
    refused = and_(sightings.c.item_id.is_(None), sightings.c.reason.startswith(UNREAD), ~_kept_since())
    statement = (
        select(sightings.c.id, sightings.c.source, sightings.c.item_id, sightings.c.reason)
        .outerjoin(items, items.c.id == sightings.c.item_id)
        .where(sightings.c.source.in_(names), sightings.c.last_at >= since)  # by an index, not through all there are
        .where(sightings.c.reason.is_not(None), or_(~items.c.complete, refused))
        .order_by(sightings.c.last_at, sightings.c.id)
    )
    lacking: dict[str, dict[str, str]] = {}
    with database.read() as connection:
        for row in connection.execute(statement):
            lacking.setdefault(row.source, {})[row.item_id or str(row.id)] = row.reason
    return {source: (len(of), list(of.values())[-1]) for source, of in lacking.items()}


def sightings_of(connection: Connection, item_id: str | None, keys: Sequence[str]) -> tuple[Sighting, ...]:
    """All accounts of an item or of entries with one of the keys, oldest first."""
    by_key = select(sighting_keys.c.sighting_id).where(sighting_keys.c.key.in_(keys))
    statement = (
        select(sightings)
        .where(or_(sightings.c.id.in_(by_key), sightings.c.item_id == item_id if item_id else false()))
        .order_by(sightings.c.first_at, sightings.c.id)
    )
    return tuple(
        Sighting(**{name: row[name] for name in _SIGHTING}) for row in connection.execute(statement).mappings()
    )


def count_kept(connection: Connection, source: str, number: int, newest_at: datetime) -> None:
    """So many more items of a source, if it is one that is visited."""
    at = micros_of(newest_at)
    run(connection, _COUNT_KEPT, (number, at, at, source))
