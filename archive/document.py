"""From an item to what the query language judges, and what of a text can be stored at all. Values only."""

from __future__ import annotations

import re
from contextlib import suppress

from archive.model import NewsItem
from query import Document

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD, one for one, so that offsets stay.

    PostgreSQL refuses NUL in text, and no database can encode a lone surrogate in UTF-8.
    """
    if "\0" not in text:
        if text.isascii():
            return text
        with suppress(UnicodeEncodeError):
            text.encode()  # many times as fast as looking at each letter
            return text
    return _UNSTORABLE.sub("\ufffd", text)


def storable_or_none(text: str | None) -> str | None:
    """As ``storable``; None stays None."""
    return None if text is None else storable(text)


def document_of(item: NewsItem) -> Document:
    """What the evaluator reads of an item. The text is the one that will be stored, so a rule and a later search see
    the same words."""
    return Document.of(
        title=storable(item.title),
        summary=storable_or_none(item.summary),
        body=storable_or_none(item.body),
        author=storable_or_none(item.author),
        place=storable_or_none(item.place),
        credit=storable_or_none(item.credit),
        section=storable_or_none(item.section),
        source=storable_or_none(item.source),
        language=storable_or_none(item.language),
        url=storable_or_none(item.url),
        published_at=item.published_at,
        seen_at=item.seen_at,
    )
