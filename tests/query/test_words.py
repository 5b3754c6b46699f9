"""The words of a text: one analyser for queries and items."""

from __future__ import annotations

import pytest

from query import Word, words
from query.reader import PARAGRAPH, PARTED
from query.words import analyse


def tokens(text: str) -> list[str]:
    return [word.token for word in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("…—!?()", []),
        ("Japan JAPAN japan", ["japan", "japan", "japan"]),
        ("Café Škoda Zürich Ελλάδα Пётр", ["cafe", "skoda", "zurich", "ελλαδα", "петр"]),
        ("Cafe\u0301", ["cafe"]),
        ("Straße STRASSE İstanbul", ["strasse", "strasse", "istanbul"]),
        ("ﬁnance Ⅳ Ｊａｐａｎ", ["finance", "iv", "japan"]),
    ],
)
def test_case_width_and_accents_are_folded(text: str, expected: list[str]) -> None:
    """NFKC, case folding, no marks on Latin, Greek and Cyrillic letters."""
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auto-industry 24/7 AT&T", ["auto", "industry", "24", "7", "at", "t"]),
        (
            "Japan–Pakistan e‑commerce snake_case #tag @user",
            ["japan", "pakistan", "e", "commerce", "snake", "case", "tag", "user"],
        ),
        (
            "Pakistan's Pakistan’s PAKISTAN'S Russia´s Russia`s",
            ["pakistan", "pakistan", "pakistan", "russia", "russia"],
        ),
        ("O'Brien don’t Qur'an exporters' 'til", ["obrien", "dont", "quran", "exporters", "til"]),
        ("the 's' word", ["the", "s", "word"]),
        ("Pakistan's-led", ["pakistan", "led"]),
        ("トヨタ's car", ["ト", "ヨ", "タ", "car"]),
    ],
)
def test_hyphens_part_and_apostrophes_join(text: str, expected: list[str]) -> None:
    """Hyphens, slashes and & part words; 's vanishes; other apostrophes inside a word join."""
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,895 1,00,000 6.5 15.08.2025", ["1895", "100000", "6.5", "15.08.2025"]),
        ("6.5% 65", ["6.5", "65"]),
        ("in 2025, 2026.", ["in", "2025", "2026"]),
        ("Rs1,895 Rs 1,895 Rs.1,895", ["rs", "1895", "rs", "1895", "rs", "1895"]),
        ("₨1,895 $5bn US$5 €6.5m", ["rs", "1895", "5bn", "us", "5", "6.5m"]),
        ("500PKR cars5 RS", ["500", "pkr", "cars5", "rs"]),
        ("G20 COVID-19 CD70", ["g20", "covid", "19", "cd70"]),
        ("۱٬۸۹۵ ۶٫۵ ٣ ２０２５", ["1895", "6.5", "3", "2025"]),
        ("1½ ①日", ["1", "1", "2", "1", "日"]),
    ],
)
def test_numbers(text: str, expected: list[str]) -> None:
    """Commas between digits vanish, a decimal point stays, % and currency signs part words, all digits are digits."""
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S.R.O. SRO S.R.O", ["sro", "sro", "sro"]),
        ("U.S. U.S.'s U.S.-China Ｕ．Ｓ．", ["us", "us", "us", "china", "us"]),
        ("S.R.O.656(I)/2005", ["sro", "656", "i", "2005"]),
        ("J.K.Rowling p.m. WP.29 dawn.com", ["jk", "rowling", "pm", "wp", "29", "dawn", "com"]),
        ("He left.She stayed. A. B", ["he", "left", "she", "stayed", "a", "b"]),
    ],
)
def test_dots_of_abbreviations_vanish(text: str, expected: list[str]) -> None:
    """Single letters with dots between are one word; other dots part words."""
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tariff² Toyota™ 15ᵗʰ Nº", ["tariff", "toyota", "15", "n"]),
        ("CO₂ 5㎏", ["co2", "5kg"]),
        ("Bhu\u00adtto \ufeffJapan\u200f Pa\u2060k \u202bX\u202c a\u200db", ["bhutto", "japan", "pak", "x", "ab"]),
        ("Pak\u200bistan Auf\u200clage", ["pakistan", "auflage"]),
    ],
)
def test_superscripts_do_not_stick_and_format_characters_vanish(text: str, expected: list[str]) -> None:
    """Footnote signs and ™ part words; soft hyphens, byte order marks and direction marks are not there."""
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("كي", "کی"),
        ("علىٰ", "علی"),
        ("ههةۃ", "ہہہہ"),
        ("أإٱا", "اااا"),
        ("مؤثر", "موثر"),
        ("ۓ", "ئ"),
        ("ی\u0654", "ئ"),
        ("ي\u0654", "ئ"),
        ("ا\u0653ٹو", "آٹو"),
        ("پاکِسـتان", "پاکستان"),
        ("پاک\u200dستان", "پاکستان"),
        ("ﻻﮨﻮر", "لاہور"),
        ("جذبۂ", "جذبہ"),
    ],
)
def test_arabic_letters_are_folded(one: str, other: str) -> None:
    """The same word in Arabic and in Urdu keyboards' letters, with harakat, tatweel and joiners or without."""
    assert tokens(one) == tokens(other) == [other]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("آ ا", ["آ", "ا"]),
        ("گاڑی\u200cیں", ["گاڑی", "یں"]),
        ("گاڑی\u200bیں", ["گاڑی", "یں"]),
        ("پاکستان، جاپان۔", ["پاکستان", "جاپان"]),
        ("ﷺ", ["صلی", "اللہ", "علیہ", "وسلم"]),
        ("سرکار کار", ["سرکار", "کار"]),
    ],
)
def test_arabic_words(text: str, expected: list[str]) -> None:
    """Alef with madda is its own letter; a zero-width non-joiner or space parts words."""
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("自動車産業", ["自", "動", "車", "産", "業"]),
        ("ガス カス ｶﾞｽ カ\u3099", ["ガ", "ス", "カ", "ス", "ガ", "ス", "ガ"]),
        ("ITは2026年", ["it", "は", "2026", "年"]),
        ("ラーメン々〇", ["ラ", "ー", "メ", "ン", "々", "〇"]),
        ("한국 자동차", ["한국", "자동차"]),
    ],
)
def test_every_han_or_kana_character_is_a_word(text: str, expected: list[str]) -> None:
    """Voiced and unvoiced kana differ; a Latin run beside them is a word; Hangul is written with spaces."""
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("今日本", [PARAGRAPH, 0, 0]),
        ("今 日　本", [PARAGRAPH, 0, 0]),
        ("イ・ロ", [PARAGRAPH, 0]),
        ("今日、本", [PARAGRAPH, 0, PARTED]),
        ("日「本」", [PARAGRAPH, PARTED]),
        ("日-本", [PARAGRAPH, PARTED]),
        ("日\n本", [PARAGRAPH, PARAGRAPH]),
        ("日、EV、車", [PARAGRAPH, 0, 0]),
        ("auto, industry", [PARAGRAPH, 0]),
    ],
)
def test_punctuation_parts_han_and_kana_only(text: str, gaps: list[int]) -> None:
    """White space and ・ do not part them, punctuation does; between other words it does not count."""
    assert analyse(text).gaps == gaps


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\n\n", "\v", "\f", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("text", ["one{}two", "é{}two"])
def test_every_line_break_ends_a_paragraph(line_break: str, text: str) -> None:
    """In plain ASCII and elsewhere."""
    if line_break.isascii() or not text.isascii():
        assert [word.paragraph for word in words(text.format(line_break))] == [0, 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a Bhu\u00adtto b", "Bhu\u00adtto"),
        ("ｶﾞ", "ｶﾞ"),
        ("x Cafe\u0301, b", "Cafe\u0301"),
        ("\u200fPakistan’s\u200f", "Pakistan"),
        ("ﷺ x", "ﷺ"),
        ("😀 Japan", "Japan"),
        ("Japan\u00ad", "Japan"),
        ("S.R.O. 5", "S.R.O"),
    ],
)
def test_offsets_point_into_the_original_text(text: str, expected: str) -> None:
    """In code points, whatever vanished or changed its length before."""
    assert expected in [text[word.start : word.end] for word in words(text)]


def test_a_word_is_a_value() -> None:
    """Token, start, end, paragraph."""
    assert words("\nOf Japan’s") == [Word("of", 1, 3, 0), Word("japan", 4, 9, 0)]


@pytest.mark.parametrize(
    "text", ["\ud800", "\x00a\x00b", "\u0301", "\uffff\ufffe", "a\ud800b", "\u200c" * 9, "\U000e0001"]
)
def test_broken_text_is_read(text: str) -> None:
    """Lone surrogates, NUL, marks without letters: parted or dropped, never an error."""
    assert set(tokens(text)) <= {"a", "b"}


@pytest.mark.parametrize(
    "text",
    [
        "1," * 50_000,
        "a'" * 50_000,
        "a." * 50_000,
        "e\u0301" * 30_000,
        "\u0301" * 90_000,
        "カ、" * 20_000,
        "x" * 200_000,
        "ی\u0654" * 30_000,
    ],
)
def test_long_texts_of_one_shape_are_linear(text: str) -> None:
    """Nothing to blow up: these would take minutes if anything were quadratic."""
    analyse(text)
