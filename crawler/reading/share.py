"""The share of a long feed that is read: its first entries and its last, for some feeds have the newest at the end.

Every step goes forward only; what is cut is given to a parser afterwards, so that its cost is bounded before it begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.reading.bulk import without_pictures
from crawler.reading.xmlbounds import cut_runs, tags_of

MAX_ENTRIES = 2_000  # four times what a visit takes
MAX_TEXT = 2_500_000  # characters of all entries; readers take up to a second for them
_LAST = 4  # every fourth of them from the end
_LONGEST_ENTRY = 400_000
_LONGEST_RUN = 150_000
_MOST_TAGS = 40_000  # of one entry; with more it is no article
_BEGIN = re.compile(r"<(?:[\w.-]{1,20}:)?(?:item|entry)(?=[\s>])", re.IGNORECASE)
_END = re.compile(r"</(?:[\w.-]{1,20}:)?(?:item|entry)\s{0,20}>", re.IGNORECASE)


def share_of(text: str) -> tuple[str, int]:
    """The feed with no more entries and characters than can be read in time, what fits as it is; and how many entries
    were left out because of their own size. Of an entry that is too long its long texts are cut first.
    """
    if len(text) > MAX_TEXT:
        text = without_pictures(text)
    ends = [found.end() for found in _END.finditer(text)]
    if not ends or (len(ends) <= MAX_ENTRIES and len(text) <= MAX_TEXT):
        return text, 0
    begin = _BEGIN.search(text, 0, ends[0])
    start = begin.start() if begin else 0
    if start > _LONGEST_ENTRY:
        return text, 0
    spans = list(zip([start, *ends], ends, strict=False))
    first, used = _fitting(text, spans, MAX_ENTRIES - MAX_ENTRIES // _LAST, MAX_TEXT - MAX_TEXT // _LAST)
    last, more = _fitting(text, spans[used:][::-1], MAX_ENTRIES // _LAST, MAX_TEXT // _LAST)
    share = "".join((text[:start], *first, *reversed(last), text[ends[-1] :][:_LONGEST_ENTRY]))
    return share, used - len(first) + more - len(last)


def _fitting(text: str, spans: Sequence[tuple[int, int]], most: int, room: int) -> tuple[list[str], int]:
    """The first entries that fit, and how many were looked at."""
    found: list[str] = []
    for number, (start, end) in enumerate(spans):
        entry = text[start:end]
        if len(entry) > _LONGEST_ENTRY and tags_of(entry) <= _MOST_TAGS:
            entry = cut_runs(entry, _LONGEST_RUN)
        if len(entry) > _LONGEST_ENTRY:
            continue
        if len(found) == most or len(entry) > room:
            return found, number
        found.append(entry)
        room -= len(entry)
    return found, len(spans)
