"""Known articles are read again when their list says that they changed, and only then. Real visits on loopback."""

from __future__ import annotations

import pytest

from archive.identity import is_state
from archive.model import Known
from crawler.rereading import MOST_AGAIN
from crawler.worker_process import Worker
from tests.crawler.conftest import Seen, look
from tests.crawler.sites import SENTENCES, Site, entry, page, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")


def known_after(*visits: Seen) -> Known:
    """What the archive knows after these visits."""
    return Known(keys=frozenset(key for seen in visits for item in seen.items for key in item.keys), first_visit=False)


def feed_of(outlet: Site, titles: dict[int, str], **more: str) -> None:
    """A feed of these reports, and their pages."""
    outlet.answer("/feed", rss(*(entry(title, f"{outlet.url}/a-{n}", **more) for n, title in titles.items())))
    for number, title in titles.items():
        outlet.answer(f"/a-{number}", page(title))


async def test_an_edited_headline_has_the_page_read_again_once(worker: Worker, outlet: Site) -> None:
    """The other entries are not asked for, and the next visit is silent."""
    titles = {n: f"Report {n} on the harbour" for n in range(1, 9)}
    feed_of(outlet, titles)
    first = await look(worker, feed=f"{outlet.url}/feed")
    assert len(first.items) == 8
    feed_of(outlet, titles | {3: "Report 3 on the harbour, now with figures"})
    outlet.asked.clear()
    second = await look(worker, known=known_after(first), feed=f"{outlet.url}/feed")
    assert [(item.title, item.complete) for item in second.items] == [
        ("Report 3 on the harbour, now with figures", True)
    ]
    assert outlet.paths == ["/feed", "/a-3"]
    third = await look(worker, known=known_after(first, second), feed=f"{outlet.url}/feed")
    assert third.items == []


async def test_a_list_that_changes_everywhere_at_once_says_nothing(worker: Worker, outlet: Site) -> None:
    """A clock that stamps all entries must not have all pages read at every visit."""
    titles = {n: f"Report {n} on the harbour" for n in range(1, 20)}
    feed_of(outlet, titles, summary="Read 1 time")
    first = await look(worker, feed=f"{outlet.url}/feed")
    feed_of(outlet, titles, summary="Read 2 times")
    outlet.asked.clear()
    second = await look(worker, known=known_after(first), feed=f"{outlet.url}/feed")
    assert second.items == []
    assert outlet.paths == ["/feed"]


async def test_no_visit_reads_more_than_a_few_again(worker: Worker, outlet: Site) -> None:
    """Politeness; the rest is read at the next visit."""
    titles = {n: f"Report {n} on the harbour" for n in range(1, 41)}
    feed_of(outlet, titles)
    first = await look(worker, feed=f"{outlet.url}/feed")
    feed_of(outlet, {n: title + (", edited" if n <= 15 else "") for n, title in titles.items()})
    second = await look(worker, known=known_after(first), feed=f"{outlet.url}/feed")
    assert len(second.items) == MOST_AGAIN
    third = await look(worker, known=known_after(first, second), feed=f"{outlet.url}/feed")
    assert len(third.items) == 15 - MOST_AGAIN


async def test_an_entry_that_never_looks_the_same_is_left_alone_in_the_end(worker: Worker, outlet: Site) -> None:
    """Its list only plays with it."""
    seen = []
    for number in range(12):
        feed_of(outlet, {1: "Report 1 on the harbour"}, summary=f"Read {number} times")
        seen.append(await look(worker, known=known_after(*seen), feed=f"{outlet.url}/feed"))
    assert 4 <= sum(len(one.items) for one in seen) <= 7


async def test_a_change_whose_page_is_down_is_tried_again(worker: Worker, outlet: Site) -> None:
    """How the entry looks now does not count as known yet."""
    feed_of(outlet, {1: "Report 1 on the harbour"})
    first = await look(worker, feed=f"{outlet.url}/feed")
    feed_of(outlet, {1: "Report 1, edited"})
    outlet.answer("/a-1", b"later", status=503)
    second = await look(worker, known=known_after(first), feed=f"{outlet.url}/feed")
    assert [item.complete for item in second.items] == [False]
    assert not any(is_state(key) for key in second.items[0].keys)


async def test_an_edited_full_text_in_the_feed_costs_no_request(worker: Worker, outlet: Site) -> None:
    """The feed itself carries the new version."""
    seen = Seen()
    for extra in ("", "&lt;p&gt;The minister left at noon, a spokesman added.&lt;/p&gt;"):
        text = "".join(f"&lt;p&gt;{sentence}&lt;/p&gt;" for sentence in SENTENCES) + extra
        whole = f"<content:encoded>{text}</content:encoded>"
        outlet.answer("/feed", rss(entry("Harbour waits", f"{outlet.url}/a-1", extra=whole)))
        seen = await look(worker, known=known_after(seen), feed=f"{outlet.url}/feed")
        assert [item.complete for item in seen.items] == [True]
    assert (seen.items[0].body or "").endswith("a spokesman added.")
    assert "/a-1" not in outlet.paths


async def test_a_sitemap_tells_by_lastmod(worker: Worker, outlet: Site) -> None:
    """The page is read again when it was changed."""
    seen = Seen()
    for hour in (8, 9):
        outlet.answer(
            "/map",
            f"<urlset><url><loc>{outlet.url}/news-report-1000</loc>"
            f"<lastmod>2025-08-15T0{hour}:00:00+05:00</lastmod></url></urlset>",
        )
        outlet.answer("/news-report-1000", page(f"Harbour at {hour}"))
        seen = await look(worker, known=known_after(seen), sitemap=f"{outlet.url}/map")
    assert [item.title for item in seen.items] == ["Harbour at 9"]
