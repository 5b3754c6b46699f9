"""The words of a text: the one analyser for queries, items, the full-text index and the marks in messages.

A word is a run of letters and digits; every Han or Kana character is a word of its own. Apostrophes join (``O'Brien``),
``'s`` vanishes, commas between digits vanish, a decimal point stays, dots of abbreviations vanish (``S.R.O.``).
Everything else parts words. Every line break ends a paragraph.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import regex

from query.letters import Normal, is_character, is_follower, is_katakana, normal_form
from query.quick import BREAK, PART, pieced_stream, quick_stream

# Written without a space these are read as the sign of a currency, which parts words: Rs1,895 is Rs 1,895.
_CURRENCIES = "rs|pkr|usd|eur|gbp|jpy|inr|cny|rmb|aed|sar"

# No possessive groups, `(…)*+`: Python before 3.11.5 takes the last letter of their match away (gh-106052).
_TEMPLATE = r"""
  (?P<abbreviation> %(letter)s (?:\. %(letter)s)+ (?!%(word)s) )   (?:\.?'[sS](?!%(word)s))?
| (?P<character>    %(character)s )                                (?:'[sS](?!%(word)s))?
| (?P<currency>     (?:%(currency)s) (?=[0-9]) )
| (?P<amount>       [0-9]++ (?:[.,][0-9]++)* (?=(?:%(currency)s)(?!%(word)s)) )
| (?P<word>         %(word)s++ (?: '(?![sS](?!%(word)s))%(word)s++ | (?<=[0-9])[.,](?=[0-9])%(word)s++ )* )
                                                                   (?:'[sS](?!%(word)s))?
"""
_CURRENCY = "|".join("".join(f"[{c}{c.upper()}]" for c in code) for code in _CURRENCIES.split("|"))

# The kinds of letters that matter here, as signs that ``re`` finds fast.
_LETTER, _MARK, _CHARACTER = "\u00e9", "\u0301", "\u4e00"
_IS_MARK = regex.compile(r"\p{M}")
_IS_LETTER = regex.compile(r"[\p{L}\p{Nl}]")
_WORDS = re.compile(
    _TEMPLATE
    % {
        "letter": f"(?:[A-Za-z{_LETTER}]{_MARK}*)",
        "word": f"[A-Za-z0-9{_LETTER}{_MARK}]",
        "character": f"{_CHARACTER}{_MARK}*",
        "currency": _CURRENCY,
    },
    re.VERBOSE,
)


class _Kinds(dict[int, str]):
    """Non-ASCII code points of a normal form -> the sign of their kind; filled as they are met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if is_character(letter):
            self[code] = _CHARACTER
        elif _IS_MARK.match(letter):
            self[code] = _MARK
        else:
            self[code] = _LETTER if _IS_LETTER.match(letter) and code >= 128 else letter
        return self[code]


_KINDS = _Kinds()

_PARAGRAPHS = re.compile(r"[^\n\r\v\f]+")
_NOT_SPACE = re.compile(r"\S")
_DROPPED = {
    "abbreviation": str.maketrans("", "", "."),
    "word": str.maketrans("", "", "',"),
    "amount": str.maketrans("", "", ","),
}

PARTED = 1  # punctuation stands between two Han or Kana characters
PARAGRAPH = 2  # a new paragraph begins
RUN_STARTS, RUN_ENDS = "<", ">"


class Word(NamedTuple):
    """One word: ``token`` is its folded form, ``start`` and ``end`` are code points of the original text,
    ``paragraph`` counts the paragraphs that hold words from 0."""

    token: str
    start: int
    end: int
    paragraph: int


@dataclass(slots=True)
class Listed:
    """The columns of an analysis, as they are filled."""

    tokens: list[str] = field(default_factory=list)
    cased: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    paragraphs: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)


class Analysis:
    """The words of one text in parallel lists. ``cased`` are the tokens before case folding; a katakana character that
    starts or ends its run carries a mark there, so that equal lists mean whole runs. ``gaps[i]`` says what stands
    between word i-1 and word i: nothing to speak of (0), ``PARTED`` or ``PARAGRAPH``.

    What is asked for is made, once: whether words stand in a text needs no offsets, and is known much sooner.
    """

    __slots__ = ("_different", "_laid", "_listed", "_positions", "_stream", "_tokens", "text")

    def __init__(self, text: str, listed: Listed | None = None) -> None:
        self.text = text
        self._listed = listed
        self._stream: list[str] | None = None
        self._tokens: list[str] | None = None
        self._positions: dict[str, list[int]] | None = None
        self._different: list[str] | None = None
        self._laid: tuple[list[int], list[int]] | None = None

    @property
    def listed(self) -> Listed:
        """All columns."""
        if self._listed is None:
            self._listed = _read(self.text)
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
            stream = self.stream
            if self._listed is not None:
                self._tokens = self._listed.tokens
            else:
                self._tokens = [token for token in stream if token != BREAK] if BREAK in stream else stream
        return self._tokens

    @property
    def positions(self) -> dict[str, list[int]]:
        """Token -> where it stands, ascending."""
        if self._positions is None:
            found: defaultdict[str, list[int]] = defaultdict(list)
            for position, token in enumerate(self.tokens):
                found[token].append(position)
            found.default_factory = None
            self._positions = found
        return self._positions

    def beginning(self, prefix: str) -> Iterator[str]:
        """The different tokens that begin so, ascending. They are sorted once, for a long text and many prefixes would
        otherwise cost their product."""
        if self._different is None:
            self._different = sorted(self.positions)
        at = bisect_left(self._different, prefix)
        while at < len(self._different) and self._different[at].startswith(prefix):
            yield self._different[at]
            at += 1

    @property
    def cased(self) -> list[str]:
        """The words with their case."""
        return self.listed.cased

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
            stream = self.stream
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
    return analyse(" ".join(text.split()))


def analyse(text: str) -> Analysis:
    """The words of ``text`` with all that the evaluator needs to know of them."""
    return Analysis(text)


@functools.lru_cache(maxsize=16384)
def _piece_words(piece: str) -> tuple[str, ...]:
    return (piece,) if piece == BREAK or piece.isdigit() else tuple(_read(piece).tokens)


def _whole_piece(piece: str) -> tuple[str, ...] | None:
    """The words of what stands between spaces, with the signs of ``query.quick``; None if its neighbours matter: marks
    that belong to the space before it, characters that may be parted from those of the next piece."""
    read = _read(piece)
    if is_follower(piece[0]) or any(is_character(token[0]) for token in read.tokens):
        return None
    return tuple(_with_breaks(read))


def _with_breaks(listed: Listed) -> list[str]:
    if not any(listed.gaps):
        return listed.tokens
    stream: list[str] = []
    for gap, token in zip(listed.gaps, listed.tokens, strict=True):
        if gap:
            stream.append(BREAK if gap == PARAGRAPH else PART)
        stream.append(token)
    return stream


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


def _read(text: str) -> Listed:
    normal = normal_form(text)
    found = Listed()
    kinds = normal.text if normal.text.isascii() else normal.text.translate(_KINDS)
    paragraph = -1
    for stretch in _PARAGRAPHS.finditer(normal.text):
        before = len(found.tokens)
        _read_paragraph(found, normal, kinds, stretch.span())
        if len(found.tokens) > before:
            paragraph += 1
            found.gaps[before] = PARAGRAPH
            found.paragraphs.extend([paragraph] * (len(found.tokens) - before))
    return found


def _read_paragraph(found: Listed, normal: Normal, kinds: str, span: tuple[int, int]) -> None:
    text, origins, limits = normal
    last_end = -1  # of the Han or Kana character just before, else -1
    for match in _WORDS.finditer(kinds, *span):
        kind = match.lastgroup or ""
        start, end = match.span(kind)
        form = text[start:end]
        if kind in _DROPPED and not form.isalnum():
            form = form.translate(_DROPPED[kind])
        gap = 0
        if kind == "character":
            gap = _note_character(found, form, text[last_end:start] if last_end >= 0 else None)
            last_end = end
        else:
            found.cased.append(form)
            last_end = -1
        found.gaps.append(gap)
        found.tokens.append(form.casefold())
        found.starts.append(start if origins is None else origins[start])
        found.ends.append(end if limits is None else limits[end - 1])


def _note_character(found: Listed, form: str, between: str | None) -> int:
    """Adds the cased form of a Han or Kana character; returns the gap before it. ``between`` is what stands between
    it and a Han or Kana character before, None if there is none."""
    if is_katakana(form[0]):
        if between == "" and found.cased[-1].endswith(RUN_ENDS):
            found.cased[-1] = found.cased[-1][:-1]
            found.cased.append(form + RUN_ENDS)
        else:
            found.cased.append(RUN_STARTS + form + RUN_ENDS)
    else:
        found.cased.append(form)
    return PARTED if between and _NOT_SPACE.search(between) else 0
