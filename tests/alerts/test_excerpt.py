"""Cutting and marking text without breaking it."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from alerts.excerpt import cut_before, joined, passages, pieces
from alerts.inert import one_line, visible, web_address


def test_a_text_is_cut_at_white_space_when_some_is_near() -> None:
    """And ends without it."""
    assert cut_before("one two three", 9) == 7
    assert cut_before("one two", 50) == 7
    assert cut_before("日本" * 10, 5) == 5


def test_a_character_of_several_code_points_is_not_cut() -> None:
    """Urdu marks, joined emoji, skin tones."""
    for cluster in ("بَ", "e\u0301", "👩\u200d🔧", "👍🏽", "❤\ufe0f"):
        text = "x" * 10 + cluster + "y" * 10
        for limit in range(11, 10 + len(cluster)):
            assert cut_before(text, limit) == 10


@given(st.text(max_size=300), st.integers(1, 200))
def test_a_cut_is_never_longer_than_asked_and_never_before_a_mark(text: str, limit: int) -> None:
    """Any text."""
    end = cut_before(text, limit)
    assert 0 <= end <= limit
    if 0 < end < len(text):
        assert not unicodedata.category(text[end]).startswith("M") or text[:end] == text[:end].rstrip()


@given(st.text(max_size=200), st.lists(st.tuples(st.integers(0, 250), st.integers(0, 250)), max_size=8))
def test_pieces_are_the_text_whatever_the_marks(text: str, marks: list[tuple[int, int]]) -> None:
    """Overlapping, empty, turned round, beyond the end."""
    assert "".join(piece.text for piece in pieces(text, marks)) == text


def test_marks_that_touch_are_one_and_those_outside_the_window_are_clipped() -> None:
    """Two rules that matched the same word."""
    assert [p.text for p in pieces("abcdef", [(1, 3), (2, 4)]) if p.marked] == ["bcd"]
    assert [(p.text, p.marked) for p in pieces("abcdef", [(0, 3), (5, 6)], (2, 5))] == [("c", True), ("de", False)]
    assert joined([(5, 6), (1, 2), (2, 3)]) == [(1, 3), (5, 6)]


def test_passages_stay_inside_their_paragraph_and_hold_the_match() -> None:
    """Whole words at both ends."""
    text = "First paragraph.\n\n" + "word " * 50 + "Japan " + "more " * 50 + "\n\nLast."
    at = text.index("Japan")
    ((begin, end),) = passages(text, [(at, at + 5)])
    shown = text[begin:end]
    assert "\n" not in shown
    assert shown.startswith("word ")
    assert shown.endswith("more")
    assert len(shown) <= 5 + 2 * 110
    assert len(passages("a " * 5000, [(n, n + 1) for n in range(0, 9000, 1000)])) == 3


def test_a_match_is_shown_in_its_whole_sentence() -> None:
    """Ends of sentences in four scripts; abbreviations are none."""
    for text, word, shown in (
        ("One came. Mr. Khan of Japan paid Rs. 5 million. Two left.", "Japan", "Mr. Khan of Japan paid Rs. 5 million."),
        ("First? “Cars in Japan!” he said. End.", "Japan", "“Cars in Japan!” he said."),
        ("پہلی خبر۔ جاپان نے گاڑیاں بنائیں۔ آخری خبر۔", "گاڑیاں", "جاپان نے گاڑیاں بنائیں۔"),
        ("今日は雨。日本の車が売れた。明日は晴れ。", "車", "日本の車が売れた。"),
        ("One came. Japan followed. Two left.", "Japan", "Japan followed."),
        ("No end here Japan", "Japan", "No end here Japan"),
    ):
        at = text.index(word)
        ((begin, end),) = passages(text, [(at, at + len(word))])
        assert text[begin:end] == shown


@given(st.text(alphabet="aA .!?\n。۔x", max_size=900), st.integers(0, 900), st.integers(1, 9))
def test_every_match_is_in_a_passage_of_its_own_paragraph(text: str, at: int, size: int) -> None:
    """Any text."""
    mark = (min(at, len(text)), min(at + size, len(text)))
    if mark[0] < mark[1] and "\n" not in text[mark[0] : mark[1]]:
        ((begin, end),) = passages(text, [mark])
        assert begin <= mark[0] < mark[1] <= end
        assert "\n" not in text[begin:end]


def test_terminal_escapes_controls_and_direction_overrides_vanish_and_joiners_stay() -> None:
    """What a person reads is what was written, and nothing moves the cursor."""
    assert visible("\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\x1b]8;;http://e\x1b\\y\x1b(Bz\x9b2J") == "red xyz"
    assert visible("a\x00b\x08c\x7fd\x85") == "abcd\x85"
    assert visible("\u202eevil\u202c \u2066x\u2069") == "evil x"
    assert visible("می\u200cخواہم 👩\u200d🔧") == "می\u200cخواہم 👩\u200d🔧"
    assert one_line(" a\r\n\tb\u2028c\x0bd ") == "a b c d"
    assert one_line("abcdef", 4) == "abc…"


@given(st.text(max_size=100))
def test_a_line_is_one_line_of_printable_text_that_utf_8_can_carry(text: str) -> None:
    """Any text."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not any(unicodedata.category(letter) == "Cc" for letter in line)
    line.encode()


def test_a_web_address_may_be_linked_and_nothing_else() -> None:
    """Percent escapes stay as they are."""
    assert web_address("https://example.org/a%20b?c=d#e") == "https://example.org/a%20b?c=d#e"
    assert web_address("HTTP://Example.org/") == "HTTP://Example.org/"
    for other in ("javascript:x", "mailto:a@b", "https://", "http:///x", "x", "", None, "https://a\x1bb/"):
        assert web_address(other) is None
