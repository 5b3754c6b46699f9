"""A parsed query with the names it may use: what all rooms hand around."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from query.dates import zone
from query.errors import QueryError
from query.nodes import Node
from query.parser import parse_tree
from query.parts import Part, fields_of
from query.printer import print_node
from query.resolve import Resolver
from query.scanner import LONGEST_QUERY, warnings_of


@dataclass(frozen=True)
class Names:
    """What a query can refer to: the texts of topics and rules by name, and the time zone of its days.

    Raises ValueError for an unknown time zone. The trees of named queries are kept, so share one ``Names`` among many
    queries.
    """

    topics: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    _trees: dict[tuple[str, str], Node] = field(default_factory=dict, init=False, repr=False, compare=False)

    __hash__ = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        zone(self.timezone)

    def tree(self, kind: str, name: str) -> Node:
        """The tree of the topic or rule. Raises KeyError if there is none, QueryError if it does not parse."""
        if (kind, name) not in self._trees:
            text = (self.topics if kind == "topic" else self.rules)[name]
            self._trees[kind, name] = parse_tree(text)[0]
        return self._trees[kind, name]


@dataclass(frozen=True)
class Query:
    """A query that can be judged. ``node`` is its tree, ``warnings`` are sentences about what was probably not meant.
    ``str()`` gives a query that parses to the same tree."""

    text: str
    node: Node
    names: Names
    warnings: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        printed = print_node(self.node)
        return printed if len(printed) <= LONGEST_QUERY else self.text  # with every AND written it may be longer

    @functools.cached_property
    def part(self) -> Part:
        """The query made ready for judging."""
        known = {"topic": sorted(self.names.topics), "rule": sorted(self.names.rules)}
        return Resolver(self.text, self.names.timezone, known, self.names.tree).resolve(self.node)

    @functools.cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields of an item that judging needs, in a fixed order."""
        return tuple(sorted(fields_of(self.part)))


def parse(text: str, names: Names | None = None) -> Query:
    """The query that ``text`` says. Raises QueryError when it is refused."""
    node, tokens = parse_tree(text)
    query = Query(text, node, names or Names(), warnings_of(tokens))
    _ = query.part  # what is wrong with a name, a date or an expression is said now, not at the first item
    return query


__all__ = ["Names", "Query", "QueryError", "parse"]
