"""What a page shows beside the items themselves: who else has a story, where rules matched, how matches divide."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from archive import candidates
from archive.candidates import FEW_BEGINNINGS, walk
from archive.database import Database, rows_of
from archive.model import MatchSpan
from archive.rows import chunks
from archive.tables import SECOND_BITS, items, matches, story_aliases
from query import Query

_MOST = 10_000
_MOST_MEMBERS = 1000
_IN_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Member:
    """An item of a story in brief."""

    id: str
    source: str
    title: str
    seen_at: datetime


def members_of(connection: Connection, story_ids: Iterable[str]) -> dict[str, list[Member]]:
    """The items of stories, oldest seen first, by the ids asked for; at most a thousand in all."""
    found: dict[str, list[Member]] = defaultdict(list)
    wanted = list(dict.fromkeys(story_ids))
    for part in chunks(wanted):
        aliases = select(story_aliases.c.id, story_aliases.c.story_id).where(story_aliases.c.id.in_(part))
        lasting = {row.story_id: row.id for row in connection.execute(aliases)}
        statement = (
            select(items.c.story_id, items.c.id, items.c.source, items.c.title, items.c.seen_at)
            .where(items.c.story_id.in_([*part, *lasting]), items.c.removed_at.is_(None))
            .order_by(items.c.seen_at, items.c.seq)
            .limit(_MOST_MEMBERS)
        )
        for row in connection.execute(statement):
            found[lasting.get(row.story_id, row.story_id)].append(Member(row.id, row.source, row.title, row.seen_at))
    return dict(found)


def spans_by_item(connection: Connection, item_ids: Iterable[str]) -> dict[str, list[MatchSpan]]:
    """Where the rules matched when the items came, rule by rule."""
    found: dict[str, list[MatchSpan]] = defaultdict(list)
    for part in chunks(list(item_ids)):
        statement = select(matches.c.item_id, matches.c.rule, matches.c.spans).where(matches.c.item_id.in_(part))
        for item_id, rule, stored in connection.execute(statement.order_by(matches.c.item_id, matches.c.position)):
            found[item_id] += [MatchSpan(rule, *span) for span in json.loads(stored)]
    return dict(found)


@dataclass
class Facets:
    """How matches divide. ``seconds`` are their effective times (since 1970), newest first; ``complete`` says that all
    matches were counted, else these are the newest."""

    number: int = 0
    complete: bool = False
    sources: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    sections: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    seconds: list[int] = field(default_factory=list)


def facets(
    database: Database,
    query: Query | None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = _MOST,
    seconds: float | None = None,
    now: datetime | None = None,
) -> Facets:
    """The newest matches, at most ``most`` and as many as ``seconds`` allow, divided."""
    deadline = None if seconds is None else time.monotonic() + seconds
    what = candidates.wanted(database, query, since, until, now or datetime.now(UTC), beginnings=FEW_BEGINNINGS)
    found = Facets()
    for stretch in walk(database, what, _columns, first=min(1024, most), largest=2048):
        rows, rules = stretch.found
        for seq, source, language, section in rows[: most - found.number]:
            found.number += 1
            found.seconds.append(seq >> SECOND_BITS)
            found.sources[source or ""] += 1
            found.languages[language or ""] += 1
            found.sections[section or ""] += 1
        found.rules.update(rules)
        if stretch.last and len(found.seconds) <= most:
            found.complete = True
            break
        if found.number >= most or (deadline is not None and time.monotonic() > deadline):
            break
    return found


def _columns(connection: Connection, numbers: Sequence[int]) -> tuple[list[tuple[int, str, str, str]], list[str]]:
    """Row number, outlet, language and section, newest first, out of the index made for that; and their rules."""
    sqlite = connection.dialect.name == "sqlite"
    table = "items INDEXED BY items_by_facet" if sqlite else "items"
    rows: list[tuple[int, str, str, str]] = []
    rules: list[str] = []
    for start in range(0, len(numbers), _IN_CHUNK):
        part = ", ".join(str(int(number)) for number in numbers[start : start + _IN_CHUNK])
        rows += rows_of(connection, f"SELECT seq, source, language, section FROM {table} WHERE seq IN ({part})")  # noqa: S608
        brief = "items INDEXED BY items_in_brief" if sqlite else "items"
        join = f"SELECT rule FROM matches WHERE item_id IN (SELECT id FROM {brief} WHERE seq IN ({part}))"  # noqa: S608
        rules += [row[0] for row in rows_of(connection, join)]
    rows.sort(reverse=True)
    return rows, rules
