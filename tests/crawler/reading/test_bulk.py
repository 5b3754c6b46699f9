"""What is taken out of a page before it is parsed, and what must not be."""

from __future__ import annotations

import pytest

from crawler.reading.bulk import SMALL, without_bulk
from crawler.reading.page import PageHints, Select, read_page

URL = "https://example.org/news/1234/rain-in-the-hills"
TITLE = "Rain is expected in the hills until the weekend"
SENTENCES = [
    f"The weather office said on day {n} that rain would go on in the hills and in the valleys below them."
    for n in range(8)
]
REPORT = f"<main><article><h1>{TITLE}</h1>{''.join(f'<p>{one}</p>' for one in SENTENCES)}</article></main>"
LINKS = "".join(f'<li><a class="menu-link" href="/section-{n}/">Section of number {n}</a></li>' for n in range(80))
MENU = f"<ul>{LINKS}</ul>"
ICON = '<svg viewBox="0 0 1 1"><path d="M0"/></svg>'
REST = "x" * SMALL


def bare(page: str) -> str:
    """The page without its bulk; it is made long enough to be searched."""
    padded = f"{page}<i>{REST}</i>"
    return without_bulk(padded.encode()).decode().removesuffix(f"<i>{REST}</i>")


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("a<script>b</script>c", "ac"),
        ("a<SCRIPT type='x'>b</Script >c", "ac"),
        ("a<style>b</style><svg><path/></svg><!-- d -->c", "ac"),
        ("a<!-- <script> -->b<script>c</script>d", "abd"),
        (f"a<nav>{MENU}</nav>b<footer class='f'>{MENU}</footer>c", "abc"),
        (f"a<nav>{MENU}{ICON}<script>'</nav>'</script></nav>b", "ab"),
        (f"a<footer>one<nav>{MENU}</nav>{MENU}</footer>b", "ab"),
        (f"a<nav>one<nav>{MENU}</nav>two</nav>b", "a<nav>onetwo</nav>b"),
    ],
)
def test_what_is_for_browsers_only_and_long_menus_go(page: str, left: str) -> None:
    """Whatever stands in them, and whatever they stand in."""
    assert bare(page) == left


@pytest.mark.parametrize(
    "page",
    [
        "a<svg/>the report<svg class='x' />is here",
        "a<nav><a href='/'>Home</a> <a href='/business'>Business</a></nav>b",
        "a<footer>By Some Name, Staff Reporter</footer>b",
        f"a<nav>{REPORT}{MENU}</nav>b",
        f"a</nav>{MENU}</nav>b",
        f"a<nav>{MENU}b",
        f"a<navigation>{MENU}</navigation>b",
        "a<script type='application/ld+json'>{}</script>b",
        f"a<nav><script type='application/ld+json'>{{}}</script>{MENU}</nav>b",
        f"a<nav><meta itemprop='datePublished' content='2025-08-15'>{MENU}</nav>b",
    ],
)
def test_what_may_say_something_of_the_article_stays(page: str) -> None:
    """Short menus, those that hold more than links, and what is never closed."""
    assert bare(page) == page


def test_a_report_between_long_menus_is_read_as_without_them() -> None:
    """Field by field."""
    with_menus = f"<body><nav>{MENU}</nav>{REPORT}<footer>{MENU}</footer></body>"
    reading = read_page(with_menus.encode(), URL, "text/html")
    assert reading == read_page(f"<body>{REPORT}</body>".encode(), URL, "text/html")
    assert reading.body == "\n\n".join(SENTENCES)


def test_a_selector_finds_what_stands_in_a_long_menu() -> None:
    """Breadcrumbs are menus by their tag, and an operator may point at them."""
    page = f"<body><nav><b class='here'>Weather</b>{MENU}</nav>{REPORT}</body>"
    hints = PageHints(select=Select(section=("nav .here",)))
    assert read_page(page.encode(), URL, "text/html", hints).section == "Weather"


def test_a_menu_that_was_closed_behind_the_report_takes_it_along_no_more_than_before() -> None:
    """Its own end tag is missing, and another stands at the end of the page."""
    page = f"<body><div><nav>{MENU}</div>{REPORT}</nav></body>"
    assert read_page(page.encode(), URL, "text/html").body == "\n\n".join(SENTENCES)


@pytest.mark.parametrize(
    ("before", "after"), [("<nav>", ""), ("<nav>", "</nav>"), ("<nav><footer>", "</nav></footer>"), ("<svg/>", "")]
)
def test_openings_without_end_cost_no_more_than_they_are_long(before: str, after: str) -> None:
    """Nothing is cut out of them, and they are passed over in one go."""
    page = (before * 300_000 + after * 300_000).encode()
    assert without_bulk(page) == page
