"""What one visit of a source would bring: nothing is kept, nobody is told. For ``source test`` and its page."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

from archive.model import NewsItem, Rejected, Visit
from crawler.crawl import crawl
from crawler.errand import Errand
from crawler.settings import CrawlSettings, SourceSettings
from crawler.worker_process import Worker


@dataclass(slots=True)
class Brought:
    """What came. ``visit`` is None when enough was seen before its end, or when time was over (``late``)."""

    items: list[NewsItem] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    visit: Visit | None = None
    late: bool = False


async def brought(
    source: SourceSettings, crawl_settings: CrawlSettings, worker: Worker, *, limit: int, seconds: float | None = None
) -> Brought:
    """One visit as the service would make it, up to ``limit`` items (0: all) and for so many seconds at the most."""
    came = Brought()
    try:
        async with (
            asyncio.timeout(seconds),
            aclosing(crawl([Errand(source)], crawl_settings, worker)) as news,
        ):
            async for one in news:
                if isinstance(one, Visit):
                    came.visit = one
                elif isinstance(one, NewsItem):
                    came.items.append(one)
                else:
                    came.rejected.append(one)
                if came.visit or (limit and len(came.items) >= limit):
                    break
    except TimeoutError:
        came.late = True
    return came
