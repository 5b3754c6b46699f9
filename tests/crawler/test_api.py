"""JSON APIs as sources: the shapes that are met, declared by paths, and answers that are none of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from archive.model import VisitStatus
from crawler.worker_process import Worker
from tests.crawler.conftest import look
from tests.crawler.sites import Site, entry, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = "Content-Type: application/json\r\n"


async def test_a_list_with_nested_titles_and_times_without_a_zone(worker: Worker, outlet: Site) -> None:
    """A market news service: the title is in a list, the time is UTC and does not say so, the link is relative."""
    answer = {
        "items": [
            {
                "rowid": 70123,
                "link": "/Rupee-gains-70123",
                "headings": {"heading": ["Rupee gains against dollar", "second"]},
                "publishedTime": "2025-08-15T10:24:00",
            },
            {"rowid": 70122, "link": "/Steel", "headings": {"heading": ["Steel imports"]}, "publishedTime": None},
        ]
    }
    outlet.answer("/Home/LoadMore?lastNewsID=1000000000", json.dumps(answer), headers=JSON)
    seen = await look(
        worker,
        api=f"{outlet.url}/Home/LoadMore?lastNewsID=1000000000",
        items="items",
        fields={"title": "headings.heading[0]", "url": "link", "id": "rowid", "published": "publishedTime"},
        timezone="UTC",
        full_text="feed",
    )
    first, second = sorted(seen.items, key=lambda item: item.title)
    assert (first.title, first.url) == ("Rupee gains against dollar", f"{outlet.url}/Rupee-gains-70123")
    assert first.published_at == datetime(2025, 8, 15, 10, 24, tzinfo=UTC)
    assert second.published_at is None
    assert "guid:sample:70123" in first.keys
    assert seen.visit.looks[0].dated == 2  # the date of the list, and that of the item made of it


async def test_a_table_of_items_with_odd_keys(worker: Worker, outlet: Site) -> None:
    """A development bank: items under their ids, beside a table that is none; keys with signs in them."""
    answer = {
        "total": "2",
        "documents": {
            "a1": {
                "url": "https://example.org/news/a1",
                "lnchdt": "2025-08-14T09:00:00Z",
                "title": {"cdata!": "New loan for roads"},
                "descr": {"cdata!": "The board approved a loan for roads in two provinces on Thursday."},
            },
            "facets": {"count": {"x": 1}},
        },
    }
    outlet.answer("/api/v2/news?format=json", json.dumps(answer), headers=JSON)
    seen = await look(
        worker,
        api=f"{outlet.url}/api/v2/news?format=json",
        items="documents",
        fields={"title": "title.cdata!", "url": "url", "published": "lnchdt", "summary": "descr.cdata!"},
        full_text="feed",
    )
    [item] = seen.items
    assert (item.title, item.url) == ("New loan for roads", "https://example.org/news/a1")
    assert item.summary == "The board approved a loan for roads in two provinces on Thursday."


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("20250815T031500Z", datetime(2025, 8, 15, 3, 15, tzinfo=UTC)),
        (1755227700, datetime(2025, 8, 15, 3, 15, tzinfo=UTC)),
        ("1755227700000", datetime(2025, 8, 15, 3, 15, tzinfo=UTC)),
        ("soon", None),
        ({"at": 1}, None),
    ],
)
async def test_times_as_machines_write_them(
    worker: Worker, outlet: Site, written: Any, moment: datetime | None
) -> None:
    """Compact, seconds and milliseconds since 1970; what is no time is none."""
    answer = {"articles": [{"url": "https://example.org/a", "title": "One", "seendate": written}]}
    outlet.answer("/doc", json.dumps(answer), headers=JSON)
    seen = await look(
        worker,
        api=f"{outlet.url}/doc",
        items="articles",
        fields={"title": "title", "url": "url", "published": "seendate"},
        full_text="feed",
    )
    assert [item.published_at for item in seen.items] == [moment]


async def test_a_search_that_answers_with_a_feed_is_read_as_one(worker: Worker, outlet: Site) -> None:
    """A news search speaks RSS: the paths are not needed."""
    outlet.answer("/rss/search?q=x", rss(entry("Pact signed - The Daily", "https://example.org/rss/articles/CBM")))
    seen = await look(worker, api=f"{outlet.url}/rss/search?q=x", fields={"title": "t", "id": "i"}, full_text="feed")
    assert [item.title for item in seen.items] == ["Pact signed - The Daily"]


async def test_the_answer_itself_may_be_the_list_and_bodies_are_taken(worker: Worker, outlet: Site) -> None:
    """Without `items`; an item without title and link is left out; a whole text needs no page."""
    text = "".join(f"<p>Sentence number {n} of a text that is long enough to be one.</p>" for n in range(12))
    answer = [
        {"id": 1, "t": "Whole", "b": text, "a": "A. Writer", "s": "business", "u": "https://example.org/1"},
        {"nothing": 1},
        "x",
    ]
    outlet.answer("/list", json.dumps(answer), headers=JSON)
    fields = {"title": "t", "url": "u", "body": "b", "author": "a", "section": "s"}
    seen = await look(worker, api=f"{outlet.url}/list", fields=fields)
    [item] = seen.items
    assert (item.author, item.section, item.complete) == ("A. Writer", "business", True)
    assert "Sentence number 11" in (item.body or "")


@pytest.mark.parametrize(
    ("body", "said", "trouble"),
    [
        (b"", "the body is empty", "empty"),
        (b"{", "not valid JSON", "failing"),
        (b'{"data": {"rows": []}, "ok": true}', "no list at 'items'; its keys are 'data', 'ok'", "empty"),
        (b'{"items": [{"name": "x"}]}', "none of the 1 items has anything at 'title' or 'url'", "failing"),
        (b"<!doctype html><title>Just a moment...</title>", "a challenge that asks for a browser", "challenge"),
        (b"<html><title>Home</title></html>", "an HTML page came instead of JSON", "html"),
        (b"[" * 100_000, "not valid JSON", "failing"),
    ],
)
async def test_what_is_no_answer_is_said(worker: Worker, outlet: Site, body: bytes, said: str, trouble: str) -> None:
    """With what came instead, and what would be right."""
    outlet.answer("/api", body, headers=JSON)
    seen = await look(worker, api=f"{outlet.url}/api", items="items", fields={"title": "title", "url": "url"})
    assert seen.visit.status is VisitStatus.FAILED
    assert said in (seen.visit.error or "")
    assert seen.visit.looks[0].trouble == trouble


async def test_an_empty_list_is_no_failure(worker: Worker, outlet: Site) -> None:
    """A search without hits."""
    outlet.answer("/api", b'{"items": []}', headers=JSON)
    seen = await look(worker, api=f"{outlet.url}/api", items="items", fields={"title": "title", "url": "url"})
    assert seen.visit.status is VisitStatus.OK
    assert seen.visit.looks[0].trouble == "empty"
