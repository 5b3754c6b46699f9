"""Running one Scrapy crawl to its end inside the worker's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler

from crawler.report import Report
from crawler.robots import enough
from crawler.scrapy_settings import scrapy_settings
from crawler.settings import Limits, SourceSettings, limits_of
from crawler.spiders.page import Fetched, PageSpider
from crawler.spiders.visitor import Visitor
from crawler.tools import Tools

_STOPPING: set[asyncio.Future[Any]] = set()


async def run_spider(
    spider: type[Visitor], limits: Limits, report: Report, emit: Callable[[Any], None], tools: Tools, **arguments: Any
) -> None:
    """Run one crawl; ``emit`` gets its news, ``report`` the figures and what broke.

    A cancelled crawl is stopped; Scrapy itself would go on with it unseen.
    """
    runner = AsyncCrawlerRunner(scrapy_settings(limits.max_body))
    crawler = runner.create_crawler(spider)

    def failed(failure: Any, **_: Any) -> None:
        report.broken(f"the crawler failed: {failure.type.__name__}: {failure.value}"[:300])

    crawler.signals.connect(failed, signals.spider_error, weak=False)
    crawler.signals.connect(enough, signals.bytes_received, weak=False)
    crawling = runner.crawl(crawler, tools=tools, limits=limits, report=report, emit=emit, **arguments)
    try:
        await asyncio.shield(crawling)
    except asyncio.CancelledError:
        _stop(crawler, crawling)
        raise
    asked = getattr(crawler.spider, "asked_to_wait", None)
    if asked is not None:
        report.retry_after = max(asked, report.retry_after or 0.0)


async def fetch(urls: list[str], source: SourceSettings, tools: Tools, budget: float) -> list[Fetched]:
    """What comes of some addresses, in the order in which they were asked."""
    limits = limits_of(source, tools.settings)
    deadline = asyncio.get_running_loop().time() + budget
    fetched: list[Fetched] = []
    await run_spider(
        PageSpider, limits, Report(), _nothing, tools, source=source, deadline=deadline, urls=urls, fetched=fetched
    )
    return sorted(fetched, key=lambda one: urls.index(one.asked))


def _nothing(item: Any) -> None:
    """Pages are handed back whole; there is no news."""


def _stop(crawler: Crawler, crawling: asyncio.Future[Any]) -> None:
    """Stop the engine; it ends with its last download, which has a deadline of its own."""
    for ending in (asyncio.ensure_future(crawler.stop_async()), crawling):
        _STOPPING.add(ending)
        ending.add_done_callback(_STOPPING.discard)
