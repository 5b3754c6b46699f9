"""Feeds: RSS, RDF, Atom and JSON Feed."""

from __future__ import annotations

from typing import ClassVar

from crawler.reading_jobs import read_feed_list
from crawler.spiders.source import SourceSpider


class FeedSpider(SourceSpider):
    """A source that is a feed."""

    name = "feed"
    read_list = staticmethod(read_feed_list)
    list_headers: ClassVar[dict[str, str]] = {
        "Accept": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
    }
