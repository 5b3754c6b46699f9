"""What a rule would have matched, newest first, without the texts: enough to count items, stories and alerts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from archive import candidates
from archive.candidates import walk
from archive.database import Database
from archive.rows import columns_by_seq
from archive.tables import moment_of_micros, moment_of_seq
from query import Query

_BATCH = 8192
_LIGHT = ("id", "story_id", "published_at", "seen_at")


@dataclass(frozen=True, slots=True)
class Match:
    """An item that a rule would have matched."""

    item_id: str
    story_id: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """Matches newest first, out of ``looked_at`` candidates; all down to ``back_to`` is looked through now (None: all
    there is). ``judged``: each candidate had to be judged, the index alone could not say."""

    matches: tuple[Match, ...]
    looked_at: int
    back_to: datetime | None
    judged: bool


def backtest(database: Database, query: Query, since: datetime | None, until: datetime | None) -> Iterator[Batch]:
    """All matches batch by batch, as somebody takes them; ages in the query count from the time each item was seen."""
    what = candidates.wanted(database, query, since, until, None)
    exact = what.question.exact
    for stretch in walk(database, what, _light, first=_BATCH if exact else candidates.FIRST, largest=_BATCH):
        back_to = None if stretch.last else moment_of_seq(stretch.down_to)
        yield Batch(stretch.found, stretch.looked_at, back_to, not exact)


def _light(connection: Connection, numbers: Sequence[int]) -> tuple[Match, ...]:
    found: dict[int, Match] = {}
    for seq, item_id, story_id, published_at, seen_at in columns_by_seq(connection, numbers, _LIGHT, brief=True):
        micros = seen_at if published_at is None else min(published_at, seen_at)
        found[seq] = Match(item_id, story_id, moment_of_micros(micros))
    return tuple(found[number] for number in numbers if number in found)
