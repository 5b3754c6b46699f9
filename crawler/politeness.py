"""Whose turn it is at a host: one request after another with a pause, over all sources of this worker.

Scrapy keeps its delays per crawl; two sources at one host would not know of each other. A host that asked a source to
stay away (429 or 503 with Retry-After) is left alone by that source until then; other sources at that host go on, for
one source in trouble must not silence its neighbours. A host is a name and a port.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

from crawler.retry_after import retry_after

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_BUSY = 429
_UNAVAILABLE = 503
_BUSY_PAUSE = 60.0


class HostClosed(IgnoreRequest):
    """The host asked us to stay away for ``seconds`` more."""

    def __init__(self, host: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"{host} asked not to be visited for another {seconds:.0f} seconds")


class OutOfTime(IgnoreRequest):
    """The visit would be over before this request's turn."""

    def __init__(self) -> None:
        super().__init__("the visit had no time left for it")


class Turns:
    """The turns at all hosts, by the event loop's clock."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._closed: dict[tuple[str, str], float] = {}

    async def wait(self, source: str, host: str, delay: float, deadline: float) -> None:
        """Return when it is our turn at ``host``; raises HostClosed or OutOfTime instead of waiting in vain."""
        now = asyncio.get_running_loop().time()
        self.refuse_if_closed(source, host)
        turn = max(now, self._next.get(host, now))
        if turn > deadline:
            raise OutOfTime
        self._next[host] = turn + delay
        self._forget(now)
        if turn > now:
            await asyncio.sleep(turn - now)
            self.refuse_if_closed(source, host)

    def refuse_if_closed(self, source: str, host: str) -> None:
        """Raise HostClosed while the host wants to be left alone by this source."""
        left = self._closed.get((source, host), 0.0) - asyncio.get_running_loop().time()
        if left > 0:
            raise HostClosed(host, left)

    def close(self, source: str, host: str, seconds: float) -> None:
        """Leave the host alone for so many seconds, as this source."""
        until = asyncio.get_running_loop().time() + seconds
        self._closed[source, host] = max(until, self._closed.get((source, host), 0.0))

    def _forget(self, now: float) -> None:
        if len(self._next) > 10_000:
            self._next = {host: turn for host, turn in self._next.items() if turn > now}
            self._closed = {key: until for key, until in self._closed.items() if until > now}


class PolitenessMiddleware:
    """Nearest to the downloader: waits for the turn, counts, and hears when a host asks us to stay away.

    The spider carries ``turns``, ``limits`` and ``deadline`` (event loop time).
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PolitenessMiddleware:
        """Scrapy's way to make a middleware."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Wait for the host's turn."""
        spider: Any = self._crawler.spider
        delay = max(spider.limits.delay, request.meta.get("crawl_delay", 0.0))
        await spider.turns.wait(spider.source.name, host_of(request.url), delay, spider.deadline)
        spider.report.requests += 1

    def process_response(self, request: Request, response: Response) -> Response:
        """Close the host when it says so."""
        if response.status in (_BUSY, _UNAVAILABLE) and not request.meta.get("robots"):
            said = response.headers.get(b"Retry-After")
            seconds = retry_after(said.decode("latin-1") if said else None, datetime.now(UTC))
            if seconds is None and response.status == _BUSY:
                seconds = _BUSY_PAUSE
            if seconds is not None:
                spider: Any = self._crawler.spider
                spider.turns.close(spider.source.name, host_of(request.url), seconds)
                if said:
                    spider.asked_to_wait = max(seconds, spider.asked_to_wait or 0.0)
        return response


def host_of(url: str) -> str:
    """Name and port, the default port left out."""
    parts = urlsplit(url)
    return f"{(parts.hostname or '').lower()}:{parts.port or ''}"
