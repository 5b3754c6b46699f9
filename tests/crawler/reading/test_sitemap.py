"""Sitemaps: plain, news, index, gzipped, broken."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from crawler.reading.newest import MOST
from crawler.reading.sitemap import SitemapEntry, read_sitemap

URL = "https://example.org/news-sitemap.xml"
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://example.org/news/1 </loc><lastmod>2025-08-15T14:00:00Z</lastmod>
<image:image><image:loc>https://example.org/1.jpg</image:loc><image:title>Not this one</image:title></image:image>
<news:news><news:publication><news:name>Example</news:name><news:language>ur-PK</news:language></news:publication>
<news:publication_date>2025-08-15T18:00:00+05:00</news:publication_date><news:title>Looms &amp; mills</news:title>
<news:keywords>looms, yarn</news:keywords></news:news></url>
<url><loc>/news/2</loc></url><url><loc>javascript:alert(1)</loc></url><url></url></urlset>"""


@pytest.mark.parametrize(
    "body", [NEWS.encode(), gzip.compress(NEWS.encode(), mtime=0), b"\xef\xbb\xbf" + NEWS.encode()]
)
def test_news_tags_are_read(body: bytes) -> None:
    """Title, moment, language and keywords of the news extension; pictures have titles of their own."""
    found = read_sitemap(body, URL)
    assert found.problem is None
    assert found.entries == (
        SitemapEntry(
            url="https://example.org/news/1",
            lastmod=datetime(2025, 8, 15, 14, tzinfo=UTC),
            title="Looms & mills",
            published_at=datetime(2025, 8, 15, 13, tzinfo=UTC),
            language="ur",
            keywords="looms, yarn",
        ),
        SitemapEntry(url="https://example.org/news/2"),
    )


def test_an_index_names_its_sitemaps_the_last_changed_first() -> None:
    """So that the newest is read within a visit's limits."""
    body = (
        "<sitemapindex><sitemap><loc>https://example.org/a.xml</loc><lastmod>2025-08-01</lastmod></sitemap>"
        "<sitemap><loc>https://example.org/b.xml.gz</loc><lastmod>2025-08-15</lastmod></sitemap>"
        "<sitemap><loc>https://example.org/c.xml</loc></sitemap></sitemapindex>"
    )
    found = read_sitemap(body.encode(), URL)
    assert found.index_urls == tuple(f"https://example.org/{name}" for name in ("b.xml.gz", "a.xml", "c.xml"))


def test_a_plain_list_of_addresses_is_a_sitemap() -> None:
    """The protocol's text form."""
    found = read_sitemap(b"https://example.org/1\r\nhttps://example.org/2\n", URL)
    assert [entry.url for entry in found.entries] == ["https://example.org/1", "https://example.org/2"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"hello", "not a sitemap"),
        (b"<html><title>Sign in</title></html>", "HTML page"),
        (b"<rss></rss>", "not a sitemap"),
        (b"\x1f\x8bbroken", "gzip"),
        (gzip.compress(NEWS.encode(), mtime=0)[:200], "ends too early"),
        (b"<urlset>" + b"<url>" * 100_000, "nested deeper"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, problem: str) -> None:
    """A sentence instead of an exception."""
    assert problem in (read_sitemap(body, URL).problem or "")


def test_a_gzip_bomb_ends_at_the_cap() -> None:
    """A thousandfold expansion is not unpacked to its end."""
    bomb = gzip.compress(b"<urlset>" + b" " * (80 * 1024 * 1024), 9)
    assert read_sitemap(bomb, URL).problem is not None


def test_entities_are_never_expanded() -> None:
    """Neither bombs nor files nor addresses."""
    body = (
        b'<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        b"<urlset><url><loc>https://example.org/&f;</loc></url><url><loc>https://example.org/2</loc></url></urlset>"
    )
    urls = [entry.url for entry in read_sitemap(body, URL).entries]
    assert "https://example.org/2" in urls
    assert not any("root" in url for url in urls)


def test_of_a_long_sitemap_the_newest_are_read_wherever_they_stand() -> None:
    """Of addresses without a date the first and the last; an index is long in the same way."""
    dates = [f"<lastmod>{2000 + n % 20}-01-01</lastmod>" if n % 2 else "" for n in range(4 * MOST)]
    urls = "".join(f"<url><loc>https://example.org/{n}</loc>{date}</url>" for n, date in enumerate(dates))
    found = read_sitemap(f"<urlset>{urls}</urlset>".encode(), URL)
    assert len(found.entries) == MOST
    assert min(entry.lastmod.year for entry in found.entries if entry.lastmod) == 2011
    plain = "".join(f"<sitemap><loc>https://example.org/{n}</loc></sitemap>" for n in range(2 * MOST))
    numbers = [
        one.rpartition("/")[2] for one in read_sitemap(f"<sitemapindex>{plain}</sitemapindex>".encode(), URL).index_urls
    ]
    assert (len(numbers), numbers[0], numbers[-1]) == (MOST, "0", str(2 * MOST - 1))
