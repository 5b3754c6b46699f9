"""Searching the archive: the index names candidates, the evaluator that also judges rules confirms them.

Newest first, and only as far as somebody takes items: a common word costs no more than a rare one. Where the index's
answer is exact nothing needs to be confirmed. A query of which the index can say nothing (a regular expression alone)
looks through the items themselves; a page of it takes as long as it may, says how far it came, and gives a cursor.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.engine import Connection

from archive import candidates, cursors, relevance
from archive.candidates import FEW_BEGINNINGS, FIRST, Stretch, Wanted, walk
from archive.database import Database
from archive.model import NewsItem
from archive.rows import chunks, items_by_seq
from archive.tables import moment_of_seq
from query import Query

SORTS = ("newest", "relevance")
_ITEMS_AT_ONCE = 1024
_MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some found items. ``complete``: these are the first ones that match, as many as were asked for, or all there are.
    If not, time ran out when all down to ``looked_back_to`` had been looked through. ``cursor`` goes on behind this
    page; None when there is nothing more."""

    items: tuple[NewsItem, ...]
    complete: bool
    cursor: str | None
    looked_back_to: datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many items match; at least so many if it is not ``exact``."""

    number: int
    exact: bool


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
    """Items that match (all, without a query), as somebody takes them, however long it takes.

    ``since`` is inclusive, ``until`` exclusive, both by effective time (published, else seen). ``now`` is what relative
    dates in the query count from; with ``as_rule`` it is the time each item was seen, so that an item is found exactly
    when a rule would have matched it as it came. ``sort`` is "newest", or "relevance" over the newest matches
    (``archive.relevance``). Raises ``ValueError`` for another order.
    """
    _check(sort)
    limit = None if limit is None else min(limit, sys.maxsize)
    what = candidates.wanted(database, query, since, until, None if as_rule else now or datetime.now(UTC))
    if sort == "relevance" and query is not None:
        return _by_relevance(database, what, limit)
    stretches = walk(database, what, items_by_seq, first=_first(what, limit), largest=_ITEMS_AT_ONCE)
    return itertools.islice((item for stretch in stretches for item in stretch.found.values()), limit)


def page(
    database: Database,
    query: Query | None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 50,
    sort: str = "newest",
    cursor: str | None = None,
    seconds: float | None = None,
    now: datetime | None = None,
    as_rule: bool = False,
) -> Page:
    """At most ``limit`` items, found in about ``seconds`` (None: however long it takes). ``cursor`` is that of an
    earlier page of the same search; ages in the query then count from the time of asking for the first page.

    Raises ``ValueError`` for another order, or for what is no cursor of this order.
    """
    _check(sort)
    deadline = None if seconds is None else time.monotonic() + seconds
    place = cursors.read(cursor, ranked=sort == "relevance") if cursor else None
    asked = place.asked if place else None if as_rule else now or datetime.now(UTC)
    what = candidates.wanted(database, query, since, until, asked)
    limit = max(1, min(limit, sys.maxsize - 1))
    if what.question.exact:
        deadline = None  # each candidate is a match: nobody waits in vain
    if sort == "relevance":
        return _page_by_relevance(database, what, place, limit, deadline)
    found: list[tuple[int, NewsItem]] = []
    below = place.below if place else None
    stretch: Stretch[dict[int, NewsItem]] | None = None
    for stretch in walk(
        database, what, items_by_seq, below=below, first=_first(what, limit + 1), largest=_largest(what)
    ):
        found += stretch.found.items()
        if len(found) > limit or _is_over(deadline):
            break
    news = tuple(item for _, item in found[:limit])
    if len(found) > limit:
        return Page(news, True, cursors.written(found[limit - 1][0], asked), news[-1].effective_at)
    if stretch is None or stretch.last:
        return Page(news, True, None, None)
    reached = moment_of_seq(stretch.down_to)
    return Page(news, len(news) == limit, cursors.written(stretch.down_to, asked), reached)


def count(
    database: Database,
    query: Query | None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = _MOST_COUNTED,
    seconds: float | None = None,
    now: datetime | None = None,
    as_rule: bool = False,
) -> Count:
    """How many items match: exactly, where there is a query to which the index's answer is exact; else at least so
    many, counted as far as ``most`` and ``seconds`` allow."""
    deadline = None if seconds is None else time.monotonic() + seconds
    asked = None if as_rule else now or datetime.now(UTC)
    what = candidates.wanted(database, query, since, until, asked, beginnings=FEW_BEGINNINGS)
    known = None if query is None else candidates.count(database, what)
    if known is not None:
        return Count(known, True)
    number = 0
    for stretch in walk(database, what, _number_of):
        number += stretch.found
        if stretch.last:
            break
        if number > most or _is_over(deadline):
            return Count(min(number, most), False)
    return Count(min(number, most), number <= most)


def _check(sort: str) -> None:
    if sort not in SORTS:
        raise ValueError(f"sort must be one of {', '.join(SORTS)}, not {sort!r}.")


def _first(what: Wanted, limit: int | None) -> int:
    """So many candidates as there are items wanted, where each is a match."""
    return FIRST if limit is None or not what.question.exact else limit


def _largest(what: Wanted) -> int:
    return _ITEMS_AT_ONCE if what.question.exact else candidates.LARGEST


def _is_over(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


def _number_of(_connection: Connection, numbers: Sequence[int]) -> int:
    return len(numbers)


def _by_relevance(database: Database, what: Wanted, limit: int | None) -> Iterator[NewsItem]:
    numbers = relevance.ranked(database, what, limit or 0, below=None, deadline=None).numbers[:limit]
    for part in chunks(numbers):
        with database.read() as connection:
            found = items_by_seq(connection, part)
        yield from found.values()


def _page_by_relevance(
    database: Database, what: Wanted, place: cursors.Place | None, limit: int, deadline: float | None
) -> Page:
    """Rankings one behind the other, each of the newest matches below the one before. How far one reaches depends on
    ``limit`` alone and not on what was shown, so that each page goes on in the ranking of the page before."""
    below, skipped = (place.below, place.skipped) if place else (None, 0)
    numbers: list[int] = []
    while True:
        ranking = relevance.ranked(database, what, limit, below=below, deadline=deadline)
        end = skipped + limit - len(numbers)
        numbers += ranking.numbers[skipped:end]
        if len(ranking.numbers) > end or ranking.down_to is None or len(numbers) == limit or not ranking.in_time:
            break
        below, skipped = ranking.down_to, 0
    with database.read() as connection:
        news = tuple(items_by_seq(connection, numbers).values())
    cursor = None
    if len(ranking.numbers) > end:
        cursor = cursors.written(ranking.below, what.asked, skipped=end)
    elif ranking.down_to is not None:
        cursor = cursors.written(ranking.down_to, what.asked, skipped=0)
    return Page(news, ranking.in_time, cursor, moment_of_seq(ranking.down_to) if ranking.down_to else None)
