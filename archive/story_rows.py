"""The stories in the database: finding the one an item belongs to, joining two into one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from archive import stories
from archive.ids import minted
from archive.rows import lasting_story
from archive.stories import Print
from archive.tables import items, owed, prints, shingles, story_aliases

# Prints are needed as long as a reprint may come; kept a little longer for items that come late.
PRINTS_FOR = stories.WINDOW + timedelta(days=2)
_MOST_CANDIDATES = 12
_HASHES_AT_ONCE = 400
_PRUNED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class _Like:
    """A stored item that tells the same in the same words."""

    story_id: str
    share: float
    bridge: bool


def story_for(
    connection: Connection, found: Print | None, effective_at: datetime, source: str, *, own: str | None, item_id: str
) -> str:
    """The story of an item: that of the best likeness, else its ``own`` one, else a new one. A text that is like two
    stories, and about as long, joins them."""
    likes = _likes(connection, found, effective_at, source, item_id) if found else []
    if not likes:
        return own or minted("s")
    same = {likes[0].story_id, *(like.story_id for like in likes if like.bridge)}
    if own:
        same.add(own)
    return join(connection, sorted(same))


def join(connection: Connection, ids: Sequence[str]) -> str:
    """Make one story of several; the oldest one's id stays, the others still find it, and with the items go what is
    owed and what was told."""
    if len(ids) == 1:
        return ids[0]
    statement = (
        select(items.c.story_id, func.min(items.c.kept_at)).where(items.c.story_id.in_(ids)).group_by(items.c.story_id)
    )
    existing = [(story_id, at) for story_id, at in connection.execute(statement)]
    lasting = min(existing, key=lambda story: (story[1], story[0]))[0] if existing else ids[0]
    for gone in ids:
        if gone != lasting:
            _replace(connection, gone, lasting)
    return lasting


def _replace(connection: Connection, gone: str, lasting: str) -> None:
    for table in (items, owed, story_aliases):
        connection.execute(table.update().where(table.c.story_id == gone).values(story_id=lasting))
    connection.execute(story_aliases.insert().values(id=gone, story_id=lasting))


def given_story(connection: Connection, given: str) -> str | None:
    """The story that an imported item names, if there is such a story here; also by the id of a joined one."""
    lasting = lasting_story(connection, given)
    exists = connection.execute(select(items.c.id).where(items.c.story_id == lasting).limit(1)).first()
    return lasting if exists else None


def name_story(connection: Connection, story_id: str, also: str) -> None:
    """Let ``also`` find the story too."""
    if also != story_id and lasting_story(connection, also) == also:
        connection.execute(story_aliases.insert().values(id=also, story_id=story_id))


def _likes(connection: Connection, found: Print, effective_at: datetime, source: str, item_id: str) -> list[_Like]:
    """Stored items of the last days that are reprints of this text, the likest first."""
    candidates = _candidates(connection, found, item_id)
    if not candidates:
        return []
    window = (effective_at - stories.WINDOW, effective_at + stories.WINDOW)
    statement = (
        select(prints, items.c.story_id, items.c.source)
        .join(items, items.c.id == prints.c.item_id)
        .where(prints.c.item_id.in_(candidates), prints.c.effective_at.between(*window))
    )
    likes = []
    for row in connection.execute(statement):
        other = Print(stories.unpacked(row.hashes), frozenset(row.figures.split()), row.words)
        if stories.is_reprint(found, other, same_source=bool(source) and source == row.source):
            share = stories.containment(found, other)
            likes.append(_Like(row.story_id, share, stories.may_bridge(found, other)))
    return sorted(likes, key=lambda like: (-like.share, like.story_id))


def _candidates(connection: Connection, found: Print, item_id: str) -> list[str]:
    """The items that share most sampled runs with this text."""
    asked = stories.asked(found.hashes)
    shared: Counter[str] = Counter()
    for start in range(0, len(asked), _HASHES_AT_ONCE):
        part = asked[start : start + _HASHES_AT_ONCE]
        statement = (
            select(shingles.c.item_id, func.count()).where(shingles.c.hash.in_(part)).group_by(shingles.c.item_id)
        )
        for other, count in connection.execute(statement):
            shared[other] += count
    del shared[item_id]
    return [other for other, _count in shared.most_common(_MOST_CANDIDATES)]


def keep_print(
    connection: Connection, item_id: str, found: Print | None, effective_at: datetime, now: datetime
) -> None:
    """Store what an item's text is recognised by, in place of an earlier text's."""
    forget_prints(connection, [item_id])
    if found is None:
        return
    connection.execute(
        prints.insert().values(
            item_id=item_id,
            effective_at=effective_at,
            kept_at=now,
            hashes=stories.packed(found.hashes),
            figures=" ".join(sorted(found.figures)),
            words=found.words,
        )
    )
    rows = [{"hash": value, "item_id": item_id} for value in stories.sampled(found.hashes)]
    if rows:
        connection.execute(shingles.insert(), rows)


def forget_prints(connection: Connection, ids: Sequence[str]) -> None:
    """Remove the prints of items."""
    connection.execute(shingles.delete().where(shingles.c.item_id.in_(ids)))
    connection.execute(prints.delete().where(prints.c.item_id.in_(ids)))


def prune_prints(connection: Connection, now: datetime) -> None:
    """Remove a few prints that no reprint can meet any more; done along with keeping, so the table stays small."""
    statement = select(prints.c.item_id).where(prints.c.kept_at < now - PRINTS_FOR).limit(_PRUNED_AT_ONCE)
    if old := connection.execute(statement).scalars().all():
        forget_prints(connection, old)


def prints_of_story(connection: Connection, story_id: str, but: str) -> list[Print]:
    """The stored prints of a story's items, without one item's."""
    statement = (
        select(prints)
        .join(items, items.c.id == prints.c.item_id)
        .where(items.c.story_id == story_id, items.c.id != but)
    )
    return [_print(row) for row in connection.execute(statement).mappings()]


def print_of_item(connection: Connection, item_id: str) -> Print | None:
    """The stored print of one item; None where its text is too short, or forgotten."""
    row = connection.execute(select(prints).where(prints.c.item_id == item_id)).mappings().first()
    return None if row is None else _print(row)


def _print(row: Mapping[Any, Any]) -> Print:
    return Print(stories.unpacked(row["hashes"]), frozenset(row["figures"].split()), row["words"])
