"""The words of a text in Latin letters with their places, by the quick way of ``query.quick``: what stands between
spaces is a word as it is, or is read by the analyser alone and remembered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate, compress, count
from operator import add, not_

from query.quick import latin_letters
from query.reader import PARAGRAPH, Listed

_POSSESSIVES = ("'s", "'S")


def placed(text: str, words_of: Callable[[str], Listed]) -> Listed | None:
    """All columns of an analysis, or None if the text needs the analyser. ``words_of`` is the analyser for one piece
    without spaces. Linear in time."""
    letters = latin_letters(text)
    if letters is None or len(letters) != len(text):
        return None
    written = letters.decode("latin-1")
    spaced = written.replace("\n", " ").replace(". ", "  ").replace(", ", "  ")
    folded = spaced.casefold()
    if len(folded) != len(text):
        return None
    pieces = spaced.split(" ")
    lengths = [*map(len, pieces)]
    starts = [*compress(map(add, accumulate(lengths, initial=0), count()), lengths)]
    lengths = [*filter(None, lengths)]
    found = Listed(folded.split(), spaced.split(), starts, [*map(add, starts, lengths)])
    _settle(found, words_of)
    found.gaps = [0] * len(found.tokens)
    _lay_paragraphs(found, written)
    return found


def _settle(found: Listed, words_of: Callable[[str], Listed]) -> None:
    """The pieces that are not letters alone give way to their words."""
    tokens, cased, starts, ends = found.tokens, found.cased, found.starts, found.ends
    for at in reversed([*compress(count(), map(not_, map(str.isalpha, tokens)))]):
        piece, start = cased[at], starts[at]
        if piece.isdigit():
            continue
        if piece[-2:] in _POSSESSIVES and piece[:-2].isalpha():  # most of them, and of ever other words
            tokens[at], cased[at] = tokens[at][:-2], piece[:-2]
            ends[at] -= 2
            continue
        words = words_of(piece)
        if len(words.tokens) == 1:
            tokens[at], cased[at] = words.tokens[0], words.cased[0]
            starts[at], ends[at] = start + words.starts[0], start + words.ends[0]
            continue
        tokens[at : at + 1] = words.tokens
        cased[at : at + 1] = words.cased
        starts[at : at + 1] = [start + each for each in words.starts]
        ends[at : at + 1] = [start + each for each in words.ends]


def _lay_paragraphs(found: Listed, written: str) -> None:
    paragraph, begun, at = -1, 0, -1
    starts, gaps, paragraphs = found.starts, found.gaps, found.paragraphs
    while begun < len(starts):
        at = written.find("\n", starts[begun])
        following = bisect_left(starts, at, begun) if at >= 0 else len(starts)
        paragraph += 1
        gaps[begun] = PARAGRAPH
        paragraphs += [paragraph] * (following - begun)
        begun = following
