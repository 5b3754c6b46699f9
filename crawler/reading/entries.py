"""What a feed says, whatever kind of feed said it: the values, and what all kinds have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed. ``summary`` and ``text`` are plain text, ``text`` (the whole article, when the feed carries
    it) with a blank line between paragraphs; ``published_at`` is UTC; ``updated`` is when it
    was changed last, as written: it is only ever compared. ``wall`` is the naive clock that ``published_at`` was
    written as, with whatever offset."""

    url: str | None = None
    guid: str | None = None
    title: str = ""
    author: str | None = None
    published_at: datetime | None = None
    summary: str | None = None
    text: str | None = None
    section: str | None = None
    language: str | None = None
    updated: str | None = None
    wall: datetime | None = None

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it that a reader could use."""
        return bool(self.url or self.title or self.text or self.summary)


@dataclass(frozen=True, slots=True)
class FeedReading:
    """What came of reading a feed. ``kind`` is rss, rdf, atom, json or "" when it is none; ``problem`` is a sentence
    when the body is not a feed that can be read. A feed without entries is not a problem. ``site`` is the address the
    feed gives for the site it belongs to, ``left_out`` says what of it was not read."""

    kind: str
    entries: tuple[FeedEntry, ...] = ()
    language: str | None = None
    problem: str | None = None
    site: str | None = None
    left_out: str | None = None


def address(raw: str | None, base: str) -> str | None:
    """An absolute http(s) address, None for anything else (javascript:, mailto:, nonsense)."""
    if not raw:
        return None
    if raw.lstrip().startswith(("http:\\\\", "https:\\\\")):
        raw = raw.replace("\\", "/")  # as browsers do
    try:
        joined = urljoin(base, "".join(raw.split()) if "\n" in raw else raw.strip()).replace(" ", "%20")
        parts = urlsplit(joined)
        return joined if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def language_tag(raw: object) -> str | None:
    """The primary language of a tag such as ``en-PK`` or ``ur_PK``; None when it is not a tag."""
    found = re.match(r"\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*\s*$", raw) if isinstance(raw, str) else None
    return found.group(1).lower() if found else None
