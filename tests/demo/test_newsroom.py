"""The newsroom answers as real outlets do: read here with plain tools, nothing of the service takes part."""

from __future__ import annotations

import asyncio
import contextlib
import re

import feedparser
import httpx
import pytest
from lxml import etree, html

from khabardar.demo.content import load
from khabardar.demo.newsroom import Event, Newsroom

FEEDS = ["indus-point", "karachi-ledger", "margalla-times", "subh-e-nau", "minato-keizai", "maidan-sports"]


def door(room: Newsroom, name: str) -> str:
    """The address that a source checks."""
    return room.sites[name] + room.content.outlet(name).door


async def test_an_outlet_that_has_gone_dark_errs_and_hangs_and_nobody_else_waits(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    """First 500, then no answer at all; meanwhile the others answer."""
    assert (await reader.get(door(newsroom, "ghost-gazette"))).status_code == 500
    hanging = asyncio.create_task(reader.get(door(newsroom, "ghost-gazette")))
    assert (await reader.get(door(newsroom, "indus-point"))).status_code == 200
    assert not hanging.done()
    hanging.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await hanging


@pytest.mark.parametrize("name", FEEDS)
async def test_feeds_are_read_by_a_feed_reader(newsroom: Newsroom, reader: httpx.AsyncClient, name: str) -> None:
    """Well formed, with titles and links that lead to pages."""
    feed = feedparser.parse((await reader.get(door(newsroom, name))).content)
    assert not feed.bozo
    assert feed.entries
    for entry in feed.entries:
        page = await reader.get(entry.link)
        assert page.status_code == 200
        assert entry.title in html.document_fromstring(page.text).text_content()


async def test_feeds_tell_as_much_as_they_say(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    """Full text here, a summary there, dates or none, tracking parameters."""
    ledger = feedparser.parse((await reader.get(door(newsroom, "karachi-ledger"))).content).entries[0]
    assert "phase in a new port levy" in ledger.content[0].value
    assert "utm_source" in ledger.link
    point = feedparser.parse((await reader.get(door(newsroom, "indus-point"))).content).entries[0]
    assert "content" not in point
    assert "published" not in point


@pytest.mark.parametrize("name", [*FEEDS, "ravi-observer"])
async def test_what_has_not_changed_is_answered_with_304(
    newsroom: Newsroom, reader: httpx.AsyncClient, name: str
) -> None:
    """With the validators echoed byte for byte; with others the whole answer comes again."""
    first = await reader.get(door(newsroom, name))
    marks = {"if-none-match": first.headers.get("etag"), "if-modified-since": first.headers.get("last-modified")}
    echoed = {key: value for key, value in marks.items() if value}
    assert echoed
    again = await reader.get(door(newsroom, name), headers=echoed)
    assert (again.status_code, again.content) == (304, b"")
    other = await reader.get(door(newsroom, name), headers={"if-none-match": '"something else"'})
    assert other.status_code == 200
    assert newsroom.asked[name].unchanged == 1


async def test_a_new_story_changes_the_validators(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    """Also when it comes within the same second as the last look."""
    before = {name: await reader.get(door(newsroom, name)) for name in ("margalla-times", "ravi-observer")}
    await newsroom.play(0.01)
    for name, old in before.items():
        new = await reader.get(door(newsroom, name), headers={"if-modified-since": old.headers["last-modified"]})
        assert new.status_code == 200
        assert new.content != old.content
        assert new.headers["last-modified"] != old.headers["last-modified"]
        assert new.headers.get("etag", "") != old.headers.get("etag", "x")


async def test_the_timetable_brings_every_story_and_tells_of_each() -> None:
    """In order; the edited headline keeps its number and its guid."""
    told: list[Event] = []
    room = Newsroom(load(), told.append)
    point = room.content.outlet("indus-point")
    old = {piece.piece.key: piece for piece in room.printed(point)}
    await room.play(0.001)
    await room.stop()
    new = {piece.piece.key: piece for piece in room.printed(point)}
    assert [event.at for event in told] == sorted(event.at for event in room.events)
    assert sum(len(room.printed(outlet)) for outlet in room.content.outlets) == len(room.content.pieces)
    battery = "indus-point/battery-venture"
    assert (new[battery].piece.title, new[battery].url) != (old[battery].piece.title, old[battery].url)
    assert new[battery].piece.id == old[battery].piece.id
    assert room.piece_at(old[battery].url) is room.piece_at(new[battery].url + "?utm_source=x")


async def test_robots_txt_closes_the_members_section_and_visits_to_it_are_counted(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    """The page is there all the same: only the rule keeps readers away."""
    site = newsroom.sites["port-city-business"]
    rules = (await reader.get(site + "/robots.txt")).text
    assert "Disallow: /members/" in rules
    letter = next(p for p in newsroom.printed(newsroom.content.outlet("port-city-business")) if "letter" in p.path)
    assert letter.path in (await reader.get(door(newsroom, "port-city-business"))).text
    assert (await reader.get(letter.url)).status_code == 200
    assert newsroom.asked["port-city-business"].forbidden == 1


async def test_the_portal_page_has_its_elements_in_the_order_of_the_real_one(
    newsroom: Newsroom, reader: httpx.AsyncClient
) -> None:
    """Date line, menu, Title Case headline, byline glued to the date, headline again, dateline in brackets, text."""
    piece = newsroom.printed(newsroom.content.outlet("indus-point"))[-1]
    page = html.document_fromstring((await reader.get(piece.url)).text)
    page.find(".//title").getparent().remove(page.find(".//title"))
    text = " ".join(page.text_content().split())
    order = [
        r"date \d{4}-\d\d-\d\d Open Menu",
        re.escape(piece.piece.title),
        r"Sadia Mehrab Published [A-Z][a-z]+ \d\d, \d{4} \| \d\d:\d\d [AP]M",
        re.escape(piece.piece.again),
        r"ISLAMABAD, \(Indus Point / Khyber Wire Service - \d{1,2}(st|nd|rd|th) [A-Z][a-z]{2}, \d{4}\) Pakistan and",
    ]
    assert re.search(".*?".join(order), text), text[:600]


async def test_the_sitemap_and_the_listing_lead_to_pages(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    """The two outlets without a feed."""
    tree = etree.fromstring((await reader.get(door(newsroom, "ravi-observer"))).content)
    places = [place.text for place in tree.iter("{*}loc")]
    listing = html.document_fromstring((await reader.get(door(newsroom, "port-city-business"))).text)
    listing.make_links_absolute(door(newsroom, "port-city-business"))
    places += [link.get("href") for link in listing.cssselect("#stories a.headline")]
    assert len(places) == 3
    assert {(await reader.get(place)).status_code for place in places} == {200}


async def test_the_urdu_page_is_set_from_right_to_left(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    """Direction, language and the Urdu date."""
    piece = newsroom.printed(newsroom.content.outlet("subh-e-nau"))[0]
    page = html.document_fromstring((await reader.get(piece.url)).content)
    assert (page.get("dir"), page.get("lang")) == ("rtl", "ur")
    assert "ء" in page.cssselect(".waqt")[0].text_content()


async def test_an_address_that_nobody_printed_is_not_found(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    """404 with a page, as outlets do."""
    answer = await reader.get(newsroom.sites["maidan-sports"] + "/sports/cricket/nothing-999999/")
    assert answer.status_code == 404
    assert "moved" in answer.text


async def test_two_newsrooms_stand_side_by_side(newsroom: Newsroom, reader: httpx.AsyncClient) -> None:
    """No port is fixed."""
    second = Newsroom(load())
    await second.start()
    try:
        assert not set(second.sites.values()) & set(newsroom.sites.values())
        assert (await reader.get(door(second, "indus-point"))).status_code == 200
    finally:
        await second.stop()
    with pytest.raises(httpx.ConnectError):
        await reader.get(door(second, "indus-point"))


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        ("indus-point/mango-season", ["Japan", "Automotive", "Used Cars"]),
        ("ravi-observer/school-hours", ["Japan", "Automakers", "Used cars"]),
        ("indus-point/calligraphy", ["Japan", "Suzuki"]),
        ("margalla-times/autonomous-ferry", ["Japan", "autonomous", "author", "automatically"]),
        ("subh-e-nau/sarkari-karobar", ["جاپان", "سرکاری", "کاروباری"]),
        ("minato-keizai/domestic-sales", ["日本", "自動車"]),
        ("maidan-sports/hockey-final", ["Japan", "automobile"]),
        ("port-city-business/members-letter", ["Japan", "automaker", "used cars"]),
        ("margalla-times/old-tractor-plan", ["Japanese", "automotive"]),
    ],
)
async def test_every_trap_is_set(newsroom: Newsroom, reader: httpx.AsyncClient, piece: str, words: list[str]) -> None:
    """Whoever looks for the words on the page finds them."""
    page = (await reader.get(newsroom.address(piece))).text
    assert [word for word in words if word not in page] == []
