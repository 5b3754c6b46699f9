"""Deliveries: from what is owed to what was sent, never losing one and never making two of one.

Owed rows that are due are bundled into a delivery with an id of its own; it is leased, composed and frozen, tried, and
settled after the act (``archive.settling``). A process that dies between any two steps leaves a lease that runs out,
and the same delivery, under the same id and with the same words, is tried again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal_column, or_, select, true
from sqlalchemy.engine import Connection

from archive.bundling import bundle_due
from archive.database import Database
from archive.document import storable
from archive.errors import ArchiveError
from archive.ids import minted
from archive.model import Bounds, Delivery, DeliveryState, Owed
from archive.owing import owed_of
from archive.rows import chunks
from archive.tables import channels, deliveries, owed

Compose = Callable[[Sequence[Delivery]], Mapping[str, Mapping[str, Any]]]
"""Messages by delivery id; one that cannot be composed is missing."""

COMPOSED = 100
"""Messages that are composed while they are claimed, a fraction of a millisecond each: keeping waits for it."""

_FEW = 4
"""Channels up to which each is asked by itself, without looking first which of them have something due."""


def claim_deliveries(
    database: Database,
    now: datetime,
    owner: str,
    lease: timedelta,
    *,
    channels: Sequence[str],
    limit: int = 100,
    each: int | None = None,
    bounds: Mapping[str, Bounds] | None = None,
    compose: Compose | None = None,
) -> list[Delivery]:
    """Bundle what is due for these channels, then lease at most ``limit`` deliveries that are to be tried now, and at
    most ``each`` of one channel.

    The channels take turns, so a long queue of one delays no other. A disabled channel's deliveries stay owed, and one
    that has quiet hours by its ``bounds`` gets only what is urgent. ``compose`` is handed new deliveries (at most
    ``COMPOSED``), and what it makes of them is frozen in the same transaction: the others are left without a message.
    """
    if not channels:
        return []
    bounds = bounds or {}
    with database.write() as connection:
        bundle_due(connection, now, channels, bounds)
        quiet = {name for name in channels if name in bounds and bounds[name].quiet is not None}
        ids = _due(connection, now, channels, quiet, limit, limit if each is None else each)
        if ids:
            connection.execute(
                deliveries.update().where(deliveries.c.id.in_(ids)).values(lease_owner=owner, lease_until=now + lease)
            )
        claimed = _with_earlier(connection, _deliveries(connection, ids))
        new = [one for one in claimed if one.message is None][:COMPOSED]
        if compose is None or not new:
            return claimed
        frozen = _freeze(connection, compose(new))
        return [replace(one, message=frozen.get(one.id, one.message)) for one in claimed]


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


def _due(
    connection: Connection, now: datetime, names: Sequence[str], quiet: Collection[str], limit: int, each: int
) -> list[str]:
    """What is due for each channel by itself, through an index: what waits for one costs the others nothing. Of the
    ``quiet`` ones only what is urgent."""
    disabled = set(connection.execute(select(channels.c.name)).scalars())
    queues = [
        list(connection.execute(_due_for(name, now, name in quiet).limit(min(each, limit))))
        for name in _with_due(connection, now, names, quiet)
        if name not in disabled
    ]
    turns = [(turn, row.next_try_at, row.id) for queue in queues for turn, row in enumerate(queue)]
    return [number for _, _, number in sorted(turns)[:limit]]


def _with_due(connection: Connection, now: datetime, names: Sequence[str], quiet: Collection[str]) -> Sequence[str]:
    if len(names) <= _FEW:
        return names
    waiting = (deliveries.c.state == DeliveryState.OWED.value, deliveries.c.next_try_at <= now, _free(now))
    loud = or_(deliveries.c.urgent, deliveries.c.channel.not_in(quiet)) if quiet else true()
    found = set(connection.execute(select(deliveries.c.channel).where(*waiting, loud).distinct()).scalars())
    return [name for name in names if name in found]


def _due_for(name: str, now: datetime, quiet: bool) -> Select[tuple[str, datetime]]:
    return (
        select(deliveries.c.id, deliveries.c.next_try_at)
        .where(
            deliveries.c.channel == name,
            deliveries.c.state == DeliveryState.OWED.value,
            deliveries.c.next_try_at <= now,
            _free(now),
            deliveries.c.urgent if quiet else true(),
        )
        .order_by(deliveries.c.next_try_at, deliveries.c.created_at)
    )


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now)


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
            owe_composed(connection, number, channel, kind, message, now)
    return number


def owe_composed(
    connection: Connection, number: str, channel: str, kind: str, message: Mapping[str, Any], now: datetime
) -> None:
    """The same inside a transaction."""
    values = {"id": number, "channel": channel, "kind": kind, "state": DeliveryState.OWED.value}
    connection.execute(
        deliveries.insert().values(**values, message=json.dumps(message), created_at=now, next_try_at=now)
    )


def freeze(database: Database, messages: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Store composed messages by delivery id, unless another process was faster; returns those that count, to be sent.
    A delivery that is not there is missing from the answer."""
    with database.write() as connection:
        return _freeze(connection, messages)


def _freeze(connection: Connection, messages: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    there: dict[str, str | None] = {}
    for part in chunks(list(messages)):
        found = select(deliveries.c.id, deliveries.c.message).where(deliveries.c.id.in_(part))
        there |= {row.id: row.message for row in connection.execute(found)}
    # With ASCII escapes no text, whatever it holds, is refused by a database.
    new = [{"number": number, "text": json.dumps(messages[number])} for number, text in there.items() if text is None]
    if new:
        statement = deliveries.update().where(deliveries.c.id == bindparam("number"))
        connection.execute(statement.values(message=bindparam("text")), new)
    return {number: messages[number] if text is None else json.loads(text) for number, text in there.items()}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries are asked for; what is None does not matter. ``failing``: owed, and tried in vain."""

    state: DeliveryState | str | None = None
    channel: str | None = None
    rule: str | None = None
    since: datetime | None = None
    failing: bool = False
    after: tuple[datetime, str] | None = None

    @property
    def newest(self) -> Select[str]:
        """The ids, newest first. Nearly all are sent: by an index of states SQLite would sort them all to show a few,
        so their state is hidden from it; and where there are few, the order is, or it would go through all by time."""
        order: ColumnElement[Any] = deliveries.c.created_at
        condition = self.condition
        if self.state is not None and DeliveryState(self.state) is DeliveryState.SENT:
            is_sent = func.coalesce(deliveries.c.state, "") == DeliveryState.SENT.value
            condition = replace(self, state=None).condition & is_sent
        elif self.state is not None:
            order = func.coalesce(deliveries.c.created_at, literal_column("0"))
        return select(deliveries.c.id).where(condition).order_by(order.desc(), deliveries.c.id)

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same in SQL."""
        condition: ColumnElement[bool] = true()
        if self.state is not None:
            condition &= deliveries.c.state == DeliveryState(self.state).value
        if self.channel is not None:
            condition &= deliveries.c.channel == self.channel
        if self.rule is not None:
            condition &= exists().where(owed.c.delivery_id == deliveries.c.id, owed.c.rule == self.rule)
        if self.since is not None:
            condition &= deliveries.c.created_at >= self.since
        if self.failing:
            condition &= (deliveries.c.state == DeliveryState.OWED.value) & deliveries.c.last_error.is_not(None)
        if self.after is not None:
            made, number = self.after
            condition &= or_(
                deliveries.c.created_at < made, (deliveries.c.created_at == made) & (deliveries.c.id > number)
            )
        return condition


def listed(database: Database, wanted: Wanted, limit: int) -> list[Delivery]:
    """Deliveries, newest first."""
    with database.read() as connection:
        return _deliveries(connection, list(connection.execute(wanted.newest.limit(limit)).scalars()))


def one(database: Database, delivery_id: str) -> Delivery | None:
    """The delivery of an id; None if there is none."""
    statement = select(deliveries.c.id).where(deliveries.c.id == storable(delivery_id))
    with database.read() as connection:
        return next(iter(_deliveries(connection, list(connection.execute(statement).scalars()))), None)


def counted(database: Database, wanted: Wanted, most: int) -> int:
    """How many there are, at most one more than ``most``."""
    some = select(deliveries.c.channel).where(wanted.condition).limit(most + 1).subquery()  # an index has it
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(some)).scalar() or 0)


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
        dropped=row["dropped"],
        refused=json.loads(row["refused"]),
        stories=tuple(dict.fromkeys(one.story_id for one in made_of)),
        rules=tuple(dict.fromkeys(one.rule for one in made_of)),
    )


def unknown(delivery_id: str) -> ArchiveError:
    """The error for an id that no delivery has."""
    return ArchiveError(f"There is no delivery {delivery_id!r}: see `khabardar delivery list`.")
