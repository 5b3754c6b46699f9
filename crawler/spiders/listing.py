"""Listings: an HTML page whose links are the news."""

from __future__ import annotations

from typing import ClassVar

from crawler.reading_jobs import read_listing_list
from crawler.spiders.source import SourceSpider


class ListingSpider(SourceSpider):
    """A source that is an HTML page with links."""

    name = "listing"
    read_list = staticmethod(read_listing_list)
    list_headers: ClassVar[dict[str, str]] = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"}
