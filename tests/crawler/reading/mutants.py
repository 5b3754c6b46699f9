"""Broken copies of good lists and pages, drawn from a seed: for every reader, in many encodings."""

from __future__ import annotations

import random
from collections.abc import Callable

from crawler.reading.api import Paths, read_api
from crawler.reading.feed import read_feed
from crawler.reading.listing import read_listing
from crawler.reading.page import PageHints, Select, read_page
from crawler.reading.paging import next_page
from crawler.reading.sitemap import read_sitemap
from tests.crawler.reading.newsroom import LAYOUTS

URL = "https://example.org/news/1"
_HINTS = PageHints(timezone="Asia/Karachi", select=Select(body=("article p",), remove=("aside",)))
_PATHS = Paths("data.rows", title="headline", url="link", published="at", summary="brief", body="text", id="no")

GOOD = {
    "feed": [
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        "<title>Ships &amp; ports</title><language>en-PK</language><item><title><![CDATA[Nine ships wait]]></title>"
        "<link>https://example.org/1</link><guid isPermaLink='false'>1</guid><dc:creator>Ali</dc:creator>"
        "<description>&lt;p&gt;The harbour&amp;nbsp;office&lt;/p&gt;</description>"
        "<pubDate>Fri, 15 Aug 2025 18:00:00 PKT</pubDate></item><item><title>نو جہاز انتظار میں</title></item>"
        "</channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.org/"><title>x</title><entry><id>a</id>'
        '<title type="html">A &amp;amp; B</title><link rel="alternate" href="/a"/>'
        "<updated>2025-08-15T18:00:00Z</updated>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi <b>there</b></p></div></content>'
        "</entry></feed>",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<item rdf:about="u"><title>港で九隻が待つ</title><link>https://example.org/2</link></item></rdf:RDF>',
        '{"version":"https://jsonfeed.org/version/1.1","items":[{"id":7,"url":"/1","title":"T","authors":[{"name":"A"}],'
        '"content_html":"<p>x</p>","date_published":"2025-08-15T18:00:00+05:00","tags":["t"]}]}',
    ],
    "sitemap": [
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="n"><url><loc>https://example.org/1</loc>'
        "<lastmod>2025-08-15</lastmod><news:news><news:publication_date>2025-08-15T18:00:00Z</news:publication_date>"
        "<news:title>Nine &amp; ten</news:title></news:news></url></urlset>",
        "<sitemapindex><sitemap><loc>https://example.org/2.xml</loc><lastmod>2025</lastmod></sitemap></sitemapindex>",
        "https://example.org/1\nhttps://example.org/2\n",
    ],
    "api": [
        '{"data":{"rows":[{"headline":"Nine ships","link":"/1","at":1755262800,"brief":"b","text":"<p>t</p>","no":[1]},'
        '{"headline":{"x":null},"link":["/2"],"at":"15 Aug 2025"}]}}',
    ],
    "page": list(LAYOUTS.values()),
    "listing": [
        "<html><head><base href='/x/'></head><body><h2><a href='a-1.html'>A report of four words</a></h2>"
        "<a class=n href='?page=2'>more</a></body></html>",
    ],
}

READERS: dict[str, Callable[[bytes, str | None], object]] = {
    "feed": lambda body, told: read_feed(body, URL, told, "Asia/Karachi", "ur"),
    "sitemap": lambda body, told: read_sitemap(body, URL, told, "Asia/Karachi"),
    "api": lambda body, told: read_api(body, URL, _PATHS, told, "Asia/Karachi", None),
    "page": lambda body, told: read_page(body, URL, told, _HINTS),
    "listing": lambda body, told: (read_listing(body, URL, told), next_page(body, URL, told, ("a.n",))),
}

_ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "latin-1", "cp1252", "cp1256"),
    *("shift_jis", "euc_jp", "iso2022_jp", "gb18030", "koi8-r", "cp037"),
)
_SCRAPS = (
    *(
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&",
        "<",
        ">",
        "</",
        "<item>",
        "</item>",
        "<entry>",
        "</p>",
        "<div>",
        '"',
        "'",
    ),
    *("\0", "\ufffe", "\u202e", "&#xD800;", "&#0;", "&#x110000;", "&nbsp;", "&l9;", "<!DOCTYPE x [", "<?xml", "?>"),
    *('<?xml encoding="utf-7"?>', "xmlns:a='", "xml:base='http://[::1'", "href='//['", "http://[", "9" * 400, "1e999"),
    *(
        "{",
        "[",
        "]",
        "}",
        "null",
        "\\ud800",
        "\\u0000",
        "ء",
        "年",
        "é",
        "\t" * 50,
        "0000-00-00",
        "9999-12-31T23:59:60Z",
    ),
    *("31 Feb 2025", "Sat, 99 Foo 20255 99:99:99 +9999", "۲۳ نومبر ۲۰۲۶", "<a href=javascript:x>", "x" * 3000),
)
_TYPES = (
    *(None, "", "text/html", "application/xml; charset=utf-16", "text/xml; charset=", "text/plain; charset=utf-8"),
    *("application/json", 'text/html; charset="windows-1256"', "; charset=utf-7", "charset=\udcff", "image/png"),
)


def mutant(dice: random.Random, kind: str) -> tuple[bytes, str | None]:
    """Bytes for a reader and the Content-Type they come with."""
    text = dice.choice(GOOD[kind])
    for _ in range(dice.choice((0, 1, 2, 5, 20))):
        text = _changed(text, dice, dice.choice([*GOOD.values()]))
    body = bytearray(text.encode(dice.choice(_ENCODINGS) if dice.random() < 0.5 else "utf-8", "replace"))
    for _ in range(dice.choice((0, 0, 1, 3, 30))):
        if body:
            at = dice.randrange(len(body))
            body[at : at + dice.choice((0, 1, 1, 4))] = dice.randbytes(dice.choice((1, 1, 2, 9)))
    if dice.random() < 0.1:
        del body[dice.randrange(len(body) + 1) :]
    return bytes(body), dice.choice(_TYPES)


def _changed(text: str, dice: random.Random, others: list[str]) -> str:
    at = dice.randrange(len(text) + 1)
    match dice.randrange(6):
        case 0:
            return text[:at] + text[at + dice.choice((1, 3, 10, 100)) :]
        case 1:
            start = dice.randrange(len(text) + 1)
            return text[:at] + text[start : start + dice.choice((5, 50, 500))] + text[at:]
        case 2:
            other = dice.choice(others)
            start = dice.randrange(len(other))
            return text[:at] + other[start : start + dice.choice((20, 200))] + text[at:]
        case 3:
            return text[:at] + dice.choice(_SCRAPS) * dice.choice((1, 1, 1, 300)) + text[at:]
        case 4:
            return text[:at] + text[at:].replace("><", ">" + dice.choice(_SCRAPS) + "<", 1)
        case _:
            return text[:at] + text[at : at + 60].swapcase() + text[at + 60 :]
