"""Keeping items: identity and story judged inside the one write transaction, together with what is owed.

What comes in was crawled, read and matched outside; here it meets what others kept meanwhile. Either the whole batch is
in the file with everything it owes, or nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from archive import fulltext, story_rows
from archive.database import Database
from archive.document import document_of
from archive.ids import minted
from archive.model import Judged, Keeping, Kept, NewsItem
from archive.owing import owe
from archive.prepare import Prepared, prepared
from archive.rows import chunks, item_of, lasting_story
from archive.sightings import Seen, count_kept, note
from archive.stories import brings_new_facts
from archive.tables import SECOND_BITS, item_keys, items, matches, seq_floor

_NOT_ALERTING = "kept without alerting"
_CONTENT = ("author", "summary", "body", "language", "section", "place", "credit", "published_at")


@dataclass
class _Batch:
    """What is needed while a batch is kept: the connection, when and how it came, and which keys point where."""

    connection: Connection
    now: datetime
    via: str
    alerting: bool
    by_key: dict[str, str] = field(default_factory=dict)
    stored: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def keep(database: Database, batch: Sequence[Judged], now: datetime, *, via: str, alerting: bool = True) -> list[Kept]:
    """Keep a batch in one transaction; what became of each, in order. ``via`` is "crawl" or "import".

    Owed is only what is fresh (new, or filled with its text at last), not quiet, and not told yet.
    """
    ready = [prepared(judged, now) for judged in batch]
    if not ready:
        return []
    with database.write() as connection:
        fulltext.require_current(connection)
        work = _Batch(connection, now, via, alerting)
        _look_up(work, ready)
        kept = [_keep_one(work, one) for one in ready]
        story_rows.prune_prints(connection, now)
        return kept


def _look_up(work: _Batch, ready: Sequence[Prepared]) -> None:
    """Which of the batch's keys and ids are known, in a few statements."""
    for part in chunks(list({key for one in ready for key in one.item.keys})):
        statement = select(item_keys.c.key, item_keys.c.item_id).where(item_keys.c.key.in_(part))
        work.by_key.update({row.key: row.item_id for row in work.connection.execute(statement)})
    ids = {one.item.id for one in ready if one.item.id} | set(work.by_key.values())
    for part in chunks(list(ids)):
        rows = work.connection.execute(select(items).where(items.c.id.in_(part))).mappings()
        work.stored.update({row["id"]: row for row in rows})


def _keep_one(work: _Batch, one: Prepared) -> Kept:
    row = _known(work, one.item)
    if row is None:
        return _keep_new(work, one)
    _point(work, row["id"], one.item.keys)
    if one.item.complete and not row["complete"] and row["forgotten_at"] is None:
        return _fill(work, one, row)
    if not one.item.complete and not row["complete"]:
        _count_try(work, row["id"])
    _note(work, one.item, row["id"], Keeping.KNOWN)
    return Kept(Keeping.KNOWN, row["id"], lasting_story(work.connection, row["story_id"]))


def _known(work: _Batch, item: NewsItem) -> Mapping[str, Any] | None:
    """The stored item that this one is: by the first of its keys that is known, else by its id."""
    for key in item.keys:
        if key in work.by_key:
            return work.stored[work.by_key[key]]
    row = work.stored.get(item.id)
    # Another page under an id that is taken (ids "1", "2" of some other system) is another item: it gets an id of ours.
    if row is None or (item.keys and row["url"] != item.url and row["title"] != item.title):
        return None
    return row


def _keep_new(work: _Batch, one: Prepared) -> Kept:
    item_id = one.item.id if one.item.id and one.item.id not in work.stored else minted("n")
    quiet = one.judged.quiet or (None if work.alerting else _NOT_ALERTING)
    story_id = _story_of_new(work, one, item_id)
    item = replace(one.item, id=item_id, story_id=story_id)
    seq = _free_seq(work.connection, item.effective_at)
    values = _values(item) | {
        "seq": seq,
        "id": item_id,
        "source": item.source,
        "url": item.url,
        "seen_at": item.seen_at,
        "kept_at": work.now,
        "via": work.via,
        "quiet": quiet,
        "complete": item.complete,
        "page_tries": 0 if item.complete else 1,
    }
    work.connection.execute(items.insert().values(**values))
    work.stored[item_id] = {**values, "forgotten_at": None}
    fulltext.write(work.connection, seq, one.entry)
    story_rows.keep_print(work.connection, item_id, one.print, item.effective_at, work.now)
    _keep_matches(work.connection, item_id, one)
    _point(work, item_id, item.keys)
    _note(work, item, item_id, Keeping.NEW)
    count_kept(work.connection, item.source, item.effective_at)
    owed = () if quiet else _owe(work, one, item_id, story_id)
    return Kept(Keeping.NEW, item_id, story_id, owed)


def _fill(work: _Batch, one: Prepared, row: Mapping[str, Any]) -> Kept:
    """The text that was missing has come: it replaces the feed's few words everywhere, and is judged like a new one.

    What an item was quiet for (a first visit) stays: the late text of an old item alarms nobody.
    """
    item_id, quiet = row["id"], row["quiet"] or one.judged.quiet or (None if work.alerting else _NOT_ALERTING)
    before = item_of(row)
    content = {name: getattr(one.item, name) or getattr(before, name) for name in _CONTENT}
    item = replace(before, title=one.item.title or before.title, complete=True, **content)
    whole = prepared(replace(one.judged, item=replace(item, keys=one.item.keys)), row["kept_at"])
    # An earlier member of the batch may have joined its story to another.
    own = lasting_story(work.connection, row["story_id"])
    story_id = story_rows.story_for(
        work.connection, whole.print, item.effective_at, item.source, own=own, item_id=item_id
    )
    seq = row["seq"]
    fulltext.erase(work.connection, seq, fulltext.entry_of(document_of(before)))
    if seq_floor(item.effective_at) != seq_floor(before.effective_at):
        seq = _free_seq(work.connection, item.effective_at)
    values = _values(replace(item, story_id=story_id)) | {
        "seq": seq,
        "complete": True,
        "filled_at": work.now,
        "quiet": quiet,
    }
    work.connection.execute(items.update().where(items.c.id == item_id).values(**values))
    work.stored[item_id] = {**row, **values}
    fulltext.write(work.connection, seq, whole.entry)
    story_rows.keep_print(work.connection, item_id, whole.print, item.effective_at, work.now)
    _keep_matches(work.connection, item_id, whole)
    _note(work, one.item, item_id, Keeping.FILLED)
    owed = () if quiet else _owe(work, whole, item_id, story_id)
    return Kept(Keeping.FILLED, item_id, story_id, owed)


def _story_of_new(work: _Batch, one: Prepared, item_id: str) -> str:
    """An imported item's own story id counts first, so that an archive that is carried over keeps its stories."""
    item = one.item
    given = item.story_id if work.via == "import" else None
    if given and (known := story_rows.given_story(work.connection, given)):
        return known
    story_id = story_rows.story_for(
        work.connection, one.print, item.effective_at, item.source, own=None, item_id=item_id
    )
    if given is None:
        return story_id
    if story_rows.given_story(work.connection, story_id) is None:
        return given
    story_rows.name_story(work.connection, story_id, given)
    return story_id


def _owe(work: _Batch, one: Prepared, item_id: str, story_id: str) -> tuple[tuple[str, str], ...]:
    def new_facts() -> bool:
        return brings_new_facts(one.print, story_rows.prints_of_story(work.connection, story_id, item_id))

    return owe(work.connection, item_id, story_id, one.judged.promises, work.now, new_facts)


def _values(item: NewsItem) -> dict[str, object]:
    content: dict[str, object] = {name: getattr(item, name) for name in _CONTENT}
    return content | {"title": item.title, "story_id": item.story_id}


def _free_seq(connection: Connection, moment: datetime) -> int:
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


def _keep_matches(connection: Connection, item_id: str, one: Prepared) -> None:
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


def _point(work: _Batch, item_id: str, keys: Sequence[str]) -> None:
    """Let keys that point nowhere yet point to the item."""
    fresh = [key for key in dict.fromkeys(keys) if key not in work.by_key]
    if fresh:
        work.connection.execute(item_keys.insert(), [{"key": key, "item_id": item_id} for key in fresh])
        work.by_key.update(dict.fromkeys(fresh, item_id))


def _count_try(work: _Batch, item_id: str) -> None:
    work.connection.execute(items.update().where(items.c.id == item_id).values(page_tries=items.c.page_tries + 1))


def _note(work: _Batch, item: NewsItem, item_id: str, keeping: Keeping) -> None:
    outcome = "kept" if keeping is Keeping.NEW else keeping.value
    seen = Seen(item.source, item.keys, outcome, url=item.url, title=item.title, item_id=item_id)
    note(work.connection, seen, work.now)
