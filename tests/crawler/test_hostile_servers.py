"""Servers that lie, drip, explode and lead astray. Every visit ends, says why, and harms nobody else."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import brotli
import psutil
import pytest
from backports import zstd

from archive.model import VisitStatus
from crawler.errand import Errand
from crawler.settings import CrawlSettings, SourceSettings
from crawler.worker_process import Worker
from tests.crawler.conftest import SETTINGS, look, look_at
from tests.crawler.sites import Site, entry, page, rss, site

pytestmark = pytest.mark.asyncio(loop_scope="module")

OK = b"HTTP/1.1 200 OK\r\n"
SMALL = SETTINGS.model_copy(update={"max_body": 200_000})


@pytest.fixture(scope="module")
def settings() -> CrawlSettings:
    """A small cap on sizes, so that bombs need not be big to be too big."""
    return SMALL


def error(seen: object) -> str:
    """Why the visit failed."""
    visit = seen.visit  # type: ignore[attr-defined]
    assert visit.status is VisitStatus.FAILED
    assert visit.error
    return str(visit.error)


BOMB = b"\0" * 40_000_000


@pytest.mark.parametrize(
    ("packing", "packed"),
    [
        ("gzip", gzip.compress(BOMB, mtime=0)),
        ("deflate", zlib.compress(BOMB)),
        ("br", brotli.compress(BOMB, quality=1)),
        ("zstd", zstd.compress(BOMB)),
        ("gzip, gzip", gzip.compress(gzip.compress(BOMB, mtime=0), mtime=0)),
        ("gzip, gzip, gzip, gzip", gzip.compress(b"x", mtime=0)),
    ],
)
async def test_a_bomb_is_given_up_at_the_cap(worker: Worker, outlet: Site, packing: str, packed: bytes) -> None:
    """However it is packed; the worker grows by less than 64 MB."""
    await look(worker, SMALL, feed=f"{outlet.url}/warm-up")
    before = psutil.Process(worker.pid).memory_info().rss
    outlet.answer("/feed", packed, headers=f"Content-Encoding: {packing}\r\n")
    seen = await look(worker, SMALL, feed=f"{outlet.url}/feed")
    assert "longer than" in error(seen) or "compressed" in error(seen)
    assert psutil.Process(worker.pid).memory_info().rss - before < 64 * 1024 * 1024


async def test_a_body_without_end_is_given_up_at_the_cap(worker: Worker, outlet: Site) -> None:
    """Chunks that never stop, as fast as they can."""
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    outlet.raw("/feed", OK + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 2000)
    assert "longer than" in error(await look(worker, SMALL, feed=f"{outlet.url}/feed"))


async def test_headers_without_end_are_given_up(worker: Worker, outlet: Site) -> None:
    """A head may not fill the memory."""
    outlet.raw("/feed", OK, *[b"X-Much: " + b"y" * 8000 + b"\r\n"] * 4000)
    assert "headers" in error(await look(worker, SMALL, feed=f"{outlet.url}/feed"))


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"Content-Length: 999999999\r\n\r\n", "longer than"),
        (b"Content-Length: 5000\r\n\r\n<rss>", "broke off"),
        (b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n", "broke off"),
        (b"Content-Length: -5\r\n\r\n<rss>", ""),
        (b"Content-Length: many\r\n\r\n<rss>", ""),
        (b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n<rss>", "cannot be unpacked"),
    ],
)
async def test_a_head_that_lies_is_an_error(worker: Worker, outlet: Site, head: bytes, why: str) -> None:
    """Half a feed is no feed."""
    outlet.raw("/feed", OK + head)
    assert why in error(await look(worker, SMALL, feed=f"{outlet.url}/feed"))


@pytest.mark.parametrize(
    "parts",
    [
        (OK + b"Content-Length: 1000\r\n\r\n", *[b"x"] * 400),
        (OK, *[b"X-Slow: 1\r\n"] * 400),
        tuple(b"HTTP/1.1 200 OK"[n : n + 1] for n in range(15)),
    ],
)
async def test_a_drip_ends_at_the_deadline(worker: Worker, outlet: Site, parts: tuple[bytes, ...]) -> None:
    """One deadline for the whole answer, whatever part of it drips."""
    outlet.raw("/feed", *parts, pause=0.05, hang=True)
    assert "within 2 seconds" in error(await look(worker, SMALL, feed=f"{outlet.url}/feed"))


async def test_a_connection_that_says_nothing_disturbs_no_other_source(worker: Worker, outlet: Site) -> None:
    """The source beside it is finished while the silent one still waits for its deadline."""
    async with site() as silent:
        silent.raw("/feed", hang=True)
        silent.raw("/robots.txt", hang=True)
        outlet.answer("/feed", rss(entry("A report that is there", f"{outlet.url}/a-1")))
        ended: list[str] = []
        errands = [
            Errand(SourceSettings(name="silent", feed=f"{silent.url}/feed")),
            Errand(SourceSettings(name="good", feed=f"{outlet.url}/feed", full_text="feed")),
        ]
        seen = await look_at(worker, errands, SMALL)
        ended = sorted(seen, key=lambda name: seen[name].visit.ended_at)
    assert ended == ["good", "silent"]
    assert seen["good"].visit.status is VisitStatus.OK
    assert "robots.txt could not be asked" in error(seen["silent"])


async def test_a_refused_connection_is_told(worker: Worker) -> None:
    """Nobody listens there."""
    assert "refused" in error(await look(worker, SMALL, feed="http://127.0.0.1:1/feed", obey_robots=False))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/xml,<rss/>", "gopher://127.0.0.1/", "javascript:1"]
)
async def test_a_redirect_leads_only_to_the_web(worker: Worker, outlet: Site, target: str) -> None:
    """Everything that is not http or https is refused."""
    outlet.answer("/feed", status=302, headers=f"Location: {target}\r\n")
    assert "redirects to" in error(await look(worker, SMALL, feed=f"{outlet.url}/feed"))


async def test_five_redirects_are_followed_and_six_are_not(worker: Worker, outlet: Site) -> None:
    """And a circle is six and more."""
    for n in range(6):
        outlet.answer(f"/hop-{n}", status=302, headers=f"Location: /hop-{n + 1}\r\n")
    outlet.answer("/hop-6", rss(entry("At the end of the way", f"{outlet.url}/a-1")))
    assert "more than 5" in error(await look(worker, SMALL, feed=f"{outlet.url}/hop-0"))
    seen = await look(worker, SMALL, feed=f"{outlet.url}/hop-1", full_text="feed")
    assert [item.title for item in seen.items] == ["At the end of the way"]
    outlet.answer("/circle", status=302, headers="Location: /circle\r\n")
    assert "more than 5" in error(await look(worker, SMALL, feed=f"{outlet.url}/circle"))


async def test_no_secret_leaves_its_host(worker: Worker, outlet: Site) -> None:
    """A source's headers go to its own host only; harmless ones go along."""
    async with site() as other:
        outlet.answer("/feed", status=302, headers=f"Location: {other.url}/feed\r\n")
        other.answer("/feed", rss(entry("Read elsewhere", f"{outlet.url}/a-1")))
        headers = {"Authorization": "Bearer s3cret", "X-Api-Key": "s3cret", "Accept-Language": "ur"}
        await look(worker, SMALL, feed=f"{outlet.url}/feed", headers=headers)
        assert outlet.head("/feed").count("s3cret") == 2
        assert outlet.head("/a-1").count("s3cret") == 2
        for head in other.asked:
            assert b"s3cret" not in head
            assert b"accept-language: ur" in head.lower()


async def test_a_redirect_with_a_password_in_it_is_not_followed(worker: Worker, outlet: Site) -> None:
    """Nor is a host name hidden behind one."""
    outlet.answer("/feed", status=302, headers=f"Location: http://a:b@{outlet.url.removeprefix('http://')}/x\r\n")
    assert "user name or password" in error(await look(worker, SMALL, feed=f"{outlet.url}/feed"))
    assert "/x" not in outlet.paths


async def test_no_cookie_is_sent_back(worker: Worker, outlet: Site) -> None:
    """Cookies are neither kept nor judged, so no list of domains is ever fetched for them."""
    outlet.answer(
        "/feed", rss(entry("One with a cookie", f"{outlet.url}/a-1")), headers="Set-Cookie: a=b; Domain=x.y\r\n"
    )
    outlet.answer("/a-1", page("One with a cookie"))
    await look(worker, SMALL, feed=f"{outlet.url}/feed")
    assert all(b"cookie" not in head.lower() for head in outlet.asked)


async def test_retry_after_is_reported_and_kept(worker: Worker, outlet: Site) -> None:
    """A page that says 429 ends the requests to its host; the visit says how long we are to stay away."""
    entries = [entry(f"Report number {n}", f"{outlet.url}/a-{n}") for n in range(40)]
    outlet.answer("/feed", rss(*entries))
    for n in range(40):
        outlet.answer(f"/a-{n}", status=429, headers="Retry-After: 3600\r\n")
    seen = await look(worker, SMALL, feed=f"{outlet.url}/feed", name="eager")
    assert seen.visit.retry_after == 3600
    assert len(seen.items) == 40
    assert not any(item.complete for item in seen.items)
    assert len([path for path in outlet.paths if path.startswith("/a-")]) < 20
    asked = len(outlet.asked)
    again = await look(worker, SMALL, feed=f"{outlet.url}/feed", name="eager")
    assert len(outlet.asked) == asked
    assert again.visit.retry_after == pytest.approx(3600, abs=60)
    assert "not to be visited" in error(again)


async def test_a_worker_opens_no_port(worker: Worker, outlet: Site) -> None:
    """No console, no remote control, no server of any kind, in the worker and in its readers."""
    outlet.answer("/feed", rss(entry("One report", f"{outlet.url}/a-1")))
    await look(worker, SMALL, feed=f"{outlet.url}/feed")
    process = psutil.Process(worker.pid)
    for one in (process, *process.children(recursive=True)):
        assert [c for c in one.net_connections("inet") if c.status == psutil.CONN_LISTEN] == []


async def test_a_page_that_eats_the_reader_costs_only_itself(worker: Worker, outlet: Site) -> None:
    """Pages made to take minutes are ended; the item stays with what the feed said, and the others are read."""
    deep = "<b><i>" * 60_000
    cells = "<table>" + "<tr>" + "<td>x" * 300_000
    outlet.answer(
        "/feed",
        rss(
            entry("A page of nested letters", f"{outlet.url}/deep-1"),
            entry("A page of many cells", f"{outlet.url}/cells-2"),
            entry("A page like any other", f"{outlet.url}/good-3"),
        ),
    )
    outlet.answer("/deep-1", f"<html><body><article><p>{deep}text</p></article></body></html>")
    outlet.answer("/cells-2", f"<html><body>{cells}</body></html>")
    outlet.answer("/good-3", page("A page like any other"))
    seen = await look(worker, SETTINGS, feed=f"{outlet.url}/feed")
    assert seen.visit.status is VisitStatus.OK
    assert len(seen.items) == 3
    assert {item.title: item.complete for item in seen.items}["A page like any other"]


async def test_many_sources_side_by_side_all_end(worker: Worker, outlet: Site) -> None:
    """More sources than the worker visits at once; each has its visit."""
    for n in range(25):
        outlet.answer(f"/feed-{n}", rss(entry(f"Report of source {n}", f"{outlet.url}/a-{n}")))
    errands = [
        Errand(SourceSettings(name=f"source-{n}", feed=f"{outlet.url}/feed-{n}", full_text="feed")) for n in range(25)
    ]
    seen = await asyncio.wait_for(look_at(worker, errands, SMALL), 60)
    assert all(one.visit.status is VisitStatus.OK and len(one.items) == 1 for one in seen.values())
