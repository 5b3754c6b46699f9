"""The quick way to the words of a text gives the words of the analyser, whatever the letters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from query.placed import placed
from query.quick import BREAK, PART, quick_stream
from query.reader import PARAGRAPH, read
from query.words import analyse

PIECES = [
    *["a", "b", "I", "s", "S", "5", "59", "Ab", "rs", "Rs", "PKR", "US", "don", "é", "Ø", "ß", "æ", "ª", "½", "µ", "²"],
    *[" ", " ", " ", ".", ".", ",", ",", "'", "'", "’", "`", "'s", "’s ", ". ", ", ", "-", "/", "|", "_", "$", "%"],
    *["\n", "\r\n", "\v", "\x00", "\x1c", "\x85", "\xa0", "\xad", "“", "”", "–", "—", "…", "•", "™", "‑", "\u0301"],
    *["S.R.O.", "U.S.", "1,895", "6.5", "15.08.2025", "Rs1,895", "5rs", "O'Brien", "x.y", "10.5pkr", "日", "کا"],
]
latin = st.text(st.characters(max_codepoint=255) | st.sampled_from("’“”‘–—…•™‑"), max_size=40)


def quick(text: str) -> list[str] | None:
    return quick_stream(text, lambda piece: (piece,) if piece == BREAK else tuple(read(piece).tokens))


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | latin)
def test_quick_words_are_the_words_of_the_analyser(text: str) -> None:
    """Token by token, with a break wherever the analyser sees a new paragraph."""
    stream = quick(text)
    if stream is None:
        return
    slow = read(text)
    lazy = analyse(text)
    assert (lazy.gaps, lazy.paragraphs, lazy.tokens) == (slow.gaps, slow.paragraphs, slow.tokens)
    assert analyse(text).cased == slow.cased
    assert [token for token in stream if token != BREAK] == slow.tokens
    began = [token for at, token in enumerate(stream) if token != BREAK and (at == 0 or stream[at - 1] == BREAK)]
    assert began == [token for gap, token in zip(slow.gaps, slow.tokens, strict=True) if gap == PARAGRAPH]


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | latin)
def test_quick_places_are_the_places_of_the_analyser(text: str) -> None:
    """All columns, or none: then the analyser is asked."""
    assert placed(text, read) in (None, read(text))


def test_most_texts_have_quick_places() -> None:
    """Typography, numbers and abbreviations do not send a text to the analyser."""
    text = "“We’ve said—twice—that Rs1,895 is O'Brien’s,” the U.S. envoy said.\n\nCafé 6.5, at 10 a.m."
    assert placed(text, read) == read(text)


def test_places_of_many_words_are_those_of_each() -> None:
    """However many are asked for, and of words that do not occur."""
    text = " ".join(f"word{number % 70} of" for number in range(200))
    words = analyse(text)
    for token in ("of", "none", *(f"word{number}" for number in range(70)), "nothing", "of"):
        assert words.positions(token) == [at for at, each in enumerate(words.tokens) if each == token]


SCRIPTS = [
    *[
        "پاکستان",
        "ا\u0653ٹو",
        "گاڑی\u200cیں",
        "گاڑی\u200c",
        "\u200cیں",
        "ُ",
        "کِ",
        "۔",
        "،",
        "۶٫۵",
        "۱٬۸۹۵",
        "ي\u0654",
        "ﷺ",
    ],
    *[
        "日",
        "本",
        "ｶﾞ",
        "ﾞ",
        "タイ",
        "、",
        "・",
        "हिन्दी",
        "한국",
        "ᄒ",
        "Россия",
        "Ş",
        "𝐀",
        "①",
        "½",
        "\u200d",
        "\ufeff",
        "\u0301",
    ],
    *[
        " ",
        " ",
        " ",
        " ",
        "\n",
        "\t",
        "\u2028",
        "\x85",
        "\x1c",
        "\u3000",
        "\xa0",
        "\u200b",
        "'s",
        ".",
        ",",
        "5",
        "Rs",
        "a",
    ],
]


@settings(max_examples=3000, deadline=None)
@given(st.lists(st.sampled_from(SCRIPTS), max_size=12).map("".join) | st.text(max_size=20))
def test_words_read_piece_by_piece_are_the_words_of_the_analyser(text: str) -> None:
    """In every script; a piece that cannot be read alone sends the text to the analyser."""
    slow, lazy = analyse(text), analyse(text)
    _ = slow.listed
    stream = lazy.stream
    assert (lazy.tokens, lazy.gaps, lazy.paragraphs) == (slow.tokens, slow.gaps, slow.paragraphs)
    assert analyse(text).cased == slow.cased
    assert [token for token in stream if token not in (BREAK, PART)] == slow.tokens


@pytest.mark.parametrize(
    "text", ["پاکستان میں گاڑیوں کی قیمت ۱٬۸۹۵ روپے۔", "Россия и Пакистан\nIMF", "an emoji 🚗 and €5"]
)
def test_text_without_han_and_kana_is_read_piece_by_piece(text: str) -> None:
    """Or quicker."""
    lazy = analyse(text)
    _ = lazy.stream
    assert lazy._listed is None


@pytest.mark.parametrize("letter", [chr(code) for code in range(256)] + list("’“”‘–—…•™‑€🚗ﬁ２Ａşł،・\u2028\u2009ⅣK"))
@pytest.mark.parametrize("around", ["{}", "a{}b", "5{}5", "a {} b", "U{}S", "x{}s y", "7{}rs"])
def test_every_letter_of_the_table_parts_joins_or_vanishes_as_the_analyser_says(letter: str, around: str) -> None:
    """Alone, inside of a word, a number and an abbreviation."""
    text = around.format(letter)
    stream = quick(text)
    if stream is not None:
        assert [token for token in stream if token != BREAK] == analyse(text).listed.tokens
    assert analyse(text).cased == analyse(text).listed.cased


@pytest.mark.parametrize("text", ["Plain text, of “good” typography — it’s 5… long", "Café\n\nRs1,895 S.R.O.'s"])
def test_english_takes_the_quick_way(text: str) -> None:
    """Curly quotes, dashes and accents do not need the analyser."""
    assert quick(text) is not None
