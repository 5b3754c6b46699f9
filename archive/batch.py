"""What writing a batch of items is made of: small steps inside the one write transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from archive import print_rows
from archive.database import rows_of
from archive.identity import is_state
from archive.model import Keeping, NewsItem
from archive.owing import due_of, owed_rows, row_of, told_by
from archive.pending import Pending
from archive.prepare import Prepared
from archive.sightings import Seen
from archive.stories import brings_new_facts
from archive.tables import SECOND_BITS, matches, seq_floor

CONTENT = ("author", "summary", "body", "language", "section", "place", "credit", "published_at")
_SECOND = 1 << SECOND_BITS
_LAST_SQLITE = "SELECT value, (SELECT max(seq) FROM items WHERE seq >= value AND seq < value + ?) FROM json_each(?)"
_LAST_POSTGRES = (
    "SELECT low, (SELECT max(seq) FROM items WHERE seq >= low AND seq < low + %s) FROM unnest(%s::bigint[]) AS low"
)
NOT_ALERTING = "kept without alerting"


@dataclass
class Batch:
    """What is needed while a batch is kept: the connection, when and how it came, and which keys point where; ``begun``
    counts the stories that the archive did not know."""

    connection: Connection
    now: datetime
    via: str
    alerting: bool
    by_key: dict[str, str] = field(default_factory=dict)
    stored: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    pending: Pending = field(default_factory=Pending)
    begun: int = 0
    _next_seq: dict[int, int] = field(default_factory=dict)

    def flush(self) -> None:
        """Write what is gathered, so that the database can be asked and changed."""
        gathered, self.pending = self.pending, Pending()
        self._next_seq.clear()
        gathered.write(self.connection, self.now)

    def look_ahead(self, moments: Iterable[datetime]) -> None:
        """Ask at once for the next row numbers within the seconds of these moments."""
        self._next_seq.update(_next_seqs(self.connection, sorted({seq_floor(moment) for moment in moments})))

    def next_seq(self, moment: datetime) -> int:
        """A row number within the second of ``moment`` that nobody has, among those gathered too."""
        floor = seq_floor(moment)
        seq = self._next_seq.get(floor)
        if seq is None:
            seq = free_seq(self.connection, moment)
        if seq - floor >= _SECOND:  # it is full, and of the one that it goes on in some may be gathered
            self.flush()
            seq = free_seq(self.connection, moment)
        self._next_seq[seq - seq % _SECOND] = seq + 1
        return seq


def owe_new(work: Batch, one: Prepared, item_id: str, story_id: str) -> tuple[tuple[str, str], ...]:
    """Write down what a fresh item owes; the (channel, rule) pairs."""

    def new_facts() -> bool:
        work.flush()
        return brings_new_facts(one.print, print_rows.prints_of_story(work.connection, story_id, item_id))

    promises = one.judged.promises
    if not promises:
        return ()
    rows = [*work.pending.owed.get(story_id, ())]
    if story_id not in work.pending.stories:
        rows += owed_rows(work.connection, story_id)
    due = due_of(promises, told_by(rows, item_id), new_facts)
    work.pending.owe(story_id, [row_of(promise, item_id, story_id, 1, work.now) for promise in due.values()])
    return tuple(due)


def values_of(item: NewsItem) -> dict[str, object]:
    """An item's content and story as columns."""
    content: dict[str, object] = {name: getattr(item, name) for name in CONTENT}
    return content | {"title": item.title, "story_id": item.story_id}


def free_seq(connection: Connection, moment: datetime) -> int:
    """The next row number within the second of ``moment`` (or of one soon after, should a million not be enough)."""
    while True:
        low = seq_floor(moment)
        seq = _next_seqs(connection, [low])[low]
        if seq < low + _SECOND:
            return seq
        moment += timedelta(seconds=1)


def _next_seqs(connection: Connection, floors: Sequence[int]) -> dict[int, int]:
    """For each second, by its lowest row number: the one behind the last that is taken."""
    if connection.dialect.name == "sqlite":
        rows = rows_of(connection, _LAST_SQLITE, (_SECOND, json.dumps(floors)))
    else:
        rows = rows_of(connection, _LAST_POSTGRES, (_SECOND, list(floors)))
    return {low: low if last is None else last + 1 for low, last in rows}


def match_rows(item_id: str, one: Prepared) -> list[dict[str, object]]:
    """The rules that match with their spans, as rows."""
    return [
        {"item_id": item_id, "rule": rule, "position": position, "spans": spans}
        for position, (rule, spans) in enumerate(one.spans)
    ]


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
    work.pending.keys += [{"key": key, "item_id": item_id} for key in fresh]
    work.by_key.update(dict.fromkeys(fresh, item_id))


def note_seen(work: Batch, item: NewsItem, item_id: str, keeping: Keeping) -> None:
    """Write down that an entry was seen and what came of it."""
    outcome = "kept" if keeping is Keeping.NEW else keeping.value
    seen = Seen(item.source, item.keys, outcome, url=item.url, title=item.title, item_id=item_id, reason=item.unread)
    (work.pending.fresh if keeping is Keeping.NEW else work.pending.known).append(seen)
