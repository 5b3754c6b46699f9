"""An index of very many rules: those compiled before, in flat tables asked by native code, and those that came since,
in a ``RuleIndex``. So adding and removing a rule costs what that rule costs, as there.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from alerts.index import RuleIndex
from query import Document
from query.board import Board
from query.compiled import Tables

if TYPE_CHECKING:
    from alerts.rules import Rule


class ManyRules:
    """Like ``RuleIndex``. ``rows`` say of each rule which query of the tables it is, or -1 for one that is in none;
    rules may share a query, and queries that no rule has are not asked about."""

    def __init__(self, rules: Sequence[Rule], tables: Tables, rows: Sequence[int]) -> None:
        self._board = Board(tables)
        self._later = RuleIndex()
        self._later_numbers: dict[str, int] = {}
        self._rules: list[Rule | None] = list(rules)
        self._every_name = [rule.name for rule in rules]
        self._row = array("i", rows)
        self._first = array("i", [-1]) * tables.queries  # by row: its first rule
        self._others: dict[int, list[int]] = {}  # by row: further rules
        for number, row in enumerate(rows):
            if row < 0:
                self._later.add(rules[number])
                self._later_numbers[rules[number].name] = number
            elif self._first[row] < 0:
                self._first[row] = number
            else:
                self._others.setdefault(row, []).append(number)
        self._as_they_are = list(self._first) == list(range(tables.queries)) and not self._others
        for row, number in enumerate(self._first):
            if number < 0:
                self._board.cross_out(row)

    def __len__(self) -> int:
        return sum(rule is not None for rule in self._rules)

    def add(self, rule: Rule) -> None:
        """One more rule, behind the others; it replaces one of the same name."""
        if rule.name in self._numbers:
            self.remove(rule.name)
        self._numbers[rule.name] = self._later_numbers[rule.name] = len(self._rules)
        self._rules.append(rule)
        self._every_name.append(rule.name)
        self._row.append(-1)
        self._later.add(rule)

    def remove(self, name: str) -> None:
        """Forget a rule. Raises KeyError if there is none of that name."""
        number = self._numbers.pop(name)
        self._rules[number] = None
        row = self._row[number]
        if row < 0:
            self._later.remove(name)
            del self._later_numbers[name]
            return
        others = self._others.pop(row, [])
        left = [each for each in (self._first[row], *others) if each != number]
        self._first[row] = left[0] if left else -1
        self._as_they_are = self._as_they_are and not left
        if not left:
            self._board.cross_out(row)
        elif left[1:]:
            self._others[row] = left[1:]

    @functools.cached_property
    def _numbers(self) -> dict[str, int]:
        """By name; made when a rule first comes or goes, which it does seldom."""
        return {rule.name: number for number, rule in enumerate(self._rules) if rule is not None}

    def candidates(self, document: Document) -> list[tuple[Rule, bool]]:
        """The rules that can match, in their order; with True those that do, with False those to be judged."""
        rules = self._rules
        return [(rule, code & 1 == 1) for code in self._codes(document) if (rule := rules[code >> 1]) is not None]

    def matching(self, document: Document, holds: Callable[[Rule], bool]) -> list[Rule]:
        """The rules that match, in their order. ``holds`` judges one; it is only asked where the index cannot say."""
        rules = self._rules
        found = [rules[code >> 1] if code & 1 else self._held(code, holds) for code in self._codes(document)]
        return [rule for rule in found if rule is not None]

    def names(self, document: Document, holds: Callable[[Rule], bool]) -> list[str]:
        """The names of those that match. Of many rules that match each one's memory is far away, its name is nearer."""
        names = self._every_name
        return [names[code >> 1] for code in self._codes(document) if code & 1 or self._held(code, holds)]

    def _held(self, code: int, holds: Callable[[Rule], bool]) -> Rule | None:
        rule = self._rules[code >> 1]
        return rule if rule is not None and holds(rule) else None

    def _codes(self, document: Document) -> list[int]:
        """The numbers of the rules that can match, ascending, times two, plus one if they surely do."""
        found = self._board.fulfilled(document)
        if not self._as_they_are:
            first, others = self._first, self._others
            further = [2 * number + (code & 1) for code in found for number in others.get(code >> 1, ())]
            found = sorted([*[2 * first[code >> 1] + (code & 1) for code in found], *further])
        if self._later_numbers:
            numbers = self._later_numbers
            found = sorted(
                [*found, *[2 * numbers[rule.name] + sure for rule, sure in self._later.candidates(document)]]
            )
        return found
