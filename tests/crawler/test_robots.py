"""robots.txt by RFC 9309."""

from __future__ import annotations

import asyncio
import gzip
import time

import pytest
from protego import Protego

from archive.model import VisitStatus
from crawler import robots
from crawler.robots import Verdict
from crawler.worker_process import Worker
from tests.crawler.conftest import SETTINGS, look
from tests.crawler.sites import Site, entry, page, rss, site

pytestmark = pytest.mark.asyncio(loop_scope="module")


def prepare(outlet: Site) -> str:
    """A feed with one entry and its page; the feed's address."""
    outlet.answer("/feed", rss(entry("A report on rules", f"{outlet.url}/news/a-1.html")))
    outlet.answer("/news/a-1.html", page("A report on rules"))
    return f"{outlet.url}/feed"


async def test_what_is_disallowed_is_not_fetched_and_the_visit_says_so(worker: Worker, outlet: Site) -> None:
    """Only the robots file itself was asked for."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", "User-agent: *\nDisallow: /\n")
    seen = await look(worker, feed=feed)
    assert seen.visit.status is VisitStatus.FAILED
    assert "robots.txt does not allow Khabardar" in (seen.visit.error or "")
    assert outlet.paths == ["/robots.txt"]


async def test_a_page_that_is_disallowed_leaves_what_the_feed_said(worker: Worker, outlet: Site) -> None:
    """The feed is allowed, its pages are not."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", "User-agent: *\nDisallow: /*.html$\n")
    seen = await look(worker, feed=feed)
    assert [(item.title, item.complete) for item in seen.items] == [("A report on rules", False)]
    assert seen.visit.status is VisitStatus.OK
    assert outlet.paths == ["/robots.txt", "/feed"]


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: Khabardar\nDisallow: /news/\n\nUser-agent: *\nAllow: /\n",
        "\ufeffUser-agent: khabardar\r\nDisallow: /news/\r\n",
        "User-agent: other\nUser-agent: KHABARDAR\nDisallow: /news/\n",
        "User-agent: *\nDisallow: /\nAllow: /feed\n",
        "User-agent: *\nDisallow: /news/\nDisallow: /feed\nAllow: /feed\n",
    ],
)
async def test_groups_and_rules_are_understood(worker: Worker, outlet: Site, text: str) -> None:
    """Our own group before the one for all, any case, a byte order mark, the longest rule and, if equal, Allow."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", text)
    seen = await look(worker, feed=feed)
    assert seen.visit.status is VisitStatus.OK, seen.visit.error
    assert outlet.paths == ["/robots.txt", "/feed"]


async def test_a_group_for_somebody_else_is_not_for_us(worker: Worker, outlet: Site) -> None:
    """Nor one whose name is only part of ours."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", "User-agent: badbot\nDisallow: /\n")
    seen = await look(worker, feed=feed)
    assert [item.complete for item in seen.items] == [True]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429])
async def test_a_4xx_means_there_are_no_rules(worker: Worker, outlet: Site, status: int) -> None:
    """Unavailable: everything may be fetched."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", "User-agent: *\nDisallow: /\n", status=status)
    assert (await look(worker, feed=feed)).visit.status is VisitStatus.OK


@pytest.mark.parametrize("status", [500, 503])
async def test_a_5xx_means_that_nothing_may_be_fetched(worker: Worker, outlet: Site, status: int) -> None:
    """Unreachable: complete disallow."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", status=status)
    seen = await look(worker, feed=feed)
    assert "robots.txt could not be asked" in (seen.visit.error or "")
    assert outlet.paths == ["/robots.txt"]


async def test_a_robots_file_that_never_ends_means_that_nothing_may_be_fetched(worker: Worker, outlet: Site) -> None:
    """As unreachable as a server that is down."""
    feed = prepare(outlet)
    outlet.raw("/robots.txt", b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\n", *[b"#"] * 500, pause=0.05, hang=True)
    seen = await look(worker, feed=feed)
    assert "robots.txt could not be asked" in (seen.visit.error or "")


async def test_five_redirects_of_a_robots_file_are_followed(worker: Worker, outlet: Site) -> None:
    """And what stands at the end of them counts."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", status=301, headers="Location: /r-1\r\n")
    for n in range(1, 5):
        outlet.answer(f"/r-{n}", status=301, headers=f"Location: /r-{n + 1}\r\n")
    outlet.answer("/r-5", "User-agent: *\nDisallow: /\n")
    assert "does not allow" in ((await look(worker, feed=feed)).visit.error or "")


async def test_six_redirects_of_a_robots_file_mean_there_are_no_rules(worker: Worker, outlet: Site) -> None:
    """RFC 9309, section 2.3.1.2: the file may then be taken as unavailable."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", status=301, headers="Location: /r-1\r\n")
    for n in range(1, 6):
        outlet.answer(f"/r-{n}", status=301, headers=f"Location: /r-{n + 1}\r\n")
    outlet.answer("/r-6", "User-agent: *\nDisallow: /\n")
    assert (await look(worker, feed=feed)).visit.status is VisitStatus.OK


async def test_of_a_large_robots_file_the_first_500_kib_count(worker: Worker, outlet: Site) -> None:
    """600 KiB with a rule at the beginning; the source's own cap on sizes is for its pages."""
    feed = prepare(outlet)
    filler = "# nothing to see here, only a comment that takes its room\n" * 10_600
    outlet.answer("/robots.txt", "User-agent: *\nDisallow: /news/\n" + filler)
    settings = SETTINGS.model_copy(update={"max_body": 100_000})
    seen = await look(worker, settings, feed=feed)
    assert [item.complete for item in seen.items] == [False]
    assert outlet.paths == ["/robots.txt", "/feed"]


async def test_a_redirect_to_what_is_disallowed_is_not_followed(worker: Worker, outlet: Site) -> None:
    """Every hop asks the robots file of its own host."""
    async with site() as other:
        feed = prepare(other)
        other.answer("/robots.txt", "User-agent: *\nDisallow: /feed\n")
        outlet.answer("/feed", status=301, headers=f"Location: {feed}\r\n")
        seen = await look(worker, feed=f"{outlet.url}/feed")
        assert "does not allow" in (seen.visit.error or "")
        assert other.paths == ["/robots.txt"]


async def test_a_crawl_delay_is_kept(worker: Worker, outlet: Site) -> None:
    """It is no part of the standard, but what the outlet asks for."""
    feed = prepare(outlet)
    times: list[float] = []
    prepared = outlet.answers["/news/a-1.html"]

    async def note(writer: asyncio.StreamWriter) -> None:
        times.append(time.monotonic())
        await prepared(writer)

    outlet.answers["/news/a-1.html"] = note
    outlet.answer("/robots.txt", "User-agent: *\nCrawl-delay: 1\n")
    began = time.monotonic()
    await look(worker, feed=feed)
    assert times[0] - began > 0.9


async def test_a_source_may_be_told_not_to_obey(worker: Worker, outlet: Site) -> None:
    """Then the file is not even asked for."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", "User-agent: *\nDisallow: /\n")
    seen = await look(worker, feed=feed, obey_robots=False)
    assert [item.complete for item in seen.items] == [True]
    assert "/robots.txt" not in outlet.paths


async def test_a_robots_file_is_asked_for_once(worker: Worker, outlet: Site) -> None:
    """Also over several visits."""
    feed = prepare(outlet)
    for _ in range(3):
        await look(worker, feed=feed)
    assert outlet.paths.count("/robots.txt") == 1


async def test_while_a_robots_file_cannot_be_asked_the_last_copy_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a month; a host of which no copy is known may not be visited at all."""
    rules = Protego.parse("User-agent: *\nDisallow: /private/")
    said = [Verdict(rules, None, 0.0), Verdict(None, "the server answered 503", 0.0)]

    async def ask(crawler: object, origin: str) -> Verdict:
        return said.pop(0) if origin == "https://a.example" else Verdict(None, "no answer", 0.0)

    monkeypatch.setattr(robots, "_ask", ask)
    files = robots.RobotsFiles()
    for _ in range(2):
        verdict = await files.verdict(None, "https://a.example/x")  # type: ignore[arg-type]
        assert verdict.check("https://a.example/x", "Khabardar") == 0.0
        with pytest.raises(robots.RobotsRefused, match="does not allow"):
            verdict.check("https://a.example/private/x", "Khabardar")
    unknown = await files.verdict(None, "https://b.example/x")  # type: ignore[arg-type]
    with pytest.raises(robots.RobotsUnreachable, match="no answer"):
        unknown.check("https://b.example/x", "Khabardar")


async def test_of_a_hundred_megabytes_of_robots_only_the_beginning_is_fetched(worker: Worker, outlet: Site) -> None:
    """Whatever length it claims, and also when it comes without one; its first rules count."""
    feed = prepare(outlet)
    rules = b"User-agent: *\nDisallow: /news/\n"
    for head in (b"Content-Length: 100000000\r\n", b""):
        async with site() as other:
            sent = 0

            async def drown(writer: asyncio.StreamWriter, head: bytes = head) -> None:
                nonlocal sent
                writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + rules)
                for _ in range(1_600):
                    writer.write(b"#" * 65_535 + b"\n")
                    await writer.drain()
                    sent += 1

            other.answers["/robots.txt"] = drown
            other.answer("/feed", rss(entry("A report on rules", f"{other.url}/news/a-1.html")))
            seen = await look(worker, feed=f"{other.url}/feed")
            assert [item.complete for item in seen.items] == [False]
            assert sent < 400
    assert feed not in outlet.paths


async def test_a_compressed_robots_file_that_explodes_means_that_nothing_may_be_fetched(
    worker: Worker, outlet: Site
) -> None:
    """What cannot be read cannot allow anything."""
    feed = prepare(outlet)
    outlet.answer("/robots.txt", gzip.compress(b"#" * 40_000_000, mtime=0), headers="Content-Encoding: gzip\r\n")
    assert "robots.txt could not be asked" in ((await look(worker, feed=feed)).visit.error or "")


async def test_a_worker_that_is_renewed_does_not_ask_again(outlet: Site) -> None:
    """The copies outlive the worker; what they forbid stays forbidden."""
    worker = Worker(SETTINGS, idle=0.1)
    feed = prepare(outlet)
    outlet.answer("/robots.txt", "User-agent: *\nDisallow: /news/\n")
    try:
        pids = set()
        for _ in range(2):
            seen = await look(worker, feed=feed)
            assert [item.complete for item in seen.items] == [False]
            pids.add(worker.pid)
            while worker.pid is not None:
                await asyncio.sleep(0.02)
        assert len(pids) == 2
        assert outlet.paths == ["/robots.txt", "/feed", "/feed"]
    finally:
        await worker.stop()


async def test_a_copy_is_as_old_as_it_is() -> None:
    """One that is over is asked for again; a file that is not there is remembered as such."""
    copies = {
        "https://a.example": {"origin": "", "text": "User-agent: *\nDisallow: /", "asked_at": 0.0, "until": 1.0},
        "https://b.example": {"origin": "", "text": None, "asked_at": time.time(), "until": time.time() + 999},
    }
    files = robots.RobotsFiles(copies)
    assert (await files.verdict(None, "https://b.example/x")).check("https://b.example/x", "K") == 0.0  # type: ignore[arg-type]
    verdict = await files.verdict(None, "https://a.example/x")  # type: ignore[arg-type]
    assert verdict.rules is None, "more than thirty days old, and it cannot be asked again"
    assert verdict.unreachable
