"""The whole account of one item: where it was seen, kept or why not, whom it was owed to and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from archive.document import storable
from archive.identity import item_keys
from archive.model import Delivery, MatchSpan, NewsItem, Outcome, Owed, Silence, Story, Version
from archive.outbox import deliveries_of
from archive.owing import owed_of
from archive.rows import find_item, keys_of, spans_of, story_of
from archive.sightings import Sighting, sightings_of
from archive.silencing import silences_by_id
from archive.tables import items, owed, tries, versions


@dataclass(frozen=True, slots=True)
class Try:
    """One try to send a delivery: when, what came of it, what the other side answered, the seconds it asked to wait."""

    at: datetime
    outcome: Outcome
    answer: str
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveryAccount:
    """A delivery with all its tries, oldest first."""

    delivery: Delivery
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the archive can say about one entry. ``item`` is None when it was seen but never kept.

    ``rules`` are those that matched when it came and ``spans`` where; ``quiet`` says why they owed nothing. ``owed`` is
    what is or was owed for this item, ``story_owed`` for the story's other items: who was told of it already.
    ``versions`` are what an edited item said before.
    ``deliveries`` are made of both; ``silences``, by id, ended the promises of those that were silenced. ``via`` is
    "crawl" or "import".
    """

    item: NewsItem | None
    keys: tuple[str, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    story: Story | None = None
    rules: tuple[str, ...] = ()
    spans: tuple[MatchSpan, ...] = ()
    quiet: str | None = None
    via: str | None = None
    kept_at: datetime | None = None
    filled_at: datetime | None = None
    edited_at: datetime | None = None
    forgotten_at: datetime | None = None
    versions: tuple[Version, ...] = ()
    owed: tuple[Owed, ...] = ()
    story_owed: tuple[Owed, ...] = ()
    deliveries: tuple[DeliveryAccount, ...] = ()
    silences: Mapping[str, Silence] = field(default_factory=dict)


def ledger_of(connection: Connection, url_or_id: str) -> Ledger | None:
    """The account of an item (by id, URL or key) or of an entry that was only rejected; None if never seen."""
    item = find_item(connection, url_or_id)
    if item is None:
        return _of_rejected(connection, storable(url_or_id.strip()))
    keys = keys_of(connection, item.id)
    facts = connection.execute(select(items).where(items.c.id == item.id)).mappings().one()
    promises = connection.execute(select(owed).where(owed.c.story_id == item.story_id).order_by(owed.c.id)).mappings()
    rows = promises.all()
    numbers = list(dict.fromkeys(row["delivery_id"] for row in rows if row["delivery_id"]))
    return Ledger(
        item=item,
        keys=keys,
        sightings=sightings_of(connection, item.id, keys),
        story=story_of(connection, item.story_id or ""),
        rules=item.rules,
        spans=spans_of(connection, item.id),
        quiet=facts["quiet"],
        via=facts["via"],
        kept_at=facts["kept_at"],
        filled_at=facts["filled_at"],
        edited_at=facts["edited_at"],
        forgotten_at=facts["forgotten_at"],
        versions=versions_of(connection, item.id),
        owed=tuple(owed_of(row) for row in rows if row["item_id"] == item.id),
        story_owed=tuple(owed_of(row) for row in rows if row["item_id"] != item.id),
        deliveries=tuple(
            DeliveryAccount(one, tries_of(connection, one.id)) for one in deliveries_of(connection, numbers)
        ),
        silences=silences_by_id(connection, list({row["silence_id"] for row in rows if row["silence_id"]})),
    )


def versions_of(connection: Connection, item_id: str) -> tuple[Version, ...]:
    """What an edited item said before, oldest first; without what it says now."""
    statement = select(versions).where(versions.c.item_id == item_id).order_by(versions.c.number)
    names = [each.name for each in fields(Version)]
    rows = connection.execute(statement).mappings()
    return tuple(Version(**{name: row[name] for name in names}) for row in rows)


def _of_rejected(connection: Connection, url_or_key: str) -> Ledger | None:
    keys = (url_or_key, *item_keys("", url_or_key))
    found = sightings_of(connection, None, keys)
    return Ledger(item=None, keys=keys[1:], sightings=found) if found else None


def tries_of(connection: Connection, delivery_id: str) -> tuple[Try, ...]:
    """All tries of a delivery, oldest first."""
    statement = select(tries).where(tries.c.delivery_id == delivery_id).order_by(tries.c.id)
    return tuple(
        Try(row.at, Outcome(row.outcome), row.answer, row.retry_after) for row in connection.execute(statement)
    )
