"""In the reader processes: whether an answer in JSON is a list of news, and where it keeps what. A guess to begin with:
``source find`` prints it, ``source test`` shows what it brings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from crawler.leads import Found
from crawler.reading.api import Paths, read_api
from crawler.reading.charset import decode
from crawler.reading.plain import clean

_LONGEST = 8 * 1024 * 1024
_DEEPEST = 5
_MOST_PATHS = 400
_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "heading", "headings", "name", "subject"),
    "url": ("url", "link", "href", "permalink", "canonical", "weburl", "webpage"),
    "id": ("id", "guid", "uuid", "rowid", "newsid", "articleid", "storyid"),
    "published": ("published", "publishedat", "publishedtime", "pubdate", "date", "datepublished", "publishdate"),
    "summary": ("summary", "description", "descr", "excerpt", "abstract", "teaser", "lead"),
    "body": ("body", "content", "text", "fulltext", "html"),
    "author": ("author", "byline", "creator"),
    "section": ("section", "category"),
}
_TIMES = ("seendate", "createdat", "created", "time", "timestamp", "lnchdt", "updated", "updatedat")


def api_at(body: bytes, url: str, content_type: str | None) -> Found | None:
    """The list of news in an answer, with paths to it and in it; None when there is none that has title and address."""
    text = clean(decode(body[:_LONGEST], content_type)).lstrip()
    if not text.startswith(("{", "[")):
        return None
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found: list[tuple[int, Paths]] = []
    for path, items in _lists(answer, "", _DEEPEST):
        paths = _fields(items[:20], path)
        if paths is not None:
            found.append((len(items), paths))
    if not found:
        return None
    paths = max(found, key=lambda one: one[0])[1]
    reading = read_api(body, url, paths, content_type)
    if reading.problem is not None or not reading.entries:
        return None
    dates = [entry.published_at for entry in reading.entries if entry.published_at]
    whole = sum(entry.text is not None for entry in reading.entries)
    named = {name: getattr(paths, name) for name in _NAMES if getattr(paths, name)}
    return Found(
        "api",
        url,
        len(reading.entries),
        max(dates, default=None),
        2 * whole > len(reading.entries),
        items=paths.items,
        fields=named,
    )


def _lists(value: Any, path: str, left: int) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Lists of tables, and tables of tables, anywhere near the top."""
    children = value if isinstance(value, list) else list(value.values()) if isinstance(value, Mapping) else []
    tables = [one for one in children if isinstance(one, Mapping)]
    if len(tables) >= 2 or (isinstance(value, list) and tables):
        yield path, tables
    if left > 0 and isinstance(value, Mapping):
        for key, child in list(value.items())[:50]:
            yield from _lists(child, f"{path}.{key}" if path else str(key), left - 1)


def _fields(items: list[Mapping[str, Any]], path: str) -> Paths | None:
    leaves: dict[str, int] = {}
    for item in items:
        for leaf in _leaves(item, "", 3):
            leaves[leaf] = leaves.get(leaf, 0) + 1
            if len(leaves) > _MOST_PATHS:
                break
    named = {field: _best(leaves, names) for field, names in _NAMES.items()}
    named["published"] = named["published"] or _best(leaves, _TIMES)
    if named["title"] is None or (named["url"] is None and named["id"] is None):
        return None
    return Paths(path, **named)


def _best(leaves: Mapping[str, int], names: tuple[str, ...]) -> str | None:
    """The path whose first key has one of the names, the earlier the better, the more items have it the better."""
    ranked = [
        (names.index(first), -count, len(leaf), leaf)
        for leaf, count in leaves.items()
        if (first := re.sub(r"[^a-z]", "", leaf.partition(".")[0].lower())) in names
    ]
    return min(ranked)[3] if ranked else None


def _leaves(value: Any, path: str, left: int) -> Iterator[str]:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path
    elif left > 0 and isinstance(value, Mapping):
        for key, child in list(value.items())[:60]:
            yield from _leaves(child, f"{path}.{key}" if path else str(key), left - 1)
    elif left > 0 and isinstance(value, list) and value:
        yield from _leaves(value[0], f"{path}.0", left - 1)
