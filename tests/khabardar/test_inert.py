"""Scraped text cannot steer a terminal, a log or a spreadsheet."""

from __future__ import annotations

import pytest

from khabardar.inert import block, cell, one_line


@pytest.mark.parametrize(
    ("scraped", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;new title\x07after", "after"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("a\r\nb\x00c\x7f", "a b c"),
        ("line\u2028level=error", "line level=error"),
        ("\u202eevil\u202c", "evil"),
        ("\x1bPq#0\x1b\\text", "text"),
        ("half \x1b", "half"),
        ("می\u200cخواہم", "می\u200cخواہم"),
        ("\ud800x", "\ufffdx"),
    ],
)
def test_text_on_one_line_holds_nothing_a_terminal_obeys(scraped: str, shown: str) -> None:
    """Escape sequences vanish whole, line breaks become spaces, joiners stay."""
    assert one_line(scraped) == shown


def test_block_keeps_line_breaks_only() -> None:
    """A body stays readable."""
    assert block("a\r\nb\tc\x1b[2Jd") == "a\nb cd"


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\u00a0=1", "\n=1", "a\n=1", "  @x", "＝1", "|x"]
)
def test_formula_in_a_csv_cell_is_text(formula: str) -> None:
    """Also after a no-break space or a line break."""
    assert cell(formula).startswith("'")


def test_ordinary_cell_stays_as_it_is() -> None:
    """No apostrophe where none is needed."""
    assert cell("Japan: 5 - 3 = 2") == "Japan: 5 - 3 = 2"
