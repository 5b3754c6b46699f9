"""The words of a text in Latin letters without their offsets, some ten times faster than ``query.words.analyse``.

Most text of most news is words, spaces and a few marks that one table of 256 letters can tell apart. What is left over,
a number, an abbreviation, an apostrophe, is given to the analyser itself, piece by piece. So there is no second opinion
about words: a letter that the table cannot answer for sends the whole text to the analyser.
"""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Callable

from query.letters import letter_form

# What stands in a stream where a phrase may not run on; no word holds these.
BREAK = "|"  # between paragraphs and fields
PART = "¦"  # between two Han or Kana characters that punctuation parts
_UNKNOWN = "\0"
_KEPT = frozenset("',.")  # these part words or not, as their neighbours say

# Marks of good typography are frequent enough to be replaced all at once; other letters beyond Latin-1 as they come.
_TYPOGRAPHY = tuple((sign, letter_form(sign)) for sign in "’“”–—")


def _entry(code: int) -> str:
    form = letter_form(chr(code))
    if len(form) != 1:
        return _UNKNOWN
    if form.isalnum():
        folded = form.casefold()
        return form if ord(form) < 256 and len(folded) == 1 and ord(folded) < 256 else _UNKNOWN
    return form if form in _KEPT else "\n" if form in "\n\r\v\f" else " "


@functools.lru_cache(maxsize=1)
def _table() -> bytes:
    """Latin-1 -> its letter, a space, a line break, one of ``_KEPT`` or ``_UNKNOWN``."""
    return "".join(map(_entry, range(256))).encode("latin-1")


class _Forms(dict[str, str]):
    """Letters beyond Latin-1 -> their normal form, "" where it depends on the neighbours; filled as they are met."""

    def __missing__(self, letter: str) -> str:
        self[letter] = form = letter_form(letter)
        return form


_FORMS = _Forms()


def _formed(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    forms = list(map(_FORMS.__getitem__, problem.object[problem.start : problem.end]))
    if not all(forms):
        raise problem
    return "".join(forms), problem.end


codecs.register_error("khabardar.forms", _formed)


def latin_letters(text: str) -> bytes | None:
    """The letters and digits of a text in Latin-1 with their case, its apostrophes, full stops and commas, its line
    breaks, and spaces for the rest; None if the text needs the analyser. Linear in time."""
    if not text.isascii():
        for sign, form in _TYPOGRAPHY:
            text = text.replace(sign, form)
    try:
        letters = text.encode("latin-1", "khabardar.forms").translate(_table())
    except UnicodeEncodeError:
        return None
    return None if _UNKNOWN.encode() in letters else letters


def quick_stream(text: str, words_of: Callable[[str], tuple[str, ...]]) -> list[str] | None:
    """The folded words in their order with ``BREAK`` between paragraphs, or None if the text needs the analyser.

    ``words_of`` is the analyser for one piece without spaces, which leaves a ``BREAK`` as it is. A stream may begin or
    end with ``BREAK`` and hold several in a row. Linear in time.
    """
    letters = latin_letters(text)
    if letters is None:
        return None
    folded = letters.decode("latin-1").casefold()
    folded = folded.replace("\n", f" {BREAK} ").replace(". ", " ").replace(", ", " ")
    return _settled(folded.split(), words_of)


class _Pieces(dict[str, tuple[str, ...]]):
    """What stands between spaces -> its words, as it is met: the words of news come back."""

    def __init__(self, words_of: Callable[[str], tuple[str, ...] | None]) -> None:
        self._words_of = words_of

    def __missing__(self, piece: str) -> tuple[str, ...]:
        found = self._words_of(piece)
        if found is None:
            raise _NeighboursMatterError
        if len(piece) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[piece] = found
        return found


class _NeighboursMatterError(Exception):
    """A piece cannot be read alone."""


_MOST_KEPT = 30_000  # pieces, some 5 MB
_LONGEST_KEPT = 60
_LINES = re.compile("[\n\r\v\f\x85\u2028\u2029]+")
_pieces_of = functools.lru_cache(maxsize=2)(_Pieces)


def pieced_stream(text: str, words_of: Callable[[str], tuple[str, ...] | None]) -> list[str] | None:
    """Like ``quick_stream`` for text of any letters: each piece between spaces is read by the analyser and remembered.

    ``words_of`` is the analyser for one piece, with ``BREAK`` before each of its paragraphs, or None for one that
    cannot be read alone: then the whole text needs the analyser.
    """
    pieces = _pieces_of(words_of)
    stream: list[str] = []
    try:
        for line in _LINES.split(text):
            stream.append(BREAK)
            for words in map(pieces.__getitem__, line.split()):
                stream += words if not words or words[0] != BREAK else words[1:]
    except _NeighboursMatterError:
        return None
    return stream


def _settled(pieces: list[str], words_of: Callable[[str], tuple[str, ...]]) -> list[str]:
    """The pieces with those that are not letters alone replaced by their words."""
    plain = list(map(str.isalpha, pieces))
    plain.append(False)  # so that the search below always ends
    replaced: list[tuple[int, tuple[str, ...]]] = []
    find, end = plain.index, len(pieces)
    at = find(False)
    while at < end:
        found = words_of(pieces[at])
        if len(found) == 1:
            pieces[at] = found[0]
        else:
            replaced.append((at, found))
        at = find(False, at + 1)
    for at, found in reversed(replaced):
        pieces[at : at + 1] = found
    return pieces
