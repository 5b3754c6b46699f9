"""Bytes made to hurt: bombs, depth, floods of tags, half characters. A reading comes back, and no host is asked.

Where a parser would need minutes, these tests would hang: no time is asserted.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Callable

import pytest

from crawler.reading.feed import read_feed
from crawler.reading.listing import read_listing
from crawler.reading.page import PageHints, Select, read_page, read_text
from crawler.reading.sitemap import read_sitemap
from tests.crawler.reading.newsroom import LAYOUTS

URL = "https://example.org/news/1"
HINTS = PageHints(timezone="Asia/Karachi", select=Select(body=("article p",), remove=("aside",)))
SENTENCE = "The looms of the second district stood still for a month. "


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to open a connection fails the test."""

    def refuse(*_: object) -> None:
        raise AssertionError("a reader opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
XML_BOMBS = {
    "billion laughs": f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]><rss><channel><item><title>&l9;</title></item>',
    "external entity": '<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&f;</title></item>',
    "external dtd": '<!DOCTYPE rss SYSTEM "http://192.0.2.1/x.dtd"><rss><channel><item><title>a</title></item>',
    "parameter entity": '<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://192.0.2.1/p"> %p;]><rss><channel></channel></rss>',
    "doctype without end": "<!DOCTYPE rss [" + '<!ENTITY a "b">' * 20_000,
    "million levels": "<rss><channel><item>" + "<a>" * 1_000_000,
    "open cdata": "<rss><channel><item><title>" + "<![CDATA[" * 100_000,
    "open tags": "<rss><channel>" + "<item><title>" * 20_000,
    "less-than signs": "<rss><channel><item><title>" + "<" * 300_000,
    "attributes": "<rss " + 'a="b" ' * 100_000 + "><channel/></rss>",
    "namespaces": "<rss>" + "".join(f'<x{n}:y xmlns:x{n}="u{n}"/>' for n in range(20_000)) + "</rss>",
    "utf-7": '<?xml version="1.0" encoding="utf-7"?>+ADw-rss+AD4-',
    "processing instructions": "<?x ?>" * 50_000 + "<rss><channel/></rss>",
}


@pytest.mark.parametrize("text", XML_BOMBS.values(), ids=XML_BOMBS)
def test_xml_made_to_hurt_gives_a_reading(text: str) -> None:
    """Entities stay unexpanded, depth is refused before a parser sees it."""
    for body in (text.encode(), text.encode("utf-16")):
        found = read_feed(body, URL, None)
        assert all(
            len(entry.title) < 10_000 + text.count("<") and "root:" not in entry.title for entry in found.entries
        )
        read_sitemap(body, URL)


PAGES = {
    "nested inline": "<p>" + "<b><i>" * 50_000 + "x",
    "nested blocks": "<div>" * 200_000 + SENTENCE,
    "cells": "<table>" + "<td>x" * 50_000,
    "tables": "<table><tr><td>" * 20_000 + SENTENCE,
    "links": "<a href=/x>y</a>" * 50_000,
    "headings": "<h1>Looms stand still again</h1>" * 10_000,
    "repeated headline": "<title>Looms stand still</title>" + "<p>Looms stand still</p>" * 20_000,
    "related": f"<h3>Related news</h3><p>{SENTENCE}</p>" * 5_000,
    "bylines": "<h1>Looms Stand Still</h1>" + "<p>Published August 15, 2025 | 06:00 PM</p>" * 5_000,
    "breaks": (SENTENCE + "<br>") * 20_000,
    "attribute": f"<p title='{'x' * 3_000_000}'>{SENTENCE}</p>",
    "classes": "<div class='" + "related-" * 50_000 + "'>x</div>",
    "json-ld depth": "<script type='application/ld+json'>" + "[" * 300_000 + "</script>",
    "json-ld strings": '<script type="application/ld+json">{"headline":"' + "\\\\" * 300_000 + "</script>",
    "json-ld authors": "<script type='application/ld+json'>" + '{"author": ' * 20_000 + "</script>",
    "parentheses": "<p>ISLAMABAD, " + "(" * 100_000 + "</p>",
    "capitals": "<p>" + "ABC DEF " * 50_000 + "</p>",
    "dates": "<p>" + "12 Aug " * 50_000 + "</p>",
    "title parts": "<title>" + "a - b | " * 50_000 + "</title><h1>x</h1>",
    "ampersands": "&amp;lt;" * 100_000,
    "nul and noncharacters": "<p>\x00\ufffe\uffff" + SENTENCE + "</p>",
    "long odd tag name": "<" + "aé" * 5_000 + ">" + SENTENCE,
    "half characters": "<p>&#xD800;&#55357;&#xDFFF " + SENTENCE * 4 + "</p>",
}


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
def test_pages_made_to_hurt_give_a_reading(html: str) -> None:
    """What comes back can be stored: UTF-8, no NUL."""
    found = read_page(html.encode("utf-8", "replace"), URL, "text/html; charset=utf-8", HINTS)
    for value in (found.title, found.author, found.body, found.summary):
        (value or "").encode("utf-8")
        assert "\0" not in (value or "")
    read_listing(html.encode("utf-8", "replace"), URL)


FEEDS = [
    '<rss version="2.0"><channel><item><title><![CDATA[A & B]]></title><link>https://example.org/1</link><guid>1</guid>'
    "<description>&lt;p&gt;Hi&lt;/p&gt;</description><pubDate>Fri, 15 Aug 2025 18:00:00 +0500</pubDate>"
    "</item></channel></rss>",
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title><link href="/a"/>'
    "<updated>2025-08-15T18:00:00Z</updated>"
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi</p></div></content></entry></feed>',
    '{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/1","title":"T","content_html":"<p>x</p>"}]}',
    '<urlset xmlns:news="n"><url><loc>https://example.org/1</loc><news:title>A</news:title></url></urlset>',
]
SCRAPS = [
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"&",
    b"<",
    b">",
    b"<item>",
    b"</p>",
    b"<div>",
    b"\0",
    b"\xff\xfe",
    b'"',
    b"&#xD800;",
]
SCRAPS += [b"<!DOCTYPE x [", b"\xef\xbb\xbf", b'<?xml encoding="utf-7"?>', "ء".encode(), "年".encode("cp932")]


def mutated(body: bytes, dice: random.Random) -> bytes:
    """A copy with pieces cut out, doubled, and scraps put in."""
    copy = bytearray(body)
    for _ in range(dice.choice((1, 3, 20))):
        at = dice.randrange(len(copy) + 1)
        match dice.randrange(3):
            case 0:
                del copy[at : at + dice.choice((1, 10, 100))]
            case 1:
                start = dice.randrange(len(copy) + 1)
                copy[at:at] = copy[start : start + dice.choice((5, 50, 500))]
            case _:
                copy[at:at] = dice.choice(SCRAPS)
    return bytes(copy)


READERS: dict[str, Callable[[bytes], object]] = {
    "feed": lambda body: read_feed(body, URL, None, "Asia/Karachi", "ur"),
    "sitemap": lambda body: read_sitemap(body, URL),
    "page": lambda body: read_page(body, URL, None, HINTS),
    "text": lambda body: read_text(body.decode("utf-8", "replace"), HINTS),
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_mutated_bytes_never_raise(reader: Callable[[bytes], object], seed: int) -> None:
    """Every reader, on broken copies of good bytes; a failure names its seed."""
    dice = random.Random(seed)
    good = [text.encode() for text in (*FEEDS, *LAYOUTS.values())]
    for _ in range(15):
        reader(mutated(dice.choice(good), dice))
