"""All forms of one page are one key; two pages are never one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.identity import canonical_url, item_keys

PAGE = "https://dawn.example/news/1939/cars-and-parts"


@pytest.mark.parametrize(
    "form",
    [
        "http://dawn.example/news/1939/cars-and-parts",
        "https://www.dawn.example/news/1939/cars-and-parts/",
        "HTTPS://WWW.Dawn.Example:443/news/1939/cars-and-parts",
        "http://dawn.example:80/news/1939/cars-and-parts",
        "https://dawn.example./news/1939/cars-and-parts",
        "https://user:pass@dawn.example/news/1939/cars-and-parts",
        " https://dawn.example/news/1939/cars-and-parts \n",
        "https://dawn.example/news/1939/cars%2Dand%2dparts",
        "https://dawn.example/news/./x/../1939/cars-and-parts",
        "https://dawn.example/news/1939/cars-and-parts?utm_source=rss&utm_medium=feed&fbclid=abc",
        "https://dawn.example/news/1939/cars-and-parts?ref=rss",
        "https://dawn.example/news/1939/cars-and-parts#comments",
        "https://dawn.example/news/1939/cars-and-parts#:~:text=parts",
        "https://dawn.example/news/1939/cars-and-parts#xtor=RSS-3208",
        "https://amp.dawn.example/news/1939/cars-and-parts",
        "https://m.dawn.example/news/1939/cars-and-parts",
        "https://dawn.example/amp/news/1939/cars-and-parts",
        "https://www-dawn-example.cdn.ampproject.org/c/s/www.dawn.example/news/1939/cars-and-parts?amp=1",
        "https://www.google.com/amp/s/dawn.example/news/1939/cars-and-parts/amp/",
        "https://dawn.example//news//1939/cars-and-parts",
        "https://dawn.example/news/1939/cars-and-parts?m=1",
        "https://dawn.example/news/1939/cars-and-parts/amp/",
        "https://dawn.example/news/1939/cars-and-parts?amp=1",
        "https://dawn.example/news/1939/cars-and-parts?outputType=amp",
        "https://dawn.example/print/news/1939/cars-and-parts",
        "https://dawn.example/news/1939/cars-and-parts?print=1",
        "https://dawn.example/news/1939/cars-and-parts/index.html",
        "https://dawn.example/news/1939/cars-and-parts;jsessionid=0A1B",
    ],
)
def test_every_form_of_a_page_is_one_key(form: str) -> None:
    """Scheme, host, port, trackers, fragments, telephone and print twins."""
    assert canonical_url(form) == PAGE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/?p=123", "https://a.example/?p=124"),
        ("https://a.example/story.php?id=1", "https://a.example/story.php?id=2"),
        ("https://a.example/news?page=1", "https://a.example/news?page=2"),
        ("https://a.example/News/1", "https://a.example/news/1"),
        ("https://a.example/news/1", "https://b.example/news/1"),
        ("https://a.example:8080/news/1", "https://a.example:9090/news/1"),
        ("https://sports.a.example/1", "https://a.example/1"),
        ("https://a.example/live#post-1234", "https://a.example/live#post-1235"),
        ("https://a.example/#!/news/1", "https://a.example/#!/news/2"),
        ("https://a.example/search?ref=42", "https://a.example/search?ref=43"),
        ("https://a.example/a%2Fb", "https://a.example/a/b"),
        ("https://a.example/?q=", "https://a.example/?r="),
        ("https://a.example/اردو/۱", "https://a.example/اردو/۲"),
    ],
)
def test_two_pages_are_never_one_key(one: str, other: str) -> None:
    """The rest of the query stays, and what says which piece."""
    assert canonical_url(one) != canonical_url(other)


def test_letters_of_any_script_are_spelled_one_way() -> None:
    """Percent signs or not, punycode or not, order of parameters."""
    assert canonical_url("https://a.example/خبر?b=é&a=1") == canonical_url(
        "https://a.example/%D8%AE%D8%A8%D8%B1?a=1&b=%c3%A9"
    )
    assert canonical_url("https://日本.example/1") == canonical_url("https://xn--wgv71a.example/1")


def test_keys_in_order_of_trust() -> None:
    """The outlet's number, the page, the guid."""
    keys = item_keys("dawn", "http://www.dawn.example/news/1939?utm_source=x", guid="tag:dawn,1939", outlet_id="1939")
    assert keys == ("id:dawn:1939", "url:https://dawn.example/news/1939", "guid:dawn:tag:dawn,1939")


def test_a_guid_that_is_a_url_counts_as_url() -> None:
    """WordPress puts the lasting address there."""
    assert item_keys("x", "https://x.example/slug", guid="https://www.x.example/?p=12") == (
        "url:https://x.example/slug",
        "url:https://x.example/?p=12",
    )


def test_a_front_page_identifies_nothing() -> None:
    """Feeds exist that link every entry to it."""
    assert item_keys("x", "https://www.x.example/", guid="https://x.example") == ()
    assert item_keys("x", "https://www.x.example/?utm_source=rss", guid="42") == ("guid:x:42",)


def test_a_relative_address_means_something_only_within_its_source() -> None:
    """Two outlets may both have /news/1."""
    assert item_keys("x", "/news/1") == ("guid:x:/news/1",)
    assert item_keys("x", None) == item_keys("x", " ") == ()


def test_keys_are_short_enough_to_be_indexed() -> None:
    """And still differ where the texts differ."""
    one, other = (item_keys("x", "https://x.example/" + "a" * 5000 + end)[0] for end in "bc")
    assert one != other
    assert max(len(one), len(other)) < 500


@given(st.text(max_size=60) | st.text(max_size=40).map(lambda text: "https://a.example/" + text))
def test_whatever_the_text_there_is_one_canonical_form(text: str) -> None:
    """No crash; canonical of canonical is the same; it can be encoded."""
    once = canonical_url(text)
    assert canonical_url(once) == once
    once.encode()


def test_letters_composed_in_two_ways_are_one_address() -> None:
    """Urdu letters with madda, as one code point or two."""
    assert canonical_url("https://a.example/\u0622\u0679\u0648") == canonical_url(
        "https://a.example/\u0627\u0653\u0679\u0648"
    )
