"""What an item owes to whom: a channel gets each story once, unless a rule asks for more. Written with the item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.engine import Connection

from archive.document import storable
from archive.model import Owed, Promise
from archive.tables import owed

OPEN = and_(owed.c.delivery_id.is_(None), owed.c.silence_id.is_(None))
"""What is still to be told: in no delivery yet, and not silenced."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was promised before: for a story the (channel, rule) pairs, and those for this very item."""

    story: frozenset[tuple[str, str]]
    item: frozenset[tuple[str, str]]


def is_owed(promise: Promise, told: Told, new_facts: Callable[[], bool], *, edited: bool = False) -> bool:
    """Does the promise hold now? "story": not if the rule was told of the story through the channel; "each": for every
    item; "updates": for the first and for later ones with new facts. The same item is never owed twice, but an
    ``edited`` one to who asks for updates."""
    pair = (promise.channel, promise.rule)
    if pair in told.item and not edited:
        return False
    if pair not in told.story or (promise.repeat == "each" and not edited):
        return True
    return promise.repeat == "updates" and new_facts()


def owe(
    connection: Connection,
    item_id: str,
    story_id: str,
    promises: Sequence[Promise],
    now: datetime,
    new_facts: Callable[[], bool],
    version: int = 1,
) -> tuple[tuple[str, str], ...]:
    """Write down what is owed now; the (channel, rule) pairs. ``version``: above 1 for an edited item."""
    if not promises:
        return ()
    due = due_of(promises, told_by(owed_rows(connection, story_id), item_id), new_facts, edited=version > 1)
    if due:
        rows = [row_of(promise, item_id, story_id, version, now) for promise in due.values()]
        connection.execute(owed.insert(), rows)
    return tuple(due)


def due_of(
    promises: Sequence[Promise], told: Told, new_facts: Callable[[], bool], *, edited: bool = False
) -> dict[tuple[str, str], Promise]:
    """The promises that hold now, by (channel, rule)."""
    due: dict[tuple[str, str], Promise] = {}
    for promise in promises:
        pair = (promise.channel, promise.rule)
        if pair not in due and is_owed(promise, told, new_facts, edited=edited):
            due[pair] = promise
    return due


def owed_rows(connection: Connection, story_id: str) -> Sequence[Mapping[Any, Any]]:
    """What was promised of a story: item, channel and rule."""
    statement = select(owed.c.item_id, owed.c.channel, owed.c.rule).where(owed.c.story_id == story_id)
    return connection.execute(statement).mappings().all()


def told_by(rows: Iterable[Mapping[Any, Any]], item_id: str) -> Told:
    """What these promises of a story mean for one of its items."""
    pairs = [(row["item_id"], (row["channel"], row["rule"])) for row in rows]
    return Told(
        story=frozenset(pair for _, pair in pairs), item=frozenset(pair for whose, pair in pairs if whose == item_id)
    )


def row_of(promise: Promise, item_id: str, story_id: str, version: int, now: datetime) -> dict[str, object]:
    """A promise as a row."""
    return {
        "item_id": item_id,
        "story_id": story_id,
        "rule": promise.rule,
        "query": storable(promise.query),
        "channel": promise.channel,
        "bundle": promise.bundle,
        "due_at": promise.due_at or now,
        "owed_at": now,
        "delivery_id": None,
        "version": version,
        "urgent": promise.urgent,
    }


def owed_of(row: Mapping[Any, Any]) -> Owed:
    """A promise out of its row."""
    return Owed(
        id=row["id"],
        item_id=row["item_id"],
        story_id=row["story_id"],
        rule=row["rule"],
        query=row["query"],
        channel=row["channel"],
        due_at=row["due_at"],
        bundle=row["bundle"],
        owed_at=row["owed_at"],
        urgent=row["urgent"],
        held=row["held"],
        silence_id=row["silence_id"],
        delivery_id=row["delivery_id"],
    )
