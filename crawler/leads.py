"""What a list says of one piece of news, before its page is read. Values that travel between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from archive.model import NewsItem, Pace

if TYPE_CHECKING:  # the daemon knows these values too, and must not load what reads pages
    from crawler.reading.entries import FeedEntry


@dataclass(frozen=True, slots=True)
class Lead:
    """``item`` is the news as the list tells it, ``entry`` what it is made of. ``needs_page``: its article page is to
    be read. ``stands_alone``: what the list says is worth keeping without the page. ``refused`` is the reason why it is
    neither kept nor followed."""

    item: NewsItem
    entry: FeedEntry
    needs_page: bool = True
    stands_alone: bool = True
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class ListReading:
    """What came of reading a list: leads, the newest first; ``sitemaps`` of an index; ``problem`` is a sentence;
    ``pace`` is what the list says of how often to ask; ``next_page`` the address of a listing's next page;
    ``left_out`` says what was too much to be read."""

    leads: tuple[Lead, ...] = ()
    sitemaps: tuple[str, ...] = ()
    problem: str | None = None
    pace: Pace = field(default_factory=Pace)
    next_page: str | None = None
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """What came of reading an article page: the whole item, or a sentence why there is none."""

    item: NewsItem | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A feed, sitemap or API that was found: ``kind`` is the source key it belongs under; ``entries`` now, ``newest``
    of them, whether the entries carry whole articles; of an API also where its ``items`` and their ``fields``
    are."""

    kind: str
    url: str
    entries: int
    newest: datetime | None = None
    full_text: bool = False
    language: str | None = None
    items: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
