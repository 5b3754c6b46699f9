"""Scrapy's HTTP/1.1 handler with caps on a response's head and on how often its body is compressed.

Twisted limits the length of one header line, not their number: a server that sends header lines without end would fill
the memory until the deadline. Rests on private classes of Scrapy 2.19; a test holds them.
A body compressed many times over is refused, for each layer may grow to the cap on sizes.
"""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers import http11
from scrapy.exceptions import IgnoreRequest

_LONGEST_HEAD = 256 * 1024
_MOST_PACKINGS = 2


class _BoundedParser(http11._LenientHTTPClientParser):  # noqa: SLF001
    def lineReceived(self, line: bytes) -> None:  # noqa: N802  Twisted's name
        self.head_bytes = getattr(self, "head_bytes", 0) + len(line)
        if self.head_bytes > _LONGEST_HEAD:
            raise ValueError(f"the headers of the answer are longer than {_LONGEST_HEAD} bytes")
        super().lineReceived(line)


class _BoundedProtocol(http11._LenientHTTP11ClientProtocol):  # noqa: SLF001
    def request(self, request: Any) -> Any:
        answer = super().request(request)
        self._parser.__class__ = _BoundedParser
        return answer


class _BoundedFactory(http11._LenientHTTP11ClientFactory):  # noqa: SLF001
    def buildProtocol(self, addr: Any) -> _BoundedProtocol:  # noqa: N802  Twisted's name
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class BoundedHandler(http11.HTTP11DownloadHandler):
    """What fetches http and https in the crawl worker."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory  # noqa: SLF001
        # Scrapy keeps as many connections as it asks a host at once. The next request begins before the answer's
        # connection is free again, so under load every third one would be closed just to be opened anew.
        self._pool.maxPersistentPerHost = crawler.settings.getint("CONCURRENT_REQUESTS")

    async def download_request(self, request: Any) -> Any:
        """The response. Raises IgnoreRequest for a body packed into itself."""
        response = await super().download_request(request)
        packings = b",".join(response.headers.getlist(b"Content-Encoding")).split(b",")
        if len(packings) > _MOST_PACKINGS:
            raise IgnoreRequest(f"the body of {request.url} is compressed {len(packings)} times over")
        return response
