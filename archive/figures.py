"""How many there are of everything."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.engine import Connection

from archive.owing import OPEN
from archive.tables import channels, deliveries, items, owed, sightings, sources, visits


def counted(connection: Connection) -> dict[str, int]:
    """Plain counts by name, in a fixed order."""
    stories = select(func.count(items.c.story_id.distinct()))
    return {
        "items": _count(connection, items),
        "incomplete": _count(connection, items, ~items.c.complete),
        "forgotten": _count(connection, items, items.c.forgotten_at.is_not(None)),
        "stories": int(connection.execute(stories).scalar() or 0),
        "rejected": _count(connection, sightings, sightings.c.outcome == "rejected"),
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
