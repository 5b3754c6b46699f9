"""New words for an item that is kept already: its missing text, an edited version, a text freed of furniture.

The old words leave the index, the prints and the matches together with the new ones' coming, in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from archive import fulltext, print_rows, stories, story_rows
from archive.batch import CONTENT, NOT_ALERTING, Batch, free_seq, keep_matches, note_seen, owe_new, values_of
from archive.database import Database
from archive.document import document_of, storable
from archive.edits import after_edit
from archive.model import Judged, Keeping, Kept, NewsItem
from archive.owing import owe
from archive.prepare import Prepared, prepared
from archive.rows import item_of, lasting_story
from archive.stories import Print
from archive.tables import items, matches, owed, seq_floor, versions


@dataclass(frozen=True, slots=True)
class Correction:
    """A kept item as it was read from the archive, and the same freed of furniture, judged anew."""

    before: NewsItem
    judged: Judged


def fill(work: Batch, one: Prepared, row: Mapping[str, Any]) -> Kept:
    """The text that was missing has come: it replaces the feed's few words everywhere, and is judged like a new one.

    What an item was quiet for (a first visit) stays: the late text of an old item alarms nobody.
    """
    item_id, quiet = row["id"], _quiet(work, one, row)
    before = item_of(row)
    content = {name: getattr(one.item, name) or getattr(before, name) for name in CONTENT}
    item = replace(before, title=one.item.title or before.title, complete=True, **content)
    whole = prepared(replace(one.judged, item=replace(item, keys=one.item.keys)), row["kept_at"])
    story_id = _story(work, whole, row)
    facts = {"complete": True, "filled_at": work.now, "quiet": quiet, "clock": one.item.clock}
    _replace(work, row, whole, story_id, facts)
    note_seen(work, one.item, item_id, Keeping.FILLED)
    owes = () if quiet else owe_new(work, whole, item_id, story_id)
    return Kept(Keeping.FILLED, item_id, story_id, owes)


def edit(work: Batch, one: Prepared, row: Mapping[str, Any]) -> Kept:
    """The outlet has changed the article: the old words become a version, the new ones are the item.

    A rule that was told of the story hears of it again only if it asks for updates and the edit brings new facts.
    """
    item_id, quiet, before = row["id"], _quiet(work, one, row), item_of(row)
    whole = prepared(replace(one.judged, item=after_edit(before, one.item)), row["kept_at"])
    earlier = stories.print_of(document_of(before))
    story_id = _story(work, whole, row)
    number = row["version"]
    work.connection.execute(versions.insert().values(**_version(row, number, work.now)))
    _replace(work, row, whole, story_id, {"edited_at": work.now, "version": number + 1})
    note_seen(work, one.item, item_id, Keeping.EDITED)
    owes = () if quiet else _owe_edit(work, whole, item_id, story_id, earlier, number + 1)
    return Kept(Keeping.EDITED, item_id, story_id, owes)


def correct(database: Database, batch: Sequence[Correction], rules: Collection[str], now: datetime) -> int:
    """Put texts freed of furniture in the place of those that are kept; how many.

    ``rules`` are those the corrections were judged by: of them, the ones that do not match any more are struck off the
    item, and what they owe that is in no delivery yet is taken back. Nothing new is owed: nobody waits for less text.
    """
    corrected = 0
    with database.write() as connection:
        work = Batch(connection, now, via="", alerting=False)
        for one in batch:
            row = connection.execute(select(items).where(items.c.id == one.before.id)).mappings().first()
            if row is None or row["forgotten_at"] is not None or row["body"] != one.before.body:
                continue  # edited or forgotten meanwhile
            whole = prepared(one.judged, row["kept_at"])
            _replace(work, dict(row), whole, row["story_id"], {})
            _strike(connection, row["id"], set(rules) - {rule for rule, _ in whole.spans})
            corrected += 1
    return corrected


def _quiet(work: Batch, one: Prepared, row: Mapping[str, Any]) -> str | None:
    return row["quiet"] or one.judged.quiet or (None if work.alerting else NOT_ALERTING)


def _story(work: Batch, whole: Prepared, row: Mapping[str, Any]) -> str:
    # An earlier member of the batch may have joined its story to another.
    own = lasting_story(work.connection, row["story_id"])
    at, source = whole.item.effective_at, whole.item.source
    return story_rows.story_for(work.connection, whole.print, at, source, own=own, item_id=row["id"])


def _replace(work: Batch, row: Mapping[str, Any], whole: Prepared, story_id: str, facts: Mapping[str, object]) -> None:
    """The new words in the row, in the index, among the prints and the matches."""
    before, item, seq, item_id = item_of(row), whole.item, row["seq"], row["id"]
    fulltext.erase(work.connection, seq, fulltext.entry_of(document_of(before)))
    if seq_floor(item.effective_at) != seq_floor(before.effective_at):
        seq = free_seq(work.connection, item.effective_at)
    values = values_of(replace(item, story_id=story_id)) | {"seq": seq, **facts}
    work.connection.execute(items.update().where(items.c.id == item_id).values(**values))
    work.stored[item_id] = {**row, **values}
    fulltext.write(work.connection, seq, whole.entry)
    print_rows.keep_print(work.connection, item_id, whole.print, item.effective_at, work.now)
    keep_matches(work.connection, item_id, whole)


def _version(row: Mapping[str, Any], number: int, now: datetime) -> dict[str, object]:
    """What the row says now, as a version that is over."""
    said = {name: row[name] for name in ("title", "author", "summary", "body", "published_at")}
    since = row["edited_at"] or row["filled_at"] or row["seen_at"]
    return {"item_id": row["id"], "number": number, "seen_at": since, "replaced_at": now, **said}


def _owe_edit(
    work: Batch, whole: Prepared, item_id: str, story_id: str, earlier: Print | None, version: int
) -> tuple[tuple[str, str], ...]:
    def new_facts() -> bool:
        told = print_rows.prints_of_story(work.connection, story_id, item_id)
        known = [*told, earlier] if earlier else told
        return whole.print is not None and stories.brings_new_facts(whole.print, known)

    return owe(work.connection, item_id, story_id, whole.judged.promises, work.now, new_facts, version)


def _strike(connection: Connection, item_id: str, rules: Collection[str]) -> None:
    """These rules matched only what was not the article's text."""
    names = [storable(rule) for rule in rules]
    connection.execute(matches.delete().where(matches.c.item_id == item_id, matches.c.rule.in_(names)))
    waiting = (owed.c.item_id == item_id, owed.c.rule.in_(names), owed.c.delivery_id.is_(None))
    connection.execute(owed.delete().where(*waiting))
