"""One errand inside the worker: crawls are run and judged by what they reported, never by their return.

Scrapy ends a crawl whose callback failed as "finished", and one that is cancelled as if nothing had happened; so a
visit is good only if its list was read, and cancelling means stopping the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from archive.model import NewsItem, Rejected, Visit, VisitStatus
from crawler.errand import Errand, Way
from crawler.report import Report
from crawler.running import run_spider
from crawler.settings import Start, limits_of
from crawler.spiders.api import ApiSpider
from crawler.spiders.feed import FeedSpider
from crawler.spiders.listing import ListingSpider
from crawler.spiders.sitemap import SitemapSpider
from crawler.spiders.source import SourceSpider
from crawler.tools import Tools
from crawler.wire import Message, errand_in, news_out

Say = Callable[[Message], None]
Emit = Callable[[NewsItem | Rejected], None]

Tried = tuple[Way, Report]

_SPIDERS: dict[str, type[SourceSpider]] = {
    "feed": FeedSpider,
    "sitemap": SitemapSpider,
    "listing": ListingSpider,
    "api": ApiSpider,
}


async def visit(told: Message, tools: Tools, say: Say) -> None:
    """Visit a source and say what came of it; the last word is the Visit, also when it is cancelled."""
    errand = errand_in(told)
    started_at = datetime.now(UTC)
    tried: list[Tried] = []
    try:
        await _try_starts(errand, tools, told["budget"], tried, lambda news: say(news_out(news)))
    except asyncio.CancelledError:
        say(news_out(_visit(errand, started_at, tried, "the visit took too long and was ended")))
        raise
    say(news_out(_visit(errand, started_at, tried)))


async def _try_starts(errand: Errand, tools: Tools, budget: float, tried: list[Tried], emit: Emit) -> None:
    """The ways in their order, until one is good, not empty, and not too old."""
    deadline = asyncio.get_running_loop().time() + budget
    starts = errand.source.starts
    for way in errand.turns:
        report = Report()
        tried.append((way, report))
        await _visit_start(errand, starts[way.index], tools, deadline, report, emit, conditional=way.index == 0)
        if _does(way, report):
            return


def _does(way: Way, report: Report) -> bool:
    if not report.good or not (report.listed or report.not_modified):
        return False
    newest = way.newest_at if report.not_modified else report.newest_at(datetime.now(UTC))
    return newest is None or way.stale_before is None or newest >= way.stale_before


async def _visit_start(
    errand: Errand, begin: Start, tools: Tools, deadline: float, report: Report, emit: Emit, *, conditional: bool
) -> None:
    await run_spider(
        _SPIDERS[begin.kind],
        limits_of(errand.source, tools.settings),
        report,
        emit,
        tools,
        source=errand.source,
        errand=errand,
        begin=begin,
        deadline=deadline,
        conditional=conditional,
    )


def _visit(errand: Errand, started_at: datetime, tried: list[Tried], ended: str | None = None) -> Visit:
    last = tried[-1][1] if tried else Report()
    served = _served(tried) if ended is None else None
    good = served[1] if served else None
    etag = last_modified = None
    if served and served[0].index == 0 and not served[1].unfinished:
        etag, last_modified = served[1].etag, served[1].last_modified
    reports = [report for _, report in tried]
    return Visit(
        source=errand.source.name,
        status=_status(good),
        started_at=started_at,
        ended_at=datetime.now(UTC),
        items=sum(report.listed for report in reports),
        error=ended or _error(errand, tried, served) or (good.left_out if good else None),
        http_status=(good or last).http_status,
        etag=etag,
        last_modified=last_modified,
        retry_after=max((report.retry_after for report in reports if report.retry_after), default=None),
        requests=sum(report.requests for report in reports),
        way=served[0].index if served else None,
        looks=tuple(report.look(way.index, errand.source.starts[way.index]) for way, report in tried),
        pace=good.pace if good else None,
    )


def _served(tried: list[Tried]) -> Tried | None:
    """The way that brought the list: the one that does, else the first that at least could be read."""
    good = [one for one in tried if one[1].good]
    return next((one for one in good if _does(*one)), good[0] if good else None)


def _status(good: Report | None) -> VisitStatus:
    if good is None:
        return VisitStatus.FAILED
    return VisitStatus.NOT_MODIFIED if good.not_modified else VisitStatus.OK


def _error(errand: Errand, tried: list[Tried], served: Tried | None) -> str | None:
    """Why it failed; for a visit saved by another way, why the ways before it failed."""
    starts = errand.source.starts
    told = []
    for way, report in tried:
        if served is not None and report is served[1]:
            break
        begin = starts[way.index]
        told.append(f"{begin.kind} {begin.url}: {report.problem or _shortcoming(way, report)}")
    if served is None and len(told) == 1:
        return tried[0][1].problem or "the crawl ended without having read the list"
    return "; ".join(told) or None


def _shortcoming(way: Way, report: Report) -> str:
    if not report.listed and not report.not_modified:
        return "it listed nothing"
    newest = way.newest_at if report.not_modified else report.newest_at(datetime.now(UTC))
    return f"its newest entry is of {newest:%Y-%m-%d %H:%M} UTC" if newest else "its entries have no dates"
