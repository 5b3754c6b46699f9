"""Keeping items: identity and story judged inside the one write transaction, together with what is owed.

What comes in was crawled, read and matched outside; here it meets what others kept meanwhile. Either the whole batch is
in the file with everything it owes, or nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from archive import figures, fulltext, furniture_rows, print_rows, story_rows
from archive.batch import NOT_ALERTING, Batch, match_rows, note_seen, owe_new, point, values_of
from archive.database import Database
from archive.edits import is_edit
from archive.furniture_rows import Lesson
from archive.ids import minted
from archive.model import Judged, Keeping, Kept, NewsItem
from archive.prepare import Prepared, prepared
from archive.rewriting import edit, fill
from archive.rows import chunks, item_of, lasting_story
from archive.story_rows import KeptPrint
from archive.tables import item_keys, items


def keep(
    database: Database,
    batch: Sequence[Judged],
    now: datetime,
    *,
    via: str,
    alerting: bool = True,
    lesson: Lesson | None = None,
) -> list[Kept]:
    """Keep a batch in one transaction; what became of each, in order. ``via`` is "crawl" or "import"; ``lesson`` is
    what these items (and others that are not kept) taught about their outlets.

    Owed is only what is fresh (new, filled with its text at last, or edited), not quiet, and not told yet.
    """
    ready = [prepared(judged, now) for judged in batch]
    if not ready and not (lesson and lesson.rows):
        return []
    with database.write() as connection:
        fulltext.require_current(connection)
        work = Batch(connection, now, via, alerting)
        _look_up(work, ready)
        kept = [_keep_one(work, one) for one in ready]
        work.flush()
        if lesson is not None:
            furniture_rows.write(connection, lesson, now)
        print_rows.prune_prints(connection, now)
        figures.count_new(connection, sum(one.keeping is Keeping.NEW for one in kept))
        figures.count_stories(connection, work.begun)
        return kept


def _look_up(work: Batch, ready: Sequence[Prepared]) -> None:
    """Which of the batch's keys and ids are known, in a few statements."""
    for part in chunks(list({key for one in ready for key in one.item.keys})):
        statement = select(item_keys.c.key, item_keys.c.item_id).where(item_keys.c.key.in_(part))
        work.by_key.update({row.key: row.item_id for row in work.connection.execute(statement)})
    ids = {one.item.id for one in ready if one.item.id} | set(work.by_key.values())
    for part in chunks(list(ids)):
        rows = work.connection.execute(select(items).where(items.c.id.in_(part))).mappings()
        work.stored.update({row["id"]: row for row in rows})
    work.look_ahead(one.item.effective_at for one in ready)


def _keep_one(work: Batch, one: Prepared) -> Kept:
    row = _known(work, one.item)
    if row is None:
        return _keep_new(work, one)
    point(work, row["id"], one.item.keys)
    if one.item.complete and row["forgotten_at"] is None:
        if not row["complete"]:
            work.flush()
            return fill(work, one, row)
        if is_edit(item_of(row), row["edited_at"], one.item):
            work.flush()
            return edit(work, one, row)
    if not one.item.complete and not row["complete"]:
        work.flush()
        _count_try(work, row["id"])
    note_seen(work, one.item, row["id"], Keeping.KNOWN)
    return Kept(Keeping.KNOWN, row["id"], lasting_story(work.connection, row["story_id"]))


def _known(work: Batch, item: NewsItem) -> Mapping[str, Any] | None:
    """The stored item that this one is: by the first of its keys that is known, else by its id."""
    for key in item.keys:
        if key in work.by_key:
            return work.stored[work.by_key[key]]
    row = work.stored.get(item.id)
    # Another page under an id that is taken (ids "1", "2" of some other system) is another item: it gets an id of ours.
    if row is None or (item.keys and row["url"] != item.url and row["title"] != item.title):
        return None
    return row


def _keep_new(work: Batch, one: Prepared) -> Kept:
    item_id = one.item.id if one.item.id and one.item.id not in work.stored else minted("n")
    quiet = one.judged.quiet or (None if work.alerting else NOT_ALERTING)
    story_id = _story_of_new(work, one, item_id)
    item = replace(one.item, id=item_id, story_id=story_id)
    seq = work.next_seq(item.effective_at)
    values = values_of(item) | {
        "seq": seq,
        "id": item_id,
        "source": item.source,
        "url": item.url,
        "seen_at": item.seen_at,
        "kept_at": work.now,
        "via": work.via,
        "quiet": quiet,
        "complete": item.complete,
        "clock": item.clock,
        "page_tries": 0 if item.complete else 1,
    }
    gathered = work.pending
    gathered.items.append(values)
    work.stored[item_id] = {**values, "forgotten_at": None, "filled_at": None, "edited_at": None, "version": 1}
    gathered.entries.append((seq, one.entry))
    if one.print is not None:
        gathered.texts.add(item_id, KeptPrint(story_id, item.source, item.effective_at, one.print))
    gathered.matches += match_rows(item_id, one)
    point(work, item_id, item.keys)
    note_seen(work, item, item_id, Keeping.NEW)
    gathered.kept[item.source].append(item.effective_at)
    owed = () if quiet else owe_new(work, one, item_id, story_id)
    return Kept(Keeping.NEW, item_id, story_id, owed)


def _story_of_new(work: Batch, one: Prepared, item_id: str) -> str:
    """An imported item's own story id counts first, so that an archive that is carried over keeps its stories."""
    given = one.item.story_id if work.via == "import" else None
    if given and (known := _given_story(work, given)):
        return known
    found = _story_of_likes(work, one, item_id)
    if given is None:
        return found or _begun(work, minted("s"))
    if found is None:
        return _begun(work, given)
    story_rows.name_story(work.connection, found, given)
    return found


def _given_story(work: Batch, given: str) -> str | None:
    lasting = lasting_story(work.connection, given)
    return lasting if lasting in work.pending.stories else story_rows.given_story(work.connection, lasting)


def _story_of_likes(work: Batch, one: Prepared, item_id: str) -> str | None:
    """The story of the texts that tell the same, made one if they were several; None: nobody told it."""
    at, source = one.item.effective_at, one.item.source
    likes = story_rows.likes_of(work.connection, one.print, at, source, item_id, work.pending.texts)
    same = story_rows.story_of_likes(likes)
    if len(same) > 1:
        work.flush()
    return story_rows.join(work.connection, same) if same else None


def _begun(work: Batch, story_id: str) -> str:
    work.pending.stories.add(story_id)
    work.begun += 1
    return story_id


def _count_try(work: Batch, item_id: str) -> None:
    work.connection.execute(items.update().where(items.c.id == item_id).values(page_tries=items.c.page_tries + 1))
