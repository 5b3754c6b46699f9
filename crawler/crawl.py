"""crawl(): errands in, news out as it is read, and for every errand exactly one Visit at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from archive.model import NewsItem, Rejected, Visit, VisitStatus
from crawler.errand import Errand
from crawler.process import WorkerGone
from crawler.settings import CrawlSettings, limits_of
from crawler.wire import errand_out, news_in
from crawler.worker_process import Worker

News = NewsItem | Rejected | Visit


async def crawl(errands: Sequence[Errand], settings: CrawlSettings, worker: Worker) -> AsyncGenerator[News]:
    """Visit all sources side by side. The Visit is the last thing of its source, whatever happens to the worker.

    Leaving the loop early drops the visits that are not finished.
    """
    heard: asyncio.Queue[News] = asyncio.Queue()
    following = [asyncio.create_task(_follow(errand, settings, worker, heard)) for errand in errands]
    try:
        unfinished = len(following)
        while unfinished:
            news = await heard.get()
            unfinished -= isinstance(news, Visit)
            yield news
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)


async def _follow(errand: Errand, settings: CrawlSettings, worker: Worker, heard: asyncio.Queue[News]) -> None:
    """Pass on what the worker says of one errand; the last thing put into the queue is its Visit."""
    name = errand.source.name
    started_at = datetime.now(UTC)
    try:
        visit = await _hear(errand, settings, worker, heard)
    except WorkerGone as gone:
        visit = _failed(name, started_at, str(gone))
    except Exception as error:  # whatever went wrong here, the one who waits for the visit must not wait for ever
        visit = _failed(name, started_at, f"the visit failed: {type(error).__name__}: {error}")
    heard.put_nowait(visit)


async def _hear(errand: Errand, settings: CrawlSettings, worker: Worker, heard: asyncio.Queue[News]) -> Visit:
    answers = worker.ask("visit", errand_out(errand), settings, timeout=limits_of(errand.source, settings).timeout)
    try:
        async for answer in answers:
            news = news_in(answer)
            if isinstance(news, Visit):
                return replace(news, source=errand.source.name)
            if news is not None:
                heard.put_nowait(news)
            elif "failed" in answer:
                raise WorkerGone(answer["failed"])
    finally:
        await answers.aclose()
    raise WorkerGone("the crawl worker ended the visit without saying how it went")


def _failed(source: str, started_at: datetime, error: str) -> Visit:
    return Visit(source, VisitStatus.FAILED, started_at, datetime.now(UTC), error=error)
