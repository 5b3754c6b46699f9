"""A parsed query with the names it may use: what all rooms hand around."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from query.builder import lexed
from query.dates import zone
from query.errors import QueryError
from query.nodes import Node
from query.parser import parse_tree, tree_of
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

    known: Mapping[str, list[str]] = field(init=False, repr=False, compare=False)
    """The names of each kind, ascending."""

    __hash__ = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        zone(self.timezone)
        object.__setattr__(self, "known", {"topic": sorted(self.topics), "rule": sorted(self.rules)})

    def tree(self, kind: str, name: str) -> Node:
        """The tree of the topic or rule. Raises KeyError if there is none, QueryError if it does not parse."""
        if (kind, name) not in self._trees:
            text = (self.topics if kind == "topic" else self.rules)[name]
            self._trees[kind, name] = parse_tree(text)[0]
        return self._trees[kind, name]


class Query:
    """A query that can be judged: its ``text`` and the ``names`` it may use. ``node`` is its tree, ``warnings`` are
    sentences about what was probably not meant. ``str()`` gives a query that parses to the same tree.

    Made by ``parse``. One made without it is taken to be a query that was parsed before: it is read when it is first
    judged, which makes a hundred thousand of them cheap to have, and its limits are not looked at again. With
    ``recent``, which gives the query of a text, it is not even kept parsed: of many, only those that were lately judged
    are.
    """

    __slots__ = ("_fields", "_node", "_part", "_recent", "_warnings", "names", "text")

    def __init__(self, text: str, names: Names, recent: Callable[[str], Query] | None = None) -> None:
        self.text = text
        self.names = names
        self._recent = recent
        self._node: Node | None = None
        self._warnings: tuple[str, ...] | None = None
        self._part: Part | None = None
        self._fields: tuple[str, ...] | None = None

    def check(self) -> Query:
        """The query, read and looked through. Raises QueryError when it is refused."""
        self._node, tokens = parse_tree(self.text)
        self._warnings = warnings_of(tokens)
        _ = self.part  # what is wrong with a name, a date or an expression is said now, not at the first item
        return self

    @property
    def node(self) -> Node:
        """The tree."""
        if self._node is None:
            if self._recent:
                return self._recent(self.text).node
            self._node = tree_of(self.text, lexed(self.text)[0])
        return self._node

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was probably not meant."""
        if self._warnings is None:
            if self._recent:
                return self._recent(self.text).warnings
            self._warnings = warnings_of(lexed(self.text)[0])
        return self._warnings

    @property
    def part(self) -> Part:
        """The query made ready for judging."""
        if self._part is None:
            if self._recent:
                return self._recent(self.text).part
            names = self.names
            self._part = Resolver(self.text, names.timezone, names.known, names.tree).resolve(self.node)
        return self._part

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of an item that judging needs, in a fixed order."""
        if self._fields is None:
            self._fields = tuple(sorted(fields_of(self.part)))
        return self._fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Query) and (self.text, self.names) == (other.text, other.names)

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Query({self.text!r})"

    def __str__(self) -> str:
        printed = print_node(self.node)
        return printed if len(printed) <= LONGEST_QUERY else self.text  # with every AND written it may be longer


def parse(text: str, names: Names | None = None) -> Query:
    """The query that ``text`` says. Raises QueryError when it is refused."""
    return Query(text, names or Names()).check()


__all__ = ["Names", "Query", "QueryError", "parse"]
