"""The one judge: whether a query matches an item, and where. Rules, search and backtest all ask here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from query.dates import in_utc
from query.document import Document
from query.fields import FIELD_ORDER
from query.parts import Look, Part
from query.query import Query


@dataclass(frozen=True, slots=True)
class Span:
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
    marks: dict[str, list[tuple[int, int]]] = {}
    look.marked.clear()
    part.mark(look, lambda field, start, end: marks.setdefault(field, []).append((start, end)))
    return tuple(
        Span(field, start, end, look.document.text(field)[start:end])
        for field in sorted(marks, key=FIELD_ORDER.__getitem__)
        for start, end in _joined(marks[field])
    )


def _joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places in order, overlapping ones made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
