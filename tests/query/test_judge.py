"""Whether a query matches a text, form by form of the reference."""

from __future__ import annotations

import pytest

from query import Document, Names, judge, matches, parse


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
