"""What one would write in an afternoon, for ``bench.crawl``: Scrapy, feedparser, trafilatura, SQLite with full text.

``python -m bench.plain_spider SITE FILE``: feeds, sitemap and every page; an item is committed as it comes. No rules.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

import feedparser
import scrapy
import trafilatura
from scrapy.crawler import CrawlerProcess
from trafilatura.settings import Document


class PlainSpider(scrapy.Spider):
    """All that a site's lists name; what a feed carries whole is taken from it."""

    name = "plain"

    def __init__(self, site: str, file: str, **named: Any) -> None:
        super().__init__(**named)
        self.start_urls = [f"{site}/whole.xml", f"{site}/brief.xml", f"{site}/sitemap.xml"]
        self.archive = sqlite3.connect(file)
        self.archive.execute("pragma journal_mode=wal")
        self.archive.execute("pragma synchronous=full")
        self.archive.execute("create table items (url text primary key, title text, published text, body text)")
        self.archive.execute("create virtual table words using fts5(title, body)")

    def parse(self, response: Any) -> Iterator[Any]:
        """A list."""
        if response.url.endswith("sitemap.xml"):
            for url in re.findall(r"<loc>(.*?)</loc>", response.text):
                yield scrapy.Request(url, self.read)
            return
        for entry in feedparser.parse(response.body).entries:
            if content := entry.get("content"):
                body = trafilatura.extract(f"<html><body><article>{content[0].value}</article></body></html>")
                self.keep(entry.link, entry.title, entry.get("published"), body)
            else:
                yield scrapy.Request(entry.link, self.read)

    def read(self, response: Any) -> None:
        """A page."""
        found = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True)
        if isinstance(found, Document):
            self.keep(response.url, found.title or "", found.date, found.text)

    def keep(self, url: str, title: str, published: str | None, body: str | None) -> None:
        """One item, durable when this returns."""
        with self.archive:
            new = self.archive.execute("insert or ignore into items values (?, ?, ?, ?)", (url, title, published, body))
            if new.rowcount:
                self.archive.execute("insert into words values (?, ?)", (title, body))


def main() -> None:
    """One crawl, then the end."""
    site, file = sys.argv[1:]
    process = CrawlerProcess(
        {"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 16}
    )
    process.crawl(PlainSpider, site=site, file=file)
    process.start()


if __name__ == "__main__":
    main()
