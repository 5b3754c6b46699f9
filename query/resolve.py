"""From the tree of a query to parts that can be judged: names are looked up, fields pushed down to the words."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TypeAlias

from query.dates import when
from query.errors import QueryError, closest
from query.fields import FIELDS, INFLECTED_FIELDS, TEXT_FIELDS, WHOLE_FIELDS
from query.inflections import forms
from query.letters import is_arabic, is_character
from query.nodes import And, Date, Exact, Field, Named, Near, Node, Not, Or, Pattern, Phrase, Word
from query.parts import Close, Every, Never, Part, Regexp, Slot, Some, Terms, When, Whole, Wrapped
from query.patterns import compile_pattern, steps
from query.reader import PARTED
from query.words import Analysis, query_words

MOST_PARTS_WITH_TOPICS = 20_000
MOST_PATTERNS = 64  # each may keep some megabytes of automaton
LARGEST_PATTERNS = 8_000  # steps of all expressions together: what a letter of a text costs at worst
DEEPEST_WITH_TOPICS = 200
DEEPEST_NEAR = 6  # a NEAR of NEARs has more and more stretches that fulfil it
SHORTEST_PREFIX = 3

Fields: TypeAlias = tuple[str, ...]
# (kind, name) -> the tree of that query. Raises KeyError if there is none, QueryError if it does not parse.
Lookup: TypeAlias = Callable[[str, str], Node]


class Resolver:
    """Makes the parts of one query. ``lookup`` gives the tree of a named query, ``known`` the names."""

    def __init__(self, text: str, timezone: str, known: Mapping[str, list[str]], lookup: Lookup) -> None:
        self._text = text
        self._timezone = timezone
        self._known = known
        self._lookup = lookup
        self._made: dict[tuple[str, str, Fields], tuple[Wrapped, int, int]] = {}
        self._open: list[str] = []
        self._column: int | None = None  # inside a named query: where the query names it
        self._size = 0
        self._patterns = 0
        self._pattern_steps = 0
        self._depth = 0
        self._deepest = 0

    def resolve(self, node: Node) -> Part:
        """The parts of the tree. Raises QueryError."""
        part = self._part(node, TEXT_FIELDS)
        if could_match_without(part):
            raise QueryError(
                "This query could match an item in which none of its words occur. Say what must occur, and join NOT"
                " to it with AND.",
                self._text,
                _column_of_what_is_missing(part),
            )
        return part

    def _part(self, node: Node, fields: Fields) -> Part:
        """One call a level, so that the deepest query stays far from the limit of Python's stack."""
        self._depth += 1
        self._check_size(node)
        part: Part
        match node:
            case And(inner) | Or(inner):
                parts = []
                for each in inner:
                    parts.append(self._part(each, fields))
                part = Every(node, tuple(parts)) if isinstance(node, And) else Some(node, tuple(parts))
            case Not(inner_part):
                part = Never(node, self._part(inner_part, fields))
            case Field(name, inner_part):
                part = Wrapped(node, self._part(inner_part, (FIELDS[name],)))
            case Near(left, right):
                part = self._close(node, fields, self._part(left, fields), self._part(right, fields))
            case Named():
                part = self._named(node, fields)
            case _:
                self._size += 1
                part = self._leaf(node, fields)
        self._depth -= 1
        return part

    def _leaf(self, node: Word | Phrase | Exact | Pattern | Date, fields: Fields) -> Part:
        match node:
            case Pattern():
                return self._regexp(node, fields)
            case Date():
                return self._when(node)
        return self._whole(node, fields[0]) if fields[0] in WHOLE_FIELDS else self._terms(node, fields)

    def _check_size(self, node: Node) -> None:
        self._deepest = max(self._deepest, self._depth)
        if self._size > MOST_PARTS_WITH_TOPICS or self._deepest > DEEPEST_WITH_TOPICS:
            raise self._error(
                f"With the topics and rules it names, the query has more than {MOST_PARTS_WITH_TOPICS:,} parts or"
                f" {DEEPEST_WITH_TOPICS} levels.",
                node,
            )

    def _error(self, message: str, node: Node, suggestion: str | None = None) -> QueryError:
        if self._open:
            message = f"In {self._open[-1]}: {message}"
        return QueryError(message, self._text, self._column or node.column, suggestion)

    # Words and phrases

    def _terms(self, node: Word | Phrase | Exact, fields: Fields) -> Terms:
        words = query_words(node.text)
        tokens = words.tokens
        inflected = isinstance(node, Word) and not node.prefix and len(tokens) == 1
        if inflected and INFLECTED_FIELDS.issuperset(fields):
            return Terms(node, fields, _inflected(tokens[0]))
        return Terms(node, fields, tuple([self._slot(node, words, number) for number in range(len(tokens))]))

    def _slot(self, node: Word | Phrase | Exact, words: Analysis, number: int) -> Slot:
        token = words.tokens[number]
        cased = words.cased[number] if isinstance(node, Exact) else None
        prefix = None
        if not isinstance(node, Exact) and node.prefix and number == len(words.tokens) - 1:
            self._check_prefix(node, words)
            prefix = token
        return Slot(frozenset((token,)), prefix, cased, words.gaps[number] == PARTED)

    def _check_prefix(self, node: Word | Phrase, words: Analysis) -> None:
        token = words.tokens[-1]
        if words.ends[-1] != len(words.text):
            raise self._error("A `*` stands directly behind a letter.", node, f"{words.text[: words.ends[-1]]}*")
        shortest = 1 if is_character(token[0]) else 2 if is_arabic(token[0]) else SHORTEST_PREFIX
        if len(token) < shortest:
            raise self._error(
                f"`{token}*` would find too much: at least {shortest} letters stand before the `*`.", node
            )

    def _whole(self, node: Word | Phrase | Exact, field: str) -> Whole:
        words = query_words(node.text)
        folded = " ".join(words.tokens)
        if isinstance(node, Exact):
            return Whole(node, field, frozenset((folded,)), cased=" ".join(words.cased))
        if node.prefix:
            # A separator before the star counts: geo-* finds geo-urdu, not geology.
            return Whole(node, field, frozenset(), folded + " " * (words.ends[-1] != len(words.text)))
        inflected = isinstance(node, Word) and len(words.tokens) == 1 and field in INFLECTED_FIELDS
        return Whole(node, field, forms(folded) if inflected else frozenset((folded,)))

    # The other parts

    def _regexp(self, node: Pattern, fields: Fields) -> Regexp:
        try:
            pattern = compile_pattern(node.text)
        except ValueError as problem:
            raise self._error(str(problem), node) from None
        self._patterns += 1
        self._pattern_steps += steps(node.text)
        if self._pattern_steps > LARGEST_PATTERNS:
            raise self._error(
                "This regular expression would make the query too slow: repeat less in it, `.{0,40}` for `.{0,900}`, or"
                " say it with NEAR.",
                node,
            )
        if self._patterns > MOST_PATTERNS:
            raise self._error(
                f"The query has more than {MOST_PATTERNS} regular expressions; join some of them by `|`.", node
            )
        return Regexp(node, fields, pattern)

    def _when(self, node: Date) -> When:
        try:
            return When(node, node.side, when(node.value, self._timezone))
        except ValueError as problem:
            raise self._error(f"`{node.value[:60]}` {problem}.", node, f"{node.side}:7d") from None

    def _close(self, node: Near, fields: Fields, left: Part, right: Part) -> Close:
        if fields[0] in WHOLE_FIELDS:
            raise self._error("NEAR looks inside a text; `section:`, `source:` and `lang:` compare whole values.", node)
        sides = [tuple(self._side(part, node, fields)) for part in (left, right)]
        close = Close(node, fields, sides[0], sides[1], node.distance)
        if close.levels > DEEPEST_NEAR:
            raise self._error(
                f"NEAR stands in NEAR at most {DEEPEST_NEAR} deep; join some of it with AND instead.", node
            )
        return close

    def _side(self, part: Part, near: Near, fields: Fields) -> list[Terms | Close]:
        if isinstance(part, Terms | Close) and part.fields == fields:
            return [part]
        if isinstance(part, Some):
            return [each for inner in part.parts for each in self._side(inner, near, fields)]
        if isinstance(part, Wrapped) and isinstance(part.node, Named):
            return self._side(part.part, near, fields)
        raise self._error(
            "The sides of NEAR are words, beginnings, phrases, or groups and topics made of them with OR."
            " A field stands in front of the whole: title:(a NEAR/8 b).",
            near,
        )

    def _named(self, node: Named, fields: Fields) -> Wrapped:
        title = f"{node.kind}:{node.name}"
        if title in self._open:
            chain = " → ".join([*self._open[self._open.index(title) :], title])
            raise self._error(f"{title} refers to itself: {chain}.", node)
        if made := self._made.get((node.kind, node.name, fields)):
            wrapped, size, depth = made
            self._size += size
            self._deepest = max(self._deepest, self._depth + depth)
            self._check_size(node)
            return wrapped
        return self._expand(node, fields, title)

    def _expand(self, node: Named, fields: Fields, title: str) -> Wrapped:
        try:
            tree = self._lookup(node.kind, node.name)
        except KeyError:
            known = self._known[node.kind]
            meant = closest(node.name, known)
            listed = f" There are {', '.join(known[:20])}{'…' * (len(known) > 20)}." if known else ""
            raise self._error(
                f"There is no {node.kind} named `{node.name[:60]}`.{listed}",
                node,
                f"{node.kind}:{meant}" if meant else None,
            ) from None
        except QueryError as problem:
            raise self._error(
                f"{title} cannot be used: {problem.message} (at its column {problem.column})", node, problem.suggestion
            ) from None
        outer, self._column = self._column, self._column or node.column
        size, depth, deepest = self._size, self._depth, self._deepest
        self._open.append(title)
        self._deepest = depth
        part = self._part(tree, fields)
        if could_match_without(part):
            raise self._error("it could match an item in which none of its words occur.", node)
        self._open.pop()
        self._column = outer
        wrapped = Wrapped(node, part)
        self._made[node.kind, node.name, fields] = wrapped, self._size - size, self._deepest - depth
        self._deepest = max(self._deepest, deepest)
        return wrapped


@functools.lru_cache(maxsize=65536)
def _inflected(token: str) -> tuple[Slot]:
    """A word with its other forms; queries share it."""
    return (Slot(forms(token)),)


def could_match_without(part: Part, negated: bool = False) -> bool:
    """Whether the part could be true of an item in which none of its positive parts occur. ``negated``: an odd number
    of NOTs stand around it."""
    match part:
        case Never(_, inner):
            return could_match_without(inner, not negated)
        case Wrapped(_, inner):
            return could_match_without(inner, negated)
        case Every(_, parts) | Some(_, parts):
            every = isinstance(part, Every) != negated
            for inner in parts:
                if could_match_without(inner, negated) != every:
                    return not every
            return every
    return negated


def _column_of_what_is_missing(part: Part, negated: bool = False) -> int:
    """Where the part begins that makes ``could_match_without`` true: the outermost NOT of it."""
    match part:
        case Wrapped(node, inner) if isinstance(node, Field):
            return _column_of_what_is_missing(inner, negated)
        case Never(_, inner) if negated:
            return _column_of_what_is_missing(inner, not negated)
        case Every(_, parts) | Some(_, parts):
            loose = next(inner for inner in parts if could_match_without(inner, negated))
            return _column_of_what_is_missing(loose, negated)
    return part.node.column
