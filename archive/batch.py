"""What writing a batch of items is made of: small steps inside the one write transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from archive import story_rows
from archive.identity import is_state
from archive.model import Keeping, NewsItem
from archive.owing import owe
from archive.prepare import Prepared
from archive.sightings import Seen, note
from archive.stories import brings_new_facts
from archive.tables import SECOND_BITS, item_keys, items, matches, seq_floor

CONTENT = ("author", "summary", "body", "language", "section", "place", "credit", "published_at")
NOT_ALERTING = "kept without alerting"


@dataclass
class Batch:
    """What is needed while a batch is kept: the connection, when and how it came, and which keys point where."""

    connection: Connection
    now: datetime
    via: str
    alerting: bool
    by_key: dict[str, str] = field(default_factory=dict)
    stored: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def owe_new(work: Batch, one: Prepared, item_id: str, story_id: str) -> tuple[tuple[str, str], ...]:
    """Write down what a fresh item owes; the (channel, rule) pairs."""

    def new_facts() -> bool:
        return brings_new_facts(one.print, story_rows.prints_of_story(work.connection, story_id, item_id))

    return owe(work.connection, item_id, story_id, one.judged.promises, work.now, new_facts)


def values_of(item: NewsItem) -> dict[str, object]:
    """An item's content and story as columns."""
    content: dict[str, object] = {name: getattr(item, name) for name in CONTENT}
    return content | {"title": item.title, "story_id": item.story_id}


def free_seq(connection: Connection, moment: datetime) -> int:
    """The next row number within the second of ``moment`` (or of one soon after, should a million not be enough)."""
    while True:
        low = seq_floor(moment)
        high = low + (1 << SECOND_BITS)
        last = connection.execute(select(func.max(items.c.seq)).where(items.c.seq >= low, items.c.seq < high)).scalar()
        if last is None:
            return low
        if last + 1 < high:
            return int(last) + 1
        moment += timedelta(seconds=1)


def keep_matches(connection: Connection, item_id: str, one: Prepared) -> None:
    """The rules that match now with their spans; rules that matched an earlier text stay on record without spans."""
    earlier = select(matches.c.rule).where(matches.c.item_id == item_id).order_by(matches.c.position)
    rules = dict(one.spans)
    for rule in connection.execute(earlier).scalars():
        rules.setdefault(rule, "[]")
    connection.execute(matches.delete().where(matches.c.item_id == item_id))
    rows = [
        {"item_id": item_id, "rule": rule, "position": position, "spans": spans}
        for position, (rule, spans) in enumerate(rules.items())
    ]
    if rows:
        connection.execute(matches.insert(), rows)


def point(work: Batch, item_id: str, keys: Sequence[str]) -> None:
    """Let keys that point nowhere yet point to the item; what tells only how a list's entry looked names nothing."""
    fresh = [key for key in dict.fromkeys(keys) if key not in work.by_key and not is_state(key)]
    if fresh:
        work.connection.execute(item_keys.insert(), [{"key": key, "item_id": item_id} for key in fresh])
        work.by_key.update(dict.fromkeys(fresh, item_id))


def note_seen(work: Batch, item: NewsItem, item_id: str, keeping: Keeping) -> None:
    """Write down that an entry was seen and what came of it."""
    outcome = "kept" if keeping is Keeping.NEW else keeping.value
    seen = Seen(item.source, item.keys, outcome, url=item.url, title=item.title, item_id=item_id, reason=item.unread)
    note(work.connection, seen, work.now)
