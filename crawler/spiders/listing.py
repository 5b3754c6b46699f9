"""Listings: an HTML page whose links are the news, and the pages that follow it, as far as is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from crawler.failures import answered, why
from crawler.leads import Lead
from crawler.reading_jobs import read_listing_list
from crawler.spiders.source import SourceSpider


class ListingSpider(SourceSpider):
    """A source that is an HTML page with links.

    With ``next`` further pages are read, ``pages`` at most, as long as each brings something not seen before.
    """

    name = "listing"
    read_list = staticmethod(read_listing_list)
    list_headers: ClassVar[dict[str, str]] = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"}

    async def list_found(self, response: Response) -> AsyncIterator[Request]:
        """The links of the first page, and a request for the second."""
        async for request in self._page_found(response, {response.url}, 1):
            yield request

    async def page_of_list_came(self, response: Response, read: set[str], number: int) -> AsyncIterator[Request]:
        """A further page of the listing. One that fails leaves what the pages before it brought; one that leads back to
        a page that was read ends it."""
        if (problem := answered(response)) is not None:
            self.logger.info("page of the listing not read: %s: %s", response.url, problem)
            return
        if response.url in read and response.request is not None and response.url != response.request.meta["page"]:
            return
        async for request in self._page_found(response, read | {response.url}, number):
            yield request

    def page_of_list_failed(self, failure: Any) -> None:
        """No answer to a further page of the listing."""
        self.logger.info("page of the listing not read: %s: %s", failure.request.url, why(failure.value, self.limits))

    async def _page_found(self, response: Response, read: set[str], number: int) -> AsyncIterator[Request]:
        first = number == 1
        before = self.report.problem
        reading = await self.reading_of(response)
        if reading is None:
            self.report.problem = self.report.problem if first else before
            return
        for request in self.follow(reading.leads):
            yield request
        following = reading.next_page
        if following and following not in read and number < self.begin.pages and self._any_new(reading.leads):
            yield Request(
                following,
                headers=self.list_headers,
                callback=self.page_of_list_came,
                errback=self.page_of_list_failed,
                meta={"page": following},
                cb_kwargs={"read": read | {following}, "number": number + 1},
            )

    def _any_new(self, leads: tuple[Lead, ...]) -> bool:
        return any(not self.errand.known.keys & set(lead.item.keys) for lead in leads)
