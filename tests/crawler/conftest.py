"""One crawl worker for all tests of a module that do not harm it, and a site for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from archive.model import Known, NewsItem, Rejected, Visit
from crawler.crawl import crawl
from crawler.errand import Errand
from crawler.settings import CrawlSettings, SourceSettings
from crawler.worker_process import Worker
from tests.crawler.sites import Site, site

SETTINGS = CrawlSettings(allow_addresses=("127.0.0.0/8",), delay="0s", timeout="2s", user_agent="Khabardar/1.0 (test)")


class Seen:
    """What came of one visit."""

    def __init__(self) -> None:
        self.items: list[NewsItem] = []
        self.rejected: list[Rejected] = []
        self.visits: list[Visit] = []

    @property
    def visit(self) -> Visit:
        """The one visit."""
        assert len(self.visits) == 1
        return self.visits[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> AsyncIterator[Worker]:
    """A crawl worker that lives as long as the module's tests."""
    running = Worker(SETTINGS)
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def outlet() -> AsyncIterator[Site]:
    """A site without robots.txt."""
    async with site() as made:
        yield made


async def look(
    worker: Worker, settings: CrawlSettings = SETTINGS, known: Known | None = None, **source: object
) -> Seen:
    """Visit one source and collect what comes."""
    errand = Errand(SourceSettings.model_validate({"name": "sample", **source}), known or Known())
    return (await look_at(worker, [errand], settings))[errand.source.name]


async def look_at(worker: Worker, errands: list[Errand], settings: CrawlSettings = SETTINGS) -> dict[str, Seen]:
    """Visit several sources and collect what comes, by source."""
    seen = {errand.source.name: Seen() for errand in errands}
    async for news in crawl(errands, settings, worker):
        of = seen[news.source]
        assert not of.visits, "the visit is the last thing of its source"
        match news:
            case NewsItem():
                of.items.append(news)
            case Rejected():
                of.rejected.append(news)
            case Visit():
                of.visits.append(news)
    return seen


@pytest.fixture
def titles() -> Callable[[Seen], list[str]]:
    """The titles of what was seen, sorted."""
    return lambda seen: sorted(item.title for item in seen.items)
