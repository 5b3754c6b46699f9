"""JSON answers in, entries out: where things stand is said by dotted paths of the configuration.

A path is keys joined by dots, ``headings.heading.0``; a number (also ``heading[0]``) takes an element of a list, and
a key may itself hold dots: the longest key that is there counts. An answer that is a feed is read as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from crawler.reading.byline import person
from crawler.reading.charset import decode
from crawler.reading.dates import parse_date
from crawler.reading.entries import FeedEntry, FeedReading, address
from crawler.reading.feed import read_feed
from crawler.reading.full_text import texts
from crawler.reading.plain import caption, clean, excerpt
from crawler.reading.stubs import what_page

MAX_ENTRIES = 2_000
_LONGEST = 16 * 1024 * 1024
_INDEX = re.compile(r"\[(\d{1,6})\]")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,9})?|\d{12,13}", re.ASCII)
_DEEPEST = 20  # steps of a path


@dataclass(frozen=True, slots=True)
class Paths:
    """Where an answer keeps what: ``items`` is the list (or a table whose values are the items, "" for the answer
    itself), the others are paths inside of one item; None where it has none."""

    items: str = ""
    title: str | None = None
    url: str | None = None
    id: str | None = None
    published: str | None = None
    summary: str | None = None
    body: str | None = None
    author: str | None = None
    section: str | None = None


def read_api(
    body: bytes,
    url: str,
    paths: Paths,
    content_type: str | None = None,
    timezone: str | None = None,
    language: str | None = None,
) -> FeedReading:
    """Read an answer; never raises. ``timezone`` is meant by dates without a zone, ``url`` completes relative links."""
    if not body.strip(b"\0 \t\r\n"):
        return FeedReading("", problem="the body is empty: the server sent no answer at all")
    if len(body) > _LONGEST:
        return FeedReading("", problem=f"the answer has {len(body):,} bytes; at most {_LONGEST:,} are read")
    text = clean(decode(body, content_type, language)).lstrip()
    if text.startswith("<"):
        return _not_json(body, text, url, content_type, timezone, language)
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        return FeedReading("", problem=f"the answer is not valid JSON: {excerpt(str(error), 100)}")
    listed = found_at(answer, paths.items)
    if isinstance(listed, Mapping):
        listed = list(listed.values())
    if not isinstance(listed, list):
        return FeedReading("", problem=_no_list(answer, paths.items))
    read = (_entry(item, url, paths, timezone, language) for item in listed[:MAX_ENTRIES] if isinstance(item, Mapping))
    entries = tuple(entry for entry in read if entry.title or entry.url)
    if listed and not entries:
        return FeedReading("", problem=_no_fields(listed, paths))
    return FeedReading("api", entries, language)


def found_at(value: Any, path: str) -> Any:
    """What stands at a path, None when nothing does; "" is the value itself."""
    return _step(value, _INDEX.sub(r".\1", path).strip("."), _DEEPEST)


def _step(value: Any, path: str, left: int) -> Any:
    if not path:
        return value
    if left == 0:
        return None
    if isinstance(value, list):
        head, _, rest = path.partition(".")
        if head.isdigit():
            return _step(value[int(head)], rest, left - 1) if int(head) < len(value) else None
        return next((found for one in value[:50] if (found := _step(one, path, left - 1)) is not None), None)
    if not isinstance(value, Mapping):
        return None
    end = len(path)
    while end > 0:
        if path[:end] in value:
            return _step(value[path[:end]], path[end + 1 :], left - 1)
        end = path.rfind(".", 0, end)
    return None


def _not_json(
    body: bytes, text: str, url: str, content_type: str | None, timezone: str | None, language: str | None
) -> FeedReading:
    if re.match(r"<!doctype\s+html|<html\b", text, re.IGNORECASE):
        return FeedReading("", problem=f"an HTML page came instead of JSON ({what_page(text)})")
    reading = read_feed(body, url, content_type, timezone, language)
    return reading if reading.problem is None else FeedReading("", problem=f"no JSON came but XML: {reading.problem}")


def _no_list(answer: Any, path: str) -> str:
    where = f"at {path!r}" if path else "at its top"
    has = f"; its keys are {', '.join(map(repr, list(answer)[:12]))}" if isinstance(answer, Mapping) else ""
    return excerpt(f"the answer has no list {where}{has}: see `items`", 400)


def _no_fields(listed: list[Any], paths: Paths) -> str:
    first = next((one for one in listed if isinstance(one, Mapping)), None)
    has = f"its keys are {', '.join(map(repr, list(first)[:15]))}" if first is not None else "they are no tables"
    said = f"none of the {len(listed)} items has anything at {paths.title!r} or {paths.url!r}: {has}"
    return excerpt(f"{said}; see [sources.fields]", 400)


def _entry(item: Mapping[str, Any], url: str, paths: Paths, timezone: str | None, language: str | None) -> FeedEntry:
    def at(path: str | None) -> str:
        return _text(found_at(item, path)) if path else ""

    summary, text = texts(_html(at(paths.summary)), _html(at(paths.body)))
    number = at(paths.id).strip() or None
    return FeedEntry(
        url=address(at(paths.url), url) or address(number, ""),
        guid=number,
        title=caption(at(paths.title)),
        author=person(caption(at(paths.author))),
        published_at=_moment(at(paths.published), timezone, language),
        summary=summary,
        text=text,
        section=caption(at(paths.section)) or None,
        language=language,
    )


def _text(value: object) -> str:
    """Strings as they are, numbers as text, the first string of a list, all else as nothing."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str | int)), None)
    if isinstance(value, bool) or value is None:
        return ""
    return str(value) if isinstance(value, str | int | float) else ""


def _html(value: str) -> str | None:
    """What an API gives as text may be HTML or plain; plain text keeps its lines."""
    if not value.strip():
        return None
    if re.search(r"</?(?:p|br|div|a|b|i|strong|em|span|li)\b", value, re.IGNORECASE):
        return value
    return escape(value).replace("\n", "<br>")


def _moment(value: str, timezone: str | None, language: str | None) -> datetime | None:
    """A date, also as seconds or milliseconds since 1970."""
    text = value.strip()
    if _EPOCH.fullmatch(text):
        seconds = float(text) / (1000 if len(text.partition(".")[0]) > 11 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    return parse_date(text, timezone, [language] if language else [])
