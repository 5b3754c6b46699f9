"""The one judge: whether a query matches an item, and where. Rules, search and backtest all ask here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from query.dates import in_utc
from query.document import Document
from query.fields import FIELD_ORDER
from query.parts import Look, Marks, Part
from query.query import Query


class Span(NamedTuple):
    """A place that matched: code points ``start`` to ``end`` of ``field`` in the original, and the text there."""

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the query matched, and where: spans in the order of the fields and of the text, none overlapping."""

    matched: bool
    spans: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return self.matched


def judge(query: Query, document: Document, now: datetime | None = None) -> Verdict:
    """Whether the query matches the item, with the places. ``now`` is the time of asking, from which relative dates
    count; None is the time the item was seen."""
    look = look_at(document, now)
    if not query.part.holds(look):
        return Verdict(False)
    return Verdict(True, spans_of(query.part, look))


def matches(query: Query, document: Document, now: datetime | None = None) -> bool:
    """Like ``judge``, without the places: for confirming many candidates."""
    return query.part.holds(look_at(document, now))


def look_at(document: Document, now: datetime | None) -> Look:
    """The item at the time of asking."""
    return Look(document, in_utc(now) if now else document.seen_at or datetime.now(UTC))


def spans_of(part: Part, look: Look) -> tuple[Span, ...]:
    """The places of a part that holds."""
    marks: Marks = []
    look.marked.clear()
    part.mark(look, marks)
    if len(marks) > 1:
        marks = _joined(marks)
    text = look.document.text
    return tuple([Span(field, start, end, text(field)[start:end]) for field, start, end in marks])


def _joined(places: Iterable[tuple[str, int, int]]) -> Marks:
    """The places in the order of the fields and of the text, overlapping ones made one."""
    joined: Marks = []
    for field, start, end in sorted(sorted(places), key=_order_of_field):
        if joined and field == joined[-1][0] and start < joined[-1][2]:
            joined[-1] = field, joined[-1][1], max(end, joined[-1][2])
        else:
            joined.append((field, start, end))
    return joined


def _order_of_field(place: tuple[str, int, int]) -> int:
    return FIELD_ORDER[place[0]]
