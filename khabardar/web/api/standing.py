"""How everything stands: sources, deliveries, figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from archive.tables import micros_of, moment_of_micros
from khabardar.commands.deliveries import delivery_json
from khabardar.commands.sources import known_json, known_of
from khabardar.web.api.endpoint import Endpoint
from khabardar.web.api.lists import bad_cursor, part_of
from khabardar.web.api.shapes import AskDeliveries, AskPage, Delivery, Listed, Nothing, Source, Stats
from khabardar.web.desk import Desk, View

MOST_COUNTED = 10_000
_CURSOR = re.compile(r"d(?P<micros>\d{1,17})\.(?P<id>\w{1,200})", re.ASCII)


def sources(desk: Desk, view: View, asked: AskPage, _: str) -> Mapping[str, Any]:
    """The sources of the configuration and how they are."""
    known = known_of(desk.archive, view.settings.sources)
    return part_of(known, asked, lambda one: _masked(known_json(one), view))


def _masked(value: Any, view: View) -> Any:
    """Without the secrets of the configuration, which an address may hold."""
    if isinstance(value, str):
        return view.masked(value)
    return {name: _masked(one, view) for name, one in value.items()} if isinstance(value, dict) else value


def deliveries(desk: Desk, _: View, asked: AskDeliveries, __: str) -> Mapping[str, Any]:
    """Deliveries, newest first."""
    state, channel, rule = asked.state, asked.channel, asked.rule
    found = desk.archive.deliveries(state, asked.limit + 1, channel, rule=rule, after=place_of(asked.cursor))
    shown = found[: asked.limit]
    count = desk.archive.count_deliveries(state, channel, rule=rule, most=MOST_COUNTED)
    more = len(found) > asked.limit
    return {
        "items": [delivery_json(one) for one in shown],
        "next": cursor_after(shown[-1].created_at, shown[-1].id) if more else None,
        "total": min(count, MOST_COUNTED),
        "total_exact": count <= MOST_COUNTED,
    }


def cursor_after(made: datetime | None, delivery_id: str) -> str | None:
    """The cursor of a page that ends with this delivery."""
    return f"d{micros_of(made)}.{delivery_id}" if made else None


def place_of(cursor: str | None) -> tuple[datetime, str] | None:
    """What a cursor says; None without one. Raises ``ProblemError`` 400 for any other text."""
    if cursor is None:
        return None
    found = _CURSOR.fullmatch(cursor)
    try:
        if found is None:
            raise bad_cursor(cursor)
        return moment_of_micros(int(found["micros"])), found["id"]
    except OverflowError:
        raise bad_cursor(cursor) from None


def stats(desk: Desk, _: View, __: Nothing, ___: str) -> Mapping[str, Any]:
    """Figures of the archive."""
    return {**desk.stats(), "waiting": desk.archive.waiting()}


ENDPOINTS = (
    Endpoint("/api/v1/sources", "The sources and their health", AskPage, Listed[Source], sources),
    Endpoint("/api/v1/deliveries", "Deliveries, newest first", AskDeliveries, Listed[Delivery], deliveries),
    Endpoint("/api/v1/stats", "How many there are of everything", Nothing, Stats, stats),
)
