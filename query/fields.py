"""The fields of an item that a query can name, and how each is compared."""

from __future__ import annotations

TEXT_FIELDS = ("title", "summary", "body")  # where bare words look

# As written in queries -> the item's own name for it.
FIELDS = {
    "title": "title",
    "summary": "summary",
    "body": "body",
    "author": "author",
    "place": "place",
    "credit": "credit",
    "section": "section",
    "source": "source",
    "lang": "language",
    "url": "url",
}

WHOLE_FIELDS = frozenset({"section", "source", "language"})  # compared as whole values, with * as prefix
INFLECTED_FIELDS = frozenset({*TEXT_FIELDS, "section"})

# The order of fields in spans.
FIELD_ORDER = {name: number for number, name in enumerate(FIELDS.values())}

# What people write who come from other tools.
MEANT_FIELDS = {
    "headline": "title",
    "intitle": "title",
    "subject": "title",
    "text": "body",
    "content": "body",
    "intext": "body",
    "description": "summary",
    "by": "author",
    "byline": "author",
    "from": "source",
    "site": "source",
    "feed": "source",
    "outlet": "source",
    "category": "section",
    "tag": "section",
    "language": "lang",
    "link": "url",
    "inurl": "url",
    "http": "url",
    "https": "url",
    "domain": "url",
    "since": "after",
    "until": "before",
    "date": "after",
    "city": "place",
    "location": "place",
    "agency": "credit",
    "query": "rule",
}
