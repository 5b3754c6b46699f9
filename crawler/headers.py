"""Which headers a request carries, and to whom.

The source's own headers may hold secrets: beyond harmless ones (``Accept*``, ``User-Agent``) they go only to the hosts
that the source's own addresses name, and never from https down to http. A URL with a password in it is not fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.settings import SourceSettings

_HARMLESS = ("accept", "accept-language", "user-agent")


class HeadersMiddleware:
    """Sets the source's headers on every request, redirected ones included, anew each time."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HeadersMiddleware:
        """Scrapy's way to make a middleware."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Put on what belongs to this host and take off what does not."""
        spider: Any = self._crawler.spider
        parts = urlsplit(request.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise IgnoreRequest(f"only http and https addresses are fetched, not {request.url[:200]}")
        if parts.username is not None or parts.password is not None:
            raise IgnoreRequest("an address with a user name or password in it is not fetched")
        # Scrapy's handler knows a timeout by request only, and its own is ten seconds
        request.meta.setdefault("download_timeout", spider.limits.timeout)
        request.headers.setdefault(b"Accept", b"*/*")
        request.headers.setdefault(b"User-Agent", spider.agent.encode("latin-1", "replace"))
        source: SourceSettings = spider.source
        at_home = (parts.scheme, parts.hostname) in home_of(source)
        for name, value in source.headers.items():
            request.headers.pop(name, None)
            if at_home or name.lower() in _HARMLESS:
                request.headers[name] = value.encode("latin-1")


def home_of(source: SourceSettings) -> set[tuple[str, str]]:
    """Scheme and host of the source's own addresses; what is asked over http may also be asked over https."""
    homes = {(urlsplit(url).scheme.lower(), urlsplit(url).hostname or "") for url in _urls(source)}
    return homes | {("https", host) for _, host in homes}


def _urls(source: SourceSettings) -> Iterable[str]:
    return (start.url for start in source.starts)
