"""Lists that lead in circles, never end, or change at every look; names that change their address. Each visit ends."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import psutil
import pytest
import pytest_asyncio

from archive.model import Known, VisitStatus
from crawler.worker_process import Worker
from tests.crawler.conftest import SETTINGS, look
from tests.crawler.sites import Site, entry, page, rss, site
from tests.crawler.test_refused_addresses import only

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = SETTINGS.model_copy(update={"max_body": 200_000})


# ---- lists in circles ----


async def test_a_sitemap_index_of_itself_is_followed_one_level(worker: Worker, outlet: Site) -> None:
    """What an index names is asked for once; an index below an index is no sitemap."""
    names = ("/map", "/map2", "/map")
    listed = "".join(f"<sitemap><loc>{outlet.url}{name}</loc></sitemap>" for name in names)
    for name in names:
        outlet.answer(name, f"<sitemapindex>{listed}</sitemapindex>")
    seen = await look(worker, sitemap=f"{outlet.url}/map")
    assert seen.visit.status is VisitStatus.FAILED
    assert "an index came where a sitemap was named" in (seen.visit.error or "")
    assert sorted(outlet.paths) == ["/map", "/map", "/map2", "/robots.txt"]


async def test_of_a_sitemap_of_fifty_thousand_the_newest_are_read(worker: Worker, outlet: Site) -> None:
    """In whatever order it lists them."""
    urls = "".join(
        f"<url><loc>{outlet.url}/news/report-{n:06}</loc><lastmod>{2000 + n // 2000}-01-01T00:00:00Z</lastmod></url>"
        for n in range(50_000)
    )
    outlet.answer("/map.gz", gzip.compress(f"<urlset>{urls}</urlset>".encode(), mtime=0))
    known = Known(keys=frozenset(), first_visit=False)
    source = {"sitemap": f"{outlet.url}/map.gz", "links_match": r"/report-049\d{3}$", "full_text": "feed"}
    seen = await look(worker, known=known, **source)
    assert seen.visit.items == 500
    assert min(one.url or "" for one in seen.rejected).endswith("report-049000")


async def test_of_a_feed_of_a_hundred_thousand_the_newest_are_taken(worker: Worker, outlet: Site) -> None:
    """A visit takes five hundred at most; the list is read in the time that every list has."""
    items = "".join(f"<item><title>Report {n}</title><link>/a-{n}</link></item>" for n in range(100_000))
    outlet.answer("/feed", rss(items))
    settings = SETTINGS.model_copy(update={"timeout": 20.0})
    seen = await look(worker, settings, feed=f"{outlet.url}/feed", full_text="feed")
    assert seen.visit.status is VisitStatus.OK
    assert len(seen.items) == 500
    assert seen.items[0].title == "Report 0"


async def test_what_came_while_the_machine_was_off_is_read_however_far_down_a_list_it_stands(
    worker: Worker, outlet: Site
) -> None:
    """Below the five hundred only what was published after the first visit: what stood there then is no news."""
    end = datetime(2025, 8, 15, tzinfo=UTC)
    dates = [(end - timedelta(minutes=n)).strftime("%a, %d %b %Y %H:%M:%S +0000") for n in range(800)]
    items = [entry(f"Report {n}", f"{outlet.url}/a-{n}", date=date) for n, date in enumerate(dates)]
    outlet.answer("/feed", rss(*items))
    urls = "".join(
        f"<url><loc>{outlet.url}/a-{n}</loc><news:news>"
        f"<news:publication_date>{end - timedelta(minutes=n):%Y-%m-%dT%H:%M:%SZ}</news:publication_date>"
        f"<news:title>Report {n}</news:title></news:news></url>"
        for n in range(800)
    )
    news = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    outlet.answer("/map.xml", f"<urlset {news}>{urls}</urlset>".encode())
    began = Known(first_visit=False, since=end - timedelta(minutes=700, seconds=30))
    for number, known in ((500, Known()), (701, began)):
        for way in ({"feed": f"{outlet.url}/feed"}, {"sitemap": f"{outlet.url}/map.xml"}):
            seen = await look(worker, known=known, full_text="feed", **way)
            assert sorted(item.title for item in seen.items) == sorted(f"Report {n}" for n in range(number)), way


async def test_a_listing_whose_next_page_is_always_another_one_ends(worker: Worker, outlet: Site) -> None:
    """After as many pages as were asked for, though each brings a new link; a page that leads back ends it as well."""
    for n in range(30):
        outlet.answer(f"/p{n}", f"<h2><a href='/a-{n}.html'>R</a></h2><a class=n href='/p{n + 1}'>more</a>")
        outlet.answer(f"/a-{n}.html", page(f"Report {n}"))
    source = {"links": "h2 a", "next": "a.n", "full_text": "page"}
    assert len((await look(worker, listing=f"{outlet.url}/p0", pages=4, **source)).items) == 4
    for name, back in (("/q0", "/q1"), ("/q1", "/q0")):
        outlet.answer(name, f"<h2><a href='/a-{name[2]}.html'>R</a></h2><a class=n href='{back}#x'>more</a>")
    await look(worker, listing=f"{outlet.url}/q0", pages=9, **source)
    assert outlet.paths.count("/q0") == outlet.paths.count("/q1") == 1
    outlet.answer("/r0", "<h2><a href='/a-0.html'>R</a></h2><a class=n href='/r1'>more</a>")
    outlet.answer("/r1", status=302, headers="Location: /r0\r\n")
    await look(worker, listing=f"{outlet.url}/r0", pages=9, **source)
    assert (outlet.paths.count("/r0"), outlet.paths.count("/r1")) == (2, 1)


async def test_an_answer_of_an_api_that_names_a_next_page_is_one_answer(worker: Worker, outlet: Site) -> None:
    """Whatever it says of going on, one request is made."""
    answer = {"next": f"{outlet.url}/api?page=2", "data": [{"t": "Report", "u": f"{outlet.url}/a-1"}]}
    outlet.answer("/api", json.dumps(answer))
    fields = {"title": "t", "url": "u"}
    await look(worker, api=f"{outlet.url}/api", items="data", fields=fields, full_text="feed")
    assert outlet.paths == ["/robots.txt", "/api"]


# ---- answers that change ----


async def test_a_tag_that_changes_each_time_is_echoed_each_time(worker: Worker, outlet: Site) -> None:
    """The newest one, whatever it looks like; the entries are known all the same."""
    known = Known()
    for tag in ('"1"', 'W/"2"', "3", '"\xff4"'):
        outlet.answer("/feed", rss(entry("Report", f"{outlet.url}/a-1")), headers=f"ETag: {tag}\r\n")
        seen = await look(worker, known=known, feed=f"{outlet.url}/feed", full_text="feed")
        assert seen.visit.etag == tag
        if known.etag:
            assert f"if-none-match: {known.etag.lower()}" in outlet.head("/feed", -1)
        keys = known.keys | {key for item in seen.items for key in item.keys}
        known = Known(etag=seen.visit.etag, keys=keys, first_visit=False)
    assert seen.items == []


async def test_the_tag_of_an_error_page_is_not_kept(worker: Worker, outlet: Site) -> None:
    """A 304 to it would hide the feed that comes back."""
    for status, body in ((500, "sorry"), (404, "gone"), (200, "<html><title>Sorry</title></html>"), (200, "")):
        outlet.answer("/feed", body, status=status, headers='ETag: "e"\r\nLast-Modified: now\r\n')
        seen = await look(worker, known=Known(etag='"good"'), feed=f"{outlet.url}/feed")
        assert seen.visit.status is VisitStatus.FAILED
        assert (seen.visit.etag, seen.visit.last_modified) == (None, None)


async def test_a_page_that_is_another_at_every_look_is_not_read_again(worker: Worker, outlet: Site) -> None:
    """What the list says of it stays the same, so nothing is asked."""
    outlet.answer("/feed", rss(entry("Report", f"{outlet.url}/a-1")))
    keys: frozenset[str] = frozenset()
    for n in range(3):
        outlet.answer(
            "/a-1", page(f"Report, number {n}", *(f"Sentence {n} of {m}, quite long enough." for m in range(9)))
        )
        seen = await look(worker, known=Known(keys=keys, first_visit=False), feed=f"{outlet.url}/feed")
        keys |= {key for item in seen.items for key in item.keys}
    assert outlet.paths.count("/a-1") == 1


# ---- sizes and time of pages ----


async def test_a_page_of_a_hundred_megabytes_is_given_up_at_the_cap(worker: Worker, outlet: Site) -> None:
    """With or without a length; the item is what the feed said, and says why."""
    outlet.answer("/feed", rss(entry("Report", f"{outlet.url}/a-1"), entry("Other", f"{outlet.url}/a-2")))
    parts = [b"<p>x</p>" * 8_192] * 1_600
    outlet.raw("/a-1", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 104857600\r\n\r\n", *parts)
    outlet.raw("/a-2", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", *parts)
    seen = await look(worker, SMALL, feed=f"{outlet.url}/feed")
    assert [item.complete for item in seen.items] == [False, False]
    assert {item.unread for item in seen.items} == {
        "the page could not be read: the answer is longer than 200000 bytes (max_body)"
    }


async def test_a_page_that_drips_or_explodes_leaves_what_the_feed_said(worker: Worker, outlet: Site) -> None:
    """A byte now and then until the deadline, and a small body that becomes a large one."""
    slow = SMALL.model_copy(update={"timeout": 1.0})
    outlet.answer("/feed", rss(entry("Slow", f"{outlet.url}/a-1"), entry("Bomb", f"{outlet.url}/a-2")))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000\r\n\r\n"
    outlet.raw("/a-1", head, *[b"x"] * 200, pause=0.05, hang=True)
    bomb = gzip.compress(b"<p>" * 10_000_000, mtime=0)
    outlet.answer("/a-2", bomb, headers="Content-Encoding: gzip\r\nContent-Type: text/html\r\n")
    await look(worker, slow, feed=f"{outlet.url}/nothing")
    before = psutil.Process(worker.pid).memory_info().rss
    seen = await look(worker, slow, feed=f"{outlet.url}/feed")
    why = {item.title: item.unread for item in seen.items}
    assert why["Slow"] == "the page could not be read: no whole answer came within 1 seconds"
    assert "longer than 200000 bytes" in (why["Bomb"] or "")
    assert psutil.Process(worker.pid).memory_info().rss - before < 64 * 1024 * 1024


# ---- names and redirects ----


@pytest_asyncio.fixture(loop_scope="module")
async def rebinding(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Worker]:
    """A worker for which ``rebind.example`` is another address at every question: allowed ones and loopback in turn.

    Its own resolver is replaced in the worker process, by a module that Python loads at its start.
    """
    folder = tmp_path_factory.mktemp("resolver")
    (folder / "sitecustomize.py").write_text(
        "import itertools, os, socket\n"
        "asked, real = itertools.count(), socket.getaddrinfo\n"
        "def answer(host, port, *rest, **named):\n"
        "    if host not in ('rebind.example', b'rebind.example'):\n"
        "        return real(host, port, *rest, **named)\n"
        "    turn = os.environ['PYTHON_TEST_ADDRESSES'].split()\n"
        "    return real(turn[min(next(asked), len(turn) - 1)], port, *rest, **named)\n"
        "socket.getaddrinfo = answer\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    made: list[Worker] = []

    def worker_for(allowed: str) -> Worker:
        made.append(Worker(SETTINGS.model_copy(update={"allow_addresses": (allowed,)})))
        return made[-1]

    yield worker_for  # type: ignore[misc]
    for one in made:
        await one.stop()


async def test_a_name_that_changes_its_address_is_judged_at_each_connection(
    rebinding: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first connections lead to an address that is allowed, the later ones inside: those are not made."""
    allowed, inside = Site(), Site()
    server = await asyncio.start_server(allowed.serve, "127.99.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    other = await asyncio.start_server(inside.serve, "127.99.0.2", port)
    url = f"http://rebind.example:{port}"
    for place in (allowed, inside):
        place.answer("/feed", rss(entry("Report", f"{url}/a-1")))
        place.answer("/a-1", page("Inside"))
        place.answer("/robots.txt", status=404)
    monkeypatch.setenv("PYTHON_TEST_ADDRESSES", "127.99.0.1 127.99.0.1 127.99.0.2")
    worker = rebinding("127.99.0.1/32")  # type: ignore[operator]
    settings = SETTINGS.model_copy(update={"allow_addresses": ("127.99.0.1/32",)})
    seen = await look(worker, settings, feed=f"{url}/feed")
    server.close()
    other.close()
    assert allowed.paths == ["/robots.txt", "/feed"]
    assert [item.complete for item in seen.items] == [False]
    assert "127.99.0.2" in (seen.items[0].unread or "")
    assert inside.connections == 0


async def test_a_chain_of_redirects_is_judged_at_every_link(outlet: Site) -> None:
    """Allowed, allowed, forbidden: the last one is not contacted, whoever names it."""
    settings = only(outlet)
    worker = Worker(settings)
    try:
        async with site() as inside:
            inside.answer("/feed", rss())
            hidden = f"Location: {inside.url}/feed\r\n"
            for n in range(3):
                outlet.answer(f"/r{n}", status=302, headers=f"Location: /r{n + 1}\r\n")
            outlet.answer("/r3", status=307, headers=hidden)
            seen = await look(worker, settings, feed=f"{outlet.url}/r0", obey_robots=False)
            assert "allow_addresses" in (seen.visit.error or "")
            outlet.answer("/feed", rss(entry("Report", f"{outlet.url}/r0")))
            seen = await look(worker, settings, feed=f"{outlet.url}/feed", obey_robots=False)
            assert "allow_addresses" in (seen.items[0].unread or "")
            assert inside.connections == 0
    finally:
        await worker.stop()
