"""How many there are of everything, how much waits, how large it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import ColumnElement, Table, case, func, select, text
from sqlalchemy.engine import Connection

from archive.database import Database, run
from archive.owing import OPEN
from archive.schema import version_of
from archive.tables import channels, deliveries, items, marks, owed, sightings, sources, visits

_ITEMS, _STORIES = "items", "stories"
_COUNT = "UPDATE marks SET value = CAST(CAST(value AS BIGINT) + ? AS TEXT) WHERE name = ?"
_LAGS = 2000
"""So many of the last alerts are looked at for how long news took."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a channel: ``owed`` promises that are in no message yet, of them ``held`` for a digest or by quiet
    hours; messages ``due`` to be tried now, the first of them since ``due_since``, and those to be tried ``later``."""

    owed: int = 0
    held: int = 0
    due: int = 0
    later: int = 0
    due_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes on the disk with everything beside it, and of them bytes that are free to be written again (SQLite)."""

    used: int
    free: int = 0
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """What happened since a moment: items that were new, alerts and digests that were sent, and the median of the
    seconds from an item's publication to its alert (None: nothing was alerted at once)."""

    items: int
    sent: int
    lag: float | None


def counted(connection: Connection) -> dict[str, int]:
    """Plain counts by name, in a fixed order. None of them goes through all items: their number and that of the stories
    are counted as they change, the others have an index of their own."""
    return {
        "items": _marked(connection, _ITEMS),
        "incomplete": _count(connection, items, ~items.c.complete),
        "forgotten": _count(connection, items, items.c.forgotten_at.is_not(None)),
        "stories": _marked(connection, _STORIES),
        "rejected": _count(connection, sightings, sightings.c.item_id.is_(None)),
        "sources": _count(connection, sources),
        "visits": _count(connection, visits),
        "owed": _count(connection, owed, OPEN),
        "silenced": _count(connection, owed, owed.c.silence_id.is_not(None)),
        "deliveries_owed": _count(connection, deliveries, deliveries.c.state == "owed"),
        "deliveries_sent": _count(connection, deliveries, deliveries.c.state == "sent"),
        "deliveries_gave_up": _count(connection, deliveries, deliveries.c.state == "gave-up"),
        "channels_disabled": _count(connection, channels),
    }


def waiting(connection: Connection) -> dict[str, int]:
    """Channel name to how much it is still owed: deliveries to be tried, and matches that are in no delivery yet."""
    unsent = select(deliveries.c.channel).where(deliveries.c.state == "owed")
    unbundled = select(owed.c.channel).where(OPEN)
    both = unsent.union_all(unbundled).subquery()
    rows = connection.execute(select(both.c.channel, func.count()).group_by(both.c.channel).order_by(both.c.channel))
    return {name: int(count) for name, count in rows}


def held(connection: Connection) -> dict[tuple[str, str], int]:
    """Channel name and reason to how much is held back for a digest."""
    columns = (owed.c.channel, owed.c.held)
    statement = select(*columns, func.count()).where(OPEN, owed.c.held.is_not(None)).group_by(*columns)
    return {(channel, why): int(count) for channel, why, count in connection.execute(statement.order_by(*columns))}


def _count(connection: Connection, table: Table, condition: ColumnElement[bool] | None = None) -> int:
    statement = select(func.count()).select_from(table)
    if condition is not None:
        statement = statement.where(condition)
    return int(connection.execute(statement).scalar() or 0)


def count_new(connection: Connection, number: int) -> None:
    """So many items more: a million rows are not counted for one figure."""
    if number:
        run(connection, _COUNT, (number, _ITEMS))


def count_stories(connection: Connection, number: int) -> None:
    """So many stories more, or fewer."""
    if number:
        run(connection, _COUNT, (number, _STORIES))


def items_ever(database: Database) -> int:
    """How many items were ever kept; their rows stay, whatever is forgotten of them."""
    with database.read() as connection:
        return _marked(connection, _ITEMS)


def _marked(connection: Connection, name: str) -> int:
    return int(connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar() or 0)


def queues(database: Database, now: datetime) -> dict[str, Queue]:
    """What waits, by the name of the channel; channels for which nothing waits are missing."""
    held = func.count(owed.c.held)
    is_due = deliveries.c.next_try_at <= now
    due, since = func.count(case((is_due, 1))), func.min(case((is_due, deliveries.c.next_try_at)))
    unsent = select(deliveries.c.channel, due, func.count(), since).where(deliveries.c.state == "owed")
    with database.read() as connection:
        promised = connection.execute(select(owed.c.channel, func.count(), held).where(OPEN).group_by(owed.c.channel))
        found = {name: Queue(owed=many, held=kept_back) for name, many, kept_back in promised}
        for name, due_now, all_, first in connection.execute(unsent.group_by(deliveries.c.channel)):
            one = found.get(name, Queue())
            found[name] = Queue(one.owed, one.held, due_now, all_ - due_now, first)
    return found


def size_of(database: Database) -> Size:
    """How large the archive is."""
    with database.read() as connection:
        schema = version_of(connection)
        if database.path is None:
            used = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
            return Size(int(used), schema=schema)
        pages, free, page = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("page_count", "freelist_count", "page_size")
        )
    journal = database.path.with_name(f"{database.path.name}-wal")
    return Size(pages * page + (journal.stat().st_size if journal.exists() else 0), free * page, schema)


def since(database: Database, moment: datetime) -> Span:
    """What happened since then. The index of what was seen, and of what has ended, answers."""
    # by the state SQLite would go through all there are: nearly all are sent
    is_sent = func.coalesce(deliveries.c.state, "") == "sent"
    alerts = (is_sent, deliveries.c.ended_at >= moment, deliveries.c.kind.in_(("alert", "digest")))
    told = (
        select(items.c.published_at, deliveries.c.ended_at)
        .join(owed, owed.c.item_id == items.c.id)
        .join(deliveries, deliveries.c.id == owed.c.delivery_id)
        .where(*alerts, deliveries.c.kind == "alert", items.c.published_at.is_not(None))
        .order_by(deliveries.c.ended_at.desc())
        .limit(_LAGS)
    )
    with database.read() as connection:
        new = _count(connection, items, items.c.seen_at >= moment)
        sent = int(connection.execute(select(func.count()).select_from(deliveries).where(*alerts)).scalar_one())
        lags = [max(0.0, (row.ended_at - row.published_at).total_seconds()) for row in connection.execute(told)]
    return Span(new, sent, median(lags) if lags else None)


def extent(database: Database) -> tuple[datetime | None, datetime | None]:
    """When the first and the last item were seen."""
    with database.read() as connection:
        first, last = (connection.execute(select(end(items.c.seen_at))).scalar() for end in (func.min, func.max))
        return first, last
