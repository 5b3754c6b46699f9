"""Why a query matched an item or not: every part of it with yes or no, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from query.document import Document
from query.judge import Span, look_at, spans_of
from query.nodes import And
from query.parts import Every, Look, Never, Part, Some, Wrapped
from query.printer import print_node
from query.query import Query


@dataclass(frozen=True, slots=True)
class Explanation:
    """One part of a query: its ``text``, whether it ``matched``, where (``spans``), and its own parts."""

    text: str
    matched: bool
    spans: tuple[Span, ...] = ()
    children: tuple[Explanation, ...] = ()
    joins: str = ""  # "and" if all children are needed, "or" if one is enough, "not", or "" (a name, a field, a word)

    def failed(self) -> tuple[Explanation, ...]:
        """The smallest parts that failed: of parts joined by AND those that failed, else the part itself."""
        if self.matched:
            return ()
        if self.joins == "and":
            return tuple(each for child in self.children for each in child.failed())
        return (self,)

    def walk(self, level: int = 0) -> Iterator[tuple[int, Explanation]]:
        """Every part with its level, in the order of the query."""
        yield level, self
        for child in self.children:
            yield from child.walk(level + 1)


def explain(query: Query, document: Document, now: datetime | None = None) -> Explanation:
    """The tree of the query with the answer of every part; topics and rules are opened. ``now`` as for ``judge``."""
    return _explain(query.part, look_at(document, now))


def _explain(part: Part, look: Look) -> Explanation:
    matched = part.holds(look)
    children: tuple[Explanation, ...] = ()
    joins = ""
    match part:
        case Every(_, parts) | Some(_, parts):
            children = tuple([_explain(each, look) for each in parts])
            joins = "and" if isinstance(part.node, And) else "or"
        case Never(_, inner):
            children = (_explain(inner, look),)
            joins = "not"
        case Wrapped(_, inner):
            children = (_explain(inner, look),)
    return Explanation(print_node(part.node), matched, spans_of(part, look) if matched else (), children, joins)
