"""Parts of a text that are safe to cut and right to mark. Values only; offsets are code points of the whole text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Range = tuple[int, int]

_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")
_END = re.compile(r"(?:[.!?…۔؟][\"'”’)\]»]*\s+(?=[^a-z\s])|[。！？][」』）]*)")
_SHORT = re.compile(
    r"(?:^|[\s(.])(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Rs|No|Prof|Gen|Col|Lt|Maj|Capt|Sen|Rep|Gov|Inc|Ltd|Co|vs)\.\s+$"
)
_NEAR = 40
"""Code points before the end of a sentence in which an abbreviation would stand."""
_WHOLE = 320
"""Code points of a sentence that is shown whole; of a longer one only the part around the match."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is marked as a whole or not at all."""

    text: str
    marked: bool = False


def cut_before(text: str, limit: int) -> int:
    """Where to end a text so that at most ``limit`` code points stay: at white space when some is near, never inside
    a character made of several code points."""
    if len(text) <= limit:
        return len(text)
    for end in range(limit, limit * 3 // 4, -1):
        if text[end].isspace():
            return len(text[:end].rstrip())
    end = limit
    while end > 0 and _sticks(text, end):
        end -= 1
    return end


def _sticks(text: str, at: int) -> bool:
    """Whether the character at ``at`` belongs to the one before it."""
    return (
        unicodedata.category(text[at]).startswith("M")
        or text[at] in _JOINERS
        or text[at - 1] == "\u200d"
        or 0x1F3FB <= ord(text[at]) <= 0x1F3FF
    )


def joined(ranges: Iterable[Range], gap: int = 0) -> list[Range]:
    """Sorted ranges in which overlapping ones, and ones at most ``gap`` apart, are one."""
    result: list[Range] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1] + gap:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def pieces(text: str, marks: Iterable[Range], window: Range | None = None) -> tuple[Piece, ...]:
    """The text of ``window`` (default: all) split where marking begins and ends; marks outside are clipped off."""
    begin, stop = window or (0, len(text))
    found: list[Piece] = []
    at = begin
    for start, end in joined(marks):
        start, end = max(start, at), min(end, stop)
        if start >= end:
            continue
        if at < start:
            found.append(Piece(text[at:start]))
        found.append(Piece(text[start:end], marked=True))
        at = end
    if at < stop:
        found.append(Piece(text[at:stop]))
    return tuple(found)


def passages(text: str, marks: Sequence[Range], reach: int = 110, at_most: int = 3) -> list[Range]:
    """The sentences that hold the marks, in order, neighbours as one; of a sentence without end about ``reach`` code
    points to both sides. Each stays inside its paragraph."""
    windows = [_sentence(text, start, end) or _window(text, start, end, reach) for start, end in joined(marks)]
    return joined(windows, gap=1)[:at_most]


def sentences(text: str) -> list[Range]:
    """All sentences, in order; none runs across paragraphs, and what is only white space is none."""
    found: list[Range] = []
    for paragraph in re.finditer(r"[^\n]+", text):
        at = paragraph.start()
        ends = [end.end() for end in _END.finditer(text, *paragraph.span())]
        for end in (*ends, paragraph.end()):
            if end < paragraph.end() and _SHORT.search(text[max(at, end - _NEAR) : end]):
                continue
            if text[at:end].strip():
                found.append((at, at + len(text[at:end].rstrip())))
            at = end
    return found


def _sentence(text: str, start: int, end: int) -> Range | None:
    """The sentence around a mark; None where it is too long to be shown whole."""
    left = text.rfind("\n", 0, start) + 1
    right = text.find("\n", end)
    right = len(text) if right < 0 else right
    near = max(left, start - _WHOLE)
    before = (at.end() for at in _END.finditer(text, near, start + 1) if at.end() <= start)
    ends = [at for at in before if not _SHORT.search(text[near:at])]
    after = (at for at in _END.finditer(text, end, min(right, end + _WHOLE)))
    stop = next((at.end() for at in after if not _SHORT.search(text[near : at.end()])), None)
    begin = ends[-1] if ends else left
    stop = right if stop is None else stop
    while stop > end and text[stop - 1].isspace():
        stop -= 1
    return (begin, stop) if stop - begin <= _WHOLE else None


def _window(text: str, start: int, end: int, reach: int) -> Range:
    left = max(text.rfind("\n", 0, start) + 1, start - reach)
    if left > 0 and text[left - 1] != "\n":
        space = text.find(" ", left, start)
        left = space + 1 if space >= 0 else left
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    right = min(stop, end + reach)
    if right < stop:
        right = max(text.rfind(" ", end, right), end) if " " in text[end:right] else right
    while right < stop and _sticks(text, right):
        right += 1
    return left, right
