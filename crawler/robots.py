"""robots.txt by RFC 9309, over all sources of this worker.

A file that is there is obeyed (its first 500 KiB, for a day); 4xx and more than five redirects mean there is none;
5xx, no answer or a refused address mean that nothing may be fetched, unless an earlier copy is known: that one then
counts for up to thirty days. Product tokens are compared without version.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from crawler.politeness import HostClosed, OutOfTime, host_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_PARSED = 500 * 1024
_ACCEPTED = 8 * 1024 * 1024
_DAY = 86400.0
_SOON = 30.0
_LONGEST_COPY = 30 * _DAY
_LONGEST_DELAY = 10.0


class RobotsRefused(IgnoreRequest):
    """robots.txt does not let us fetch this address."""


class RobotsUnreachable(RobotsRefused):
    """robots.txt could not be asked, so nothing may be fetched for now."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a host's robots.txt says. Without ``rules`` all is allowed, or nothing if ``unreachable`` says why."""

    rules: Protego | None
    unreachable: str | None
    until: float
    asked_at: float = 0.0

    def check(self, url: str, token: str) -> float:
        """The pause the file asks for, in seconds. Raises RobotsRefused."""
        if self.unreachable is not None:
            raise RobotsUnreachable(f"not fetched because robots.txt could not be asked: {self.unreachable}")
        if self.rules is None:
            return 0.0
        if not self.rules.can_fetch(url, token):
            raise RobotsRefused(f"robots.txt does not allow {token} to fetch {url}")
        return min(float(self.rules.crawl_delay(token) or 0.0), _LONGEST_DELAY)


class RobotsFiles:
    """The verdicts of all hosts met by this worker; each file is asked for once, also by many at the same time."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Task[Verdict]] = {}
        self._last: dict[str, Verdict] = {}

    async def verdict(self, crawler: Crawler, url: str) -> Verdict:
        """The verdict for the host of ``url``."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        asked = self._asked.get(origin)
        if asked is not None:
            verdict = await asyncio.shield(asked)
            if verdict.until > asyncio.get_running_loop().time():
                return verdict
            if self._asked.get(origin) is not asked:  # somebody else has asked again meanwhile
                return await self.verdict(crawler, url)
        if len(self._asked) > 2_000:
            self._asked.clear()
            self._last.clear()
        asked = asyncio.ensure_future(self._ask(crawler, origin))
        self._asked[origin] = asked
        return await asyncio.shield(asked)

    async def _ask(self, crawler: Crawler, origin: str) -> Verdict:
        """What the host says now; while it cannot be asked, what it said before (section 2.4)."""
        verdict, now = await _ask(crawler, origin), asyncio.get_running_loop().time()
        if verdict.unreachable is None:
            self._last[origin] = replace(verdict, asked_at=now)
            return verdict
        before = self._last.get(origin)
        if before is None or now - before.asked_at > _LONGEST_COPY:
            return verdict
        return replace(before, until=verdict.until)


class RobotsMiddleware:
    """Farthest from the downloader: asks robots.txt before a request, redirected ones included."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """Scrapy's way to make a middleware."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise RobotsRefused for an address that may not be fetched."""
        spider: Any = self._crawler.spider
        if not spider.limits.obey_robots or request.meta.get("robots"):
            return
        spider.turns.refuse_if_closed(spider.source.name, host_of(request.url))
        verdict = await spider.robots.verdict(self._crawler, request.url)
        request.meta["crawl_delay"] = verdict.check(request.url, product_token(spider.agent))


def product_token(user_agent: str) -> str:
    """``Khabardar`` of ``Khabardar/1.0 (+https://…)``: what a group in robots.txt is addressed to."""
    return user_agent.partition("/")[0].partition(" ")[0] or "*"


async def _ask(crawler: Crawler, origin: str) -> Verdict:
    clock = asyncio.get_running_loop().time
    request = Request(
        f"{origin}/robots.txt",
        callback=NO_CALLBACK,
        dont_filter=True,
        priority=1000,
        meta={"robots": True, "download_maxsize": _ACCEPTED},
    )
    try:
        response = await crawler.engine.download_async(request)
    except (OutOfTime, HostClosed) as refused:  # a matter of the visit that asked, not of the host: not remembered
        return Verdict(None, str(refused), 0.0)
    except IgnoreRequest as refused:
        if "max redirections reached" in str(refused):
            return Verdict(None, None, clock() + _DAY)
        return Verdict(None, str(refused), clock() + _SOON)
    except Exception as error:  # whatever kept the file from us, we may not fetch
        return Verdict(None, str(error) or type(error).__name__, clock() + _SOON)
    return _verdict(response, clock())


def _verdict(response: Response, now: float) -> Verdict:
    if response.status >= 500:
        return Verdict(None, f"the server answered {response.status}", now + _SOON)
    if response.status >= 300:
        return Verdict(None, None, now + _DAY)
    text = response.body[:_PARSED].decode("utf-8-sig", errors="replace")
    return Verdict(Protego.parse(text), None, now + _DAY)
