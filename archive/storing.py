"""How much of an item a source lets us keep: everything, an excerpt, or only where it is. Values only.

Rules judge the whole text as it comes; what is kept, searched, sent and exported is cut.
"""

from __future__ import annotations

from dataclasses import replace

from archive.model import MatchSpan, NewsItem

EXCERPT = 400
"""Code points of summary and of body that ``store = "excerpt"`` keeps."""

_TEXTS = ("summary", "body")


def cut(item: NewsItem, store: str) -> NewsItem:
    """The item as far as ``store`` ("full", "excerpt" or "link") lets it be kept."""
    if store == "full":
        return item
    return replace(item, summary=cut_text(item.summary, store), body=cut_text(item.body, store))


def cut_text(text: str | None, store: str) -> str | None:
    """A summary or body: whole, its beginning up to a space, or nothing."""
    if text is None or store == "full":
        return text
    if store == "link":
        return None
    if len(text) <= EXCERPT:
        return text
    space = text.rfind(" ", EXCERPT * 3 // 4, EXCERPT)
    return text[: space if space > 0 else EXCERPT - 1].rstrip() + "…"


def spans_within(spans: tuple[MatchSpan, ...], item: NewsItem) -> tuple[MatchSpan, ...]:
    """The matches that lie in what is left of an item's texts."""
    return tuple(span for span in spans if span.field not in _TEXTS or _is_there(span, getattr(item, span.field)))


def _is_there(span: MatchSpan, text: str | None) -> bool:
    return text is not None and text[span.start : span.end] == span.text
