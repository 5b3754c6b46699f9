"""Which story an item belongs to: simple reprints by five-word runs. Values only.

Two texts within 72 hours are one story when six tenths of the shorter one's five-word runs (shingles) stand in the
longer one (A. Broder, "On the resemblance and containment of documents", 1997). That recognises wire copy under
another headline and dateline. Word overlap alone cannot tell two days' reports of one kind apart ("gold price", "rupee
closes"): their figures can, so texts whose figures differ are never one story.
"""

from __future__ import annotations

import functools
import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, count, filterfalse
from operator import add
from zlib import crc32

from query import Document

WINDOW = timedelta(hours=72)
CONTAINMENT = 0.6
# Bodies of one outlet share furniture (captions of other stories, boilerplate): it takes more to be the same there.
CONTAINMENT_WITHIN_SOURCE = 0.8
LEAST_WORDS = 30
LEAST_WORDS_OF_SUMMARY = 40
# A text that holds another whole, but is many times longer, is a round-up of several stories.
LONGEST_RATIO = 5.0
# Two stories already told apart are joined only by a text about as long as each of them.
BRIDGE_RATIO = 1.5
MADE = "crc32 of five words"
"""How prints are made; when it changes, the stored ones have to be made anew."""
_RUN = 5
_MOST_WORDS = 6000
_SAMPLE_ABOVE = 100
_SAMPLE = 4
_HAN_OR_KANA = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_DATE_LIKE = re.compile(r"(19|20)\d\d|\d{1,2}(st|nd|rd|th)?")


@dataclass(frozen=True, slots=True)
class Print:
    """What a text is recognised by: hashed five-word runs (32 bits), its figures, its length in words."""

    hashes: frozenset[int]
    figures: frozenset[str]
    words: int


def print_of(document: Document) -> Print | None:
    """The print of an item: of its body, else of title and summary if long enough; None when there is too little."""
    body = _print(document.analysis("body").tokens, LEAST_WORDS)
    if body is not None:
        return body
    lede = [*document.analysis("title").tokens, *document.analysis("summary").tokens]
    return _print(lede, LEAST_WORDS_OF_SUMMARY)


def _print(analysed: Sequence[str], least: int) -> Print | None:
    tokens = analysed[:_MOST_WORDS]
    written = " ".join(tokens)
    # A Japanese or Chinese word has two or three characters, and every character is a token.
    characters = 0 if written.isascii() else sum(1 for token in tokens if _HAN_OR_KANA.match(token))
    length = len(tokens) - characters + characters // 3
    if length < least:
        return None
    figures = frozenset(filter(_is_figure, filterfalse(str.isalpha, set(tokens))))
    return Print(_hashes(written, tokens), figures, length)


def _hashes(written: str, tokens: Sequence[str]) -> frozenset[int]:
    """The hashes of all runs of the tokens, which are ``written`` with a space between.

    Of two texts of 500 runs each that share none, one run in 16,000 pairs of texts is taken for another's; it takes
    six tenths of them to be one story. Prints are compared with stored ones: another hash is another ``MADE``.
    """
    whole = written.encode("utf-8", "replace")
    each = tokens if len(whole) == len(written) else [token.encode("utf-8", "replace") for token in tokens]
    starts = [*map(add, accumulate(map(len, each), initial=0), count())]
    runs = {whole[start : end - 1] for start, end in zip(starts, starts[_RUN:], strict=False)}
    return frozenset(map(crc32, runs))


def _is_figure(token: str) -> bool:
    """A number that says something: neither a year nor a day of the month, for reprints carry other dates."""
    return any(map(str.isdigit, token)) and not _DATE_LIKE.fullmatch(token)


def containment(one: Print, other: Print) -> float:
    """The share of the shorter text's runs that stand in the longer one, 0.0 to 1.0."""
    smaller = min(len(one.hashes), len(other.hashes))
    return len(one.hashes & other.hashes) / smaller if smaller else 0.0


def is_reprint(one: Print, other: Print, *, same_source: bool) -> bool:
    """Do both texts tell the same event in the same words?"""
    if _ratio(one, other) > LONGEST_RATIO or not _figures_agree(one, other):
        return False
    return containment(one, other) >= (CONTAINMENT_WITHIN_SOURCE if same_source else CONTAINMENT)


def may_bridge(new: Print, other: Print) -> bool:
    """May ``new``, a reprint of ``other``, join ``other``'s story to another one?"""
    return _ratio(new, other) <= BRIDGE_RATIO


def brings_new_facts(new: Print | None, earlier: Iterable[Print]) -> bool:
    """Does a later item of a story say what the earlier ones did not: two figures, or four tenths of its text?"""
    told = list(earlier)
    if new is None or not told:
        return True
    figures = new.figures.difference(*(known.figures for known in told))
    fresh = new.hashes.difference(*(known.hashes for known in told))
    return len(figures) >= 2 or len(fresh) >= 0.4 * len(new.hashes)


@functools.lru_cache(maxsize=256)
def sampled(hashes: frozenset[int]) -> tuple[int, ...]:
    """The hashes that are stored to find candidates by: all of a short text, a fixed quarter of a long one. A run
    that two texts share is in both samples or in neither, and a short text's all meet a long one's quarter."""
    if len(hashes) <= _SAMPLE_ABOVE:
        return tuple(sorted(hashes))
    return tuple(sorted([value for value in hashes if value % _SAMPLE == 0]))


def asked(hashes: frozenset[int]) -> Sequence[int]:
    """The hashes to find candidates with: of a text too long to be like a short one, the sample will do."""
    return sorted(hashes) if len(hashes) <= LONGEST_RATIO * _SAMPLE_ABOVE else sampled(hashes)


def least_shared(hashes: frozenset[int]) -> int:
    """How many of the ``asked`` hashes another text must have to be looked at: a quarter of those that one as unlike in
    length as may be, and as unlike in words, would have by chance. What comes back in every report has fewer."""
    return max(1, int(CONTAINMENT * len(hashes) / LONGEST_RATIO / _SAMPLE / 4))


def packed(hashes: frozenset[int]) -> bytes:
    """Hashes as bytes to store."""
    return struct.pack(f"<{len(hashes)}I", *sorted(hashes))


def unpacked(stored: bytes) -> frozenset[int]:
    """What ``packed`` made."""
    return frozenset(struct.unpack(f"<{len(stored) // 4}I", stored))


def _ratio(one: Print, other: Print) -> float:
    shorter, longer = sorted((len(one.hashes), len(other.hashes)))
    return longer / shorter if shorter else float("inf")


def _figures_agree(one: Print, other: Print) -> bool:
    fewer, more = sorted((one.figures, other.figures), key=len)
    return len(fewer) < 2 or len(fewer & more) >= 0.5 * len(fewer)
