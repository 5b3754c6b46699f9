"""Items and stories."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from archive.json_item import item_json
from archive.model import rfc3339
from archive.storing import spans_within
from khabardar.web.api.endpoint import Endpoint
from khabardar.web.api.shapes import AskItems, Found, Nothing, Story, WholeItem
from khabardar.web.asking import condition, moment_of
from khabardar.web.desk import Desk, View
from khabardar.web.problems import ProblemError
from query import Query, QueryError

SECONDS = 2.0
"""For a page that the index cannot answer."""
COUNTING = 0.3


def moment(text: str | None, view: View, name: str) -> datetime | None:
    """A parameter as a time. Raises ``ProblemError`` 400."""
    try:
        return moment_of(text, view.zone) if text is not None else None
    except ValueError as error:
        raise ProblemError(400, "Bad parameter", f"{name}: {error}", parameter=name) from None


def items(desk: Desk, view: View, asked: AskItems, _: str) -> Mapping[str, Any]:
    """Found items, a page at a time."""
    query = query_of(view, asked.q, asked.source)
    since, until = moment(asked.since, view, "since"), moment(asked.until, view, "until")
    sort = asked.sort if query else "newest"
    try:
        found = desk.archive.page(
            query, since=since, until=until, limit=asked.limit, sort=sort, cursor=asked.cursor, seconds=SECONDS
        )
    except ValueError as error:
        raise ProblemError(400, "Bad parameter", f"cursor: {error}", parameter="cursor") from None
    shown = len(found.items)
    if asked.cursor is None and found.cursor is None and found.complete:
        total, exact = shown, True
    else:
        count = desk.archive.count(query, since=since, until=until, seconds=COUNTING)
        total, exact = max(count.number, shown), count.exact
    return {
        "items": [item_json(view.shown(item)) for item in found.items],
        "next": found.cursor,
        "total": total,
        "total_exact": exact,
        "complete": found.complete,
        "looked_back_to": None if found.complete else rfc3339(found.looked_back_to),
    }


def query_of(view: View, text: str | None, source: str | None) -> Query | None:
    """The query of both. Raises ``QueryError``, its column counted in ``text``, and ``ProblemError`` for what is too
    much only together."""
    query = view.parse(text) if text is not None else None
    if source is None:
        return query
    wanted = condition("source", source)
    if text is None:
        return view.parse(wanted)
    try:
        return view.parse(f"({text}) {wanted}")
    except QueryError as error:  # each is good by itself: its column would be none of ``text``
        told = f"Together with the source: {error.message}"
        raise ProblemError(422, "The query is refused", told, column=None, suggestion=None) from None


def item(desk: Desk, view: View, _: Nothing, item_id: str) -> Mapping[str, Any]:
    """One item, by its id or any form of its address."""
    found = desk.archive.find(item_id)
    if found is None:
        raise ProblemError(404, "No such item", "It was never kept, or it has another id.")
    shown = view.shown(found)
    spans = spans_within(desk.archive.spans(found.id), shown)
    matches = [
        {"rule": one.rule, "field": one.field, "start": one.start, "end": one.end, "text": one.text} for one in spans
    ]
    return {**item_json(shown), "matches": matches}


def story(desk: Desk, view: View, _: Nothing, story_id: str) -> Mapping[str, Any]:
    """A story, also by the id of one that was joined into it."""
    found = desk.archive.story(story_id)
    if found is None:
        raise ProblemError(404, "No such story", "There is no story with this id.")
    outlets = dict.fromkeys(one.source for one in found.items if one.source)
    return {
        "story_id": found.id,
        "title": found.title,
        "also_in": list(outlets)[1:],
        "items": [item_json(view.shown(one)) for one in found.items],
    }


ENDPOINTS = (
    Endpoint(
        "/api/v1/items", "Search the archive; without q all items, newest first", AskItems, Found, items, (400, 422)
    ),
    Endpoint("/api/v1/items/{id}", "One item with its matches", Nothing, WholeItem, item, (400, 404)),
    Endpoint("/api/v1/stories/{id}", "One story with its items", Nothing, Story, story, (400, 404)),
)
