"""One article in every layout a site may give it: the same fields, all paragraphs, nothing of other stories."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.reading.entries import FeedEntry
from crawler.reading.page import PageHints, Select, read_page
from tests.crawler.reading.newsroom import AUTHOR, ECHO, HEADLINE, LAYOUTS, PARAGRAPHS

WHEN = datetime(2025, 8, 15, 13, tzinfo=UTC)
URL = "https://news.example.org/en/business/pakistan-japan-explore-2032120.html"
HINTS = {
    "no selectors": PageHints(timezone="Asia/Karachi", language="en"),
    "selectors": PageHints(
        timezone="Asia/Karachi", language="en", select=Select(body=("article p",), remove=("aside", ".related"))
    ),
    "selectors that are out of date": PageHints(
        timezone="Asia/Karachi", select=Select(title=("h1.none",), body=("div.gone", "p.none", "p[["), remove=("///",))
    ),
    "feed, no time zone": PageHints(feed=FeedEntry(title=ECHO, published_at=WHEN, summary=PARAGRAPHS[0])),
}


@pytest.mark.parametrize("hints", HINTS.values(), ids=HINTS)
@pytest.mark.parametrize("html", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_article(html: str, hints: PageHints) -> None:
    """Title as printed first, author, moment, place, credit, and the whole body from after the dateline"
    " to the end."""
    found = read_page(html.encode(), URL, "text/html; charset=utf-8", hints)
    assert found.problem is None
    assert found.title == HEADLINE
    assert found.author == AUTHOR
    assert found.published_at == WHEN
    assert found.place == "ISLAMABAD"
    assert found.credit == "UrduPoint / Pakistan Point News"
    assert found.language == "en"
    assert (found.body or "").split("\n\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("html", LAYOUTS.values(), ids=LAYOUTS)
def test_no_summary_is_made_of_the_sites_own_description(html: str) -> None:
    """One sentence for the whole site would alert on every article."""
    assert read_page(html.encode(), URL, "text/html; charset=utf-8", HINTS["no selectors"]).summary is None


def test_plain_text_is_read_like_a_page() -> None:
    """A server may send the article as text/plain."""
    from tests.crawler.reading.newsroom import BYLINE, story

    text = "\n\n".join((" date 2025-08-15 Open Menu", HEADLINE, BYLINE, ECHO, *story()))
    found = read_page(text.encode(), URL, "text/plain; charset=utf-8", HINTS["no selectors"])
    assert (found.title, found.author, found.published_at) == (HEADLINE, AUTHOR, WHEN)
    assert (found.body or "").split("\n\n") == list(PARAGRAPHS)


NO_STOPS = [
    "کراچی کی بندرگاہ پر گاڑیاں اتارنے والے جہاز پیر سے رات کو بھی سامان اتار سکیں گے، ادارے نے بتایا",
    "دو ریمپ چوبیس گھنٹے کھلے رہیں گے اور یہ تجربہ چھ ہفتے جاری رہے گا",
    "گاڑیاں اتارنے والے ڈرائیوروں کو آدھی رات کے بعد زیادہ اجرت ملے گی",
]


@pytest.mark.parametrize("tag", ["p", "div"])
def test_a_report_without_a_single_stop_is_read(tag: str) -> None:
    """Many Urdu outlets write none; headlines of other stories beside it stay out."""
    text = "".join(f"<{tag}>{line}</{tag}>" for line in NO_STOPS)
    other = "".join(f"<li><a href='/o{n}'>لاہور میں ایک اور کہانی جو یہاں صرف سرخی ہے {n}</a></li>" for n in range(5))
    html = (
        f"<html lang=ur><title>بندرگاہ</title><body><h1>بندرگاہ رات کو بھی کھلی</h1><div>{text}</div><ul>{other}</ul>"
    )
    read = read_page(html.encode(), "https://x.example/news/1", None, PageHints(language="ur"))
    assert (read.body or "").split("\n\n") == NO_STOPS
