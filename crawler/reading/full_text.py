"""Does a feed carry the article or its beginning? The HTML of an entry as a plain summary and a plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crawler.reading.bulk import without_pictures
from crawler.reading.markup import paragraphs
from crawler.reading.plain import key, one_line

LONGEST = 300_000  # characters of HTML of one entry: more is no article, and takes its readers too long
FULL_TEXT_AT_LEAST = 400  # characters: a lede is shorter
_LONGEST_SUMMARY = 1_500
_ENDING = 400  # characters in which a text says that it goes on elsewhere

_CUT_OFF = re.compile(
    r"(?:\[\s*(?:…|\.\.\.|&hellip;)\s*\]|…|\.\.\.|\bread (?:more|the full (?:story|article)|on)\b[ .…»›>→]*"
    r"|\bcontinue reading\b.{0,120}|مزید پڑھیں[ .…»]*|続きを読む[ .…»]*|\[続きを読む\])\s*$",
    re.IGNORECASE,
)
_FEED_TAIL = re.compile(r"^The post .{1,300} (?:appeared first on|first appeared on) .{1,200}$", re.IGNORECASE)


def texts(short: str | None, full: str | None) -> tuple[str | None, str | None]:
    """(summary, text) of an entry, plain, from its short and its full HTML; either may be absent or in the place of
    the other: some outlets put the whole article into the description, some a cut one into the content."""
    brief, whole = _paragraphs(short), _paragraphs(full)
    if not whole or (brief and sum(map(len, brief)) > sum(map(len, whole))):
        brief, whole = (whole or brief), (brief if _is_whole(brief) else [])
    if not _is_whole(whole):
        brief, whole = (brief or whole), []
    if whole and (not brief or key("".join(brief)) == key("".join(whole))):
        brief = whole[:1]
    summary = _CUT_OFF.sub("…", one_line(" ".join(brief)))[:_LONGEST_SUMMARY].strip(" …") if brief else ""
    return summary or None, "\n\n".join(whole) or None


def _paragraphs(fragment: str | None) -> list[str]:
    if fragment and len(fragment) > LONGEST:
        fragment = without_pictures(fragment)[:LONGEST]
    return [text for text in paragraphs(fragment) if not _FEED_TAIL.match(text)] if fragment else []


def _is_whole(lines: Sequence[str]) -> bool:
    """Is this the article, not its beginning?"""
    if sum(map(len, lines)) < FULL_TEXT_AT_LEAST:
        return False
    return not _CUT_OFF.search(lines[-1], max(0, len(lines[-1]) - _ENDING))
