"""The tree of a query: small frozen values that say what was written, nothing about what it finds.

``column`` is the 1-based code point where a part begins; it does not take part in comparisons, so a printed query
parses to an equal tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


def _column() -> int:
    return field(default=1, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Word:
    """``japan``, ``auto-industry`` (a phrase, when it has several words) or ``automo*`` (``prefix``)."""

    text: str
    prefix: bool = False
    column: int = _column()


@dataclass(frozen=True, slots=True)
class Phrase:
    """``"auto industry"``; with ``prefix`` its last word is only a beginning."""

    text: str
    prefix: bool = False
    column: int = _column()


@dataclass(frozen=True, slots=True)
class Exact:
    """``=IT`` or ``="IT services"``: these letters, case included."""

    text: str
    column: int = _column()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, without its slashes."""

    text: str
    column: int = _column()


@dataclass(frozen=True, slots=True)
class Date:
    """``after:2025-08-01`` or ``before:7d``; ``side`` is "after" or "before"."""

    side: str
    value: str
    column: int = _column()


@dataclass(frozen=True, slots=True)
class Named:
    """``topic:japan`` or ``rule:desk``; ``kind`` is "topic" or "rule"."""

    kind: str
    name: str
    column: int = _column()


@dataclass(frozen=True, slots=True)
class Field:
    """``title:x``: the part is looked for in that field only; ``name`` as it is written in queries (``lang``)."""

    name: str
    part: Node
    column: int = _column()


@dataclass(frozen=True, slots=True)
class Near:
    """Two parts with at most ``distance`` words between them."""

    left: Node
    right: Node
    distance: int
    column: int = _column()


@dataclass(frozen=True, slots=True)
class Not:
    """What must not occur."""

    part: Node
    column: int = _column()


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two parts."""

    parts: tuple[Node, ...]
    column: int = _column()


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of at least two parts."""

    parts: tuple[Node, ...]
    column: int = _column()


Node: TypeAlias = Word | Phrase | Exact | Pattern | Date | Named | Field | Near | Not | And | Or
