"""Deliveries: from what is owed to what was sent, never losing one and never making two of one.

Owed rows that are due are bundled into a delivery with an id of its own; it is leased, composed and frozen, tried, and
settled after the act. A process that dies between any two steps leaves a lease that runs out, and the same delivery,
under the same id and with the same words, is tried again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.engine import Connection

from archive.bundling import bundle_due
from archive.database import Database
from archive.document import storable
from archive.errors import ArchiveError
from archive.ids import minted
from archive.model import Bounds, Delivery, DeliveryState, Outcome, Owed, Told
from archive.owing import owed_of
from archive.rows import chunks
from archive.tables import channels, deliveries, owed, tries


def claim_deliveries(
    database: Database,
    now: datetime,
    owner: str,
    lease: timedelta,
    *,
    channels: Sequence[str],
    limit: int = 100,
    bounds: Mapping[str, Bounds] | None = None,
) -> list[Delivery]:
    """Bundle what is due for these channels, then lease at most ``limit`` deliveries that are to be tried now.

    The channels take turns, so a long queue of one delays no other. A disabled channel's deliveries stay owed, and one
    that has quiet hours by its ``bounds`` gets only what is urgent.
    """
    if not channels:
        return []
    bounds = bounds or {}
    with database.write() as connection:
        bundle_due(connection, now, channels, bounds)
        quiet = [name for name in channels if name in bounds and bounds[name].quiet is not None]
        ids = _due(connection, now, channels, quiet, limit)
        connection.execute(
            deliveries.update().where(deliveries.c.id.in_(ids)).values(lease_owner=owner, lease_until=now + lease)
        )
        return _with_earlier(connection, _deliveries(connection, ids))


def _with_earlier(connection: Connection, claimed: Sequence[Delivery]) -> list[Delivery]:
    """Alerts that are about to be composed with what their channel was told of the story before."""
    fresh = {one.stories[0] for one in claimed if one.message is None and one.kind == "alert" and one.stories}
    told: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for part in chunks(sorted(fresh)):
        statement = (
            select(owed.c.story_id, deliveries.c.channel, deliveries.c.id)
            .join(deliveries, deliveries.c.id == owed.c.delivery_id)
            .where(owed.c.story_id.in_(part), deliveries.c.kind == "alert", deliveries.c.message.is_not(None))
            .order_by(deliveries.c.created_at, deliveries.c.id)
        )
        for story_id, channel, number in connection.execute(statement):
            told[channel, story_id][number] = None
    return [
        replace(one, earlier=tuple(told.get((one.channel, one.stories[0]), ())))
        if one.message is None and one.kind == "alert" and one.stories
        else one
        for one in claimed
    ]


def _due(connection: Connection, now: datetime, names: Sequence[str], quiet: Sequence[str], limit: int) -> list[str]:
    turn = (
        func.row_number()
        .over(partition_by=deliveries.c.channel, order_by=(deliveries.c.next_try_at, deliveries.c.created_at))
        .label("turn")
    )
    waiting = (
        select(deliveries.c.id, deliveries.c.next_try_at, turn)
        .where(
            deliveries.c.state == DeliveryState.OWED.value,
            deliveries.c.next_try_at <= now,
            or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now),
            deliveries.c.channel.in_(names),
            or_(deliveries.c.urgent, deliveries.c.channel.not_in(quiet)),
            deliveries.c.channel.not_in(select(channels.c.name)),
        )
        .subquery()
    )
    order = (waiting.c.turn, waiting.c.next_try_at, waiting.c.id)
    return list(connection.execute(select(waiting.c.id).order_by(*order).limit(limit)).scalars())


def owe_message(
    database: Database,
    channel: str,
    kind: str,
    message: Mapping[str, Any],
    now: datetime,
    delivery_id: str | None = None,
) -> str:
    """Owe a channel a message that is already composed (a notice to the operator); its delivery id. The same
    ``delivery_id`` again changes nothing, so a notice that was owed before a crash is not owed twice."""
    number = delivery_id or minted("d")
    with database.write() as connection:
        if connection.execute(select(deliveries.c.id).where(deliveries.c.id == number)).first() is None:
            _owe_message(connection, number, channel, kind, message, now)
    return number


def owe_notice(connection: Connection, number: str, channel: str, message: Mapping[str, Any], now: datetime) -> None:
    """Owe a notice within a transaction that is already open."""
    _owe_message(connection, number, channel, "notice", message, now)


def _owe_message(
    connection: Connection, number: str, channel: str, kind: str, message: Mapping[str, Any], now: datetime
) -> None:
    values = {"id": number, "channel": channel, "kind": kind, "state": DeliveryState.OWED.value}
    connection.execute(
        deliveries.insert().values(**values, message=json.dumps(message), created_at=now, next_try_at=now)
    )


def freeze(database: Database, delivery_id: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store the composed message, unless another process was faster; returns the one that counts, to be sent."""
    with database.write() as connection:
        # With ASCII escapes no text, whatever it holds, is refused by a database.
        connection.execute(
            deliveries.update()
            .where(deliveries.c.id == delivery_id, deliveries.c.message.is_(None))
            .values(message=json.dumps(message))
        )
        stored = connection.execute(select(deliveries.c.message).where(deliveries.c.id == delivery_id)).scalar()
    if stored is None:
        raise _unknown(delivery_id)
    frozen: Mapping[str, Any] = json.loads(stored)
    return frozen


Notices = Sequence[tuple[str, Mapping[str, Any]]]
"""Composed messages about a channel in trouble, each with the channel that is to hear of it."""


def settle(
    database: Database,
    delivery_id: str,
    told: Told,
    now: datetime,
    next_try_at: datetime | None,
    notices: Notices = (),
) -> None:
    """Write down what came of a try. ``next_try_at`` None after ``RETRY`` means that there will be no other: gave up.

    ``notices`` are owed in the same transaction if the channel is disabled by this try (not if it was already), or the
    delivery is given up: who is to hear of it hears of it once, whatever happens after the commit.

    What was sent stays sent, also when a slower process reports a failure of the same delivery later.
    """
    with database.write() as connection:
        row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).mappings().first()
        if row is None:
            raise _unknown(delivery_id)
        answer = storable(told.answer)
        connection.execute(
            tries.insert().values(
                delivery_id=delivery_id,
                at=now,
                outcome=told.outcome.value,
                answer=answer,
                retry_after=None if told.retry_after is None else min(int(told.retry_after), 2**31 - 1),
            )
        )
        values = _after(row, told, now, next_try_at)
        if (told.disable and _disable(connection, row["channel"], answer, now)) or values.get("state") == "gave-up":
            for channel, message in notices:
                _owe_message(connection, minted("d"), channel, "notice", message, now)
        connection.execute(deliveries.update().where(deliveries.c.id == delivery_id).values(**values))


def _after(row: Mapping[Any, Any], told: Told, now: datetime, next_try_at: datetime | None) -> dict[str, Any]:
    reached = dict.fromkeys((*json.loads(row["reached"]), *told.reached))
    values: dict[str, Any] = {
        "tries": row["tries"] + 1,
        "reached": json.dumps(list(reached)),
        "refused": json.dumps({**json.loads(row["refused"]), **{k: storable(v) for k, v in told.refused.items()}}),
        "lease_owner": None,
        "lease_until": None,
    }
    if row["state"] == DeliveryState.SENT.value:
        return values
    if told.outcome is Outcome.SENT:
        return values | {"state": "sent", "ended_at": now, "next_try_at": None, "last_error": None}
    values["last_error"] = storable(told.answer)
    if told.disable:
        return values | {"state": "owed", "ended_at": None, "next_try_at": now}
    if told.outcome is Outcome.GAVE_UP or next_try_at is None:
        return values | {"state": "gave-up", "ended_at": now, "next_try_at": None}
    return values | {"state": "owed", "ended_at": None, "next_try_at": next_try_at}


def _disable(connection: Connection, channel: str, reason: str, now: datetime) -> bool:
    """Whether it was still enabled."""
    if connection.execute(select(channels.c.name).where(channels.c.name == channel)).first() is not None:
        return False
    connection.execute(channels.insert().values(name=channel, disabled_at=now, reason=reason))
    return True


def listed(database: Database, state: DeliveryState | str | None, limit: int, channel: str | None) -> list[Delivery]:
    """Deliveries, newest first."""
    condition: ColumnElement[bool] = true()
    if state is not None:
        condition &= deliveries.c.state == DeliveryState(state).value
    if channel is not None:
        condition &= deliveries.c.channel == channel
    order = (deliveries.c.created_at.desc(), deliveries.c.id)
    statement = select(deliveries.c.id).where(condition).order_by(*order).limit(limit)
    with database.read() as connection:
        return _deliveries(connection, list(connection.execute(statement).scalars()))


def retry(database: Database, delivery_id: str | None, now: datetime) -> int:
    """Put one delivery, or all that gave up, back to work, due now, with a new count of tries; how many. Recipients
    that were refused for good are asked about again: somebody has put right what was wrong."""
    owing = {"state": "owed", "next_try_at": now, "ended_at": None, "tries": 0, "refused": "{}"}
    condition = deliveries.c.state == DeliveryState.GAVE_UP.value
    if delivery_id is not None:
        condition = and_(deliveries.c.id == delivery_id, deliveries.c.state != DeliveryState.SENT.value)
    with database.write() as connection:
        return connection.execute(deliveries.update().where(condition).values(**owing)).rowcount


def disabled_channels(database: Database) -> dict[str, str]:
    """Channels that asked to be told nothing more, with the reason."""
    with database.read() as connection:
        rows = connection.execute(select(channels.c.name, channels.c.reason).order_by(channels.c.name))
        return {row.name: row.reason for row in rows}


def enable_channel(database: Database, name: str) -> bool:
    """Put a disabled channel back to work; False if it was not disabled."""
    with database.write() as connection:
        return connection.execute(channels.delete().where(channels.c.name == name)).rowcount > 0


def release_deliveries(database: Database, ids: Sequence[str], owner: str) -> None:
    """Give back deliveries that were claimed and not tried."""
    mine = (deliveries.c.id.in_(ids), deliveries.c.lease_owner == owner)
    with database.write() as connection:
        connection.execute(deliveries.update().where(*mine).values(lease_owner=None, lease_until=None))


def drop_delivery_leases(connection: Connection, owner: str) -> None:
    """Give back all that ``owner`` has leased."""
    connection.execute(
        deliveries.update().where(deliveries.c.lease_owner == owner).values(lease_owner=None, lease_until=None)
    )


def _deliveries(connection: Connection, ids: Sequence[str]) -> list[Delivery]:
    """In the order of the ids, each with what it is made of."""
    made: dict[str, list[Owed]] = defaultdict(list)
    rows: dict[str, Mapping[Any, Any]] = {}
    for part in chunks(ids):
        found = connection.execute(select(deliveries).where(deliveries.c.id.in_(part))).mappings()
        rows |= {row["id"]: row for row in found}
        for row in connection.execute(select(owed).where(owed.c.delivery_id.in_(part)).order_by(owed.c.id)).mappings():
            made[row["delivery_id"]].append(owed_of(row))
    return [_delivery(rows[number], made[number]) for number in ids]


def deliveries_of(connection: Connection, ids: Sequence[str]) -> list[Delivery]:
    """Deliveries by id, for the ledger."""
    return _deliveries(connection, ids)


def _delivery(row: Mapping[Any, Any], made_of: Sequence[Owed]) -> Delivery:
    return Delivery(
        id=row["id"],
        channel=row["channel"],
        kind=row["kind"],
        state=DeliveryState(row["state"]),
        message=None if row["message"] is None else json.loads(row["message"]),
        owed=tuple(made_of),
        tries=row["tries"],
        created_at=row["created_at"],
        next_try_at=row["next_try_at"],
        last_error=row["last_error"],
        ended_at=row["ended_at"],
        reached=tuple(json.loads(row["reached"])),
        refused=json.loads(row["refused"]),
        stories=tuple(dict.fromkeys(one.story_id for one in made_of)),
        rules=tuple(dict.fromkeys(one.rule for one in made_of)),
    )


def _unknown(delivery_id: str) -> ArchiveError:
    return ArchiveError(f"There is no delivery {delivery_id!r}: see `khabardar delivery list`.")
