"""Retry-After, and what goes over the pipe: values only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.model import Known, NewsItem, Rejected, Visit, VisitStatus
from crawler.errand import Errand
from crawler.naming import named_in
from crawler.retry_after import retry_after
from crawler.settings import SourceSettings
from crawler.wire import errand_in, errand_out, line, message, news_in, news_out

NOW = datetime(2025, 8, 15, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 120 ", 120.0),
        ("0", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("soon", None),
        ("1e5", None),
        ("9" * 18, 86400.0),
        ("9" * 30, 86400.0),
        ("9" * 3000, None),
        ("90.5", 90.5),
        ("٣", None),
        ("Fri, 15 Aug 2025 13:01:00 GMT", 60.0),
        ("Friday, 15-Aug-25 13:01:00 GMT", 60.0),
        ("Fri, 15 Aug 2025 12:00:00 GMT", None),
        ("Sat, 15 Aug 2035 13:00:00 GMT", 86400.0),
        ("Fri, 99 Aug 2025 13:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_up_to_a_day(value: str | None, seconds: float | None) -> None:
    """Seconds or a date; ten years are a day; negative, past and nonsense are nothing."""
    assert retry_after(value, NOW) == seconds


def test_news_survives_the_way_from_the_worker() -> None:
    """Items with lone surrogates, NUL and line breaks, rejections and visits come out as they went in."""
    item = NewsItem(
        title="Odd \ud800 \x00 \u2028 title",
        body="one\n\ntwo",
        published_at=NOW,
        seen_at=NOW,
        keys=("url:https://example.org/1",),
        rules=("a",),
        complete=False,
    )
    rejected = Rejected("a", None, None, "no title", ("guid:a:1",), True)
    visit = Visit("a", VisitStatus.FAILED, NOW, NOW, error="it failed", retry_after=1.5)
    for news in (item, rejected, visit):
        sent = line(news_out(news))
        assert sent.count(b"\n") == 1
        assert news_in(message(sent)) == news
    assert news_in({"beat": 1}) is None


def test_an_errand_survives_the_way_to_the_worker() -> None:
    """With everything that is known of the source."""
    known = Known('W/"é"', "Fri", frozenset({"a", "b"}), False)
    errand = Errand(SourceSettings(name="a", feed="https://example.org/", headers={"X": "1"}), known)
    assert errand_in(message(line(errand_out(errand)))) == errand


def test_a_line_that_is_no_object_is_refused() -> None:
    """A worker that speaks nonsense is not believed."""
    with pytest.raises(ValueError, match="object"):
        message(b"[1]\n")


def test_one_number_whatever_the_form_of_the_address() -> None:
    """The ``article`` expression names the outlet's number for slug, telephone, print and tracked forms alike."""
    source = SourceSettings.model_validate(
        {
            "name": "a",
            "feed": "https://a.example/f",
            "article": r"^https://www\.a\.example/news/(?P<id>\d+)(?:/[a-z-]+)?$",
        }
    )
    for url in (
        "https://www.a.example/news/77/cars",
        "https://www.a.example/news/77/other-slug",
        "https://www.a.example/news/77",
        "http://a.example/news/77/cars/?utm_source=x",
        "https://m.a.example/amp/news/77/cars",
        "https://www.a.example/print/news/77",
    ):
        assert named_in(url, source) == ("77", None), url
    assert named_in("https://www.a.example/video/77", source) == (None, None)
