"""The parts of a query made ready for judging: names looked up, fields pushed down to the words, forms spelled out.

Every part remembers the ``node`` it was made of. ``holds`` says whether it is true of an item; ``mark`` notes where,
and is only called for parts that hold. Evaluation is linear in the item for every kind of part.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeAlias

from query.dates import before
from query.document import Document
from query.find import are_near, find, find_near
from query.nodes import Node
from query.patterns import found, places

MOST_MARKS = 200  # places of a regular expression marked in one field

Marks: TypeAlias = list[tuple[str, int, int]]  # field, start, end


@dataclass(slots=True)
class Look:
    """One item at one moment; ``answers`` are the named queries already answered."""

    document: Document
    now: datetime
    answers: dict[Wrapped, bool] = field(default_factory=dict)
    marked: set[Wrapped] = field(default_factory=set)


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One word of a phrase: one of ``forms``, or a word that begins with ``prefix``; if ``cased`` is given, exactly
    these letters. ``may_part``: the query itself has punctuation before this Han or Kana character."""

    forms: frozenset[str]
    prefix: str | None = None
    cased: str | None = None
    may_part: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether a word need only be one of the forms."""
        return self.prefix is None and self.cased is None


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """A word or phrase in one of ``fields``."""

    node: Node
    fields: tuple[str, ...]
    slots: tuple[Slot, ...]

    def holds(self, look: Look) -> bool:
        tokens = look.document.tokens(self.fields)
        for slot in self.slots:
            if slot.prefix is None and tokens.isdisjoint(slot.forms):
                return False
        if len(self.slots) == 1 and self.slots[0].is_plain:
            return True
        return any(find(self.slots, look.document.analysis(name)) for name in look.document.filled(self.fields))

    def mark(self, look: Look, marks: Marks) -> None:
        forms = self.slots[0].forms if len(self.slots) == 1 and self.slots[0].is_plain else None
        for name in look.document.filled(self.fields):
            words = look.document.analysis(name)
            listed = words.listed  # first, for then nothing is read twice
            if forms is None:
                marks += [(name, listed.starts[first], listed.ends[last]) for first, last in find(self.slots, words)]
                continue
            noted = words.noted
            for form in forms:
                if form in noted:
                    marks += [(name, listed.starts[at], listed.ends[at]) for at in noted[form]]


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A field whose whole value is one of ``values`` (folded words joined by spaces), or begins with ``prefix``, or is
    ``cased`` letter by letter."""

    node: Node
    field: str
    values: frozenset[str]
    prefix: str | None = None
    cased: str | None = None

    def holds(self, look: Look) -> bool:
        folded, cased = look.document.whole(self.field)
        if self.prefix is not None:
            return folded.startswith(self.prefix)
        if self.cased is not None:
            return cased == self.cased
        return folded in self.values

    def mark(self, look: Look, marks: Marks) -> None:
        words = look.document.analysis(self.field)
        marks.append((self.field, words.starts[0], words.ends[-1]))


@dataclass(frozen=True, slots=True, eq=False)
class Regexp:
    """A regular expression on the original text of ``fields``."""

    node: Node
    fields: tuple[str, ...]
    pattern: Any

    def holds(self, look: Look) -> bool:
        return any(found(self.pattern, look.document.text(name)) for name in self.fields)

    def mark(self, look: Look, marks: Marks) -> None:
        for name in self.fields:
            each = islice(places(self.pattern, look.document.text(name)), MOST_MARKS)
            marks += [(name, start, end) for start, end in each]


@dataclass(frozen=True, slots=True, eq=False)
class When:
    """The item's time is not before (``side`` "after") or before (``side`` "before") a moment or an age."""

    node: Node
    side: str
    moment: datetime | timedelta

    def holds(self, look: Look) -> bool:
        effective = look.document.effective_at
        if effective is None:
            return False
        moment = before(look.now, self.moment) if isinstance(self.moment, timedelta) else self.moment
        return effective >= moment if self.side == "after" else effective < moment

    def mark(self, look: Look, marks: Marks) -> None:
        """A date is nowhere in the text."""


@dataclass(frozen=True, slots=True, eq=False)
class Close:
    """One of ``left`` and one of ``right`` with at most ``distance`` words between them, in one paragraph."""

    node: Node
    fields: tuple[str, ...]
    left: tuple[Terms | Close, ...]
    right: tuple[Terms | Close, ...]
    distance: int
    plain: tuple[frozenset[str], frozenset[str]] | None = field(init=False)
    """The words of both sides, if each side is single words only."""

    levels: int = field(init=False)
    """How many NEAR stand in one another."""

    def __post_init__(self) -> None:
        inner = [part.levels for part in (*self.left, *self.right) if isinstance(part, Close)]
        object.__setattr__(self, "levels", 1 + max(inner, default=0))
        sides = [_plain_forms(side) for side in (self.left, self.right)]
        object.__setattr__(self, "plain", (sides[0], sides[1]) if sides[0] and sides[1] else None)

    def holds(self, look: Look) -> bool:
        return are_near(self, look.document)

    def mark(self, look: Look, marks: Marks) -> None:
        for name in look.document.filled(self.fields):
            words = look.document.analysis(name)
            listed = words.listed
            marks += [(name, listed.starts[first], listed.ends[last]) for first, last in find_near(self, words).places]


def _plain_forms(side: tuple[Terms | Close, ...]) -> frozenset[str]:
    """The forms of words joined by OR; empty if there is anything else."""
    forms: set[str] = set()
    for part in side:
        if not isinstance(part, Terms) or len(part.slots) > 1 or not part.slots[0].is_plain:
            return frozenset()
        forms |= part.slots[0].forms
    return frozenset(forms)


@dataclass(frozen=True, slots=True, eq=False)
class Every:
    """All parts."""

    node: Node
    parts: tuple[Part, ...]

    def holds(self, look: Look) -> bool:
        for part in self.parts:  # noqa: SIM110 - one frame a level; a generator would be a second
            if not part.holds(look):
                return False
        return True

    def mark(self, look: Look, marks: Marks) -> None:
        for part in self.parts:
            part.mark(look, marks)


@dataclass(frozen=True, slots=True, eq=False)
class Some:
    """At least one part."""

    node: Node
    parts: tuple[Part, ...]

    def holds(self, look: Look) -> bool:
        for part in self.parts:  # noqa: SIM110
            if part.holds(look):
                return True
        return False

    def mark(self, look: Look, marks: Marks) -> None:
        for part in self.parts:
            if part.holds(look):
                part.mark(look, marks)


@dataclass(frozen=True, slots=True, eq=False)
class Never:
    """Not the part."""

    node: Node
    part: Part

    def holds(self, look: Look) -> bool:
        return not self.part.holds(look)

    def mark(self, look: Look, marks: Marks) -> None:
        """What must not occur is nowhere."""


@dataclass(frozen=True, slots=True, eq=False)
class Wrapped:
    """A named query or a field around a part. A named query is made once for each field it stands under, and answered
    once for each item."""

    node: Node
    part: Part

    def holds(self, look: Look) -> bool:
        if (answer := look.answers.get(self)) is None:
            answer = look.answers[self] = self.part.holds(look)
        return answer

    def mark(self, look: Look, marks: Marks) -> None:
        if self not in look.marked:
            look.marked.add(self)
            self.part.mark(look, marks)


Part: TypeAlias = Terms | Whole | Regexp | When | Close | Every | Some | Never | Wrapped


def fields_of(part: Part) -> frozenset[str]:
    """The item's fields that a part reads."""
    match part:
        case Terms(_, fields) | Regexp(_, fields) | Close(_, fields):
            return frozenset(fields)
        case Whole(_, field):
            return frozenset((field,))
        case Every(_, parts) | Some(_, parts):
            return frozenset[str]().union(*map(fields_of, parts))
        case Never(_, inner) | Wrapped(_, inner):
            return fields_of(inner)
    return frozenset()
