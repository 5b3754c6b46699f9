"""In the reader processes: which lists a page names, and whether an address is one."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from lxml import html as lxml_html

from crawler.finding_api import api_at
from crawler.leads import Found
from crawler.reading.charset import decode
from crawler.reading.feed import read_feed
from crawler.reading.sitemap import read_sitemap

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_FEED_LIKE = re.compile(r"(?:/feed/?$|/rss/?$|\.rss$|/rss\b.*\.xml$|feed.*\.xml$|/atom(?:\.xml)?$)", re.IGNORECASE)


def candidates_of(body: bytes, url: str, content_type: str | None) -> list[str]:
    """Addresses an HTML page names as feeds, those declared in its head first."""
    try:
        root = lxml_html.document_fromstring(decode(body, content_type, None))
    except (ValueError, lxml_html.etree.ParserError):
        return []
    declared = [
        link.get("href")
        for link in root.iter("link")
        if "alternate" in (link.get("rel") or "").lower().split() and (link.get("type") or "").lower() in _FEED_TYPES
    ]
    linked = [link.get("href") for link in root.iter("a") if _FEED_LIKE.search(link.get("href") or "")]
    found: list[str] = []
    for href in (*declared, *linked):
        try:
            found.append(urljoin(url, (href or "").strip()))
        except ValueError:  # an address that is none
            continue
    return list(dict.fromkeys(found))


def list_at(body: bytes, url: str, content_type: str | None) -> Found | None:
    """What kind of list these bytes are, None when they are none with entries."""
    feed = read_feed(body, url, content_type)
    if feed.problem is None and feed.entries:
        dates = [entry.published_at for entry in feed.entries if entry.published_at]
        whole = sum(entry.text is not None for entry in feed.entries)
        return Found(
            "feed", url, len(feed.entries), max(dates, default=None), 2 * whole > len(feed.entries), feed.language
        )
    sitemap = read_sitemap(body, url, content_type)
    if sitemap.index_urls or sitemap.entries:
        moments = [moment for entry in sitemap.entries if (moment := entry.published_at or entry.lastmod)]
        count = len(sitemap.entries) or len(sitemap.index_urls)
        return Found("sitemap", url, count, max(moments, default=None))
    return api_at(body, url, content_type)
