"""What an item must have for a query to match: for an index of many queries.

``needs(query)`` are alternatives. Every item that the query matches fulfils one of them at least; an item that fulfils
an ``exact`` one is matched, and nobody has to judge it. They speak of *signs*: words, beginnings, phrases and values
that an item has or has not, which ``query.lookout`` finds for many queries at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias, TypeVar

from query.nodes import Named
from query.parts import Close, Every, Never, Part, Slot, Some, Terms, Whole, Wrapped
from query.query import Query

MOST_PRODUCTS = 64  # alternatives that AND may multiply to; beyond, one side of it is asked for and the judge confirms
MOST_NEEDS = 2_000
_T = TypeVar("_T")
Fields: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordSign:
    """One of ``forms`` stands in one of ``fields``."""

    fields: Fields
    forms: frozenset[str]


@dataclass(frozen=True, slots=True)
class PrefixSign:
    """A word that begins with ``prefix``."""

    fields: Fields
    prefix: str


@dataclass(frozen=True, slots=True)
class CasedSign:
    """A word whose folded form is ``form`` and which is written exactly so: ``cased``, as ``Analysis.cased``."""

    fields: Fields
    form: str
    cased: str


@dataclass(frozen=True, slots=True)
class PhraseSign:
    """At least two words next to each other; ``open``: the last is only a beginning."""

    fields: Fields
    tokens: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class ValueSign:
    """The whole value of ``field`` is one of ``values``, or begins with ``prefix``."""

    field: str
    values: frozenset[str]
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class AnySign:
    """At least one of other signs, none of which is an AnySign: a topic, which many queries share."""

    signs: frozenset[Sign]


Sign: TypeAlias = WordSign | PrefixSign | CasedSign | PhraseSign | ValueSign | AnySign


@dataclass(frozen=True, slots=True)
class Nearby:
    """A word of ``left`` and one of ``right`` with at most ``distance`` words between them, in one paragraph."""

    fields: Fields
    left: frozenset[str]
    right: frozenset[str]
    distance: int


@dataclass(frozen=True, slots=True)
class Need:
    """All of ``every`` and ``near``, one at least of each of ``some``, and none of ``never``. ``exact``: that is
    enough."""

    every: tuple[Sign, ...] = ()
    some: tuple[tuple[Sign, ...], ...] = ()
    never: tuple[Sign, ...] = ()
    near: tuple[Nearby, ...] = ()
    exact: bool = True


ANYTHING = Need(exact=False)


def needs(query: Query) -> tuple[Need, ...]:
    """The alternatives of a query; linear in the size of the query with its topics."""
    return tuple(_needs(query.part, False))


def _needs(part: Part, negated: bool) -> list[Need]:
    """One call a level, as everywhere where queries are walked."""
    match part:
        case Never(_, inner):
            return _needs(inner, not negated)
        case Wrapped(node, inner):
            found = _needs(inner, negated and not isinstance(node, Named))
            return _named(found, inner, negated) if isinstance(node, Named) else found
        case Every(_, parts) | Some(_, parts):
            sides = []
            for each in parts:
                sides.append(_needs(each, negated))
            return _both(sides) if isinstance(part, Every) != negated else _either(sides)
        case Close():
            return [ANYTHING] if negated else _close(part)
        case Terms():
            return [_signed(*_terms(part), negated)]
        case Whole(_, field, values, prefix, cased):
            return [_signed((ValueSign(field, values, prefix),), cased is None, negated)]
    return [ANYTHING]  # expressions and dates are for the judge


def _close(part: Close) -> list[Need]:
    """Both sides must be there; how far apart is only known of single words."""
    if part.plain is None:
        return [_inexact(need) for need in _both([_either(map(_positive, side)) for side in (part.left, part.right)])]
    sides = tuple(WordSign(part.fields, side) for side in part.plain)
    return [Need(every=tuple(dict.fromkeys(sides)), near=(Nearby(part.fields, *part.plain, part.distance),))]


def _positive(part: Part) -> list[Need]:
    return _needs(part, False)


def _named(found: list[Need], inner: Part, negated: bool) -> list[Need]:
    """A topic that is words joined by OR becomes one sign, however many words it has."""
    if len(found) == 1 and found[0].exact and not found[0].never and not found[0].near:
        need = found[0]
        literals = [*need.some, *[(sign,) for sign in need.every]]
        if len(literals) == 1:
            return [_signed((_any(literals[0]),), True, negated)]
    return _needs(inner, True) if negated else found


def _any(signs: Iterable[Sign]) -> Sign:
    flat: set[Sign] = set()
    for sign in signs:
        flat.update(sign.signs if isinstance(sign, AnySign) else (sign,))
    return AnySign(frozenset(flat)) if len(flat) > 1 else flat.pop()


def _signed(signs: tuple[Sign, ...], exact: bool, negated: bool) -> Need:
    """The need of a term. What the signs of a term only hint at cannot be ruled out by them."""
    if not negated:
        return Need(every=signs, exact=exact)
    return Need(never=signs) if exact else ANYTHING


def _terms(terms: Terms) -> tuple[tuple[Sign, ...], bool]:
    """The signs of a word or phrase, and whether they are enough; if they are, it is one."""
    slots, fields = terms.slots, terms.fields
    if len(slots) == 1:
        return (_slot(fields, slots[0]),), True
    if any(slot.may_part for slot in slots):
        return tuple(_slot(fields, slot) for slot in slots), False
    tokens = tuple(next(iter(slot.forms)) for slot in slots)
    phrase = PhraseSign(fields, tokens, slots[-1].prefix is not None)
    cased = [_slot(fields, slot) for slot in slots if slot.cased is not None]
    return (phrase, *dict.fromkeys(cased)), not cased


def _slot(fields: Fields, slot: Slot) -> Sign:
    if slot.cased is not None:
        return CasedSign(fields, next(iter(slot.forms)), slot.cased)
    return WordSign(fields, slot.forms) if slot.prefix is None else PrefixSign(fields, slot.prefix)


def _inexact(need: Need) -> Need:
    return replace(need, exact=False)


def _both(sides: list[list[Need]]) -> list[Need]:
    """The alternatives of an AND; a side that would multiply them too much is left to the judge."""
    found = [Need()]
    for side in sorted(sides, key=len):
        if len(found) * len(side) > MOST_PRODUCTS and found != [Need()]:
            found = [_inexact(need) for need in found]
        else:
            found = [_joined(one, other) for one, other in product(found, side)]
    return found


def _joined(one: Need, other: Need) -> Need:
    return Need(
        _once(one.every, other.every),
        _once(one.some, other.some),
        _once(one.never, other.never),
        _once(one.near, other.near),
        one.exact and other.exact,
    )


def _once(one: tuple[_T, ...], other: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys((*one, *other))) if one and other else one or other


def _either(sides: Iterable[list[Need]]) -> list[Need]:
    """The alternatives of an OR; those that are one sign each become one."""
    found: list[Need] = []
    signs: dict[Sign, None] = {}
    for side in sides:
        for need in side:
            literals = [*need.some, *[(sign,) for sign in need.every]]
            if need.exact and not need.never and not need.near and len(literals) == 1:
                signs.update(dict.fromkeys(literals[0]))
            else:
                found.append(need)
    if signs:
        found.append(Need(some=(tuple(signs),)) if len(signs) > 1 else Need(every=tuple(signs)))
    return found if len(found) <= MOST_NEEDS and ANYTHING not in found else [ANYTHING]
