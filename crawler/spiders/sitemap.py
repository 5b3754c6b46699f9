"""Sitemaps: lists of pages, the ``news:`` tags, and indexes of further sitemaps, plain or gzipped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from crawler.failures import answered, why
from crawler.reading_jobs import read_sitemap_list
from crawler.spiders.source import SourceSpider


class SitemapSpider(SourceSpider):
    """A source that is a sitemap. Of an index the sitemaps changed last are followed, one level deep."""

    name = "sitemap"
    read_list = staticmethod(read_sitemap_list)
    list_headers: ClassVar[dict[str, str]] = {"Accept": "application/xml,text/xml,application/gzip;q=0.9,*/*;q=0.5"}

    async def list_found(self, response: Response) -> AsyncIterator[Request]:
        """The pages of a sitemap; for an index, requests for its sitemaps."""
        reading = await self.reading_of(response)
        if reading is None:
            return
        for request in self.follow(reading.leads):
            yield request
        if reading.sitemaps:
            # An index may stay the same while its sitemaps change: it is never asked for conditionally.
            self.report.unfinished = True
            self.report.list_read = False
            self.report.problem = "none of the sitemaps of the index could be read"
            for url in reading.sitemaps:
                yield Request(url, headers=self.list_headers, callback=self.child_came, errback=self.child_failed)

    async def child_came(self, response: Response) -> AsyncIterator[Request]:
        """A sitemap of an index."""
        before = self.report.problem
        if (problem := answered(response)) is not None:
            self.report.problem = f"{response.url}: {problem}"
            return
        good = self.report.list_read
        reading = await self.reading_of(response)
        if reading is not None and reading.sitemaps:  # an index below an index, perhaps the same one
            self.report.list_read = good
            self.report.problem = f"{response.url}: an index came where a sitemap was named"
        elif reading is not None:
            self.report.problem = before
            for request in self.follow(reading.leads):
                yield request

    def child_failed(self, failure: Any) -> None:
        """No answer to a sitemap of an index."""
        self.report.problem = f"{failure.request.url}: {why(failure.value, self.limits)}"
