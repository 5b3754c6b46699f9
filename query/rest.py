"""What is left to judge of a query when an index has answered a part of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from query.document import Document
from query.judge import look_at
from query.parts import Every, Part, fields_of
from query.plan import All, Tree, plan_of
from query.query import Query


@dataclass(frozen=True, slots=True)
class Rest:
    """Parts of a query, all of which have to hold. ``fields`` are the fields of an item that judging them needs, in a
    fixed order."""

    parts: tuple[Part, ...]
    fields: tuple[str, ...]

    def matches(self, document: Document, now: datetime | None = None) -> bool:
        """Whether all of it holds of an item, like ``query.matches`` of a whole query."""
        look = look_at(document, now)
        return all(part.holds(look) for part in self.parts)


def rest_of(query: Query, settled: frozenset[Tree]) -> Rest:
    """What is not said exactly by trees of the query's plan that are known to hold, or not said by them at all."""
    parts = query.part.parts if isinstance(query.part, Every) else (query.part,)
    left = tuple(part for part in parts if not settled or not _is_settled(part, settled))
    return Rest(left, tuple(sorted(frozenset[str]().union(*map(fields_of, left)))))


def _is_settled(part: Part, settled: frozenset[Tree]) -> bool:
    plan = plan_of(part)
    trees = plan.tree.parts if isinstance(plan.tree, All) else (plan.tree,)
    return plan.exact and settled.issuperset(trees)
