"""Single addresses, fetched under the same rules as everything else and handed back as they came."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.failures import answered, why
from crawler.spiders.source import content_type
from crawler.spiders.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one address: ``url`` is where it was found in the end; ``problem`` is a sentence."""

    asked: str
    url: str
    body: bytes = b""
    content_type: str | None = None
    problem: str | None = None


class PageSpider(Visitor):
    """Fetches some addresses; ``fetched`` collects what came of each, in no order."""

    name = "page"

    def __init__(self, *, urls: Sequence[str], fetched: list[Fetched], **named: Any) -> None:
        super().__init__(**named)
        self._urls = urls
        self._fetched = fetched

    async def start(self) -> AsyncIterator[Request]:
        """One request for each address."""
        for url in self._urls:
            yield Request(url, callback=self.came, errback=self.failed, cb_kwargs={"asked": url})

    def came(self, response: Response, asked: str) -> None:
        """An answer, good or bad."""
        self._fetched.append(Fetched(asked, response.url, response.body, content_type(response), answered(response)))

    def failed(self, failure: Any) -> None:
        """No answer."""
        asked = failure.request.cb_kwargs["asked"]
        self._fetched.append(Fetched(asked, asked, problem=why(failure.value, self.limits)))
