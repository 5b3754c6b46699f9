"""An item as JSON: the shape that search, export, import, webhook and API share. Values only.

Keys in this order: id, url, source, title, author, summary, body, language, section, place, credit, published_at,
seen_at, story_id, rules. Times are RFC 3339 in UTC with ``Z``; what is not known is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from archive.document import storable
from archive.model import NewsItem, rfc3339
from query import Document

_NUMBERS_TOO = ("id", "story_id", "author", "section")  # other systems number what they name
_TEXTS = ("id", "url", "source", "author", "summary", "body", "language", "section", "place", "credit", "story_id")

_READ = ("title", "summary", "body", "author", "place", "credit", "section", "source", "language", "url")


def item_json(item: NewsItem) -> dict[str, Any]:
    """The item in the contract's shape, ready for ``json.dumps``."""
    return {
        "id": item.id,
        "url": item.url,
        "source": item.source or None,
        "title": item.title,
        "author": item.author,
        "summary": item.summary,
        "body": item.body,
        "language": item.language,
        "section": item.section,
        "place": item.place,
        "credit": item.credit,
        "published_at": rfc3339(item.published_at),
        "seen_at": rfc3339(item.seen_at),
        "story_id": item.story_id,
        "rules": list(item.rules),
    }


def item_from_json(value: Any) -> NewsItem:
    """An item out of one decoded JSON value.

    Needed: ``title``, and ``url`` or ``id``. Unknown keys are passed over. Raises ``ValueError`` with a sentence that
    names the key. Keys of identity are not made here (``archive.identity``).
    """
    if not isinstance(value, Mapping):
        raise ValueError('An item must be a JSON object, such as {"url": "https://…", "title": "…"}.')
    texts = {name: _text(value, name) for name in _TEXTS}
    title = _text(value, "title")
    if not title:
        raise ValueError('The item has no title: give it a text under "title".')
    if not texts["url"] and not texts["id"]:
        raise ValueError('The item has neither "url" nor "id": give it one of them.')
    return NewsItem(
        title=title,
        url=texts["url"],
        id=texts["id"] or "",
        source=texts["source"] or "",
        author=texts["author"],
        summary=texts["summary"],
        body=texts["body"],
        language=texts["language"],
        section=texts["section"],
        place=texts["place"],
        credit=texts["credit"],
        published_at=_moment(value, "published_at"),
        seen_at=_moment(value, "seen_at"),
        story_id=texts["story_id"],
        rules=_names(value),
    )


def document_from_json(value: Any, now: datetime) -> Document:
    """What the query language reads of an item in JSON that is not going to be stored.

    Places count in its texts as they stand, white space at their beginning included, and nothing is needed, not even
    a title. ``now`` stands for the time it was seen when it does not say. Raises ``ValueError`` as ``item_from_json``.
    """
    if not isinstance(value, Mapping):
        raise ValueError("an item must be a JSON object.")
    texts = {name: storable(text) for name in _READ if (text := _given(value, name))}
    for name in ("id", "story_id"):
        _given(value, name)
    return Document.of(
        **texts,
        published_at=_moment(value, "published_at"),
        seen_at=_moment(value, "seen_at") or now,
    )


def _text(value: Mapping[str, Any], name: str) -> str | None:
    text = _given(value, name)
    return text.strip() or None if text else None


def _given(value: Mapping[str, Any], name: str) -> str | None:
    text = value.get(name)
    if text is None:
        return None
    allowed = str | int if name in _NUMBERS_TOO else str
    if isinstance(text, bool) or not isinstance(text, allowed):
        raise ValueError(f"{name} must be a text or null, not {_kind(text)}.")
    return str(text)


def _moment(value: Mapping[str, Any], name: str) -> datetime | None:
    text = value.get(name)
    if text is None or text == "":
        return None
    example = "write it as 2025-08-15T13:00:00Z"
    if not isinstance(text, str):
        raise ValueError(f"{name} must be a time as text or null, not {_kind(text)}: {example}.")
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None:
            raise ValueError(f"{name}: {text!r} names no time zone: {example}.")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        if "time zone" in str(error):
            raise
        raise ValueError(f"{name}: {text!r} is not a time: {example}.") from error


def _names(value: Mapping[str, Any]) -> tuple[str, ...]:
    names = value.get("rules") or ()
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise ValueError("rules must be a list of names or null.")
    return tuple(names)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", float: "a number", int: "a number"}
    return names.get(type(value), type(value).__name__)
