"""Links of a page that lists articles."""

from __future__ import annotations

import pytest

from crawler.reading.listing import Link, read_listing

URL = "https://www.example.org/business/"
PAGE = b"""<html><head><base href="https://www.example.org/business/"></head><body><nav><a href="/">Home</a>
<a href="/sports">Sports</a></nav><div class="list"><div class="card">
<a href="/news/11/looms"><img src=x alt="A loom"></a>
<h3><a href="../news/11/looms#top">Looms stand still in two districts</a></h3></div>
<div class="card"><a href="/news/12/mills">Mills answer the weavers</a></div></div>
<a href="https://elsewhere.example.com/news/13">A story of another paper altogether</a>
<a href="javascript:void(0)">More of this and that</a><a>No address at all here</a>
<a href="/business/">This very page again</a>
</body></html>"""
BOTH = (
    Link("https://www.example.org/news/11/looms", "Looms stand still in two districts"),
    Link("https://www.example.org/news/12/mills", "Mills answer the weavers"),
)


@pytest.mark.parametrize(
    ("links", "links_match", "article"),
    [
        (".card a", None, None),
        (".list", None, None),
        (None, r"/news/\d+/", None),
        (None, None, r"example\.org/news/(?P<id>\d+)"),
        ("a", r"www\.example\.org/news/", r"nothing"),
        (None, None, None),
    ],
)
def test_articles_are_found_once_with_their_longest_title(
    links: str | None, links_match: str | None, article: str | None
) -> None:
    """By CSS, by pattern, by the pattern of articles, or as all links of the site with several words."""
    assert read_listing(PAGE, URL, "text/html", links, links_match, article) == BOTH


def test_bad_selectors_and_patterns_find_nothing_and_break_nothing() -> None:
    """The configuration names them when it is checked; a visit just finds no article."""
    assert read_listing(PAGE, URL, None, "a[[", None) == ()
    assert read_listing(PAGE, URL, None, None, "(") == ()
    assert read_listing(b"", URL) == ()
