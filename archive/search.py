"""Searching the archive: the index names candidates, the evaluator that also judges rules confirms them.

Newest first, read in pages that grow, and only as far as somebody takes items: a common word costs no more than a rare
one. No connection is held between two pages, so a slow reader holds up nobody.
"""

from __future__ import annotations

import heapq
import itertools
import math
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from archive import fulltext
from archive.database import Database
from archive.document import document_of
from archive.model import NewsItem
from archive.question import question_of
from archive.rows import chunks, items_by_id, with_rules
from archive.tables import items, seq_floor
from query import Query, Verdict, judge, plan

SORTS = ("newest", "relevance")
MOST_RANKED = 5000  # matches that are looked at for the order by relevance
_FIRST_PAGE, _LARGEST_PAGE = 32, 512
_LEAST_SEQ, _MOST_SEQ = -(2**63), 2**63 - 1
_WEIGHTS = {"title": 4.0, "summary": 2.0}


def search(
    database: Database,
    query: Query | None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = 50,
    sort: str = "newest",
    now: datetime | None = None,
    as_rule: bool = False,
) -> Iterator[NewsItem]:
    """Items that match (all, without a query), as somebody takes them.

    ``since`` is inclusive, ``until`` exclusive, both by effective time (published, else seen). ``now`` is what relative
    dates in the query count from; with ``as_rule`` it is the time each item was seen, so that an item is found exactly
    when a rule would have matched it as it came. ``sort`` is "newest", or "relevance" over the newest 5,000 matches.
    Raises ``ValueError`` for another order.
    """
    limit = None if limit is None else min(limit, sys.maxsize)
    if sort not in SORTS:
        raise ValueError(f"sort must be one of {', '.join(SORTS)}, not {sort!r}.")
    asked = None if as_rule else now or datetime.now(UTC)
    found = _matching(database, query, since, until, asked)
    if sort == "relevance" and query is not None:
        return _by_relevance(database, found, limit)
    return itertools.islice((item for item, _verdict in found), limit)


def _matching(
    database: Database, query: Query | None, since: datetime | None, until: datetime | None, now: datetime | None
) -> Iterator[tuple[NewsItem, Verdict | None]]:
    for page in _candidates(database, query, since, until):
        for item in page:
            if (since and item.effective_at < since) or (until and item.effective_at >= until):
                continue
            verdict = judge(query, document_of(item), now) if query is not None else None
            if verdict is None or verdict.matched:
                yield item, verdict


def _candidates(
    database: Database, query: Query | None, since: datetime | None, until: datetime | None
) -> Iterator[list[NewsItem]]:
    """Pages of items that can match, newest first."""
    question = question_of(plan(query), fulltext.dialect(sqlite=database.sqlite)) if query is not None else None
    least = seq_floor(since) if since else _LEAST_SEQ
    below = seq_floor(until + timedelta(seconds=1)) if until else _MOST_SEQ
    size = _FIRST_PAGE
    while True:
        with database.read() as connection:
            if question is None:
                newest = select(items.c.seq).where(items.c.seq < below, items.c.seq >= least)
                newest = newest.where(items.c.removed_at.is_(None))
                numbers = list(connection.execute(newest.order_by(items.c.seq.desc()).limit(size)).scalars())
            else:
                numbers = fulltext.dialect(sqlite=database.sqlite).find(connection, question, below, least, size)
            rows: list[Any] = []
            for part in chunks(numbers):
                statement = select(items).where(items.c.seq.in_(part)).order_by(items.c.seq.desc())
                rows += connection.execute(statement).mappings().all()
            page = with_rules(connection, rows)
        if page:
            yield page
        if len(numbers) < size:
            return
        below = numbers[-1]
        size = min(2 * size, _LARGEST_PAGE)


def _by_relevance(
    database: Database, found: Iterator[tuple[NewsItem, Verdict | None]], limit: int | None
) -> Iterator[NewsItem]:
    """The newest matches by weight: hits in the title count four times, in the summary twice; each further hit counts
    less; among equals the newest first."""
    ranked = [
        (-_weight(verdict), place, item.id)
        for place, (item, verdict) in enumerate(itertools.islice(found, MOST_RANKED))
    ]
    best = sorted(ranked) if limit is None else heapq.nsmallest(limit, ranked)
    for part in chunks([item_id for _weight_, _place, item_id in best]):
        with database.read() as connection:
            stored = items_by_id(connection, part)
        yield from (stored[item_id] for item_id in part if item_id in stored)


def _weight(verdict: Verdict | None) -> float:
    hits = Counter(span.field for span in verdict.spans) if verdict is not None else Counter[str]()
    return sum(_WEIGHTS.get(field, 1.0) * math.log1p(count) for field, count in hits.items())
