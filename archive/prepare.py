"""An item made ready for keeping before the write lock is taken: what needs thought and no database. Values only."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archive import fulltext, stories
from archive.document import document_of, storable, storable_or_none
from archive.identity import bounded, item_keys, text_key
from archive.ids import LONGEST
from archive.model import Judged, NewsItem
from archive.stories import Print
from archive.storing import cut, spans_within
from query import Document

_LONGEST_SOURCE = 200
_written = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Prepared:
    """An item as it will be stored, with all that was worked out beforehand."""

    judged: Judged
    item: NewsItem
    entry: fulltext.Entry
    print: Print | None
    spans: tuple[tuple[str, str], ...]  # (rule, its spans as JSON), in the order of the rules


def prepared(judged: Judged, now: datetime) -> Prepared:
    """``judged``, ready to be kept. Raises ``ValueError`` for times without a zone."""
    whole = storable_item(judged.item, now)
    item = cut(whole, judged.store)
    document = _document(judged, whole)
    kept = document if item is whole else document_of(item)
    if item is not whole:
        judged = replace(judged, spans=spans_within(judged.spans, item))
    return Prepared(
        judged=judged,
        item=item,
        entry=fulltext.entry_of(kept),
        print=stories.print_of(document),
        spans=_spans(judged),
    )


def _document(judged: Judged, item: NewsItem) -> Document:
    """What the index and the print are made of: what was judged, if it is of these very words."""
    document = document_of(item)
    return judged.document if judged.document and judged.document.reads_like(document) else document


def storable_item(item: NewsItem, now: datetime) -> NewsItem:
    """The item with texts that can be stored, keys, and times in UTC; seen in the future counts as seen now."""
    seen_at = min(_utc(item.seen_at) or now, now)
    source = storable(item.source)[:_LONGEST_SOURCE]
    given_id = storable(item.id.strip())
    cleaned = replace(
        item,
        id=given_id if len(given_id) <= LONGEST else "",
        source=source,
        title=storable(item.title),
        url=storable_or_none(item.url),
        author=storable_or_none(item.author),
        summary=storable_or_none(item.summary),
        body=storable_or_none(item.body),
        language=storable_or_none(item.language),
        section=storable_or_none(item.section),
        place=storable_or_none(item.place),
        credit=storable_or_none(item.credit),
        published_at=_utc(item.published_at),
        seen_at=seen_at,
        story_id=_short(item.story_id),
        unread=storable_or_none(item.unread),
    )
    return replace(cleaned, keys=_keys(cleaned, given_id))


def _keys(item: NewsItem, given_id: str) -> tuple[str, ...]:
    keys = tuple(bounded(storable(key)) for key in item.keys) or item_keys(item.source, item.url)
    if keys or item.id:
        return keys
    if given_id:  # too long to be an id here, yet it identifies
        return (bounded(f"given:{given_id}"),)
    return (text_key(item.source, item.url, item.title, item.summary),)


def _short(story_id: str | None) -> str | None:
    text = storable(story_id.strip()) if story_id else ""
    return text if 0 < len(text) <= LONGEST else None


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"The archive keeps only times with a zone, and {moment.isoformat()} has none.")
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last hours of what a datetime can say: no date at all
        return None


def _spans(judged: Judged) -> tuple[tuple[str, str], ...]:
    found: dict[str, list[list[str | int]]] = defaultdict(list)
    for span in judged.spans:
        found[span.rule].append([span.field, span.start, span.end, storable(span.text)])
    rules = dict.fromkeys((*judged.rules, *found))
    return tuple((storable(rule), _written(found[rule])) for rule in rules)
