"""What a full-text index can say about a query: a condition that every matching item fulfils.

An item's index tokens are its words, with a token of its own where a phrase must not run on, and in the column ``meta``
coded tokens for the other fields. ``plan`` and ``index_text`` write tokens by the same two functions; that is all that
keeps search and judge together, so there is no third place that does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import compress
from typing import TypeAlias

from query.document import Document
from query.fields import TEXT_FIELDS, WHOLE_FIELDS
from query.parts import Close, Every, Never, Part, Slot, Some, Terms, When, Whole, Wrapped
from query.query import Query
from query.words import Analysis

BREAK = "¶"  # between paragraphs, fields, and Han or Kana characters that punctuation parts
META = "meta"
LONGEST_TOKEN = 100  # code points; indexes have limits, and nobody looks for longer words
DEEPEST_PLAN = 12  # alternations of All and Any that parsers of full-text queries take
MOST_PAIRS = 64  # of words of both sides of a NEAR that are asked for pair by pair

# One letter for each field in the column meta; the sign behind it stands in no word.
_CODES = {"author": "a", "place": "p", "credit": "c", "section": "s", "source": "o", "language": "l", "url": "u"}
_CODE_SIGN = "¦"
_SPACE = "‗"  # between the words of a whole value
_CASED = "x"  # the code of a word with capitals, or with the ends of its run of katakana, as it stands in the text


@dataclass(frozen=True, slots=True)
class Term:
    """An index token, or with ``prefix`` the beginning of one, in a column, or in any (None)."""

    token: str
    column: str | None = None
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Index tokens next to each other in one column, or in any one (None); with ``prefix`` the last is a beginning."""

    tokens: tuple[str, ...]
    column: str | None = None
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Both in one column with at most ``distance`` tokens between them, in either order; they may overlap."""

    left: Term | Phrase
    right: Term | Phrase
    distance: int


@dataclass(frozen=True, slots=True)
class Dated:
    """An item's effective time is not before (``side`` "after") or before a moment, or an age at the time of asking."""

    side: str
    moment: datetime | timedelta


@dataclass(frozen=True, slots=True)
class All:
    """Every part; parts are never All themselves."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part; parts are never Any themselves."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Not the part. The part is exact, so nothing is taken away that may match; an index for which it is not exact has
    to leave this out."""

    part: Tree


@dataclass(frozen=True, slots=True)
class Everything:
    """The index can say nothing."""


Tree: TypeAlias = Term | Phrase | Near | Dated | All | Any | Without | Everything


@dataclass(frozen=True, slots=True)
class Plan:
    """``tree`` is fulfilled by every item that the query matches; ``exact`` if by no other."""

    tree: Tree
    exact: bool


def plan(query: Query) -> Plan:
    """The plan of a query. Linear in the size of the query with its topics."""
    return _limited(plan_of(query.part), DEEPEST_PLAN)


def index_text(document: Document) -> Mapping[str, list[str]]:
    """Column -> the item's index tokens in their order: title, summary, body and meta."""
    cased = sorted({token for name in TEXT_FIELDS for token in _cased_tokens(document.analysis(name))})
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
    if cased:
        meta += (BREAK, *cased) if meta else cased
    return {**columns, META: meta}


def index_tokens(words: Analysis) -> list[str]:
    """The words of a text as the index keeps them."""
    tokens = _indexed(words.tokens)
    gaps = words.gaps
    for at in reversed([*compress(range(len(gaps)), gaps)]):
        if at:
            tokens.insert(at, BREAK)
    return tokens


def index_token(token: str) -> str:
    """A word without ASCII signs (the point of 6.5 is the only one), so that no tokenizer parts it."""
    return _plain(token[:LONGEST_TOKEN])


def _plain(text: str) -> str:
    return text.replace(".", "·")


def _indexed(tokens: Sequence[str]) -> list[str]:
    """What ``index_token`` makes of each."""
    if not tokens or max(map(len, tokens)) > LONGEST_TOKEN:
        return [*map(index_token, tokens)]
    return _plain(" ".join(tokens)).split(" ")  # no word has a space


def _cased_tokens(words: Analysis) -> set[str]:
    different = {cased for token, cased in zip(words.tokens, words.cased, strict=True) if token != cased}
    return {*map(_cased_token, different)}


def _cased_token(cased: str) -> str:
    return f"{_CASED}{_CODE_SIGN}{index_token(cased)}"


def _coded(field: str, token: str) -> str:
    return f"{_CODES[field]}{_CODE_SIGN}{token}"


def _whole_token(field: str, value: str) -> str:
    """One token for a whole value; beginnings of values become beginnings of tokens."""
    return _coded(field, index_token(value.replace(" ", _SPACE)))


def plan_of(part: Part) -> Plan:
    """The plan of a part of a query, however deep."""
    match part:
        case Terms():
            return _plan_terms(part)
        case Whole():
            return _plan_whole(part)
        case Every():
            return _all([plan_of(each) for each in part.parts])
        case Some():
            return _any([plan_of(each) for each in part.parts])
        case Wrapped():
            return plan_of(part.part)
        case Close():
            return _plan_close(part)
        case When():
            return Plan(Dated(part.side, part.moment), True)
        case Never():
            return _plan_never(plan_of(part.part))
    return Plan(Everything(), False)


def _plan_never(inner: Plan) -> Plan:
    """What the index finds too much of, it would take away too much of: only what is exact is subtracted."""
    if not inner.exact:
        return Plan(Everything(), False)
    return Plan(inner.tree.part if isinstance(inner.tree, Without) else Without(inner.tree), True)


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
        return _with_case(_plan_slots(terms.slots, None, lambda token: token), terms)
    (field,) = terms.fields
    if field in TEXT_FIELDS:
        return _with_case(_plan_slots(terms.slots, field, lambda token: token), terms)
    return _plan_slots(terms.slots, META, lambda token: _coded(field, token))


def _with_case(plan: Plan, terms: Terms) -> Plan:
    """Words whose case counts are indexed as they stand, too, for all of the text together: =IT is not each "it"."""
    cased = [slot.cased for slot in terms.slots if slot.cased is not None and {slot.cased} != slot.forms]
    if not cased:
        return plan
    found = _all([Plan(Term(_cased_token(word), META), len(word) < LONGEST_TOKEN) for word in cased])
    if len(terms.slots) == 1 and terms.fields == TEXT_FIELDS:
        return found
    return Plan(_all([found, plan]).tree, False)


def _plan_slots(slots: Sequence[Slot], column: str | None, code: Callable[[str], str]) -> Plan:
    exact = all(slot.cased is None and all(map(_is_whole, slot.forms)) for slot in slots)
    prefix = slots[-1].prefix is not None
    if len(slots) == 1:
        tokens = sorted({code(index_token(form)) for form in slots[0].forms})
        return _any([Plan(Term(token, column, prefix), exact) for token in tokens])
    tokens = [code(index_token(form)) for slot in slots for form in slot.forms]
    if any(slot.may_part for slot in slots):
        loose = [Term(token, column, slot.prefix is not None) for token, slot in zip(tokens, slots, strict=True)]
        return Plan(_all([Plan(term, False) for term in loose]).tree, False)
    return Plan(Phrase(tuple(tokens), column, prefix), exact)


def _is_whole(form: str) -> bool:
    """Whether the index holds the form whole, and no longer word looks like it there."""
    return len(form) < LONGEST_TOKEN


def _plan_close(close: Close) -> Plan:
    """Pair by pair where that can be said, else only both sides. The index counts the breaks between Han characters
    as words and sees no paragraphs: its distance is the larger one, and the judge confirms."""
    sides = [_any([plan_of(each) for each in side]) for side in (close.left, close.right)]
    left, right = (plan.tree.parts if isinstance(plan.tree, Any) else (plan.tree,) for plan in sides)
    if len(left) * len(right) > MOST_PAIRS:
        return Plan(_all(sides).tree, False)
    pairs: list[Plan] = []
    for one in left:
        for other in right:
            if not isinstance(one, Term | Phrase) or not isinstance(other, Term | Phrase) or one.column != other.column:
                return Plan(_all(sides).tree, False)
            pairs.append(Plan(Near(one, other, 2 * close.distance + 1), False))
    return Plan(_any(pairs).tree, False)


def _plan_whole(whole: Whole) -> Plan:
    if whole.prefix is not None:
        token = _whole_token(whole.field, whole.prefix)
        return Plan(Term(token, META, prefix=True), len(whole.prefix) <= LONGEST_TOKEN)
    exact = whole.cased is None and all(map(_is_whole, whole.values))
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
        case Without(part):
            limited = _plan_never(_limited(Plan(part, True), levels - 1))
        case _:
            return plan
    return Plan(limited.tree, plan.exact and limited.exact)
