"""Scraped text made harmless for a terminal, a log and a spreadsheet. Values only."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, line and paragraph separators; and what turns the direction of text around (a headline must
# not be able to rewrite the line it stands on). Joiners stay: Urdu needs them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_NEWLINE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS …: titles, links
    r"|\x1b[ -/]*[0-~]"  # the two-letter rest
)  # ECMA-48, 5th edition, sections 5.3 to 5.6
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_FORMULA = re.compile(r"[\s\u00a0\ufeff\u200b-\u200f]*[=+\-@\t\r\n＝＋－＠|%]")


def one_line(text: str) -> str:
    """The text on one line: no escape sequences, control characters, line breaks or direction overrides."""
    return " ".join(_CONTROL.sub(" ", _without_escapes(text)).split())


def one_line_as_it_is(text: str) -> str:
    """Like ``one_line``, but spaces stay as they are: for lines that are laid out."""
    return _CONTROL.sub(" ", _without_escapes(text))


def block(text: str) -> str:
    """The text with its line breaks, and nothing else a terminal would obey."""
    return _CONTROL_BUT_NEWLINE.sub(" ", _without_escapes(text.replace("\r\n", "\n")))


def _without_escapes(text: str) -> str:
    return _SURROGATE.sub("\ufffd", _TURNS.sub("", _ESCAPE.sub("", text)))


def cell(text: str) -> str:
    """The text for a CSV cell: one that a spreadsheet would take for a formula gets an apostrophe before it.

    Source: OWASP, CSV injection. White space of any kind before the sign does not help it through.
    """
    text = block(text)
    return f"'{text}" if _FORMULA.match(text) or any(_FORMULA.match(line) for line in text.split("\n")[1:]) else text
