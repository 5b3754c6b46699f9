"""robots.txt by RFC 9309, over all sources of this worker.

A file that is there is obeyed: its first 500 KiB (no more is fetched), for a day or as long as its ``Cache-Control``
says, if that is shorter. Copies are told to the parent, which hands them to the next worker. 4xx
and more than five redirects mean there is none;
5xx, no answer or a refused address mean that nothing may be fetched, unless an earlier copy is known: that one then
counts for up to thirty days. Product tokens are compared without version.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http.request import NO_CALLBACK

from crawler.pace import max_age
from crawler.politeness import HostClosed, OutOfTime, host_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

Copy = dict[str, Any]
"""A host's file for the next worker: ``origin``, ``text`` (None: there is none), ``asked_at`` and ``until`` in seconds
since 1970."""

_PARSED = 500 * 1024
_ACCEPTED = 8 * 1024 * 1024  # after decompression
_WHATEVER = 1 << 50  # how long it says to be does not matter: what is longer than is parsed is not waited for
_LONGEST_TOLD = 64 * 1024
_DAY = 86400.0
_SOON = 30.0
_SHORTEST = 300.0
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
    text: str | None = None

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
    """The verdicts of all hosts met by this worker; each file is asked for once, also by many at the same time.

    ``copies`` are those of workers before it, ``tell`` is called with each new one.
    """

    def __init__(self, copies: Mapping[str, Copy] | None = None, tell: Callable[[Copy], None] | None = None) -> None:
        self._copies = dict(copies or {})
        self._tell = tell
        self._asked: dict[str, asyncio.Future[Verdict]] = {}
        self._last: dict[str, Verdict] = {}

    async def verdict(self, crawler: Crawler, url: str) -> Verdict:
        """The verdict for the host of ``url``."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        if (copy := self._copies.pop(origin, None)) is not None:
            self._remember(origin, copy)
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
            if self._tell is not None and len(verdict.text or "") <= _LONGEST_TOLD:
                ahead = time.time() - now
                self._tell(
                    {"origin": origin, "text": verdict.text, "asked_at": time.time(), "until": verdict.until + ahead}
                )
            return verdict
        before = self._last.get(origin)
        if before is None or now - before.asked_at > _LONGEST_COPY:
            return verdict
        return replace(before, until=verdict.until)

    def _remember(self, origin: str, copy: Copy) -> None:
        """What an earlier worker heard of a host counts as if this one had asked then; a clock that was set back makes
        a copy no younger than it may be."""
        loop, now = asyncio.get_running_loop(), time.time()
        rules = None if copy["text"] is None else Protego.parse(copy["text"])
        left, age = min(copy["until"] - now, _DAY), max(0.0, now - copy["asked_at"])
        verdict = Verdict(rules, None, loop.time() + left, loop.time() - age, copy["text"])
        self._last[origin] = verdict
        self._asked[origin] = loop.create_future()
        self._asked[origin].set_result(verdict)


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


class RobotsSizeMiddleware:
    """Between the downloader and what decompresses."""

    def process_response(self, request: Request, response: Response) -> Response:
        """What came of a robots file may be compressed: from here on its size does matter."""
        if request.meta.get("robots"):
            request.meta["download_maxsize"] = _ACCEPTED
        return response


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
        meta={"robots": True, "download_maxsize": _WHATEVER},
    )
    try:
        response = await crawler.engine.download_async(request)
    except (OutOfTime, HostClosed) as refused:  # a matter of the visit that asked, not of the host: not remembered
        return Verdict(None, str(refused), 0.0)
    except IgnoreRequest as refused:
        if "max redirections reached" in str(refused):
            return Verdict(None, None, clock() + _DAY)
        if "DOWNLOAD_MAXSIZE" in str(refused):
            return Verdict(None, f"it is longer than {_ACCEPTED} bytes", clock() + _SOON)
        return Verdict(None, str(refused), clock() + _SOON)
    except Exception as error:  # whatever kept the file from us, we may not fetch
        return Verdict(None, (str(error) or type(error).__name__).rstrip("."), clock() + _SOON)
    return _verdict(response, clock())


def _verdict(response: Response, now: float) -> Verdict:
    if response.status >= 500:
        return Verdict(None, f"the server answered {response.status}", now + _SOON)
    if response.status >= 300:
        return Verdict(None, None, now + _DAY)
    said = [(response.headers.get(name) or b"").decode("latin-1") for name in (b"Cache-Control", b"Age")]
    fresh = min(max(max_age(*said) or _DAY, _SHORTEST), _DAY)
    text = response.body[:_PARSED].decode("utf-8-sig", errors="replace")
    return Verdict(Protego.parse(text), None, now + fresh, text=text)


def enough(data: bytes, request: Request) -> None:
    """Hears of every part of an answer's body; of a robots file no more is fetched than is parsed. Raises
    StopDownload."""
    if request.meta.get("robots"):
        came = request.meta["robots_bytes"] = request.meta.get("robots_bytes", 0) + len(data)
        if came > _PARSED:
            raise StopDownload(fail=False)
