"""Whether and where a query matches, form by form of the contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from query import Document, Names, Span, judge, matches, parse


def found(query: str, text: str, field: str = "body", names: Names | None = None) -> bool:
    document = Document.of(**{field: text})
    verdict = judge(parse(query, names), document)
    assert bool(verdict) == matches(parse(query, names), document)
    return verdict.matched


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("japan", "JAPAN's plan", True),
        ("japan", "Japanese", False),
        ("duty", "Customs duties", True),
        ("duties", "a duty", True),
        ("export", "exported goods", True),
        ("export", "exporters", False),
        ("university", "universe", False),
        ("auto", "the author", False),
        ("new", "news", False),
        ("unit", "United Nations", False),
        ('"export"', "exports", False),
        ('"auto industry"', "the auto industry", True),
        ('"auto industry"', "auto-industry", True),
        ('"auto industry"', "auto industries", False),
        ("auto-industry", "the auto, industry", True),
        ("auto-industry", "auto\nindustry", False),
        ("auto-industry", "the industry auto", False),
        ("automo*", "automobiles", True),
        ("automo*", "auto", False),
        ("automo*", "mautomo", False),
        ("24/7", "open 24/7", True),
        ("AT&T", "at&t said", True),
        ("1895", "SRO 1,895", True),
        ("1,00,000", "100000", True),
        ("65", "6.5", False),
        ("6.5", "6.5%", True),
        ("Rs1,895", "Rs 1895", True),
        ('"rs 1895"', "Rs1,895", True),
        ("SRO", "S.R.O.", True),
        ("S.R.O.", "SRO 656", True),
        ("US", "U.S. tariffs", True),
        ("O'Brien", "OBrien", True),
        ("Café", "cafe", True),
        ("cafe", "Cafés", True),
        ("bhutto", "Bhu\u00adtto", True),
        ("toyota", "Toyota™", True),
        ("tariff", "tariff²", True),
    ],
)
def test_english(query: str, text: str, expected: bool) -> None:
    """Words, forms, phrases, prefixes, numbers, abbreviations."""
    assert found(query, text) is expected


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("کار", "سرکار نے کہا", False),
        ("کار", "ایک کار", True),
        ("گاڑی", "گاڑیاں", False),
        ("گاڑی*", "گاڑیاں", True),
        ("گاڑی", "گاڑی\u200cیں", True),
        ("كي", "کی", True),
        ("پاکستان", "پاکِستان", True),
        ("آٹو", "ا\u0653ٹو", True),
        ("آٹو", "اٹو", False),
        ('"آٹو موٹیو"', "آٹو موٹیو صنعت", True),
        ("۲۰۲۵", "2025", True),
        ("2025", "٢٠٢٥", True),
    ],
)
def test_urdu(query: str, text: str, expected: bool) -> None:
    """Folded letters, whole words, prefixes, digits."""
    assert found(query, text) is expected


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("自動車", "自動車産業", True),
        ("自動車", "自動 車", True),
        ("自動車", "自動、車", False),
        ("日本", "今日、本社", False),
        ("日本", "今日本", True),
        ("京都", "東京都", True),
        ("インダス・モーター", "インダスモーター", True),
        ("インダスモーター", "インダス・モーター", True),
        ("ガス", "カス", False),
        ("ガス", "ｶﾞｽ", True),
        ("今日、本社", "今日、本社で", True),
        ("今日、本社", "今日本社", True),
        ("自動*", "自動車", True),
        ("日*", "日本", True),
        ("EV", "新型EVは", True),
        ("日本EV", "日本のEV", False),
        ("日本EV", "日本EV市場", True),
    ],
)
def test_japanese(query: str, text: str, expected: bool) -> None:
    """Without spaces, but never across punctuation."""
    assert found(query, text) is expected


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("=IT", "IT sector", True),
        ("=IT", "it is", False),
        ("=IT", "It is", False),
        ("=IT", "IT's role", True),
        ("=IT", "I.T. firms", True),
        ("=I.T.", "IT firms", True),
        ("=IT", "ＩＴ", True),
        ("=Café", "Cafe", True),
        ("=IT", "ITは", True),
        ('="IT services"', "IT services", True),
        ('="IT services"', "IT Services", False),
        ('="IT services"', "the IT-services", True),
        ("=export", "exports", False),
        ("=タイ", "タイ", True),
        ("=タイ", "タイの", True),
        ("=タイ", "タイヤ", False),
        ("=タイ", "スタイル", False),
        ("タイ", "スタイル", True),
        ("=タイ", "ﾀｲ", True),
        ("=タイ", "タイ・バンコク", True),
        ("=タイヤ市場", "新タイヤ市場", True),
        ("=自動車", "自動車産業", True),
        ("=جاپان", "جاپان", True),
    ],
)
def test_exact_letters(query: str, text: str, expected: bool) -> None:
    """Case included; width, accents, dots and 's do not count; katakana must be the whole run."""
    assert found(query, text) is expected


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("a1 NEAR/1 b1", "a1 x b1", True),
        ("a1 NEAR/1 b1", "b1 x a1", True),
        ("a1 NEAR/1 b1", "a1 x x b1", False),
        ("a1 NEAR/0 b1", "a1, b1", True),
        ("a1 NEAR/0 b1", "a1 x b1", False),
        ("a1 NEAR/9 b1", "a1\nb1", False),
        ("a1 NEAR/9 a1", "a1 x", False),
        ("a1 NEAR/9 a1", "a1 x a1", True),
        ('a1 NEAR/9 "a1 b1"', "a1 b1", False),
        ('b1 NEAR/9 "a1 b1"', "a1 b1 b1", True),
        ('"a1 b1" NEAR/1 "c1 d1"', "c1 d1 x a1 b1", True),
        ("japan NEAR/8 invest*", "investors in Japan", True),
        ("export NEAR/2 duty", "duties on exported cars", True),
        ("(a1 OR b1) NEAR/0 (c1 OR d1)", "x b1 d1", True),
        ("(a1 NEAR/1 b1) NEAR/1 c1", "a1 x b1 x c1", True),
        ("(a1 NEAR/1 b1) NEAR/9 c1", "a1 c1 b1", False),
        ("(a1 NEAR/1 b1) NEAR/0 c1", "a1 x b1 c1", True),
        ("(a1 NEAR/9 b1) NEAR/0 c1", "b1 a1 b1 c1", True),
        ("自動車 NEAR/2 輸出", "自動車の本輸出", True),
        ("自動車 NEAR/1 輸出", "自動車の本輸出", False),
        ("a1 NEAR/1 b1 c1", "a1 b1", False),
        ("title:(a1 NEAR/1 b1)", "a1 b1", False),
        ("a1 NEAR/2 topic:ab", "a1 x x y2", True),
        ("a1 NEAR/9999 b1", "a1 " + "x " * 9999 + "b1", True),
        ("=IT NEAR/1 services", "IT and services", True),
    ],
)
def test_near(query: str, text: str, expected: bool) -> None:
    """At most so many words between, either order, one paragraph, not overlapping."""
    assert found(query, text, names=Names({"ab": "x2 OR (y2 OR z2)"})) is expected


def test_words_near_each_other_stand_in_one_field() -> None:
    """Title and body are never near."""
    document = Document.of(title="a1", summary="c1", body="b1")
    assert not judge(parse("a1 NEAR/5 b1"), document)
    assert judge(parse("a1 b1 c1"), document)
    assert not judge(parse('"a1 c1"'), document)


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
