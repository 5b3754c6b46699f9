"""Traps met when the reader was attacked with pages that were not made for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.reading.dateline import split_dateline
from crawler.reading.dates import parse_date
from crawler.reading.page import PageHints, read_page
from tests.crawler.reading.newsroom import each, page

KARACHI = PageHints(timezone="Asia/Karachi", language="en")
URL = "https://www.example.com/news/1234567/boats-wait-for-ice"
TITLE = "Boats wait for ice as the factory stands still"
HEAD = f"<title>{TITLE}</title>"
BODY = [
    "Crews of ninety boats waited in the harbour on Monday because the only ice factory had no power.",
    "The owner of the factory said that a new transformer would come from Lahore before the weekend.",
    "Traders in the fish market expect to pay twice as much for mackerel until the boats sail again.",
]
CAPTIONS = [
    "Players of the hockey team leave the stadium after they lost the match against Japan.",
    "Bars of gold lie in the window of a jeweller, where the price rose again on Monday.",
    "A man looks at new cars in a showroom before the sale that starts next week in Multan.",
]


def paragraphs(html: str) -> list[str]:
    return (read_page(html.encode(), URL, "text/html; charset=utf-8", KARACHI).body or "").split("\n\n")


@pytest.mark.parametrize(
    "cards",
    [
        "".join(f"<div><a href='/{n}'><img></a><p>{c}</p></div>" for n, c in enumerate(CAPTIONS)),
        "".join(f"<div><div><a href='/{n}'><img></a></div><div><p>{c}</p></div></div>" for n, c in enumerate(CAPTIONS)),
        "".join(f"<a href='/{n}'><div><img></div><h3>Other</h3><p>{c}</p></a>" for n, c in enumerate(CAPTIONS)),
        "".join(f"<a href='/{n}'><p>{c}</p></a>" for n, c in enumerate(CAPTIONS)),
    ],
    ids=["picture and caption", "in boxes", "the whole card a link", "bare"],
)
@pytest.mark.parametrize("box", ["{body}<div class='x1'>{cards}</div>", "{body}{cards}"])
def test_captions_of_other_stories_are_not_the_report(cards: str, box: str) -> None:
    """No class says what they are: only that each is a picture, a link and a sentence, in a row behind the report."""
    inside = box.format(body=each("p", BODY), cards=cards)
    assert paragraphs(page(f"<h1>{TITLE}</h1><div>{inside}</div>", HEAD)) == BODY


def test_pictures_between_the_paragraphs_leave_the_paragraphs() -> None:
    """A picture story, and a link that was never closed."""
    boxes = "".join(f"<div><a href='/{n}.jpg'><img></a><p>{text}</p></div>" for n, text in enumerate(BODY[:2]))
    assert paragraphs(page(f"<h1>{TITLE}</h1><div>{boxes}<p>{BODY[2]}</p></div>", HEAD)) == BODY
    long = [f"{BODY[0][:-1]}, said the crew of boat number {n}." for n in range(20)]
    assert paragraphs(page(f"<h1>{TITLE}</h1><div><a href='/x'>{each('p', long)}</div>", HEAD)) == long


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title>Rain again - The Daily Paper</title><h1>Rain again</h1>", "Rain again"),
        ("<title>Flood | The Daily Paper</title><h1>Flood</h1>", "Flood"),
        ("<title>The Daily Paper - Rain stops at last</title><h1>Rain stops at last</h1>", "Rain stops at last"),
        ("<title>Rain – again – City – The Daily Paper</title><h1>Rain – again</h1>", "Rain – again"),
        ("<title>Rain stops at last – The Daily Paper</title><div>Rain stops at last</div>", "Rain stops at last"),
        (
            "<title>Rain stops at last - The Paper</title><h1>The Paper</h1><h2>Rain stops at last</h2>",
            "Rain stops at last",
        ),
    ],
)
def test_a_short_headline_is_told_from_the_sites_name(html: str, title: str) -> None:
    """Nothing names the site, so the page's own heading decides where its name begins in the title."""
    found = read_page(f"{html}{each('p', BODY)}".encode(), URL, "text/html; charset=utf-8", KARACHI)
    assert found.title == title
    assert (found.body or "").split("\n\n") == BODY


@pytest.mark.parametrize("paper", ["", "The Daily Paper"])
@pytest.mark.parametrize("inside", ["<span>{}</span>", "<br><small>{}</small>", " {}"])
def test_a_byline_inside_the_headline_is_taken_off_it(inside: str, paper: str) -> None:
    """Author and moment are read, the headline stays clean."""
    byline = inside.format("Nadia Malik Published August 15, 2025 | 06:00 PM")
    html = page(f"<h1>{TITLE} {byline}</h1>{each('p', BODY)}", f"<title>{TITLE} - {paper}</title>" if paper else HEAD)
    found = read_page(html.encode(), URL, "text/html; charset=utf-8", KARACHI)
    assert (found.title, found.author) == (TITLE, "Nadia Malik")
    assert found.published_at == datetime(2025, 8, 15, 13, tzinfo=UTC)


def test_lines_above_a_byline_do_not_hide_it() -> None:
    """The paper and its desk, then the date with a Hijri one beside it."""
    html = f"<h1>{TITLE}</h1><div>SOME TV | Web Desk</div><div>Friday, August 15, 2025 | 20 Safar, 1447</div>"
    found = read_page(f"{html}{each('p', BODY)}".encode(), URL, "text/html; charset=utf-8", KARACHI)
    assert found.published_at == datetime(2025, 8, 14, 19, tzinfo=UTC)
    assert (found.body or "").split("\n\n") == BODY


@pytest.mark.parametrize(
    ("text", "place", "credit"),
    [
        ("IPOH: Pakistan lost the final of the cup.", "IPOH", None),
        ("D.I. KHAN: Two boats met.", "D.I. KHAN", None),
        ("【イスラマバード共同】工場が再開した。", "イスラマバード", "共同"),
        ("August 15, 2025 (MLN): The boats sailed.", None, "MLN"),
        ("Pakistan: At least four boats sailed.", None, None),
        ("NEPRA: the price of power rises.", None, None),
        ("OPEC: the price of oil rises.", None, None),
    ],
)
def test_datelines_without_a_known_place(text: str, place: str | None, credit: str | None) -> None:
    """Capitals are proof, unless they are those of an institution; a country in title case is none."""
    found = split_dateline(text)
    assert (found.place, found.credit) == (place, credit)
    assert (found.rest == text) == (place is None and credit is None)


def test_pst_is_the_time_of_pakistan_in_pakistan() -> None:
    """And that of the Pacific coast elsewhere."""
    text = "Fri, 15 Aug 2025, 06:00 PM (PST)"
    assert parse_date(text, "Asia/Karachi") == datetime(2025, 8, 15, 13, tzinfo=UTC)
    assert parse_date(text, "America/Los_Angeles") == datetime(2025, 8, 16, 2, tzinfo=UTC)
