"""Where the words of a query stand in a text, counted in words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from query.quick import BREAK, PART
from query.reader import PARTED
from query.words import Analysis

if TYPE_CHECKING:
    from query.document import Document
    from query.parts import Close, Slot, Terms

MOST_PAIRS = 20_000  # of an inner NEAR in one text; beyond, only neighbours are looked at


def find(slots: Sequence[Slot], words: Analysis) -> list[tuple[int, int]]:
    """First and last word of each place where the slots stand next to each other, ascending."""
    if not words.tokens:
        return []
    if len(slots) == 1:
        return [(at, at) for at in _candidates(slots[0], words)]
    number, candidates = _rarest(slots, words)
    found = []
    for at in candidates:
        first = at - number
        if first >= 0 and first + len(slots) <= len(words.tokens) and _stands(slots, words, first):
            found.append((first, first + len(slots) - 1))
    return found


def _rarest(slots: Sequence[Slot], words: Analysis) -> tuple[int, list[int]]:
    """The slot with the fewest candidates; beginnings of words cost more to look up and come last."""
    plain = [(number, slot) for number, slot in enumerate(slots) if slot.prefix is None]
    options: list[tuple[int, list[int]]] = []
    for number, slot in plain or enumerate(slots):
        options.append((number, _candidates(slot, words)))
        if not options[-1][1]:
            return options[-1]
    return min(options, key=lambda option: len(option[1]))


def _candidates(slot: Slot, words: Analysis) -> list[int]:
    if slot.prefix is not None:
        return sorted(at for token in words.beginning(slot.prefix) for at in words.positions(token))
    if len(slot.forms) == 1:
        (form,) = slot.forms
        found = words.positions(form)
    else:
        noted = words.noted
        found = sorted([at for form in slot.forms if form in noted for at in noted[form]])
    return found if slot.cased is None else [at for at in found if words.cased[at] == slot.cased]


def _stands(slots: Sequence[Slot], words: Analysis, first: int) -> bool:
    for number, slot in enumerate(slots):
        at = first + number
        gap = words.gaps[at] if number else 0
        if gap and not (gap == PARTED and slot.may_part):
            return False
        token = words.tokens[at]
        if not (token.startswith(slot.prefix) if slot.prefix is not None else token in slot.forms):
            return False
        if slot.cased is not None and words.cased[at] != slot.cased:
            return False
    return True


class Occurrence(NamedTuple):
    """Words ``first`` to ``last``; ``places`` are the words in it that a query named."""

    first: int
    last: int
    places: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Nearness:
    """``hulls``: stretches that hold both sides."""

    hulls: list[Occurrence] = field(default_factory=list)

    @property
    def places(self) -> set[tuple[int, int]]:
        """Every place that takes part in a hull."""
        return {place for hull in self.hulls for place in hull.places}


def find_near(close: Close, words: Analysis, inner: bool = False) -> Nearness:
    """Where both sides of a NEAR stand close to each other.

    A side takes part when its nearest neighbour on the left or on the right does: looking at those is enough, but not
    for the ``inner`` of two NEARs. What the outer one asks for may be close only to a longer stretch of the inner, so
    there every pair counts, as long as they can be counted.
    """
    found = Nearness()
    left = _occurrences(close.left, words)
    right = _occurrences(close.right, words) if left else []
    if not right:
        return found
    pairs = _every_pair(left, right, close.distance) if inner else None
    if pairs is None:
        pairs = {*_pairs(left, right), *_pairs(right, left)}
    for before, after in pairs:
        apart = after.first - before.last - 1
        if apart <= close.distance and words.paragraphs[before.first] == words.paragraphs[after.first]:
            found.hulls.append(Occurrence(before.first, after.last, (*before.places, *after.places)))
    return found


def are_near(close: Close, document: Document) -> bool:
    """Whether both sides of a NEAR stand close to each other somewhere: the same as having hulls, told sooner."""
    fields = close.fields
    if close.plain is None:
        return any(find_near(close, document.analysis(name)).hulls for name in fields)
    tokens = document.tokens(fields)
    left, right = close.plain[0] & tokens, close.plain[1] & tokens
    if not left or not right:
        return False
    return _are_near(
        {at for form in left for at in document.places(fields, form)},
        {at for form in right for at in document.places(fields, form)},
        close.distance,
        document.stream(fields),
    )


def _are_near(left: set[int], right: set[int], distance: int, stream: Sequence[str]) -> bool:
    """Of single words it is enough to look at neighbours: between two that are close there are none but closer ones."""
    places = sorted(left | right)
    for one, other in pairwise(places):
        if (one in left and other in right) or (one in right and other in left):
            between = stream[one + 1 : other]
            if len(between) - between.count(PART) <= distance and BREAK not in between:
                return True
    return False


def _every_pair(
    ones: list[Occurrence], others: list[Occurrence], distance: int
) -> set[tuple[Occurrence, Occurrence]] | None:
    """All pairs that are close enough, the earlier first; None if they are too many."""
    found: set[tuple[Occurrence, Occurrence]] = set()
    for befores, afters in ((ones, others), (others, ones)):
        afters = sorted(afters, key=lambda after: after.first)
        firsts = [after.first for after in afters]
        for before in befores:
            at = bisect_right(firsts, before.last)
            upto = bisect_right(firsts, before.last + 1 + distance)
            if len(found) + upto - at > MOST_PAIRS:
                return None
            found.update((before, after) for after in afters[at:upto])
    return found


def _pairs(ones: list[Occurrence], others: list[Occurrence]) -> Iterable[tuple[Occurrence, Occurrence]]:
    """Each of ``ones`` with its nearest of ``others`` before and behind it, the earlier first."""
    by_last = sorted(others, key=lambda other: (other.last, other.first))
    lasts = [other.last for other in by_last]
    by_first = sorted(others, key=lambda other: (other.first, other.last))
    firsts = [other.first for other in by_first]
    for one in ones:
        before = bisect_left(lasts, one.first)
        if before:
            yield by_last[before - 1], one
        behind = bisect_right(firsts, one.last)
        if behind < len(by_first):
            yield one, by_first[behind]


def _occurrences(side: Sequence[Terms | Close], words: Analysis) -> list[Occurrence]:
    found: dict[tuple[int, int], Occurrence] = {}
    for part in side:
        if hasattr(part, "slots"):
            for place in find(part.slots, words):
                found[place] = Occurrence(*place, (place,))
        else:
            for hull in find_near(part, words, inner=True).hulls:
                found.setdefault((hull.first, hull.last), hull)
    return list(found.values())
