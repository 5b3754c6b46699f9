"""One page read for a look, and a site searched for its feeds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.probe import ProbeFailed, find_sources, read_one
from crawler.settings import SourceSettings
from crawler.worker_process import Worker
from tests.crawler.conftest import SETTINGS
from tests.crawler.sites import SENTENCES, Site, entry, page, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_page_is_read_from_its_address(worker: Worker, outlet: Site) -> None:
    """Through the same gate and readers as a visit."""
    outlet.answer("/a-1", page("The harbour waits for ships"))
    item = await read_one(f"{outlet.url}/a-1", None, SETTINGS, worker=worker)
    assert item.title == "The harbour waits for ships"
    assert (item.url, item.source) == (f"{outlet.url}/a-1", "")
    assert SENTENCES[0] in (item.body or "")


async def test_a_page_is_read_from_bytes(worker: Worker) -> None:
    """With what a source says of selectors, section and time zone."""
    html = page("The harbour waits for ships", *SENTENCES).replace(
        "<article>", "<article><time class=when>August 15, 2025 | 06:00 PM</time>"
    )
    source = SourceSettings.model_validate(
        {
            "name": "harbour",
            "feed": "https://example.org/feed",
            "timezone": "Asia/Karachi",
            "article": r"/(?P<section>[a-z]+)/",
            "select": {"published": ".when"},
        }
    )
    item = await read_one(html.encode(), source, SETTINGS, url="https://example.org/business/1", worker=worker)
    assert (item.source, item.section) == ("harbour", "business")
    assert item.published_at == datetime(2025, 8, 15, 13, tzinfo=UTC)


@pytest.mark.parametrize("asked", ["https://javascript:alert(1)", "https://[", "https://me:word@example.org/"])
async def test_what_is_no_address_of_a_source_is_a_sentence(worker: Worker, asked: str) -> None:
    """A port that is none, a broken host, a login in it."""
    with pytest.raises(ProbeFailed, match=r"\w+ \w+"):
        await find_sources(asked, SETTINGS, worker=worker)


@pytest.mark.parametrize("asked", ["ftp://example.org/", "example.org", "file:///etc/passwd"])
async def test_only_web_addresses_are_read(worker: Worker, asked: str) -> None:
    """Refused before anything is started."""
    with pytest.raises(ProbeFailed, match="no web address"):
        await read_one(asked, None, SETTINGS, worker=worker)


async def test_a_page_that_cannot_be_had_is_a_sentence(worker: Worker, outlet: Site) -> None:
    """Not there, no article, or refused by robots.txt."""
    with pytest.raises(ProbeFailed, match="404"):
        await read_one(f"{outlet.url}/gone", None, SETTINGS, worker=worker)
    outlet.answer("/empty", "<html><body></body></html>")
    with pytest.raises(ProbeFailed, match=r"\w+ \w+"):
        await read_one(f"{outlet.url}/empty", None, SETTINGS, worker=worker)


async def test_bytes_that_are_no_page_are_a_sentence(worker: Worker, tmp_path: Path) -> None:
    """Whatever a user hands over."""
    with pytest.raises(ProbeFailed):
        await read_one(bytes(range(256)) * 100, None, SETTINGS, worker=worker)


async def test_the_feeds_of_a_site_are_found(worker: Worker, outlet: Site) -> None:
    """What the page declares, what robots.txt names, and the usual places; only what really is a list."""
    outlet.answer(
        "/",
        "<html><head><link rel=alternate type='application/rss+xml' href='/news.rss'>"
        "<link rel=alternate type='application/atom+xml' href='/not-there.atom'></head><body>Hello</body></html>",
    )
    outlet.answer("/robots.txt", f"User-agent: *\nDisallow: /secret\nSitemap: {outlet.url}/maps/news.xml\n")
    dated = entry("One", f"{outlet.url}/1", date="Fri, 15 Aug 2025 13:00:00 GMT")
    outlet.answer("/news.rss", rss(dated, entry("Two", f"{outlet.url}/2")))
    outlet.answer("/maps/news.xml", f"<urlset><url><loc>{outlet.url}/1</loc></url></urlset>")
    outlet.answer("/feed/", rss(entry("One", f"{outlet.url}/1")))
    found = await find_sources(f"{outlet.url}/", SETTINGS, worker=worker)
    assert [(one.kind, one.url.removeprefix(outlet.url), one.entries) for one in found] == [
        ("feed", "/news.rss", 2),
        ("sitemap", "/maps/news.xml", 1),
        ("feed", "/feed/", 1),
    ]
    assert found[0].newest == datetime(2025, 8, 15, 13, tzinfo=UTC)


async def test_the_address_of_a_feed_finds_itself(worker: Worker, outlet: Site) -> None:
    """Nothing else is looked for then."""
    outlet.answer("/feed", rss(entry("One", f"{outlet.url}/1")))
    found = await find_sources(f"{outlet.url}/feed", SETTINGS, worker=worker)
    assert [(one.kind, one.entries) for one in found] == [("feed", 1)]


async def test_a_site_that_does_not_answer_is_a_sentence(worker: Worker) -> None:
    """And not an empty list."""
    with pytest.raises(ProbeFailed, match="refused"):
        await find_sources("http://127.0.0.1:1/", SETTINGS, worker=worker)


async def test_without_a_worker_one_is_made_for_the_look(outlet: Site) -> None:
    """And ended after it."""
    outlet.answer("/a-1", page("The harbour waits for ships"))
    item = await read_one(f"{outlet.url}/a-1", None, SETTINGS)
    assert item.title == "The harbour waits for ships"
