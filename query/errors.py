"""What is wrong with a query: a sentence, the place, and what would be right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_AROUND = 60  # code points shown on either side of the place
_HERE = 20  # code points of what stands there
_JOINERS = "\u200c\u200d"  # not printable by themselves, and Urdu and Persian are written with them
_KEPT = f"\u3000{_JOINERS}"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


class QueryError(ValueError):
    """A query that is refused.

    ``message`` is what is wrong; ``column`` the 1-based code point of the query where; ``marked`` the line of the query
    with a caret under the place; ``suggestion`` what would be right, if that can be said.
    """

    def __init__(self, message: str, text: str, column: int = 1, suggestion: str | None = None) -> None:
        self.message = "".join(map(_printable, message))
        self.text = text
        self.column = max(1, min(column, len(text) + 1))
        self.suggestion = _writable(suggestion) if suggestion else None
        super().__init__(message, text, column, suggestion)

    @property
    def marked(self) -> str:
        """Two lines: the query around the place, and a caret under it.

        Where letters run from right to left, some terminals turn them round and some do not; there the caret's line
        also says what stands at the place.
        """
        at = self.column - 1
        begin = max(self.text.rfind("\n", 0, at) + 1, at - _AROUND)
        end = self.text.find("\n", at)
        end = min(len(self.text) if end < 0 else end, at + _AROUND)
        line = "".join(map(_printable, self.text[begin:end]))
        caret = f"{''.join(map(_blank, self.text[begin:at]))}^"
        if _RIGHT_TO_LEFT.search(line) and (here := line[at - begin :].split(maxsplit=1)):
            caret += f" {here[0][:_HERE]}"
        return f"{line}\n{caret}"

    def __str__(self) -> str:
        advice = f" Did you mean `{self.suggestion}`?" if self.suggestion else ""
        return f"Column {self.column}: {self.message}{advice}\n{self.marked}"


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant."""
    known = list(known)
    folded = {each.casefold(): each for each in known}
    found = get_close_matches(name.casefold()[:100], folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def _printable(letter: str) -> str:
    """The letter as a terminal may have it: no control, no mark of direction, no half character."""
    if letter.isprintable() or letter in _KEPT:
        return letter
    return " " if letter.isspace() else "\ufffd"


def _writable(suggestion: str) -> str:
    """A suggestion that can be copied: what is not printable is left out of it."""
    return "".join(map(_printable, suggestion)).replace("\ufffd", "")


def _blank(letter: str) -> str:
    """As much room as the letter takes in a terminal."""
    if unicodedata.category(letter) in ("Mn", "Me") or letter in _JOINERS:
        return ""
    return "\u3000" if unicodedata.east_asian_width(letter) in "WF" else " "
