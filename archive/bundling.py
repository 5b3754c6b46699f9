"""From what is owed and due to deliveries with ids: one a story for "now", one a digest and due time otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.engine import Connection

from archive.ids import minted
from archive.model import DeliveryState
from archive.tables import deliveries, owed

NOW = "now"
_MOST_AT_ONCE = 2000


def bundle_due(connection: Connection, now: datetime, channels: Sequence[str]) -> None:
    """Make deliveries of owed rows that are due.

    A message names all rules of its channel that matched the story: one due row takes the story's others that are
    meant for "now" with it, also those whose rule would wait longer.
    """
    statement = (
        select(owed)
        .where(owed.c.delivery_id.is_(None), owed.c.due_at <= now, owed.c.channel.in_(channels))
        .order_by(owed.c.due_at, owed.c.id)
        .limit(_MOST_AT_ONCE)
    )
    alerts: dict[tuple[str, str], None] = {}
    digests: dict[tuple[str, str, datetime], None] = {}
    for row in connection.execute(statement):
        if row.bundle == NOW:
            alerts[row.channel, row.story_id] = None
        else:
            digests[row.channel, row.bundle, row.due_at] = None
    for channel, story_id in alerts:
        same = (owed.c.channel == channel, owed.c.story_id == story_id, owed.c.bundle == NOW)
        _bundle(connection, channel, "alert", now, *same)
    for channel, name, due_at in digests:
        same_digest = (owed.c.channel == channel, owed.c.bundle == name, owed.c.due_at == due_at)
        _bundle(connection, channel, "digest", now, *same_digest)


def _bundle(connection: Connection, channel: str, kind: str, now: datetime, *same: ColumnElement[bool]) -> None:
    number = _uncomposed(connection, now, *same)
    if number is None:
        number = minted("d")
        connection.execute(
            deliveries.insert().values(
                id=number, channel=channel, kind=kind, state=DeliveryState.OWED.value, created_at=now, next_try_at=now
            )
        )
    connection.execute(owed.update().where(*same, owed.c.delivery_id.is_(None)).values(delivery_id=number))


def _uncomposed(connection: Connection, now: datetime, *same: ColumnElement[bool]) -> str | None:
    """A delivery of the same that waits uncomposed (its channel is disabled or slow): it takes what came since."""
    statement = (
        select(deliveries.c.id)
        .join(owed, owed.c.delivery_id == deliveries.c.id)
        .where(
            *same,
            deliveries.c.message.is_(None),
            deliveries.c.state == DeliveryState.OWED.value,
            or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now),
        )
    )
    return connection.execute(statement.limit(1)).scalar()
