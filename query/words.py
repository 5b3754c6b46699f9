"""The words of a text: the one analyser for queries, items, the full-text index and the marks in messages.

A word is a run of letters and digits; every Han or Kana character is a word of its own. Apostrophes join (``O'Brien``),
``'s`` vanishes, commas between digits vanish, a decimal point stays, dots of abbreviations vanish (``S.R.O.``).
Everything else parts words. Every line break ends a paragraph.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import compress
from typing import NamedTuple

from query.letters import is_character, is_follower
from query.placed import placed
from query.quick import BREAK, PART, pieced_stream, quick_cased_stream, quick_stream
from query.reader import PARAGRAPH, Listed, read

_NOWHERE: list[int] = []


class Word(NamedTuple):
    """One word: ``token`` is its folded form, ``start`` and ``end`` are code points of the original text,
    ``paragraph`` counts the paragraphs that hold words from 0."""

    token: str
    start: int
    end: int
    paragraph: int


class Analysis:
    """The words of one text in parallel lists. ``cased`` are the tokens before case folding; a katakana character that
    starts or ends its run carries a mark there, so that equal lists mean whole runs. ``gaps[i]`` says what stands
    between word i-1 and word i: nothing to speak of (0), ``PARTED`` or ``PARAGRAPH``.

    What is asked for is made, once: whether words stand in a text needs no offsets, and is known much sooner.
    """

    __slots__ = ("_cased", "_different", "_laid", "_listed", "_noted", "_stream", "_tokens", "text")

    def __init__(self, text: str, listed: Listed | None = None) -> None:
        self.text = text
        self._listed = listed
        self._stream: list[str] | None = None
        self._tokens: list[str] | None = None
        self._cased: list[str] | None = None
        self._noted: dict[str, list[int]] | None = None
        self._different: list[str] | None = None
        self._laid: tuple[list[int], list[int]] | None = None

    @property
    def listed(self) -> Listed:
        """All columns."""
        if self._listed is None:
            self._listed = placed(self.text, _read_piece) or read(self.text)
        return self._listed

    @property
    def stream(self) -> list[str]:
        """The tokens, with ``quick.BREAK`` or ``quick.PART`` where a phrase may not run on, and perhaps at the ends."""
        if self._stream is None:
            quick = None
            if self._listed is None:
                quick = quick_stream(self.text, _piece_words)
                quick = pieced_stream(self.text, _whole_piece) if quick is None else quick
            self._stream = _with_breaks(self.listed) if quick is None else quick
        return self._stream

    @property
    def tokens(self) -> list[str]:
        """The folded words."""
        if self._tokens is None:
            stream = self.stream if self._listed is None else []
            if self._listed is not None:
                self._tokens = self._listed.tokens
            else:
                self._tokens = [token for token in stream if token != BREAK] if BREAK in stream else stream
        return self._tokens

    def positions(self, token: str) -> list[int]:
        """Where a token stands, ascending."""
        return self.noted.get(token, _NOWHERE)

    @property
    def noted(self) -> Mapping[str, list[int]]:
        """Every different token and where it stands, ascending."""
        if self._noted is None:
            noted: defaultdict[str, list[int]] = defaultdict(list)
            for at, token in enumerate(self.tokens):
                noted[token].append(at)
            self._noted = dict(noted)
        return self._noted

    def beginning(self, prefix: str) -> Iterator[str]:
        """The different tokens that begin so, ascending. They are sorted once, for a long text and many prefixes would
        otherwise cost their product."""
        if self._different is None:
            self._different = sorted(self.noted)
        at = bisect_left(self._different, prefix)
        while at < len(self._different) and self._different[at].startswith(prefix):
            yield self._different[at]
            at += 1

    @property
    def cased(self) -> list[str]:
        """The words with their case."""
        if self._cased is None:
            stream = quick_cased_stream(self.text, _cased_piece) if self._listed is None else None
            cased = None if stream is None else [word for word in stream if word != BREAK]
            self._cased = self.listed.cased if cased is None or len(cased) != len(self.tokens) else cased
        return self._cased

    @property
    def starts(self) -> list[int]:
        """Where each word begins in the original, in code points."""
        return self.listed.starts

    @property
    def ends(self) -> list[int]:
        """Where each word ends."""
        return self.listed.ends

    @property
    def paragraphs(self) -> list[int]:
        """The paragraph of each word; those without words do not count."""
        return self._layout()[0]

    @property
    def gaps(self) -> list[int]:
        """What stands before each word."""
        return self._layout()[1]

    def _layout(self) -> tuple[list[int], list[int]]:
        if self._laid is None:
            stream = self.stream if self._listed is None else []
            listed = self._listed
            self._laid = _layout_of(stream) if listed is None else (listed.paragraphs, listed.gaps)
        return self._laid

    def words(self) -> list[Word]:
        """The words as values."""
        each = self.listed
        return [Word(*word) for word in zip(each.tokens, each.starts, each.ends, each.paragraphs, strict=True)]


def words(text: str) -> list[Word]:
    """The words of ``text`` in their order. Linear in time; never raises."""
    return analyse(text).words()


@functools.lru_cache(maxsize=4096)
def query_words(text: str) -> Analysis:
    """The words of a term of a query, which has no paragraphs."""
    if text.isascii() and text.isalpha():
        return Analysis(text, Listed([text.lower()], [text], [0], [len(text)], [0], [PARAGRAPH]))
    return analyse(" ".join(text.split()))


def analyse(text: str) -> Analysis:
    """The words of ``text`` with all that the evaluator needs to know of them."""
    return Analysis(text)


@functools.lru_cache(maxsize=16384)
def _piece_words(piece: str) -> tuple[str, ...]:
    return (piece,) if piece == BREAK or piece.isdigit() else tuple(_read_piece(piece).tokens)


@functools.lru_cache(maxsize=16384)
def _cased_piece(piece: str) -> tuple[str, ...]:
    return (piece,) if piece == BREAK or piece.isdigit() else tuple(_read_piece(piece).cased)


@functools.lru_cache(maxsize=16384)
def _read_piece(piece: str) -> Listed:
    return read(piece)


def _whole_piece(piece: str) -> tuple[str, ...] | None:
    """The words of what stands between spaces, with the signs of ``query.quick``; None if its neighbours matter: marks
    that belong to the space before it, characters that may be parted from those of the next piece."""
    found = read(piece)
    if is_follower(piece[0]) or any(is_character(token[0]) for token in found.tokens):
        return None
    return tuple(_with_breaks(found))


def _with_breaks(listed: Listed) -> list[str]:
    tokens, gaps = listed.tokens, listed.gaps
    stream: list[str] = []
    done = 0
    for at in compress(range(len(gaps)), gaps):
        stream += tokens[done:at]
        stream.append(BREAK if gaps[at] == PARAGRAPH else PART)
        done = at
    return stream + tokens[done:] if stream else tokens


def _layout_of(stream: list[str]) -> tuple[list[int], list[int]]:
    """Paragraphs and gaps of a text in which nothing but paragraphs parts words."""
    paragraphs: list[int] = []
    gaps: list[int] = []
    paragraph, at = 0, 0
    breaks = [number for number, token in enumerate(stream) if token == BREAK]
    for end in (*breaks, len(stream)):
        if end > at:
            paragraphs += [paragraph] * (end - at)
            gaps += [PARAGRAPH, *[0] * (end - at - 1)]
            paragraph += 1
        at = end + 1
    return paragraphs, gaps
