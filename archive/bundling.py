"""From what is owed and due to deliveries with ids: one a story for "now", one a digest otherwise.

What a channel asks for is heeded here, where a message begins: in its quiet hours only what is urgent becomes a
delivery, and of more stories than it wants in an hour the rest waits and becomes one digest. What waits is marked with
the reason; nothing is dropped.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.engine import Connection

from archive.ids import minted
from archive.model import Bounds, DeliveryState
from archive.owing import OPEN
from archive.rows import chunks
from archive.silencing import silence_due
from archive.tables import deliveries, owed

NOW = "now"
HOUR = timedelta(hours=1)
FREE = Bounds()
_MOST_AT_ONCE = 200
"""Alerts that one transaction makes at the most, shared among the channels: keeping waits for its end."""
_SHARE = 8


def bundle_due(
    connection: Connection, now: datetime, channels: Sequence[str], bounds: Mapping[str, Bounds] | None = None
) -> None:
    """Make deliveries of owed rows that are due, as far as silences and the channels' ``bounds`` let them.

    A message names all rules of its channel that matched the story: one due row takes the story's others that are
    meant for "now" with it, also those whose rule would wait longer.
    """
    silence_due(connection, now, channels)
    with_due = select(owed.c.channel).where(OPEN, owed.c.due_at <= now, owed.c.channel.in_(channels)).distinct()
    names = connection.execute(with_due).scalars().all()
    share = max(_SHARE, _MOST_AT_ONCE // max(1, len(names)))
    for channel in names:
        _bundle_channel(connection, channel, now, (bounds or {}).get(channel, FREE), share)


def _bundle_channel(connection: Connection, channel: str, now: datetime, bounds: Bounds, share: int) -> None:
    due = and_(OPEN, owed.c.channel == channel, owed.c.due_at <= now)
    at_once = and_(due, owed.c.bundle == NOW)
    _alerts(connection, channel, _stories(connection, share, at_once, owed.c.urgent), now)
    if bounds.quiet is not None:
        for name in _digests(connection, due, owed.c.urgent):
            _digest(connection, channel, name, now, due)
        _hold(connection, bounds.quiet, at_once, owed.c.held.is_(None))
        return
    for name in _digests(connection, due):
        _digest(connection, channel, name, now, due)
    room = _room(connection, channel, now, bounds.max_per_hour)
    room -= _told_what_was_held(connection, channel, now, at_once) if room else 0
    fresh = _stories(connection, share, at_once, owed.c.held.is_(None))
    _alerts(connection, channel, fresh[:room], now)
    if fresh[room:]:
        _hold(connection, f"more than {bounds.max_per_hour} messages in an hour", at_once, owed.c.held.is_(None))


def _stories(connection: Connection, most: int, *conditions: ColumnElement[bool]) -> list[str]:
    """The stories of the first of these rows in the order they fell due."""
    statement = select(owed.c.story_id).where(*conditions).order_by(owed.c.due_at, owed.c.id).limit(most)
    return list(dict.fromkeys(connection.execute(statement).scalars()))


def _digests(connection: Connection, *conditions: ColumnElement[bool]) -> list[str]:
    """The names of the digests that have something due."""
    statement = select(owed.c.bundle).where(*conditions, owed.c.bundle != NOW).distinct().order_by(owed.c.bundle)
    return list(connection.execute(statement).scalars())


def _room(connection: Connection, channel: str, now: datetime, most: int) -> int:
    """How many alerts may begin now: what was made or sent within the hour counts, and what still waits to be sent,
    so that a receiver that was away is not flooded either. A time in the future (the clock was set back) does not, nor
    does what somebody dropped."""
    if not most:
        return sys.maxsize
    recent = and_(deliveries.c.created_at > now - HOUR, deliveries.c.created_at <= now)
    ended = and_(deliveries.c.ended_at > now - HOUR, deliveries.c.ended_at <= now)
    statement = (
        select(func.count())
        .select_from(deliveries)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.kind.in_(("alert", "digest")),
            deliveries.c.dropped.is_(None),
            or_(deliveries.c.state == DeliveryState.OWED.value, recent, ended),
        )
    )
    return max(0, most - int(connection.execute(statement).scalar() or 0))


def _told_what_was_held(connection: Connection, channel: str, now: datetime, at_once: ColumnElement[bool]) -> int:
    """All that waited as one digest, a single story as an alert; how many messages that makes."""
    held = _stories(connection, _MOST_AT_ONCE, at_once, owed.c.held.is_not(None))
    if len(held) == 1:
        return _alerts(connection, channel, held, now)
    if not held:
        return 0
    waiting = (OPEN, owed.c.channel == channel, owed.c.bundle == NOW)
    stories = select(owed.c.story_id).where(*waiting, owed.c.due_at <= now, owed.c.held.is_not(None))
    mine = and_(owed.c.channel == channel, owed.c.bundle == NOW, owed.c.held.is_not(None))
    return _bundle(connection, channel, now, mine, and_(*waiting, owed.c.story_id.in_(stories)))


def _alerts(connection: Connection, channel: str, stories: Sequence[str], now: datetime) -> int:
    """A delivery for each of the stories, in few statements; how many new ones."""
    made = 0
    for part in chunks(stories):
        mine = and_(owed.c.channel == channel, owed.c.bundle == NOW, owed.c.story_id.in_(part))
        numbers = {row.story_id: row.id for row in connection.execute(_uncomposed("alert", now, mine))}
        loud = set(connection.execute(select(owed.c.story_id).where(OPEN, mine, owed.c.urgent)).scalars())
        joined = [numbers[story_id] for story_id in part if story_id in numbers and story_id in loud]
        connection.execute(deliveries.update().where(deliveries.c.id.in_(joined)).values(urgent=True))
        fresh = {story_id: minted("d") for story_id in part if story_id not in numbers}
        if fresh:
            rows = [_delivery(number, channel, "alert", now, story_id in loud) for story_id, number in fresh.items()]
            connection.execute(deliveries.insert(), rows)
        same = (owed.c.channel == channel, owed.c.bundle == NOW, owed.c.story_id == bindparam("story"))
        connection.execute(
            owed.update().where(OPEN, *same).values(delivery_id=bindparam("number")),
            [{"story": story_id, "number": number} for story_id, number in {**numbers, **fresh}.items()],
        )
        made += len(fresh)
    return made


def _digest(connection: Connection, channel: str, name: str, now: datetime, due: ColumnElement[bool]) -> int:
    """All of a digest that is due, also of times that were missed: one message, like one visit for many ticks."""
    same = and_(owed.c.channel == channel, owed.c.bundle == name)
    return _bundle(connection, channel, now, same, and_(due, owed.c.bundle == name))


def bundle_waiting(connection: Connection, channel: str, now: datetime) -> None:
    """All that waits for its time (held back, or for a digest) in one delivery: to be dropped, and to be taken back."""
    waiting = and_(OPEN, owed.c.channel == channel)
    if connection.execute(select(owed.c.id).where(waiting).limit(1)).first() is None:
        return
    number = minted("d")
    connection.execute(deliveries.insert().values(**_delivery(number, channel, "digest", now, False)))
    connection.execute(owed.update().where(waiting).values(delivery_id=number))


def _hold(connection: Connection, why: str, *conditions: ColumnElement[bool]) -> None:
    connection.execute(owed.update().where(*conditions).values(held=why))


def _bundle(
    connection: Connection, channel: str, now: datetime, same: ColumnElement[bool], rows: ColumnElement[bool]
) -> int:
    """Put ``rows`` into a digest: one made of the ``same`` that waits uncomposed (its channel is disabled or slow)
    takes what came since, else a new one. How many new ones: 1 or 0."""
    urgent = connection.execute(select(owed.c.id).where(rows, owed.c.urgent).limit(1)).first() is not None
    waiting = connection.execute(_uncomposed("digest", now, same).limit(1)).first()
    number = waiting.id if waiting else minted("d")
    if waiting is None:
        connection.execute(deliveries.insert().values(**_delivery(number, channel, "digest", now, urgent)))
    elif urgent:
        connection.execute(deliveries.update().where(deliveries.c.id == number).values(urgent=True))
    connection.execute(owed.update().where(rows).values(delivery_id=number))
    return int(waiting is None)


def _delivery(number: str, channel: str, kind: str, now: datetime, urgent: bool) -> dict[str, object]:
    return {
        "id": number,
        "channel": channel,
        "kind": kind,
        "state": DeliveryState.OWED.value,
        "created_at": now,
        "next_try_at": now,
        "urgent": urgent,
    }


def _uncomposed(kind: str, now: datetime, same: ColumnElement[bool]) -> Select[tuple[str, str]]:
    """Deliveries of the same that wait uncomposed, by story: they take what came since."""
    return (
        select(owed.c.story_id, deliveries.c.id)
        .join(owed, owed.c.delivery_id == deliveries.c.id)
        .where(
            same,
            deliveries.c.kind == kind,
            deliveries.c.message.is_(None),
            deliveries.c.state == DeliveryState.OWED.value,
            or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= now),
        )
    )
