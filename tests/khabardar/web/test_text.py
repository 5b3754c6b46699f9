"""Scraped text on a page: cut where it is no honest text."""

from __future__ import annotations

import pytest

from khabardar.web.pages import text


def test_name_is_cut_where_no_honest_name_is_so_long() -> None:
    """And is one line."""
    assert text.brief("Port\nCity") == "Port City"
    assert text.brief("W" * 10_000) == "W" * 80 + "…"
    assert text.brief("W" * 80) == "W" * 80
    assert text.brief(None) == ""


@pytest.mark.parametrize("code", ["en", "ur", "zh-Hant", "sr-Latn-RS"])
def test_language_is_told_to_the_browser(code: str) -> None:
    """For its fonts, and for the voice of a screen reader."""
    assert text.language(code) == f' lang="{code}"'


@pytest.mark.parametrize("code", ["", None, '"><x lang=', "english", "e", "en ", "en\n", "اردو"])
def test_what_is_no_code_of_a_language_is_left_out(code: str | None) -> None:
    """It would be no valid page."""
    assert text.language(code) == ""


def test_text_of_any_length_is_begun_and_its_marks_stay_in_place() -> None:
    """Whether it goes on is said; a text that fits is whole."""
    assert text.beginning("one\n\ntwo", [(5, 8)]) == (["one", "<mark>two</mark>"], True)
    shown, whole = text.beginning("a\n" * 5_000)
    assert (len(shown), whole) == (text.MOST_PARAGRAPHS, False)
    shown, whole = text.beginning("a" * 1_000_000, [(0, 1), (999_998, 999_999)])
    assert (len(shown), whole) == (1, False)
    assert len(shown[0]) == text.LONGEST + len("<mark></mark>")
    assert text.beginning(None) == ([], True)
