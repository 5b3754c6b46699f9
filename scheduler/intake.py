"""Items in: what comes of a visit is filtered, judged, kept and accounted for. Steps of ``route.collect``."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from alerts.match import match
from archive.document import document_of
from archive.errors import ArchiveError
from archive.furniture_rows import Lesson
from archive.model import Judged, Keeping, Kept, Known, NewsItem, Rejected, Visit, rfc3339
from archive.rewriting import Correction
from query import Query, judge
from scheduler import cadence
from scheduler.afterwards import following
from scheduler.line import Line, finished, utc_now
from scheduler.orders import Orders

log = structlog.get_logger()

ENOUGH = 50
"""Articles that show an outlet's habits; also what is held in memory at most of a source's first visit."""


async def take_in(
    line: Line,
    orders: Orders,
    known: Mapping[str, Known],
    items: Sequence[NewsItem],
    fresh: Counter[str],
) -> None:
    """Judges a batch of items and keeps it; counts the new ones per source."""
    if not items:
        return
    now = utc_now()
    lesson = await learned(line, items, now)
    await correct(line, lesson, orders, now)
    accepted, left_out = sift(lesson.items, orders.only)
    await account(line, left_out)
    judged = [
        replace(one, quiet=_quiet(line.orders, known, one.item, now)) for one in match(accepted, orders.rules, now)
    ]
    kept = await keep(line, judged, via="crawl", lesson=lesson)
    fresh.update(one.item.source for one, how in zip(judged, kept, strict=True) if how and how.keeping is Keeping.NEW)


async def learned(line: Line, items: Sequence[NewsItem], now: datetime) -> Lesson:
    """The items freed of what their outlets put under everything. An outlet whose habits cannot be worked out loses
    no news: its items then stay as they were read."""
    try:
        return await asyncio.to_thread(line.archive.lesson, items, now)
    except ArchiveError:
        raise
    except Exception:
        log.exception("furniture could not be told from text, the items stay as they were read", items=len(items))
        return Lesson(tuple(items))


async def correct(line: Line, lesson: Lesson, orders: Orders, now: datetime) -> None:
    """Kept items that turned out to carry furniture lose it, and the rules that only that had matched."""
    if not lesson.earlier:
        return
    judged = match([freed for _, freed in lesson.earlier], orders.rules, now)
    batch = [Correction(before, one) for (before, _), one in zip(lesson.earlier, judged, strict=True)]
    names = [rule.name for rule in orders.rules.rules if rule.name not in orders.rules.broken]
    await finished(asyncio.to_thread(line.archive.correct, batch, names, now))


class FirstVisit:
    """Holds the items of a source's first visit back until it ends, or until there are enough of them: only many
    articles together show what an outlet puts under each, and a rule should not hear the captions of the first few.
    A visit that breaks off loses nothing: the next one sees the same items again."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._held: dict[str, list[NewsItem]] = {name: [] for name, one in known.items() if one.first_visit}

    def released(self, batch: Sequence[NewsItem | Rejected | Visit]) -> list[NewsItem]:
        """The items that are to be taken in now, of those that came and those held."""
        out: list[NewsItem] = []
        for news in batch:
            held = self._held.get(news.source)
            if isinstance(news, NewsItem):
                (out if held is None else held).append(news)
            if held and (isinstance(news, Visit) or len(held) >= ENOUGH):
                out += held
                held.clear()
        return out


def _quiet(orders: Orders, known: Mapping[str, Known], item: NewsItem, now: datetime) -> str | None:
    source = orders.sources[item.source]
    policy = source.first_visit or orders.crawl.first_visit
    return cadence.quiet(item, policy, now) if known[item.source].first_visit else None


def sift(items: Sequence[NewsItem], only: Mapping[str, Query]) -> tuple[list[NewsItem], list[Rejected]]:
    """Parts the items that pass their source's own filter from those that do not. An item that the filter cannot
    judge is kept: a filter that fails must not lose news."""
    accepted: list[NewsItem] = []
    left_out: list[Rejected] = []
    for item in items:
        query = only.get(item.source)
        if query is None or _passes(query, item):
            accepted.append(item)
        else:
            reason = f"left out by the source's own filter: only = {query.text!r}"
            left_out.append(Rejected(item.source, item.url, item.title, reason, item.keys))
    return accepted, left_out


def _passes(query: Query, item: NewsItem) -> bool:
    try:
        return bool(judge(query, document_of(item)))
    except Exception:
        log.exception("filter failed, the item is kept", source=item.source, url=item.url)
        return True


async def keep(line: Line, judged: Sequence[Judged], *, via: str, lesson: Lesson | None = None) -> list[Kept | None]:
    """Keeps a batch in one transaction and rings when something is owed. An item that the archive cannot take (None in
    the answer) is set aside with its reason and does not keep the others out; an archive that takes nothing raises."""
    judged = [replace(one, store=line.orders.stores.get(one.item.source, "full")) for one in judged]
    try:
        kept: list[Kept | None] = list(await _kept(line, judged, via, lesson))
    except ArchiveError:
        raise
    except Exception:
        log.exception("a batch was refused, its items are kept one by one", items=len(judged))
        kept = [await _keep_one(line, one, via) for one in judged]
    line.counts.kept(judged, kept)
    if any(how.owed for how in kept if how):
        line.ring()
    return kept


async def _keep_one(line: Line, one: Judged, via: str) -> Kept | None:
    try:
        return (await _kept(line, [one], via))[0]
    except ArchiveError:
        raise
    except Exception as error:
        log.exception("item refused by the archive", source=one.item.source, url=one.item.url)
        reason = f"the archive could not take it: {type(error).__name__}"
        await account(line, [Rejected(one.item.source, one.item.url, one.item.title, reason)])
        return None


async def _kept(line: Line, judged: Sequence[Judged], via: str, lesson: Lesson | None = None) -> list[Kept]:
    return await finished(asyncio.to_thread(line.archive.keep, judged, utc_now(), via=via, lesson=lesson))


async def account(line: Line, rejected: Sequence[Rejected]) -> None:
    if rejected:
        line.counts.items.update((one.source, "rejected") for one in rejected)
        await finished(asyncio.to_thread(line.archive.reject, rejected, utc_now()))


async def checked(line: Line, orders: Orders, visit: Visit, scheduled: bool) -> Visit:
    """Writes down how a visit ended and when the next is due."""
    next_ = await following(line, orders, visit, scheduled=scheduled)
    await finished(asyncio.to_thread(line.archive.checked, visit, next_.due, next_.missed, line.owner, next_.after))
    line.counts.visited(visit, next_.missed)
    log.info(
        "visit",
        source=visit.source,
        status=visit.status.value,
        items=visit.items,
        new=visit.new,
        seconds=round((visit.ended_at - visit.started_at).total_seconds(), 2),
        next=rfc3339(next_.due),
        **({"error": visit.error} if visit.error else {}),
        **({"missed": next_.missed} if next_.missed else {}),
    )
    return visit
