"""Own sentences and short ways to the values that the tests of alerts work on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.compose import compose
from archive.model import Delivery, MatchSpan, NewsItem, Owed, Story

NOW = datetime(2025, 8, 15, 13, 4, 12, tzinfo=UTC)
QUERY = "japan AND automotive"
TITLE = "Pakistan and Japan agree on an automotive training centre"
SUMMARY = "The automotive training centre in Karachi is to open next spring."
BODY = (
    "The ministry of industries said on Friday that engineers from Japan would teach at the centre.\n\n"
    "Three makers of parts have promised machines. The first course has forty places.\n\n"
    "A spokesman of the automotive board called the plan overdue."
)
URDU_TITLE = "جاپان پاکستان میں گاڑیوں کا نیا کارخانہ لگائے گا"
JAPANESE_TITLE = "日本の自動車メーカーがカラチに新工場"


def item(number: int = 1, **changes: Any) -> NewsItem:
    """An item of the source ``urdupoint``, unless told otherwise."""
    values: dict[str, Any] = {
        "id": f"item-{number}",
        "url": f"https://news.example.org/story-{number}.html",
        "source": "urdupoint",
        "title": TITLE,
        "summary": SUMMARY,
        "body": BODY,
        "language": "en",
        "author": "Amina Rahim",
        "place": "ISLAMABAD",
        "credit": "APP",
        "section": "business",
        "published_at": NOW - timedelta(minutes=4, seconds=12),
        "seen_at": NOW - timedelta(seconds=1),
        "story_id": f"story-{number}",
        "rules": ("japan-automotive",),
    }
    return NewsItem(**(values | changes))


def span(one: NewsItem, field: str, word: str, rule: str = "japan-automotive") -> MatchSpan:
    """Where ``word`` first stands in a field of the item."""
    start = getattr(one, field).index(word)
    return MatchSpan(rule, field, start, start + len(word), word)


def owed(one: NewsItem, number: int = 1, rule: str = "japan-automotive", bundle: str = "now") -> Owed:
    """The promise to tell of an item through the channel ``desk``."""
    return Owed(number, one.id, one.story_id or "", rule, QUERY, "desk", NOW, bundle, NOW)


def delivery(*rows: Owed, message: Any = None, identity: str = "delivery-1", **changes: Any) -> Delivery:
    """A delivery to ``desk``."""
    return Delivery(id=identity, channel="desk", owed=rows, message=message, **changes)


def story_of(first: NewsItem, *others: NewsItem) -> Story:
    """A story told by these items, the first seen first."""
    return Story(first.story_id or "", first.title, (first, *others))


def alert(one: NewsItem | None = None, *spans: MatchSpan, others: tuple[NewsItem, ...] = ()) -> dict[str, Any]:
    """The composed alert of one item."""
    one = one or item()
    usual = (("title", "Japan"), ("title", "automotive"), ("body", "automotive"))
    found = spans or [span(one, field, word) for field, word in usual if word in (getattr(one, field) or "")]
    return compose(delivery(owed(one)), [story_of(one, *others)], {one.id: found}, {}, NOW)


def ready(message: dict[str, Any] | None = None, **changes: Any) -> Delivery:
    """A delivery that waits to be sent."""
    return delivery(message=message or alert(), **changes)
