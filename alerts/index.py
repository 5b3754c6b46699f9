"""An index of rules by what they need of an item, so that one item costs hardly more with ten thousand rules than with
ten.

What an item has (``query.lookout``) is a set of numbers. Each alternative of a rule (``query.needs``) lies where an
item finds it: under its rarest sign, and there under its second rarest; the others are compared as sets. Rules
that need nothing an index knows of, such as a regular expression alone, are judged for every item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from query import Document
from query.lookout import Lookout, Numbers
from query.needs import Need, Sign, needs

if TYPE_CHECKING:
    from alerts.rules import Rule

# What is left to be asked of an item under two of the signs of an alternative: all of these signs, one at least of each
# of these, none of these; whether that is enough; and the number of the rule.
Entry: TypeAlias = tuple[Numbers, tuple[Numbers, ...], Numbers, bool, int]
Home: TypeAlias = tuple[int, int]

_NO_SIGN = 0  # what every item has: the second sign of an alternative of one sign
_SAMPLED = 16  # one item of so many is counted, for which signs are rare
_FEW = 8  # signs asked for one by one; more are compared as a set
_SETTLED_AFTER = frozenset({4, 32, 256})  # items counted: then every alternative is put under what proved to be rare


class RuleIndex:
    """The rules, in the order in which they were added. Adding and removing one costs what that rule costs."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._lookout = Lookout()
        self._rules: dict[int, Rule] = {}
        self._numbers: dict[str, int] = {}
        self._homes: dict[int, list[Home]] = {}
        self._always: set[int] = set()
        self._buckets: dict[int, dict[int, list[Entry]]] = {}
        self._frequency: Counter[int] = Counter()
        self._items = 0
        self._last = 0
        watched = {number: self._alternatives(number, self._lookout.watch) for number in map(self._number, rules)}
        for number, alternatives in watched.items():
            self._settle(number, alternatives)

    def __len__(self) -> int:
        return len(self._rules)

    def held(self) -> int:
        """How many alternatives and signs are kept: 0 when there is no rule."""
        return sum(map(len, self._buckets.values())) + len(self._homes) + len(self._always) + len(self._lookout)

    def add(self, rule: Rule) -> None:
        """One more rule, behind the others; it replaces one of the same name."""
        if rule.name in self._numbers:
            self.remove(rule.name)
        number = self._number(rule)
        self._settle(number, self._alternatives(number, self._lookout.watch))

    def remove(self, name: str) -> None:
        """Forget a rule. Raises KeyError if there is none of that name."""
        number = self._numbers.pop(name)
        self._unsettle(number)
        for need in needs(self._rules.pop(number).query):
            for sign in _signs(need):
                self._lookout.forget(sign)

    def candidates(self, document: Document) -> list[tuple[Rule, bool]]:
        """The rules that can match, in their order; with True those that do, with False those to be judged."""
        sure, maybe = self._found(document)
        return [(self._rules[number], number in sure) for number in sorted(sure | maybe)]

    def matching(self, document: Document, holds: Callable[[Rule], bool]) -> list[Rule]:
        """The rules that match, in their order. ``holds`` judges one; it is only asked where the index cannot say."""
        return [rule for rule, sure in self.candidates(document) if sure or holds(rule)]

    def names(self, document: Document, holds: Callable[[Rule], bool]) -> list[str]:
        """The names of those that match."""
        return [rule.name for rule in self.matching(document, holds)]

    def _found(self, document: Document) -> tuple[set[int], set[int]]:
        """The numbers of the rules that match, and of those that may."""
        seen = self._lookout.seen(document)
        self._count(seen)
        seen.add(_NO_SIGN)
        sure: set[int] = set()
        maybe = set(self._always)
        has, lacks = seen.issuperset, seen.isdisjoint
        for first in self._buckets.keys() & seen:
            bucket = self._buckets[first]
            for second in bucket if len(bucket) < _FEW else bucket.keys() & seen:
                if second not in seen:
                    continue
                for every, some, never, exact, number in bucket[second]:
                    if (not every or has(every)) and (not never or lacks(never)):
                        if some and any(map(lacks, some)):
                            continue
                        (sure if exact else maybe).add(number)
        return sure, maybe

    # Where alternatives lie

    def _number(self, rule: Rule) -> int:
        self._last += 1
        self._rules[self._last] = rule
        self._numbers[rule.name] = self._last
        return self._last

    def _alternatives(self, number: int, of: Callable[[Sign], int]) -> list[Entry]:
        """The alternatives of a rule in numbers, which ``of`` gives to the signs."""
        return [
            (
                tuple(map(of, need.every)),
                tuple(tuple(map(of, signs)) for signs in need.some),
                tuple(map(of, need.never)),
                need.exact and not need.near,  # how near is for the judge
                number,
            )
            for need in needs(self._rules[number].query)
        ]

    def _settle(self, number: int, alternatives: Iterable[Entry]) -> None:
        homes: list[Home] = []
        for alternative in alternatives:
            for (first, second), entry in self._places(alternative):
                self._buckets.setdefault(first, {}).setdefault(second, []).append(entry)
                homes.append((first, second))
            if not alternative[0] and not alternative[1]:
                self._always.add(number)
        if homes:
            self._homes[number] = homes

    def _unsettle(self, number: int) -> None:
        self._always.discard(number)
        for first, second in self._homes.pop(number, ()):
            bucket = self._buckets.get(first, {})
            left = [entry for entry in bucket.pop(second, ()) if entry[-1] != number]
            if left:
                bucket[second] = left
            elif not bucket:
                self._buckets.pop(first, None)

    def _places(self, alternative: Entry) -> Iterator[tuple[Home, Entry]]:
        """Under which signs an alternative lies, and what is left to be asked there."""
        every, some, never, exact, number = alternative
        signs = sorted(every, key=self._cost)
        if some:
            choice = min(some, key=self._costs)
            if not signs or self._costs(choice) < self._cost(signs[0]):
                second, rest = (signs[0], tuple(signs[1:])) if signs else (_NO_SIGN, ())
                others = tuple(each for each in some if each is not choice)
                for sign in choice:
                    yield (sign, second), (rest, others, never, exact, number)
                return
        if signs:
            second = signs[1] if len(signs) > 1 else _NO_SIGN
            yield (signs[0], second), (tuple(signs[2:]), some, never, exact, number)

    def _cost(self, sign: int) -> tuple[int, int]:
        """How many items have a sign, as far as known; of those unseen, how many rules ask for it."""
        return self._frequency[sign], self._lookout.uses(sign)

    def _costs(self, signs: Numbers) -> tuple[int, int]:
        costs = [self._cost(sign) for sign in signs]
        return sum(cost[0] for cost in costs), sum(cost[1] for cost in costs)

    def _count(self, seen: set[int]) -> None:
        """Learn from one item of many which signs are rare."""
        self._items += 1
        if self._items % _SAMPLED:
            return
        self._frequency.update(seen)
        if self._items // _SAMPLED in _SETTLED_AFTER:
            self._settle_all()

    def _settle_all(self) -> None:
        self._buckets.clear()
        self._homes.clear()
        self._always.clear()
        for number in self._rules:
            self._settle(number, self._alternatives(number, self._lookout.number))


def _signs(need: Need) -> Iterator[Sign]:
    yield from need.every
    for signs in need.some:
        yield from signs
    yield from need.never
