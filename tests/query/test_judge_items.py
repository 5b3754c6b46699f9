"""Whether and where a query matches an item: its fields, times, regular expressions, and the places that matched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from query import Document, Names, Span, judge, parse


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("faizan", False),
        ("islamabad", False),
        ("business", False),
        ("dawn", False),
        ("author:faizan", True),
        ('author:"faizan hashmi"', True),
        ("author:=Faizan", True),
        ("author:faizans", False),
        ("author:fai*", True),
        ("place:islamabad", True),
        ("credit:app", True),
        ("credit:apps", False),
        ("title:explores", True),
        ("body:explore", False),
        ("summary:metals", False),
        ("title:(body:cars)", True),
        ("section:business", True),
        ("section:Business", True),
        ("section:busines*", True),
        ("section:b*", True),
        ("section:usiness", False),
        ("source:dawn", False),
        ("source:dawn*", True),
        ("source:dawn-urdu", True),
        ('source:"Dawn Urdu"', True),
        ("source:dawn-*", True),
        ("source:urdu", False),
        ("lang:en", True),
        ("lang:EN", True),
        ("lang:e*", True),
        ("lang:(ur OR en)", True),
        ("lang:english", False),
        ("section:=Business", True),
        ("section:=business", False),
        ("url:pakistan", True),
        ("url:pakistan-japan", True),
        ("url:example.com", True),
        ("url:جاپان", True),
        ("url:pakist", False),
        ("url:/news/", True),
        ("url:/NEWS.\\d+/", True),
        ("section:/^bus/", True),
        ("place:(karachi OR islamabad) credit:app", True),
    ],
)
def test_fields(query: str, expected: bool) -> None:
    """Only there; bare words never look there; section, source and lang compare whole values."""
    document = Document.of(
        title="Pakistan, Japan explore ties",
        body="Cars.",
        author="Faizan Hashmi",
        place="ISLAMABAD",
        credit="APP / UrduPoint",
        section="Business",
        source="dawn-urdu",
        language="en",
        url="https://www.example.com/news/1354531/pakistan-japan-%D8%AC%D8%A7%D9%BE%D8%A7%D9%86.html",
    )
    assert judge(parse(query), document).matched is expected


def test_a_section_is_found_by_its_plural_and_singular() -> None:
    """A whole value of one word has forms, of several it has none."""
    assert judge(parse("section:sport"), Document.of(section="Sports"))
    assert judge(parse("section:sports"), Document.of(section="sport"))
    assert not judge(parse("section:sport"), Document.of(section="Water Sports"))
    assert judge(parse("section:water-sports"), Document.of(section="Water Sports"))
    assert not judge(parse('section:"sport"'), Document.of(section="Sports"))


def test_what_is_unknown_matches_nothing() -> None:
    """An empty item, and fields without words."""
    empty = Document.of(title=None, section="—")
    for query in ("japan", "section:b*", "lang:en", "after:1d", "before:2999-01-01", "/./", "url:x"):
        assert not judge(parse(query), empty)


SEEN = datetime(2025, 8, 15, 13, 4, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "published", "expected"),
    [
        ("after:2025-08-15", datetime(2025, 8, 14, 19, 0, tzinfo=UTC), True),
        ("after:2025-08-15", datetime(2025, 8, 14, 18, 59, 59, tzinfo=UTC), False),
        ("before:2025-08-15", datetime(2025, 8, 14, 18, 59, 59, tzinfo=UTC), True),
        ("before:2025-08-15", datetime(2025, 8, 14, 19, 0, tzinfo=UTC), False),
        ("after:2025-08-15T12:00", datetime(2025, 8, 15, 7, 0, tzinfo=UTC), True),
        ("after:2025-08-15T12:00Z", datetime(2025, 8, 15, 7, 0, tzinfo=UTC), False),
        ("after:2025-08-15T12:00:00+05:00", datetime(2025, 8, 15, 7, 0, tzinfo=UTC), True),
        ("after:2025-08-15", None, True),
        ("before:2025-08-15", None, False),
        ("before:2025-08-16", datetime(2031, 1, 1, tzinfo=UTC), True),
        ("after:2025-08-16", datetime(2031, 1, 1, tzinfo=UTC), False),
        ("after:7d", SEEN - timedelta(days=7), True),
        ("after:7d", SEEN - timedelta(days=7, seconds=1), False),
        ("before:12h", SEEN - timedelta(hours=12), False),
        ("before:12h", SEEN - timedelta(hours=13), True),
        ("after:90m before:30s", SEEN - timedelta(minutes=5), True),
        ("after:2w", SEEN - timedelta(days=13), True),
        ("after:999999w", datetime(1, 1, 1, tzinfo=UTC), True),
        ("after:0001-01-01", datetime(1, 1, 1, tzinfo=UTC), True),
        ("before:9999-12-31", datetime(2025, 1, 1, tzinfo=UTC), True),
    ],
)
def test_dates(query: str, published: datetime | None, expected: bool) -> None:
    """after: is inclusive, before: exclusive, days begin in the service's zone, a future date counts as seen."""
    document = Document.of(title="x", published_at=published, seen_at=SEEN)
    assert judge(parse(query, Names(timezone="Asia/Karachi")), document).matched is expected


def test_relative_dates_count_from_the_time_of_asking() -> None:
    """For a rule, that is when the item was seen; a search asks now."""
    document = Document.of(title="x", published_at=SEEN, seen_at=SEEN)
    query = parse("after:7d")
    assert judge(query, document)
    assert judge(query, document, SEEN + timedelta(days=7))
    assert not judge(query, document, SEEN + timedelta(days=8))
    assert not judge(query, document, (SEEN + timedelta(days=8)).replace(tzinfo=None))


@pytest.mark.parametrize(
    ("query", "text", "spans"),
    [
        (r"/\bS\.?R\.?O\.?\s*\d+/", "گاڑی S.R.O. 1895 and sro 5", ["S.R.O. 1895", "sro 5"]),
        ("/japan/", "JAPANese", ["JAPAN"]),
        ("/(?-i)japan/", "JAPAN japan", ["japan"]),
        ("/گاڑ./", "نئی گاڑیاں", ["گاڑی"]),
        (r"/\w+/", "é a", ["a"]),
        (r"/\d/", "٣ 3", ["3"]),
        ("/b/", "\ud800 b", ["b"]),
        (r"/a\nb|c$/", "a\nb c", ["a\nb", "c"]),
        (r"/a\/b/", "x a/b", ["a/b"]),
        ("/x?y/", "xy y", ["xy", "y"]),
    ],
)
def test_regular_expressions(query: str, text: str, spans: list[str]) -> None:
    """On the original text, case-insensitive unless said otherwise, with ASCII classes."""
    verdict = judge(parse(query), Document.of(body=text))
    assert [span.text for span in verdict.spans] == spans


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "a{1,500}b"])
def test_evil_regular_expressions_are_refused_or_linear(pattern: str) -> None:
    """What makes other engines hang."""
    if pattern.startswith("(.*)"):
        pattern += "y"
    judge(parse(f"/{pattern}/"), Document.of(body="a" * 100_000 + "!"))


@pytest.mark.parametrize(
    ("query", "spans"),
    [
        ("japan", [("title", 10, 15, "Japan"), ("body", 4, 9, "Japan")]),
        ("japan OR karachi", [("title", 10, 15, "Japan"), ("body", 4, 9, "Japan")]),
        ("japan -karachi", [("title", 10, 15, "Japan"), ("body", 4, 9, "Japan")]),
        ('"in japan" OR japan', [("title", 10, 15, "Japan"), ("body", 1, 9, "In Japan")]),
        ("japan NEAR/0 explore", [("title", 10, 15, "Japan"), ("title", 16, 23, "Explore")]),
        ("自動車", [("body", 11, 14, "自動車")]),
        ("自動車 動車産", [("body", 11, 15, "自動車産")]),
        ("section:busi* japan", [("title", 10, 15, "Japan"), ("body", 4, 9, "Japan"), ("section", 0, 8, "Business")]),
        ("lang:en", [("language", 0, 2, "en")]),
        ("after:2025-01-01", []),
        ("karachi", []),
        (
            "japan (karachi OR topic:cars)",
            [("title", 10, 15, "Japan"), ("body", 4, 9, "Japan"), ("body", 11, 14, "自動車")],
        ),
    ],
)
def test_spans(query: str, spans: list[tuple[str, int, int, str]]) -> None:
    """In the order of fields and text, none twice, overlapping ones joined, nothing for what must not occur."""
    document = Document.of(
        title="Pakistan, Japan Explore Talks",
        body="\u200fIn Japan, 自動車産業",
        section="Business",
        language="en",
        seen_at=SEEN,
    )
    verdict = judge(parse(query, Names({"cars": "自動車 OR cars"})), document)
    assert verdict.spans == tuple(Span(*span) for span in spans)


def test_an_item_is_analysed_once_for_all_queries() -> None:
    """And only in the fields that are asked for."""
    document = Document.of(title="Japan", body="cars")
    assert judge(parse("title:japan"), document)
    first = document.analysis("title")
    assert judge(parse("title:jap*"), document)
    assert document.analysis("title") is first
    assert "body" not in document._analyses
