"""Visits of sources that behave: what is read, what is asked for, what is remembered."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from archive.identity import is_state
from archive.model import Known, VisitStatus
from crawler.worker_process import Worker
from tests.crawler.conftest import SETTINGS, look
from tests.crawler.sites import SENTENCES, Site, entry, page, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_summary_feed_has_its_pages_read(worker: Worker, outlet: Site) -> None:
    """The item is complete, with the body of the page and what the feed knew."""
    outlet.answer("/feed", rss(entry("Harbour waits", f"{outlet.url}/a-1", date="Fri, 15 Aug 2025 18:00:00 +0500")))
    outlet.answer("/a-1", page("Harbour waits"), headers="Content-Type: text/html; charset=utf-8\r\n")
    seen = await look(worker, feed=f"{outlet.url}/feed", article=r"/(?P<section>[a-z])-(?P<id>\d+)$")
    [item] = seen.items
    assert (item.title, item.url, item.source, item.complete) == ("Harbour waits", f"{outlet.url}/a-1", "sample", True)
    assert item.body is not None
    assert all(sentence in item.body for sentence in SENTENCES)
    assert "All rights reserved" not in item.body
    assert item.published_at == datetime(2025, 8, 15, 13, tzinfo=UTC)
    assert item.seen_at is not None
    assert item.section == "a"
    assert "id:sample:1" in item.keys
    assert seen.visit.status is VisitStatus.OK
    assert (seen.visit.items, seen.visit.http_status, seen.visit.error) == (1, 200, None)
    assert outlet.paths == ["/robots.txt", "/feed", "/a-1"]
    assert seen.visit.requests == 3


async def test_connections_are_used_again_as_long_as_requests_go_on(worker: Worker, outlet: Site) -> None:
    """However many pages are asked for: no more than are asked for at once, and one for robots.txt."""
    outlet.lasting = True
    for number in range(80):
        outlet.answer(f"/a-{number}", page(f"Harbour waits for ship {number}"))
    named = [entry(f"Harbour waits for ship {number}", f"{outlet.url}/a-{number}") for number in range(80)]
    outlet.answer("/feed", rss(*named))
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert len(seen.items) == 80
    assert outlet.connections <= 9


async def test_a_full_text_feed_is_trusted(worker: Worker, outlet: Site) -> None:
    """With "auto" and a whole article in the feed no page is asked for."""
    text = "".join(f"&lt;p&gt;{sentence}&lt;/p&gt;" for sentence in SENTENCES)
    whole = f"<content:encoded>{text}</content:encoded>"
    outlet.answer("/feed", rss(entry("Harbour waits", f"{outlet.url}/a-1", extra=whole)))
    seen = await look(worker, feed=f"{outlet.url}/feed")
    [item] = seen.items
    assert item.complete
    assert item.body is not None
    assert SENTENCES[2] in item.body
    assert "/a-1" not in outlet.paths


async def test_full_text_can_be_decided_per_source(worker: Worker, outlet: Site) -> None:
    """ "feed" never asks for a page, "page" always does."""
    text = "".join(f"&lt;p&gt;{sentence}&lt;/p&gt;" for sentence in SENTENCES)
    outlet.answer("/short", rss(entry("Short", f"{outlet.url}/a-1")))
    outlet.answer("/whole", rss(entry("Whole", f"{outlet.url}/a-2", text)))
    outlet.answer("/a-2", page("Whole"))
    short = await look(worker, feed=f"{outlet.url}/short", full_text="feed")
    whole = await look(worker, feed=f"{outlet.url}/whole", full_text="page")
    assert [(item.body, item.complete) for item in short.items] == [(None, True)]
    assert [item.complete for item in whole.items] == [True]
    assert outlet.paths == ["/robots.txt", "/short", "/whole", "/a-2"]


async def test_known_entries_are_counted_and_not_read(worker: Worker, outlet: Site) -> None:
    """An entry with a known key is neither fetched nor yielded."""
    outlet.answer(
        "/feed",
        rss(
            entry("An old report on ships", f"{outlet.url}/old-1"),
            entry("A new report on ships", f"{outlet.url}/new-2"),
        ),
    )
    outlet.answer("/new-2", page("A new report on ships"))
    key = f"url:https://{outlet.url.removeprefix('http://')}/old-1"
    seen = await look(worker, known=Known(keys=frozenset([key]), first_visit=False), feed=f"{outlet.url}/feed")
    assert [item.title for item in seen.items if item.complete] == ["A new report on ships"]
    assert seen.visit.items == 2
    assert "/old-1" not in outlet.paths
    # how the old entry looks was not known yet, and is told once
    keys = frozenset(key for item in seen.items for key in item.keys)
    again = await look(worker, known=Known(keys=keys, first_visit=False), feed=f"{outlet.url}/feed")
    assert again.items == []


@pytest.mark.parametrize("etag", ['W/"a b"', '"plain"', "unquoted", 'W/"é\xa0x"', '""'])
async def test_validators_are_echoed_byte_for_byte(worker: Worker, outlet: Site, etag: str) -> None:
    """Whatever the server sent as ETag and Last-Modified comes back unchanged, and 304 means not modified."""
    modified = "Fri, 15 Aug 2025 13:00:00 +0500"
    headers = f"ETag: {etag}\r\nLast-Modified: {modified}\r\n"
    outlet.answer("/feed", rss(entry("One", f"{outlet.url}/a-1")), headers=headers)
    first = await look(worker, feed=f"{outlet.url}/feed", full_text="feed")
    assert (first.visit.etag, first.visit.last_modified) == (etag, modified)
    outlet.answer("/feed", b"a body that must not be read", status=304)
    known = Known(etag=first.visit.etag, last_modified=first.visit.last_modified)
    second = await look(worker, known=known, feed=f"{outlet.url}/feed", full_text="feed")
    assert second.visit.status is VisitStatus.NOT_MODIFIED
    assert second.items == []
    asked = outlet.asked[-1]
    assert f"If-None-Match: {etag}\r\n".encode("latin-1") in asked
    assert f"If-Modified-Since: {modified}\r\n".encode("latin-1") in asked


async def test_a_304_nobody_asked_for_is_an_error(worker: Worker, outlet: Site) -> None:
    """Without validators there is nothing that could be unchanged."""
    outlet.answer("/feed", status=304)
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert seen.visit.status is VisitStatus.FAILED
    assert "304" in (seen.visit.error or "")


async def test_a_news_sitemap_is_read_newest_first(worker: Worker, outlet: Site) -> None:
    """Titles and dates of the news tags, text of the pages; gzip is unpacked."""
    entries = "".join(
        f"<url><loc>{outlet.url}/story-{n}</loc><n:news><n:publication_date>2025-08-1{n}T10:00:00+05:00"
        f"</n:publication_date><n:title>Story {n}</n:title></n:news></url>"
        for n in (1, 2)
    )
    body = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    )
    outlet.answer("/news.xml.gz", gzip.compress(body.encode()), headers="Content-Type: application/gzip\r\n")
    outlet.answer("/story-1", page("Story 1"))
    outlet.answer("/story-2", page("Story 2"))
    # with a pause, or both pages are asked for at once and may arrive in either order
    seen = await look(worker, sitemap=f"{outlet.url}/news.xml.gz", delay="200ms")
    assert {item.title: item.published_at for item in seen.items} == {
        "Story 1": datetime(2025, 8, 11, 5, tzinfo=UTC),
        "Story 2": datetime(2025, 8, 12, 5, tzinfo=UTC),
    }
    assert all(item.complete for item in seen.items)
    assert outlet.paths[2] == "/story-2"


async def test_a_sitemap_index_leads_to_its_newest_sitemaps(worker: Worker, outlet: Site) -> None:
    """One level deep; an index is not asked for conditionally, since it may stay as it is while its sitemaps change."""
    children = "".join(
        f"<sitemap><loc>{outlet.url}/map-{n}.xml</loc><lastmod>2025-08-{n:02}</lastmod></sitemap>" for n in range(1, 9)
    )
    outlet.answer("/index.xml", f"<sitemapindex>{children}</sitemapindex>", headers='ETag: "x"\r\n')
    for n in range(1, 9):
        outlet.answer(f"/map-{n}.xml", f"<urlset><url><loc>{outlet.url}/story-{n}</loc></url></urlset>")
        outlet.answer(f"/story-{n}", page(f"Story of the {n}th"))
    seen = await look(worker, sitemap=f"{outlet.url}/index.xml")
    assert sorted(item.title for item in seen.items) == [f"Story of the {n}th" for n in range(4, 9)]
    assert seen.visit.status is VisitStatus.OK
    assert seen.visit.items == 5
    assert seen.visit.etag is None


async def test_a_listing_gives_the_links_that_are_wanted(worker: Worker, outlet: Site) -> None:
    """CSS chooses the links, an expression their addresses; a link whose page is no article is accounted for."""
    outlet.answer(
        "/latest",
        "<html><body><a href='/news/9-elsewhere'>No</a><div class=list><a href='/news/1-pier'>Pier repaired</a>"
        "<a href='/news/2-light'>Light tower</a><a href='/sport/3-race'>Race</a></div></body></html>",
    )
    outlet.answer("/news/1-pier", page("The eastern pier is repaired"))
    outlet.answer("/news/2-light", "<html><body>nothing</body></html>")
    seen = await look(worker, listing=f"{outlet.url}/latest", links=".list a", links_match=r"/news/\d")
    assert [item.title for item in seen.items] == ["The eastern pier is repaired"]
    assert [(rejected.url, rejected.transient) for rejected in seen.rejected] == [(f"{outlet.url}/news/2-light", False)]
    assert seen.visit.items == 2


async def test_a_listing_without_links_has_failed(worker: Worker, outlet: Site) -> None:
    """A listing never is empty: its markup has changed."""
    outlet.answer("/latest", "<html><body><p>Welcome</p></body></html>")
    seen = await look(worker, listing=f"{outlet.url}/latest", links_match=r"/news/\d")
    assert seen.visit.status is VisitStatus.FAILED
    assert "links_match" in (seen.visit.error or "")


async def test_a_fallback_is_tried_when_the_first_way_fails(worker: Worker, outlet: Site) -> None:
    """In order; the visit is good and says what failed, and the validators of the first way are forgotten."""
    outlet.answer("/feed", status=500)
    outlet.answer("/map.xml", f"<urlset><url><loc>{outlet.url}/story-1</loc></url></urlset>", headers='ETag: "m"\r\n')
    outlet.answer("/story-1", page("By another way"))
    seen = await look(worker, feed=f"{outlet.url}/feed", fallback=[{"sitemap": f"{outlet.url}/map.xml"}])
    assert [item.title for item in seen.items] == ["By another way"]
    assert seen.visit.status is VisitStatus.OK
    assert "500" in (seen.visit.error or "")
    assert seen.visit.etag is None


async def test_an_empty_feed_is_a_good_visit(worker: Worker, outlet: Site) -> None:
    """No news is no error."""
    outlet.answer("/feed", rss())
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert (seen.visit.status, seen.visit.items, seen.visit.error) == (VisitStatus.OK, 0, None)


async def test_html_instead_of_a_feed_has_failed(worker: Worker, outlet: Site) -> None:
    """200 does not mean alive."""
    outlet.answer("/feed", page("We moved"), headers="Content-Type: text/html\r\n")
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert seen.visit.status is VisitStatus.FAILED
    assert "HTML" in (seen.visit.error or "")


async def test_a_page_that_is_gone_leaves_what_the_feed_said(worker: Worker, outlet: Site) -> None:
    """The item is kept incomplete; a page that is gone is no reason to ask for the whole feed again."""
    outlet.answer("/feed", rss(entry("Gone", f"{outlet.url}/gone-1", "What the feed said.")), headers='ETag: "x"\r\n')
    seen = await look(worker, feed=f"{outlet.url}/feed")
    [item] = seen.items
    assert (item.title, item.summary, item.complete) == ("Gone", "What the feed said.", False)
    assert seen.visit.status is VisitStatus.OK
    assert seen.visit.etag == '"x"'


async def test_a_page_that_is_down_is_worth_another_look(worker: Worker, outlet: Site) -> None:
    """The item is kept incomplete and the feed's validators are not, or a 304 would hide the page for ever."""
    outlet.answer("/feed", rss(entry("Down", f"{outlet.url}/down-1")), headers='ETag: "x"\r\n')
    outlet.answer("/down-1", status=503)
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert [item.complete for item in seen.items] == [False]
    assert seen.visit.etag is None


async def test_the_same_entry_twice_in_a_feed_is_one_item(worker: Worker, outlet: Site) -> None:
    """With tracking parameters it is still the same address."""
    twice = entry("One", f"{outlet.url}/a-1?utm_source=rss") + entry("One", f"{outlet.url}/a-1")
    outlet.answer("/feed", rss(twice))
    seen = await look(worker, feed=f"{outlet.url}/feed", full_text="feed")
    assert len(seen.items) == 1
    assert seen.visit.items == 2


async def test_an_entry_of_mere_words_is_kept_under_its_first(worker: Worker, outlet: Site) -> None:
    """Nothing vanishes: neither an entry that is only a summary, nor one that is only a text."""
    text = "".join(f"&lt;p&gt;{sentence}&lt;/p&gt;" for sentence in SENTENCES)
    brief = "<item><description>Ferries stay in port.</description></item>"
    whole = f"<item><description>{text}</description><guid isPermaLink='false'>7</guid></item>"
    outlet.answer("/feed", rss(brief, whole))
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert [item.title[:34] for item in seen.items] == ["Ferries stay in port.", SENTENCES[0][:34]]
    assert [key for key in seen.items[1].keys if not is_state(key)] == ["guid:sample:7"]
    assert all(item.keys for item in seen.items)


async def test_an_entry_that_says_nothing_is_accounted_for(worker: Worker, outlet: Site) -> None:
    """A link whose page is not to be read, and no word about it."""
    outlet.answer("/feed", rss(f"<item><link>{outlet.url}/a-1</link></item>"))
    seen = await look(worker, feed=f"{outlet.url}/feed", full_text="feed")
    assert seen.items == []
    assert [one.reason for one in seen.rejected] == ["the entry has neither a title nor any words"]


async def test_a_guid_on_every_entry_names_none_of_them(worker: Worker, outlet: Site) -> None:
    """Else all news of such a feed would be one item; one entry listed twice stays one."""
    same = "<guid isPermaLink='false'>news</guid>"
    listed = [entry(title, f"{outlet.url}/{path}", extra=same) for title, path in (("A", "a"), ("B", "b"), ("A", "a"))]
    outlet.answer("/feed", rss(*listed, f"<item><title>No link</title>{same}</item>"))
    seen = await look(worker, feed=f"{outlet.url}/feed", full_text="feed")
    assert sorted(item.title for item in seen.items) == ["A", "B", "No link"]
    assert not any(key.startswith("guid:") for item in seen.items for key in item.keys)


async def test_links_to_the_front_page_name_nothing_and_are_not_read(worker: Worker, outlet: Site) -> None:
    """The site's own address, also one with a path, and an address that many entries share."""
    outlet.answer("/", page("The front page of the paper"))
    outlet.answer("/en/", page("The front page of the paper"))
    outlet.answer("/live", page("All that happened today"))
    entries = [
        entry(f"Story {n}", f"{outlet.url}{path}") for n, path in enumerate(("/", "", "/en/", "/en", *["/live"] * 3))
    ]
    outlet.answer("/feed", rss(f"<link>{outlet.url}/en/</link>", *entries))
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert sorted(item.title for item in seen.items) == [f"Story {n}" for n in range(7)]
    assert {item.body for item in seen.items} == {None}
    assert outlet.paths == ["/robots.txt", "/feed"]


async def test_a_further_name_of_a_known_entry_is_told_without_asking_for_its_page(
    worker: Worker, outlet: Site
) -> None:
    """The address was edited, the guid stayed: the archive shall find the item under both; next time it is silent."""
    guid = "<guid isPermaLink='false'>7</guid>"
    outlet.answer("/feed", rss(entry("Edited", f"{outlet.url}/new-slug-7", extra=guid)))
    seen = await look(worker, known=Known(keys=frozenset({"guid:sample:7"})), feed=f"{outlet.url}/feed")
    assert [(item.title, item.complete) for item in seen.items] == [("Edited", False)]
    assert set(seen.items[0].keys) > {"guid:sample:7"}
    assert outlet.paths == ["/robots.txt", "/feed"]
    again = await look(worker, known=Known(keys=frozenset(seen.items[0].keys)), feed=f"{outlet.url}/feed")
    assert again.items == []


async def test_the_user_agent_is_the_configured_one(worker: Worker, outlet: Site) -> None:
    """For robots.txt, feed and page alike."""
    outlet.answer("/feed", rss(entry("One", f"{outlet.url}/a-1")))
    await look(worker, feed=f"{outlet.url}/feed")
    for path in ("/robots.txt", "/feed", "/a-1"):
        assert f"user-agent: {SETTINGS.user_agent.lower()}\r\n" in outlet.head(path)


async def test_headlines_of_other_entries_are_captions_in_an_article(worker: Worker, outlet: Site) -> None:
    """The newest stories stand under each other before any of them was read; an article's own headline is its own."""
    titles = ["Harbour waits for nine ships", "Light tower promised to fishermen", "Sea bed measured before the winter"]
    outlet.answer("/feed", rss(*(entry(title, f"{outlet.url}/a-{n}") for n, title in enumerate(titles))))
    captions = "".join(f"<p>{title}</p>" for title in titles)
    for n, title in enumerate(titles):
        outlet.answer(f"/a-{n}", page(title).replace("</article>", f"{captions}</article>"))
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert len(seen.items) == 3
    for item in seen.items:
        assert [title for title in titles if title in (item.body or "")] == []
        assert SENTENCES[2] in (item.body or "")


async def test_an_address_of_any_length_is_asked_for(worker: Worker, outlet: Site) -> None:
    """Scrapy drops addresses of more than 2,083 characters without a word; no entry may get lost like that."""
    long = f"/a-1/{'harbour-' * 400}"
    outlet.answer("/feed", rss(entry("Harbour waits", f"{outlet.url}{long}")))
    outlet.answer(long, page("Harbour waits"))
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert [item.complete for item in seen.items] == [True]


async def test_many_entries_of_a_feed_come_in_its_order(worker: Worker, outlet: Site) -> None:
    """Nothing is lost or overtaken on the way, whatever the number; the newest is told first."""
    text = "".join(f"&lt;p&gt;{sentence}&lt;/p&gt;" for sentence in SENTENCES)
    entries = [
        entry(
            f"Story {n}",
            f"{outlet.url}/a-{n}",
            date=f"Fri, 15 Aug 2025 {23 - n // 60:02}:{59 - n % 60:02}:00 +0000",
            extra=f"<content:encoded>{text}</content:encoded>",
        )
        for n in range(250)
    ]
    outlet.answer("/feed", rss(*entries))
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert [item.title for item in seen.items] == [f"Story {n}" for n in range(250)]


async def test_a_page_behind_a_challenge_says_so(worker: Worker, outlet: Site) -> None:
    """With the entry that is kept by what the feed said."""
    outlet.answer("/feed", rss(entry("Report", f"{outlet.url}/a-1")))
    outlet.answer("/a-1", "<html><title>Just a moment...</title></html>", status=403)
    [item] = (await look(worker, feed=f"{outlet.url}/feed")).items
    assert (item.unread or "").endswith("the server answered 403 with a challenge that asks for a browser")
