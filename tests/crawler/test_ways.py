"""What a visit sees through a source's ways, and which of them it tries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Known, Pace, VisitStatus
from crawler.errand import Errand, Way
from crawler.settings import SourceSettings
from crawler.worker_process import Worker
from tests.crawler.conftest import Seen, look, look_at
from tests.crawler.sites import Site, entry, page, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime.now(UTC).replace(microsecond=0)


def dated(url: str, number: int, age: timedelta) -> str:
    """An entry of that age."""
    return entry(f"Report number {number} on ships", f"{url}/a-{number}", date=(NOW - age).isoformat())


async def visit(worker: Worker, ways: tuple[Way, ...], known: Known | None = None, **source: object) -> Seen:
    """Visit a source by the ways given."""
    settings = SourceSettings.model_validate({"name": "sample", "full_text": "feed", **source})
    return (await look_at(worker, [Errand(settings, known or Known(), ways)]))["sample"]


async def test_what_was_seen_is_told(worker: Worker, outlet: Site) -> None:
    """Dates, the newest that is not in the future, the longest pause, what is fresh, what the feed asks for."""
    hour = timedelta(hours=1)
    entries = [dated(outlet.url, n, n * hour) for n in (1, 2, 5)] + [dated(outlet.url, 9, -11 * hour)]
    head = (
        "<ttl>30</ttl><skipHours><hour>1</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
        "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    )
    outlet.answer("/feed", rss(head, *entries), headers="Cache-Control: public, max-age=3600\r\nAge: 600\r\n")
    key = f"url:https://{outlet.url.removeprefix('http://')}/a-1"
    seen = await visit(worker, (), Known(keys=frozenset([key])), feed=f"{outlet.url}/feed")
    [told] = seen.visit.looks
    assert (told.listed, told.fresh, told.ahead) == (4, 3, 1)
    assert told.newest_at == NOW - hour
    assert told.longest_gap == 3 * 3600
    assert seen.visit.pace == Pace(3000.0, 21600.0, (0, 1), (6,))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("max-age=600", 600.0),
        ("s-maxage=9, MAX-AGE = 60", 60.0),
        ("no-cache, max-age=600", None),
        ("max-age=0", None),
        ("max-age=99999999999", 604800.0),
        ("nonsense", None),
    ],
)
async def test_cache_control(worker: Worker, outlet: Site, header: str, seconds: float | None) -> None:
    """How long an answer stays good, at most a week."""
    outlet.answer("/feed", rss(entry("One", f"{outlet.url}/1")), headers=f"Cache-Control: {header}\r\n")
    seen = await visit(worker, (), feed=f"{outlet.url}/feed")
    assert seen.visit.pace is not None
    assert seen.visit.pace.fresh_for == seconds


async def test_an_old_list_is_taken_and_the_next_way_is_tried(worker: Worker, outlet: Site) -> None:
    """The feed has been frozen for days: the fallback is asked in the same visit, and serves."""
    outlet.answer("/feed", rss(dated(outlet.url, 1, timedelta(days=9))))
    outlet.answer("/other", rss(dated(outlet.url, 2, timedelta(hours=1))))
    bound = NOW - timedelta(days=2)
    ways = (Way(0, bound), Way(1, bound))
    source = {"feed": f"{outlet.url}/feed", "fallback": [{"feed": f"{outlet.url}/other"}]}
    seen = await visit(worker, ways, **source)
    assert sorted(item.title for item in seen.items) == ["Report number 1 on ships", "Report number 2 on ships"]
    assert (seen.visit.way, seen.visit.status) == (1, VisitStatus.OK)
    assert "its newest entry is of" in (seen.visit.error or "")
    fresh = await visit(worker, (Way(0), Way(1)), **source)
    assert (fresh.visit.way, len(fresh.visit.looks)) == (0, 1)


async def test_an_unchanged_list_is_as_old_as_it_was(worker: Worker, outlet: Site) -> None:
    """304 to a list whose newest entry is too old: the next way is tried."""
    outlet.answer("/feed", b"", status=304)
    outlet.answer("/other", rss(dated(outlet.url, 2, timedelta(hours=1))))
    old = NOW - timedelta(days=9)
    seen = await visit(
        worker,
        (Way(0, NOW - timedelta(days=2), old), Way(1)),
        Known(etag='"a"'),
        feed=f"{outlet.url}/feed",
        fallback=[{"feed": f"{outlet.url}/other"}],
    )
    assert seen.visit.way == 1
    assert seen.visit.etag is None


async def test_a_way_that_rests_is_the_last_resort(worker: Worker, outlet: Site) -> None:
    """The fallback first; the feed only when the fallback fails too."""
    outlet.answer("/feed", rss(entry("One", f"{outlet.url}/1")))
    outlet.answer("/other", rss(entry("Two", f"{outlet.url}/2")))
    source = {"feed": f"{outlet.url}/feed", "fallback": [{"feed": f"{outlet.url}/other"}]}
    seen = await visit(worker, (Way(1), Way(0)), **source)
    assert [item.title for item in seen.items] == ["Two"]
    assert "/feed" not in outlet.paths
    outlet.answer("/other", b"gone", status=500)
    seen = await visit(worker, (Way(1), Way(0)), **source)
    assert [item.title for item in seen.items] == ["One"]
    assert seen.visit.way == 0


@pytest.mark.parametrize(
    ("source", "body", "status", "trouble"),
    [
        ("feed", b"<html><title>Just a moment...</title></html>", 200, "challenge"),
        ("feed", b"<html><title>Just a moment...</title></html>", 403, "challenge"),
        ("feed", b"<html><title>Welcome</title></html>", 200, "html"),
        ("feed", b"nothing here", 404, "failing"),
        ("feed", b"<rss version='2.0'><channel><title>x</title></channel></rss>", 200, "empty"),
        ("sitemap", b"<html><title>Just a moment...</title></html>", 200, "challenge"),
        ("sitemap", b"<html><title>Just a moment...</title></html>", 403, "challenge"),
        ("listing", b"<html><title>Just a moment...</title></html>", 503, "challenge"),
        ("listing", b"<html><title>Just a moment...</title></html>", 200, "challenge"),
        ("listing", b"<html><title>Welcome</title></html>", 200, "empty"),
    ],
)
async def test_the_kind_of_trouble(
    worker: Worker, outlet: Site, source: str, body: bytes, status: int, trouble: str
) -> None:
    """What the health of a source goes by."""
    outlet.answer("/x", body, status=status)
    seen = await visit(worker, (), **{source: f"{outlet.url}/x"})
    assert seen.visit.looks[0].trouble == trouble


async def test_a_listing_goes_on_as_far_as_it_brings_something_new(worker: Worker, outlet: Site) -> None:
    """Three pages by default, fewer when all of a page is known, as many as `pages` says."""
    for number in range(1, 6):
        links = f"<a class=n href='/list{number + 1}'>older</a><h2><a href='/a-{number}.html'>Report {number}</a></h2>"
        outlet.answer(f"/list{number}", f"<html><body>{links}</body></html>")
        outlet.answer(f"/a-{number}.html", page(f"Report {number}"))
    source = {"listing": f"{outlet.url}/list1", "links": "h2 a", "next": "a.n", "full_text": "page"}
    seen = await look(worker, **source)
    assert sorted(item.title for item in seen.items) == ["Report 1", "Report 2", "Report 3"]
    assert len((await look(worker, **source, pages=1)).items) == 1
    assert len((await look(worker, **source, pages=5)).items) == 5
    keys = frozenset(key for item in seen.items if item.title == "Report 1" for key in item.keys)
    outlet.asked.clear()
    again = await look(worker, known=Known(keys=keys), **source)
    assert again.items == []
    assert "/list2" not in outlet.paths
