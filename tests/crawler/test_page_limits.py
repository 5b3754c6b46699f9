"""Pages of eight megabytes made to hurt: read or given up, no reader grows past its limit, the feed's word stays.

No time is asserted: a reader is ended by its limit of CPU time, and where it were not, these tests would hang.
"""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import psutil
import pytest
import pytest_asyncio

from archive.model import VisitStatus
from crawler.leads import ArticleReading
from crawler.pool import ReadingFailed, ReadingPool
from crawler.reading.bulk import LARGE, without_bulk
from crawler.reading.entries import FeedEntry
from crawler.reading_jobs import (
    lead_of,
    read_api_list,
    read_article,
    read_feed_list,
    read_listing_list,
    read_sitemap_list,
)
from crawler.settings import SourceSettings
from crawler.spiders.source import LONGEST_HTML
from crawler.worker_process import Worker
from tests.crawler.conftest import SETTINGS, look
from tests.crawler.sites import SENTENCES, Site, entry, page, rss
from tests.crawler.test_pool import maker_of_readers

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST = 600 * 1000 * 1000
SIZE = LONGEST_HTML
TITLE = "Nine ships wait outside the port"
HEAD = f"<!doctype html><html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><article>"
TEXT = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
SOURCE = SourceSettings(name="sample", feed="https://example.org/feed", timezone="Asia/Karachi")
SITEMAP = SourceSettings(name="sample", sitemap="https://example.org/map")
LISTING = SourceSettings(name="sample", listing="https://example.org/news")
API = SourceSettings.model_validate(
    {"name": "sample", "api": "https://example.org/api", "items": "items", "fields": {"title": "title", "url": "url"}}
)


def filled(piece: str, before: str = HEAD, after: str = "") -> bytes:
    """A page of the largest size that is read, made of one piece again and again."""
    room = SIZE - len((before + after).encode())
    return before.encode() + piece.encode("utf-8", "replace") * (room // len(piece.encode())) + after.encode()


def as_json(text: str) -> str:
    """JSON-LD of an article with this body."""
    said = json.dumps({"@type": "NewsArticle", "headline": TITLE, "articleBody": text})
    return f"<script type='application/ld+json'>{said}</script>"


PAGES = {
    "one word": filled("a", HEAD + "<p>"),
    "prose": filled(f"<p>{SENTENCES[0]}</p>"),
    "nested inline": filled("<b><i>x ", HEAD + "<p>"),
    "nested blocks": filled("<div>x"),
    "cells": filled("<td>", HEAD + "<table><tr>"),
    "tables": filled("<table><tr><td>"),
    "links": filled("<a href=/x>y</a>", HEAD + TEXT),
    "list items": filled("<li>x", HEAD + "<ul>"),
    "breaks": filled("x<br>"),
    "one attribute": filled("x", HEAD + "<p title='", "'></p>"),
    "attributes": (HEAD + "<p " + " ".join(f"a{n}=b" for n in range(SIZE // 10))).encode(),
    "entities": filled("&amp;lt;", HEAD + "<p>"),
    "entity bomb": filled("<p>&l9;</p>", f'<!DOCTYPE html [<!ENTITY l0 "ha">{LAUGHS}]>{HEAD}'),
    "external entity": filled("<p>&f;</p>", f'<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd">]>{HEAD}'),
    "long json-ld": HEAD.encode() + as_json(SENTENCES[0] * (SIZE // 120)).encode(),
    "deep json-ld": filled("[", HEAD + "<script type='application/ld+json'>", "</script>" + TEXT),
    "many json-ld": filled("<script type='application/ld+json'>[[[]]]</script>"),
    "direction marks": filled("<p>\u202e\u200fخبر \u2066x\u2069</p>"),
    "controls": filled("\x01\x7f\x02"),
    "nothing but NUL": HEAD.encode() + b"\0" * SIZE,
    "no encoding": HEAD.encode() + b"<p>" + b"\xff\xfe\x80" * (SIZE // 3),
    "told UTF-16": b"\xff\xfe" + filled("<p>x", HEAD[: SIZE // 4]).decode()[: SIZE // 2].encode("utf-16-le"),
    "UTF-8 mark and UTF-16 bytes": b"\xef\xbb\xbf" + HEAD.encode("utf-16-le") + "x".encode("utf-16-le") * (SIZE // 2),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ReadingPool]:
    """One reader."""
    made = ReadingPool(readers=1)
    yield made
    made.stop()


@contextmanager
def watched() -> Iterator[list[int]]:
    """The resident memory of the largest reader at every look, in bytes."""
    seen, over = [0], threading.Event()

    def look_at_readers() -> None:
        while not over.wait(0.02):
            with suppress(psutil.Error, AttributeError):
                seen.extend(reader.memory_info().rss for reader in maker_of_readers().children())

    watcher = threading.Thread(target=look_at_readers)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES)
async def test_a_page_of_eight_megabytes_is_read_or_given_up(pool: ReadingPool, html: bytes) -> None:
    """With the headlines of a whole list beside it, as in a visit; what is read names no file of ours."""
    lead = lead_of(FeedEntry(url="https://example.org/news/1", title=TITLE), SOURCE)
    reading = ArticleReading(None)
    with watched() as memory, suppress(ReadingFailed):
        reading = await pool.read(
            read_article, html, "https://example.org/news/1", "text/html", SOURCE, lead, frozenset(range(500))
        )
    assert max(memory) < MOST
    assert reading.item is None or "root:" not in (reading.item.body or "")


LISTS = {
    "deep JSON": (read_api_list, b"[" * SIZE, API),
    "huge number": (read_api_list, b'{"items": [' + b"9" * SIZE + b"]}", API),
    "numbers that are none": (read_api_list, b'{"items": [' + b"1e999," * (SIZE // 6) + b"1]}", API),
    "many items": (read_api_list, b'{"items": [' + b"{}," * (SIZE // 3) + b"{}]}", API),
    "an answer of 64 MB": (read_api_list, b'{"items": [' + b" " * 64_000_000 + b"]}", API),
    "many JSON Feed items": (read_feed_list, b'{"items": [' + b'{"id":1},' * (SIZE // 9) + b"{}]}", SOURCE),
    "one long description": (
        read_feed_list,
        filled("<p>x", "<rss><channel><item><title>x</title><description><![CDATA[", "]]></description></item>"),
        SOURCE,
    ),
    "attribute bomb": (
        read_feed_list,
        (
            "<rss><channel><item " + " ".join(f"a{n}='b'" for n in range(SIZE // 12)) + "><title>x</title></item>"
        ).encode(),
        SOURCE,
    ),
    "attribute bomb in a sitemap": (
        read_sitemap_list,
        ("<urlset " + " ".join(f"a{n}='b'" for n in range(SIZE // 12)) + "><url/></urlset>").encode(),
        SITEMAP,
    ),
    "tags in an entry": (read_feed_list, filled("<x>y</x>", "<rss><channel><item>", "</item></channel></rss>"), SOURCE),
    "addresses": (read_sitemap_list, filled("<url><loc>https://e.org/1</loc></url>", "<urlset>", "</urlset>"), SITEMAP),
    "JSON Feed of one long text": (read_feed_list, filled("<p>x</p>", '{"items":[{"content_html":"', '"}]}'), SOURCE),
    "links": (read_listing_list, filled("<a href='/news/2025/a-long-name-1'>y</a>"), LISTING),
}


@pytest.mark.parametrize(("job", "body", "source"), LISTS.values(), ids=LISTS)
async def test_a_list_of_many_megabytes_is_read_or_given_up(
    pool: ReadingPool, job: object, body: bytes, source: SourceSettings
) -> None:
    """Feeds, answers of APIs and listings obey the same limit of memory."""
    with watched() as memory, suppress(ReadingFailed):
        await pool.read(job, body, "https://example.org/list", None, source, source.start, cpu=2.0)  # type: ignore[arg-type]
    assert max(memory) < MOST


async def test_of_a_text_of_megabytes_a_beginning_is_kept() -> None:
    """Three hundred thousand characters, cut between two paragraphs: each further word costs the service memory."""
    html = (HEAD + f"<p>{SENTENCES[0]}</p>" * 4_000).encode()
    lead = lead_of(FeedEntry(url="https://example.org/news/1", title=TITLE), SOURCE)
    item = read_article(html, "https://example.org/news/1", "text/html", SOURCE, lead).item
    assert item is not None
    assert 299_000 < len(item.body or "") <= 300_000
    assert (item.body or "").endswith(SENTENCES[0])


BULK = {
    "script": filled("if (a < b) { c() }", HEAD + "<script>", "</script>" + TEXT),
    "style": filled("p { color: red }", HEAD + "<style>", "</style>" + TEXT),
    "comment": filled("- x -", HEAD + "<!--", "-->" + TEXT),
    "picture in an address": filled("A", HEAD + "<img src='data:image/png;base64,", "'>" + TEXT),
    "drawing": filled("<path d='M0 0'/>", HEAD + "<svg>", "</svg>" + TEXT),
}


@pytest.mark.parametrize("html", BULK.values(), ids=BULK)
async def test_a_report_below_megabytes_of_what_readers_do_not_see_is_read(pool: ReadingPool, html: bytes) -> None:
    """Scripts, styles, comments and pictures in the page are no part of it."""
    lead = lead_of(FeedEntry(url="https://example.org/news/1", title=TITLE), SOURCE)
    reading = await pool.read(read_article, html, "https://example.org/news/1", "text/html", SOURCE, lead)
    assert reading.item is not None
    assert reading.item.body is not None
    assert all(sentence in reading.item.body for sentence in SENTENCES)


@pytest.mark.parametrize("opening", ["<script>", "<!--", "<style>", "<svg>", "<script", "data:;a", "data:a/b;base64,"])
async def test_what_opens_and_never_closes_stays(opening: str) -> None:
    """And a million times over it is passed over in one go."""
    page = (opening * (8 * LARGE // len(opening))).encode()
    assert without_bulk(page) == page


async def test_structured_data_and_small_pages_stay_as_they_are() -> None:
    """The page's own account of itself is not bulk."""
    said = as_json("Some words.").encode()
    assert without_bulk(b"<script>x</script>" + said) == b"<script>x</script>" + said
    assert without_bulk(b"<script>" + b"x" * LARGE + b"</script>" + said) == said


async def test_in_a_visit_every_entry_keeps_what_the_feed_said(worker: Worker, outlet: Site) -> None:
    """Whatever its page does to the reader, and the last page, a good one, is read."""
    shapes = ("nested inline", "cells", "tables", "attributes", "breaks", "nothing but NUL", "deep json-ld")
    told = {f"/bad-{n}": f"Report number {n} of the morning" for n in range(len(shapes))}
    feed = [entry(title, f"{outlet.url}{path}", f"Said of {path}") for path, title in told.items()]
    outlet.answer("/feed", rss(*feed, entry(TITLE, f"{outlet.url}/good-1")))
    for path, shape in zip(told, shapes, strict=True):
        outlet.answer(path, PAGES[shape])
    outlet.answer("/good-1", page(TITLE))
    settings = SETTINGS.model_copy(update={"timeout": 10.0})
    seen = await look(worker, settings, feed=f"{outlet.url}/feed")
    assert seen.visit.status is VisitStatus.OK
    items = {item.url: item for item in seen.items}
    assert len(items) == len(shapes) + 1
    assert items[f"{outlet.url}/good-1"].complete
    for path in told:
        assert items[f"{outlet.url}{path}"].summary == f"Said of {path}"
        assert (items[f"{outlet.url}{path}"].unread or "the page could not be read").startswith("the page could not be")
