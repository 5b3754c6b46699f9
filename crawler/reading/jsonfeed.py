"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1): the same entries as from XML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any

from crawler.reading.byline import person
from crawler.reading.dates import parse_date
from crawler.reading.entries import FeedEntry, FeedReading, address, language_tag
from crawler.reading.full_text import texts
from crawler.reading.plain import caption, excerpt

MAX_ENTRIES = 2_000


def read_json_feed(text: str, url: str, timezone: str | None, language: str | None) -> FeedReading:
    """The entries of a JSON Feed; never raises."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        return FeedReading("", problem=f"not a feed: it begins like JSON but is not valid ({excerpt(str(error), 80)})")
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return FeedReading("", problem="JSON without a list `items`: not a JSON Feed (jsonfeed.org/version/1.1)")
    spoken = language_tag(feed.get("language")) or language
    read = (_entry(item, url, timezone, spoken) for item in feed["items"][:MAX_ENTRIES] if isinstance(item, dict))
    author = _authors(feed)  # of all entries that name none
    entries = tuple(entry if entry.author else replace(entry, author=author) for entry in read if entry.says_something)
    return FeedReading("json", entries, spoken, site=address(_text(feed.get("home_page_url")), url))


def _entry(item: Mapping[str, Any], url: str, timezone: str | None, language: str | None) -> FeedEntry:
    spoken = language_tag(item.get("language")) or language
    guid = _text(item.get("id")).strip() or None
    html = _text(item.get("content_html")) or escape(_text(item.get("content_text"))).replace("\n", "<br>")
    summary, text = texts(escape(_text(item.get("summary"))) or None, html or None)
    return FeedEntry(
        url=address(_text(item.get("url")), url) or address(_text(item.get("external_url")), url) or address(guid, ""),
        guid=guid,
        title=caption(_text(item.get("title"))),
        author=_authors(item),
        published_at=_published(item, timezone, spoken),
        summary=summary,
        text=text,
        section=next((caption(tag) for tag in _list(item.get("tags")) if isinstance(tag, str) and tag.strip()), None),
        language=spoken,
        updated=_text(item.get("date_modified")) or None,
    )


def _text(value: object) -> str:
    """Strings as they are, numbers (ids, by old writers) as text, all else as nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _authors(item: Mapping[str, Any]) -> str | None:
    people = [*_list(item.get("authors")), item.get("author")]
    names = [person(caption(_text(one.get("name")))) for one in people if isinstance(one, dict)]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _published(item: Mapping[str, Any], timezone: str | None, language: str | None) -> datetime | None:
    for part in ("date_published", "date_modified"):
        if moment := parse_date(_text(item.get(part)), timezone, [language] if language else []):
            return moment
    return None
