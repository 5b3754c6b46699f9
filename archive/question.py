"""From the plan of a query to a question for the full-text index. Values only.

A question may find too much, never too little: what the index cannot say is left out, and the evaluator confirms. When
nothing was left out the question is ``exact``, and nothing needs to be confirmed. Plans come flattened
(``query.plan``), for FTS5's parser gives up at some levels of brackets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from archive.fulltext import encoded
from query import Plan
from query.dates import moment_of
from query.plan import All, Any, Dated, Near, Phrase, Term, Tree, Without

# A bare word is looked for in these; what else is indexed of an item stands in "meta".
_TEXT = ("title", "summary", "body")


class Dialect(Protocol):
    """How one database writes questions (``archive.fulltext_sqlite``, ``archive.fulltext_postgres``).

    Of words, phrases and nearness the answer comes with whether it is exact.
    """

    def term(self, word: str, columns: Sequence[str], *, prefix: bool) -> tuple[str, bool]:
        """One encoded word in any of the columns."""

    def phrase(self, encoded_words: Sequence[str], columns: Sequence[str], *, prefix: bool) -> tuple[str, bool]:
        """Encoded words next to each other in any one of the columns; with ``prefix`` the last is a beginning."""

    def near(self, left: Words, right: Words, columns: Sequence[str], distance: int) -> tuple[str, bool]:
        """Both near each other in any one of the columns."""

    def both(self, parts: Sequence[str]) -> str:
        """All of the questions."""

    def either(self, parts: Sequence[str]) -> str:
        """Any of the questions."""

    def without(self, wanted: str, unwanted: str) -> str:
        """The first question and not the second."""


@dataclass(frozen=True, slots=True)
class Words:
    """Encoded words next to each other, the last of which may be a beginning."""

    words: tuple[str, ...]
    prefix: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What an index is asked: ``text`` (None: it cannot narrow anything down), and which times can match at all,
    ``since`` inclusive, ``until`` exclusive. ``exact``: what it finds within these times matches."""

    text: str | None = None
    exact: bool = False
    since: datetime | None = None
    until: datetime | None = None


Beginning: TypeAlias = Callable[[str], Sequence[str]]


def question_of(plan: Plan, dialect: Dialect, asked: datetime | None, beginning: Beginning) -> Question:
    """The question at the time of asking, from which ages count. None: they count from each item's own time, and the
    index cannot say them. ``beginning`` gives the encoded words that begin so, or none if that is left to the index."""
    parts = plan.tree.parts if isinstance(plan.tree, All) else (plan.tree,)
    since: list[datetime] = []
    until: list[datetime] = []
    others: list[Tree] = []
    exact = plan.exact
    for part in parts:
        dated = _dated(part)
        if dated is None:
            others.append(part)
        elif (moment := moment_of(dated.moment, asked)) is not None:
            (since if dated.side == "after" else until).append(moment)
        else:
            exact = False
    if others:
        text, sure = _Writer(dialect, beginning).every(others)
        exact = exact and sure
    else:
        text = None
    return Question(text, exact, max(since, default=None), min(until, default=None))


def _dated(tree: Tree) -> Dated | None:
    if isinstance(tree, Without) and isinstance(tree.part, Dated):
        return Dated("before" if tree.part.side == "after" else "after", tree.part.moment)
    return tree if isinstance(tree, Dated) else None


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes questions; each comes with whether it is exact, and is None where the index cannot say anything."""

    dialect: Dialect
    beginning: Beginning

    def question(self, tree: Tree) -> tuple[str | None, bool]:
        """The question of a plan."""
        match tree:
            case Term(token, column, prefix):
                return self._term(encoded(token), _columns(column), prefix)
            case Phrase(tokens, column, prefix):
                words = [encoded(token) for token in tokens]
                return self.dialect.phrase(words, _columns(column), prefix=prefix)
            case Near(left, right, distance):
                return self.dialect.near(_words(left), _words(right), _columns(left.column), distance)
            case All(parts):
                return self.every(parts)
            case Any(parts):
                found = [self.question(part) for part in parts]
                known = [text for text, _ in found if text is not None]
                if len(known) < len(parts):
                    return None, False
                return _joined(known, self.dialect.either), all(sure for _, sure in found)
        return None, False

    def _term(self, word: str, columns: Sequence[str], prefix: bool) -> tuple[str, bool]:
        """A beginning is written as the words that begin so where they are few: a list of items for each of them can be
        read from the newest on, while the index would join all of the lists first."""
        words = self.beginning(word) if prefix else ()
        if not words:
            return self.dialect.term(word, columns, prefix=prefix)
        found = [self.dialect.term(each, columns, prefix=False) for each in words]
        return _joined([text for text, _ in found], self.dialect.either), all(sure for _, sure in found)

    def every(self, parts: Sequence[Tree]) -> tuple[str | None, bool]:
        """The question of all the parts, without those that must not be."""
        wanted: list[str] = []
        unwanted: list[str] = []
        exact = True
        for part in parts:
            if isinstance(part, Without):
                text, sure = self.question(part.part)
                if text is not None and sure:
                    unwanted.append(text)
                else:
                    exact = False
            else:
                text, sure = self.question(part)
                if text is not None:
                    wanted.append(text)
                exact = exact and sure
        if not wanted:
            return None, False
        found = _joined(wanted, self.dialect.both)
        if unwanted:
            found = self.dialect.without(found, _joined(unwanted, self.dialect.either))
        return found, exact


def _joined(questions: list[str], join: Callable[[Sequence[str]], str]) -> str:
    return questions[0] if len(questions) == 1 else join(questions)


def _words(part: Term | Phrase) -> Words:
    tokens = part.tokens if isinstance(part, Phrase) else (part.token,)
    return Words(tuple(map(encoded, tokens)), part.prefix)


def _columns(column: str | None) -> tuple[str, ...]:
    return _TEXT if column is None else (column,)
