"""Deliveries taken in hand: tried again, sent no more, or due sooner because the clock was set back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from archive.bundling import bundle_waiting
from archive.database import Database
from archive.document import storable
from archive.model import DeliveryState
from archive.outbox import Wanted
from archive.owing import OPEN
from archive.tables import deliveries, owed, tries

Longest = Callable[[int, float | None], timedelta]
"""After so many tries and the seconds a receiver asked for: how long a delivery may wait for its next try."""


def retry(database: Database, delivery_id: str | None, now: datetime, channel: str | None = None) -> int:
    """Put one delivery, or all that gave up (of a channel), back to work, due now, with a new count of tries; how many.

    Recipients that were refused for good are asked about again: somebody has put right what was wrong. What somebody
    dropped comes back only by its own id.
    """
    owing = {"state": "owed", "next_try_at": now, "ended_at": None, "tries": 0, "refused": "{}", "dropped": None}
    if delivery_id is not None:
        condition = (deliveries.c.id == delivery_id) & (deliveries.c.state != DeliveryState.SENT.value)
    else:
        condition = Wanted(DeliveryState.GAVE_UP, channel).condition & deliveries.c.dropped.is_(None)
    with database.write() as connection:
        return connection.execute(deliveries.update().where(condition).values(**owing)).rowcount


def drop(
    database: Database, ids: Sequence[str], why: str, now: datetime, channel: str | None = None
) -> tuple[int, list[str]]:
    """Send these deliveries, or all that ``channel`` is owed, no more: they have given up, with ``why`` kept. How many,
    and those of the ids that are not owed. One that is on its way at this moment may still arrive; it then is sent.

    What a channel is owed and is in no delivery yet (held back, for a digest) makes one delivery, which is dropped too.
    """
    wanted = Wanted(DeliveryState.OWED, channel).condition
    values = {"state": "gave-up", "ended_at": now, "next_try_at": None, "dropped": storable(why)}
    with database.write() as connection:
        if channel is None:
            wanted &= deliveries.c.id.in_(ids)
        else:
            bundle_waiting(connection, channel, now)
        owing = set(connection.execute(select(deliveries.c.id).where(wanted)).scalars())
        connection.execute(deliveries.update().where(wanted).values(**values))
    return len(owing), [number for number in ids if number not in owing]


def clock_set_back(database: Database, now: datetime, longest: Longest, lease: timedelta) -> int:
    """Bring forward what waits for a time that was reckoned by a clock ahead of this one; how much it was.

    ``longest`` says for how long, after so many tries and a ``Retry-After``, a delivery may wait; no lease lasts longer
    than ``lease``. What is due at an hour of the day (digests) stays there. It may be called at any time.
    """
    with database.write() as connection:
        late = _tries_ahead(connection, now, longest) + _promises_ahead(connection, now)
        too_long = deliveries.c.lease_until > now + lease
        connection.execute(deliveries.update().where(too_long).values(lease_until=now + lease))
        return late


def _tries_ahead(connection: Connection, now: datetime, longest: Longest) -> int:
    asked = (
        select(tries.c.retry_after)
        .where(tries.c.delivery_id == deliveries.c.id)
        .order_by(tries.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    waiting = (deliveries.c.state == DeliveryState.OWED.value, deliveries.c.next_try_at > now)
    statement = select(deliveries.c.id, deliveries.c.tries, deliveries.c.next_try_at, asked.label("asked"))
    changed = [
        {"number": row.id, "then": now + pause}
        for row in connection.execute(statement.where(*waiting))
        if row.next_try_at > now + (pause := longest(row.tries, row.asked))
    ]
    if changed:
        update = deliveries.update().where(deliveries.c.id == bindparam("number"))
        connection.execute(update.values(next_try_at=bindparam("then")), changed)
    return len(changed)


def _promises_ahead(connection: Connection, now: datetime) -> int:
    """What was owed at a time that is still to come waits as long as it was meant to, from now."""
    waiting = (OPEN, owed.c.bundle == "now", owed.c.owed_at > now)
    rows = connection.execute(select(owed.c.id, owed.c.owed_at, owed.c.due_at).where(*waiting)).all()
    changed = [
        {"number": row.id, "then": then}
        for row in rows
        if row.due_at > (then := now + max(row.due_at - row.owed_at, timedelta(0)))
    ]
    if changed:
        update = owed.update().where(owed.c.id == bindparam("number"))
        connection.execute(update.values(due_at=bindparam("then")), changed)
    return len(changed)
