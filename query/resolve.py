"""From the tree of a query to parts that can be judged: names are looked up, fields pushed down to the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import re2

from query.dates import when
from query.errors import QueryError, closest
from query.fields import FIELDS, INFLECTED_FIELDS, TEXT_FIELDS, WHOLE_FIELDS
from query.inflections import forms
from query.letters import is_arabic
from query.nodes import And, Date, Exact, Field, Named, Near, Node, Not, Or, Pattern, Phrase, Word
from query.parts import Close, Every, Never, Part, Regexp, Slot, Some, Terms, Whole, When, Wrapped
from query.words import PARTED, Analysis, query_words

MOST_PARTS_WITH_TOPICS = 20_000
DEEPEST_WITH_TOPICS = 300
SHORTEST_PREFIX = 3

Fields: TypeAlias = tuple[str, ...]
# Looks up (kind, name): the tree of that query, and a resolver for it. Raises KeyError if there is no such query.
Lookup: TypeAlias = Callable[[str, str], tuple[str, Node]]


class Resolver:
    """Makes the parts of one query. ``lookup`` gives the text and tree of a named query."""

    def __init__(self, text: str, timezone: str, known: Mapping[str, list[str]], lookup: Lookup) -> None:
        self._text = text
        self._timezone = timezone
        self._known = known
        self._lookup = lookup
        self._made: dict[tuple[str, str, Fields], tuple[Wrapped, int, int]] = {}
        self._open: list[str] = []
        self._column: int | None = None  # inside a named query: where the query names it
        self._size = 0
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
                _first_not(node),
            )
        return part

    def _part(self, node: Node, fields: Fields) -> Part:
        self._depth += 1
        self._deepest = max(self._deepest, self._depth)
        part = self._make(node, fields)
        self._depth -= 1
        return part

    def _make(self, node: Node, fields: Fields) -> Part:
        match node:
            case And(parts):
                return Every(node, tuple([self._part(part, fields) for part in parts]))
            case Or(parts):
                return Some(node, tuple([self._part(part, fields) for part in parts]))
            case Not(part):
                return Never(node, self._part(part, fields))
            case Field(name, part):
                return Wrapped(node, self._part(part, (FIELDS[name],)))
            case Near():
                return self._close(node, fields)
            case Named():
                return self._named(node, fields)
        self._count(1, node)
        match node:
            case Word() | Phrase() | Exact():
                return self._whole(node, fields[0]) if fields[0] in WHOLE_FIELDS else self._terms(node, fields)
            case Pattern():
                return Regexp(node, fields, self._regexp(node))
            case Date():
                return self._when(node)

    def _count(self, number: int, node: Node) -> None:
        self._size += number
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
        slots = [self._slot(node, words, number) for number in range(len(words.tokens))]
        inflected = isinstance(node, Word) and not node.prefix and len(slots) == 1
        if inflected and INFLECTED_FIELDS.issuperset(fields):
            slots = [Slot(forms(words.tokens[0]))]
        return Terms(node, fields, tuple(slots))

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
        shortest = SHORTEST_PREFIX if token[0].isascii() or not (is_arabic(token[0])) else 2
        if is_character(token):
            shortest = 1
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

    def _regexp(self, node: Pattern) -> object:
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        try:
            pattern = re2.compile(node.text, options)
            if _matches_nothing(node.text, options):
                raise self._error(
                    "This regular expression can match nothing at all, so it would match everywhere. Make a part of it"
                    " obligatory (+ for *, nothing for ?).",
                    node,
                )
        except (re2.error, UnicodeEncodeError) as problem:
            reason = problem.args[0]
            reason = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else "it is no valid text"
            raise self._error(
                f"This regular expression cannot be used: {reason}. The syntax is RE2, which has no look-around and"
                " no back-references.",
                node,
            ) from None
        return pattern

    def _when(self, node: Date) -> When:
        try:
            return When(node, node.side, when(node.value, self._timezone))
        except ValueError as problem:
            raise self._error(f"`{node.value[:60]}` {problem}.", node, f"{node.side}:7d") from None

    def _close(self, node: Near, fields: Fields) -> Close:
        if fields[0] in WHOLE_FIELDS:
            raise self._error("NEAR looks inside a text; `section:`, `source:` and `lang:` compare whole values.", node)
        left = self._side(self._part(node.left, fields), node, fields)
        right = self._side(self._part(node.right, fields), node, fields)
        return Close(node, fields, tuple(left), tuple(right), node.distance)

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
            self._deepest = max(self._deepest, self._depth + depth)
            self._count(size, node)
            return wrapped
        return self._expand(node, fields, title)

    def _expand(self, node: Named, fields: Fields, title: str) -> Wrapped:
        try:
            _, tree = self._lookup(node.kind, node.name)
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


def is_character(token: str) -> bool:
    """Whether a word is a Han or Kana character, which is a word of its own."""
    return token[0] >= "\u2e80" and not token[0].isdecimal() and len(query_words(token + token[0]).tokens) == 2


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


def _first_not(node: Node) -> int:
    match node:
        case Not():
            return node.column
        case And(parts) | Or(parts):
            return next((each.column for each in parts if isinstance(each, Not)), parts[0].column)
    return node.column


def _matches_nothing(pattern: str, options: re2.Options) -> bool:
    """Whether a regular expression can match the empty text somewhere: asked with every kind of neighbour that the
    empty assertions of RE2 can tell apart."""
    sides = ("", "a", " ", "\n")
    for left in sides:
        for right in sides:
            around = f"{re2.escape(left)}(?:{pattern}){re2.escape(right)}"
            if re2.compile(around, options).fullmatch(left + right):
                return True
    return False
