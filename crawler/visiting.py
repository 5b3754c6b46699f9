"""One errand inside the worker: crawls are run and judged by what they reported, never by their return.

Scrapy ends a crawl whose callback failed as "finished", and one that is cancelled as if nothing had happened; so a
visit is good only if its list was read, and cancelling means stopping the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from archive.model import NewsItem, Rejected, Visit, VisitStatus
from crawler.errand import Errand
from crawler.report import Report
from crawler.running import run_spider
from crawler.settings import Start, limits_of
from crawler.spiders.feed import FeedSpider
from crawler.spiders.listing import ListingSpider
from crawler.spiders.sitemap import SitemapSpider
from crawler.spiders.source import SourceSpider
from crawler.tools import Tools
from crawler.wire import Message, errand_in, news_out

Say = Callable[[Message], None]
Emit = Callable[[NewsItem | Rejected], None]

_SPIDERS: dict[str, type[SourceSpider]] = {"feed": FeedSpider, "sitemap": SitemapSpider, "listing": ListingSpider}


async def visit(told: Message, tools: Tools, say: Say) -> None:
    """Visit a source and say what came of it; the last word is the Visit, also when it is cancelled."""
    errand = errand_in(told)
    started_at = datetime.now(UTC)
    reports: list[Report] = []
    try:
        await _try_starts(errand, tools, told["budget"], reports, lambda news: say(news_out(news)))
    except asyncio.CancelledError:
        say(news_out(_visit(errand, started_at, reports, "the visit took too long and was ended")))
        raise
    say(news_out(_visit(errand, started_at, reports)))


async def _try_starts(errand: Errand, tools: Tools, budget: float, reports: list[Report], emit: Emit) -> None:
    """The source's own list, then its fallbacks in order until one is good and not empty."""
    deadline = asyncio.get_running_loop().time() + budget
    for begin in errand.source.starts:
        report = Report()
        reports.append(report)
        await _visit_start(errand, begin, tools, deadline, report, emit, conditional=len(reports) == 1)
        if report.good and (report.listed or report.not_modified):
            return


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


def _visit(errand: Errand, started_at: datetime, reports: list[Report], ended: str | None = None) -> Visit:
    first, last = reports[0], reports[-1]
    good = next((report for report in reversed(reports) if report.good), None)
    etag = last_modified = None
    if good is first and ended is None and not first.unfinished:
        etag, last_modified = first.etag, first.last_modified
    return Visit(
        source=errand.source.name,
        status=_status(good if ended is None else None),
        started_at=started_at,
        ended_at=datetime.now(UTC),
        items=sum(report.listed for report in reports),
        error=ended or _error(errand, reports, good),
        http_status=(good or last).http_status,
        etag=etag,
        last_modified=last_modified,
        retry_after=max((report.retry_after for report in reports if report.retry_after), default=None),
        requests=sum(report.requests for report in reports),
    )


def _status(good: Report | None) -> VisitStatus:
    if good is None:
        return VisitStatus.FAILED
    return VisitStatus.NOT_MODIFIED if good.not_modified else VisitStatus.OK


def _error(errand: Errand, reports: list[Report], good: Report | None) -> str | None:
    """Why it failed; for a visit saved by a fallback, why the ways before it failed."""
    told = []
    for begin, report in zip(errand.source.starts, reports, strict=False):
        if report is good:
            break
        told.append(f"{begin.kind} {begin.url}: {report.problem or 'it listed nothing'}")
    if good is None and len(told) == 1:
        return reports[0].problem or "the crawl ended without having read the list"
    return "; ".join(told) or None
