"""The stories in the database: finding the one an item belongs to, joining two into one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from archive import figures, stories
from archive.database import rows_of
from archive.print_rows import print_in
from archive.rows import lasting_story
from archive.stories import Print
from archive.tables import items, owed, prints, story_aliases

_MOST_CANDIDATES = 12
# CROSS JOIN is SQLite's way to say in which order: the runs first, each looked up in the index.
_SHARED_SQLITE = (
    "SELECT s.item_id, count(*) FROM json_each(?) j CROSS JOIN shingles s ON s.hash = j.value"
    " GROUP BY s.item_id HAVING count(*) >= ? ORDER BY count(*) DESC, s.item_id LIMIT ?"
)
_SHARED_POSTGRES = (
    "SELECT s.item_id, count(*) FROM shingles s WHERE s.hash = ANY(%s::bigint[])"
    " GROUP BY s.item_id HAVING count(*) >= %s ORDER BY count(*) DESC, s.item_id LIMIT %s"
)


@dataclass(frozen=True, slots=True)
class KeptPrint:
    """What a kept text is recognised by, and whose story it tells."""

    story_id: str
    source: str
    effective_at: datetime
    print: Print


@dataclass(frozen=True, slots=True)
class Unwritten:
    """The texts that a batch is about to keep: their prints by item, and by sampled run the first that has it and,
    where there are several, all."""

    prints: dict[str, KeptPrint] = field(default_factory=dict)
    first: dict[int, str] = field(default_factory=dict)
    several: dict[int, list[str]] = field(default_factory=dict)

    def add(self, item_id: str, kept: KeptPrint) -> None:
        """One more text."""
        self.prints[item_id] = kept
        for run in stories.sampled(kept.print.hashes):
            if (first := self.first.setdefault(run, item_id)) != item_id:
                self.several.setdefault(run, [first]).append(item_id)

    def shared(self, runs: Sequence[int]) -> Counter[str]:
        """How many of these runs each of the texts has."""
        found: Counter[str] = Counter()
        for run in self.first.keys() & runs:
            found.update(self.several.get(run) or (self.first[run],))
        return found


@dataclass(frozen=True, slots=True)
class Like:
    """A kept item that tells the same in the same words. ``bridge``: it may join its story to another one."""

    story_id: str
    share: float
    bridge: bool


def story_of_likes(likes: Sequence[Like], own: str | None = None) -> list[str]:
    """The stories that these likes make one, the ``own`` one of the item among them; none: it has none yet."""
    if not likes:
        return [own] if own else []
    same = {likes[0].story_id, *(like.story_id for like in likes if like.bridge)}
    return sorted(same | {own} if own else same)


def story_for(
    connection: Connection, found: Print | None, effective_at: datetime, source: str, *, own: str, item_id: str
) -> str:
    """The story of a kept item in its new words: that of the best likeness, else its ``own`` one. A text that is like
    two stories, and about as long, joins them."""
    return join(connection, story_of_likes(likes_of(connection, found, effective_at, source, item_id), own))


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
    figures.count_stories(connection, -1)


def given_story(connection: Connection, given: str) -> str | None:
    """The story that an imported item names, if there is such a story here; also by the id of a joined one."""
    lasting = lasting_story(connection, given)
    exists = connection.execute(select(items.c.id).where(items.c.story_id == lasting).limit(1)).first()
    return lasting if exists else None


def name_story(connection: Connection, story_id: str, also: str) -> None:
    """Let ``also`` find the story too."""
    if also != story_id and lasting_story(connection, also) == also:
        connection.execute(story_aliases.insert().values(id=also, story_id=story_id))


def likes_of(
    connection: Connection,
    found: Print | None,
    effective_at: datetime,
    source: str,
    item_id: str,
    unwritten: Unwritten | None = None,
) -> list[Like]:
    """Items of the last days that are reprints of this text, the likest first."""
    if found is None:
        return []
    unwritten = unwritten or Unwritten()
    candidates = _candidates(connection, found, item_id, unwritten)
    likes = []
    for other in _prints(connection, candidates, unwritten):
        near = abs(other.effective_at - effective_at) <= stories.WINDOW
        if near and stories.is_reprint(found, other.print, same_source=bool(source) and source == other.source):
            share = stories.containment(found, other.print)
            likes.append(Like(other.story_id, share, stories.may_bridge(found, other.print)))
    return sorted(likes, key=lambda like: (-like.share, like.story_id))


def _candidates(connection: Connection, found: Print, item_id: str, unwritten: Unwritten) -> list[str]:
    """The items that share most sampled runs with this text."""
    asked = stories.asked(found.hashes)
    least = stories.least_shared(found.hashes)
    if connection.dialect.name == "sqlite":
        rows = rows_of(connection, _SHARED_SQLITE, (json.dumps(asked), least, _MOST_CANDIDATES + 1))
    else:
        rows = rows_of(connection, _SHARED_POSTGRES, ([*asked], least, _MOST_CANDIDATES + 1))
    shared = Counter(dict(rows)) + unwritten.shared(asked)
    del shared[item_id]
    enough = [(-count, other) for other, count in shared.items() if count >= least]
    return [other for _, other in sorted(enough)[:_MOST_CANDIDATES]]


def _prints(connection: Connection, ids: Sequence[str], unwritten: Unwritten) -> list[KeptPrint]:
    found = [unwritten.prints[other] for other in ids if other in unwritten.prints]
    if stored := [other for other in ids if other not in unwritten.prints]:
        statement = (
            select(prints, items.c.story_id, items.c.source)
            .join(items, items.c.id == prints.c.item_id)
            .where(prints.c.item_id.in_(stored))
        )
        for row in connection.execute(statement).mappings():
            found.append(KeptPrint(row["story_id"], row["source"], row["effective_at"], print_in(row)))
    return found
