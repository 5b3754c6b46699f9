"""What a feed says, whatever kind of feed said it: the values, and what all kinds have in common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from crawler.reading.markup import paragraphs
from crawler.reading.plain import key, one_line

FULL_TEXT_AT_LEAST = 400  # characters: a lede is shorter
_LONGEST_SUMMARY = 1_500


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed. ``summary`` and ``text`` are plain text, ``text`` (the whole article, when the feed carries
    it) with a blank line between paragraphs; ``published_at`` is UTC."""

    url: str | None = None
    guid: str | None = None
    title: str = ""
    author: str | None = None
    published_at: datetime | None = None
    summary: str | None = None
    text: str | None = None
    section: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class FeedReading:
    """What came of reading a feed. ``kind`` is rss, rdf, atom, json or "" when it is none; ``problem`` is a sentence
    when the body is not a feed that can be read. A feed without entries is not a problem."""

    kind: str
    entries: tuple[FeedEntry, ...] = ()
    language: str | None = None
    problem: str | None = None


_CUT_OFF = re.compile(
    r"(?:\[\s*(?:…|\.\.\.|&hellip;)\s*\]|…|\.\.\.|\bread (?:more|the full (?:story|article)|on)\b[ .…»›>→]*"
    r"|\bcontinue reading\b.{0,120}|مزید پڑھیں[ .…»]*|続きを読む[ .…»]*|\[続きを読む\])\s*$",
    re.IGNORECASE,
)
_FEED_TAIL = re.compile(r"^The post .{1,300} (?:appeared first on|first appeared on) .{1,200}$", re.IGNORECASE)


def address(raw: str | None, base: str) -> str | None:
    """An absolute http(s) address, None for anything else (javascript:, mailto:, nonsense)."""
    if not raw:
        return None
    try:
        joined = urljoin(base, "".join(raw.split()) if "\n" in raw else raw.strip())
        parts = urlsplit(joined)
        return joined if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def language_tag(raw: object) -> str | None:
    """The primary language of a tag such as ``en-PK`` or ``ur_PK``; None when it is not a tag."""
    found = re.match(r"\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*\s*$", raw) if isinstance(raw, str) else None
    return found.group(1).lower() if found else None


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
    return [text for text in paragraphs(fragment) if not _FEED_TAIL.match(text)] if fragment else []


def _is_whole(lines: Sequence[str]) -> bool:
    """Is this the article, not its beginning?"""
    return sum(map(len, lines)) >= FULL_TEXT_AT_LEAST and not _CUT_OFF.search(lines[-1])
