"""What a full-text index can say about a query: a condition that every matching item fulfils.

An item's index tokens are its words, with a token of its own where a phrase must not run on, and in the column ``meta``
coded tokens for the other fields. ``plan`` and ``index_text`` write tokens by the same two functions; that is all that
keeps search and judge together, so there is no third place that does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from query.document import Document
from query.fields import TEXT_FIELDS, WHOLE_FIELDS
from query.parts import Close, Every, Part, Slot, Some, Terms, Whole, Wrapped
from query.query import Query
from query.words import Analysis

BREAK = "¶"  # between paragraphs, fields, and Han or Kana characters that punctuation parts
META = "meta"
LONGEST_TOKEN = 100  # code points; indexes have limits, and nobody looks for longer words
DEEPEST_PLAN = 12  # alternations of All and Any that parsers of full-text queries take

# One letter for each field in the column meta; the sign behind it stands in no word.
_CODES = {"author": "a", "place": "p", "credit": "c", "section": "s", "source": "o", "language": "l", "url": "u"}
_CODE_SIGN = "¦"
_SPACE = "‗"  # between the words of a whole value


@dataclass(frozen=True, slots=True)
class Term:
    """An index token, or with ``prefix`` the beginning of one, in a column, or in any (None)."""

    token: str
    column: str | None = None
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Index tokens next to each other in one column, or in any one (None)."""

    tokens: tuple[str, ...]
    column: str | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every part; parts are never All themselves."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part; parts are never Any themselves."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """The index can say nothing."""


Tree: TypeAlias = Term | Phrase | All | Any | Everything


@dataclass(frozen=True, slots=True)
class Plan:
    """``tree`` is fulfilled by every item that the query matches; ``exact`` if by no other."""

    tree: Tree
    exact: bool


def plan(query: Query) -> Plan:
    """The plan of a query. Linear in the size of the query with its topics."""
    return _limited(_plan(query.part), DEEPEST_PLAN)


def index_text(document: Document) -> Mapping[str, list[str]]:
    """Column -> the item's index tokens in their order: title, summary, body and meta."""
    columns = {name: index_tokens(document.analysis(name)) for name in TEXT_FIELDS}
    meta: list[str] = []
    for name in _CODES:
        if document.text(name):
            if name in WHOLE_FIELDS:
                coded = [_whole_token(name, document.whole(name)[0])]
            else:
                coded = [
                    token if token == BREAK else _coded(name, token) for token in index_tokens(document.analysis(name))
                ]
            meta += (BREAK, *coded) if meta else coded
    return {**columns, META: meta}


def index_tokens(words: Analysis) -> list[str]:
    """The words of a text as the index keeps them."""
    tokens: list[str] = []
    for gap, token in zip(words.gaps, words.tokens, strict=True):
        if gap and tokens:
            tokens.append(BREAK)
        tokens.append(index_token(token))
    return tokens


def index_token(token: str) -> str:
    """A word without ASCII signs (the point of 6.5 is the only one), so that no tokenizer parts it."""
    return token[:LONGEST_TOKEN].replace(".", "·")


def _coded(field: str, token: str) -> str:
    return f"{_CODES[field]}{_CODE_SIGN}{token}"


def _whole_token(field: str, value: str) -> str:
    """One token for a whole value; beginnings of values become beginnings of tokens."""
    return _coded(field, index_token(value.replace(" ", _SPACE)))


def _plan(part: Part) -> Plan:
    match part:
        case Terms():
            return _plan_terms(part)
        case Whole():
            return _plan_whole(part)
        case Every():
            return _all([_plan(each) for each in part.parts])
        case Some():
            return _any([_plan(each) for each in part.parts])
        case Wrapped():
            return _plan(part.part)
        case Close():
            sides = [_any([_plan(each) for each in side]) for side in (part.left, part.right)]
            return Plan(_all(sides).tree, False)
    # NOT of something is never subtracted: what the index finds too much of, it would take away too much of.
    return Plan(Everything(), False)


def _all(plans: Iterable[Plan]) -> Plan:
    plans = list(plans)
    parts: dict[Tree, None] = {}
    for each in plans:
        inner = each.tree.parts if isinstance(each.tree, All) else (each.tree,)
        parts.update(dict.fromkeys(tree for tree in inner if not isinstance(tree, Everything)))
    exact = all(each.exact for each in plans)
    if len(parts) <= 1:
        return Plan(next(iter(parts), Everything()), exact)
    return Plan(All(tuple(parts)), exact)


def _any(plans: Iterable[Plan]) -> Plan:
    plans = list(plans)
    parts: dict[Tree, None] = {}
    for each in plans:
        if isinstance(each.tree, Everything):
            return Plan(Everything(), False)
        parts.update(dict.fromkeys(each.tree.parts if isinstance(each.tree, Any) else (each.tree,)))
    exact = all(each.exact for each in plans)
    return Plan(Any(tuple(parts)) if len(parts) > 1 else next(iter(parts)), exact)


def _plan_terms(terms: Terms) -> Plan:
    if terms.fields == TEXT_FIELDS:
        return _plan_slots(terms.slots, None, lambda token: token)
    (field,) = terms.fields
    if field in TEXT_FIELDS:
        return _plan_slots(terms.slots, field, lambda token: token)
    return _plan_slots(terms.slots, META, lambda token: _coded(field, token))


def _plan_slots(slots: Sequence[Slot], column: str | None, code: Callable[[str], str]) -> Plan:
    exact = all(slot.cased is None for slot in slots)
    exact = exact and all(len(form) <= LONGEST_TOKEN for slot in slots for form in slot.forms)
    if len(slots) == 1:
        slot = slots[0]
        tokens = sorted({code(index_token(form)) for form in slot.forms})
        return _any([Plan(Term(token, column, slot.prefix is not None), exact) for token in tokens])
    tokens = [code(index_token(form)) for slot in slots for form in slot.forms]
    if any(slot.may_part for slot in slots):
        loose = [Term(token, column, slot.prefix is not None) for token, slot in zip(tokens, slots, strict=True)]
        return Plan(_all([Plan(term, False) for term in loose]).tree, False)
    if slots[-1].prefix is None:
        return Plan(Phrase(tuple(tokens), column), exact)
    before: Tree = Phrase(tuple(tokens[:-1]), column) if len(slots) > 2 else Term(tokens[0], column)
    return Plan(All((before, Term(tokens[-1], column, prefix=True))), False)


def _plan_whole(whole: Whole) -> Plan:
    if whole.prefix is not None:
        token = _whole_token(whole.field, whole.prefix)
        return Plan(Term(token, META, prefix=True), len(whole.prefix) <= LONGEST_TOKEN)
    exact = whole.cased is None and all(len(value) <= LONGEST_TOKEN for value in whole.values)
    tokens = sorted({_whole_token(whole.field, value) for value in whole.values})
    return _any([Plan(Term(token, META), exact) for token in tokens])


def _limited(plan: Plan, levels: int) -> Plan:
    """The plan with at most ``levels`` levels; what lies deeper is replaced by less than it asks for."""
    match plan.tree:
        case All(parts):
            if levels <= 1:
                simple: list[Tree] = [part for part in parts if isinstance(part, Term | Phrase)] or [Everything()]
                return _all([Plan(part, False) for part in simple]) if levels == 1 else Plan(simple[0], False)
            limited = _all([_limited(Plan(part, True), levels - 1) for part in parts])
        case Any(parts):
            if levels <= 0:
                return Plan(Everything(), False)
            limited = _any([_limited(Plan(part, True), levels - 1) for part in parts])
        case _:
            return plan
    return Plan(limited.tree, plan.exact and limited.exact)
