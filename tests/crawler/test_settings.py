"""The settings of crawling: what is accepted, and what is said of what is not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from crawler.settings import CrawlSettings, SourceSettings, limits_of

URL = "https://example.org/feed"


def test_every_key_of_the_contract_is_understood() -> None:
    """Durations become seconds, sizes bytes, single selectors lists."""
    source = SourceSettings.model_validate(
        {
            "name": "sample-outlet",
            "feed": URL,
            "fallback": [{"listing": "https://example.org/", "links": ".list a", "links_match": r"/\d+$"}],
            "enabled": True,
            "every": "15m",
            "delay": "1.5s",
            "timeout": "20s",
            "max_body": "8MiB",
            "obey_robots": False,
            "first_visit": "none",
            "timezone": "Asia/Karachi",
            "language": "ur",
            "full_text": "page",
            "article": r"-(?P<id>\d+)\.html$",
            "only": "topic:pakistan",
            "store": "excerpt",
            "headers": {"Accept-Language": "ur"},
            "select": {"body": ["article p", "main p"], "title": "h1", "remove": ["aside"]},
        }
    )
    assert (source.every, source.delay, source.max_body) == (900.0, 1.5, 8 * 1024 * 1024)
    assert source.select.title == ("h1",)
    assert [(start.kind, start.links) for start in source.starts] == [("feed", ()), ("listing", (".list a",))]


def test_the_defaults_are_those_of_the_contract() -> None:
    """And a source without figures of its own has those of [crawl]."""
    crawl = CrawlSettings()
    assert (crawl.every, crawl.min_every, crawl.max_every) == (900.0, 300.0, 21600.0)
    limits = limits_of(SourceSettings(name="a", feed=URL), crawl)
    assert (limits.delay, limits.timeout, limits.max_body, limits.obey_robots) == (1.0, 20.0, 8 * 1024 * 1024, True)
    own = limits_of(SourceSettings.model_validate({"name": "a", "feed": URL, "delay": "0s"}), crawl)
    assert own.delay == 0.0


def test_auto_is_a_period_too() -> None:
    """For the whole and for one source."""
    assert CrawlSettings.model_validate({"every": "auto"}).every == "auto"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "one of feed, sitemap, listing or api is needed"),
        ({"feed": URL, "sitemap": URL}, "feed and sitemap are both given"),
        ({"api": URL}, r"api needs a table \[sources.fields\]"),
        ({"api": URL, "feed": URL}, "feed and api are both given"),
        ({"api": URL, "fields": {"title": "t"}}, "url or id is needed"),
        ({"api": URL, "fields": {"url": "u"}}, "Field required"),
        ({"api": URL, "fields": {"title": "a..b", "url": "u"}}, "is not a path"),
        ({"api": URL, "fields": {"title": "t", "url": "u", "date": "d"}}, "Extra inputs"),
        ({"api": URL, "fields": {"title": "t", "url": "u"}, "links": "a"}, "links chooses links of a page"),
        ({"feed": URL, "items": "a"}, "items belongs to an api; this is a feed"),
        ({"listing": URL, "fields": {"title": "t", "url": "u"}}, "fields belongs to an api; this is a listing"),
        ({"feed": URL, "next": "a"}, "next belongs to a listing"),
        ({"listing": URL, "pages": 3}, "pages needs next"),
        ({"listing": URL, "next": "a", "pages": 99}, "less than or equal to 20"),
        ({"feed": URL, "colour": "red"}, "Extra inputs"),
        ({"feed": "ftp://example.org/"}, "no web address|not a web address"),
        ({"feed": "http://"}, "not a web address"),
        ({"feed": "https://user:secret@example.org/"}, "password does not belong"),
        ({"feed": "https://example.org/a b"}, "space"),
        ({"feed": URL, "every": "often"}, "15m"),
        ({"feed": URL, "every": 15}, "text with a unit"),
        ({"feed": URL, "every": "0s"}, "longer than nothing"),
        ({"feed": URL, "max_body": "3"}, "too small"),
        ({"feed": URL, "enabled": "yes"}, "boolean"),
        ({"feed": URL, "timezone": "Asia"}, "time zone"),
        ({"feed": URL, "timezone": "Asia/Nowhere"}, "time zone"),
        ({"feed": URL, "language": "english"}, "language code"),
        ({"feed": URL, "article": "(?P<id>"}, "regular expression"),
        ({"feed": URL, "select": {"body": "p["}}, "CSS selector"),
        ({"feed": URL, "select": {"headline": "h1"}}, "Extra inputs"),
        ({"feed": URL, "headers": {"X": "a\r\nB: c"}}, "line breaks"),
        ({"feed": URL, "headers": {"Host": "x"}}, "set by the crawler"),
        ({"feed": URL, "headers": {"A B": "x"}}, "not a header name"),
        ({"feed": URL, "store": "some"}, "full"),
        ({"feed": URL, "full_text": "sometimes"}, "auto"),
        ({"feed": URL, "name": "a b"}, "not a name"),
        ({"feed": URL, "fallback": [{"links": "a"}]}, "one of feed"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(keys: dict[str, Any], said: str) -> None:
    """Every mistake is refused, none is guessed around."""
    with pytest.raises(ValidationError, match=said):
        SourceSettings.model_validate({"name": "sample"} | keys)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"allow_addresses": ["127.0.0.1/8"]}, "not a network"),
        ({"allow_addresses": ["localhost"]}, "127.0.0.0/8"),
        ({"min_every": "1h", "max_every": "1m"}, "swap them"),
        ({"user_agent": ""}, "at least 1"),
        ({"user_agent": "a\nb"}, "line breaks"),
        ({"first_visit": "week"}, "day"),
    ],
)
def test_mistakes_in_crawl_are_said(keys: dict[str, Any], said: str) -> None:
    """The same for [crawl]."""
    with pytest.raises(ValidationError, match=said):
        CrawlSettings.model_validate(keys)


def test_secrets_in_headers_are_not_shown() -> None:
    """Neither in the settings' own text nor in an error about them."""
    headers = {"Authorization": "Bearer s3cret"}
    assert "s3cret" not in repr(SourceSettings(name="a", feed=URL, headers=headers))
    with pytest.raises(ValidationError) as refused:
        SourceSettings.model_validate({"name": "a", "feed": URL, "headers": {"Authorization": "s3cret\n"}})
    assert "s3cret" not in str(refused.value)


def test_settings_survive_the_way_to_the_worker() -> None:
    """Written as JSON and read again they are the same."""
    source = SourceSettings.model_validate(
        {"name": "a", "feed": URL, "every": "auto", "delay": "0.25s", "max_body": "1MiB"}
    )
    assert SourceSettings.model_validate(source.model_dump(mode="json")) == source
    crawl = CrawlSettings.model_validate({"every": "7m", "allow_addresses": ["10.0.0.0/8"]})
    assert CrawlSettings.model_validate(crawl.model_dump(mode="json")) == crawl
