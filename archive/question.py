"""From the plan of a query to a question for the full-text index. Values only.

A question may find too much, never too little: what it cannot say it leaves out, and the evaluator confirms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from archive.fulltext import encoded
from query import All, Any, Condition, Everything, Phrase, Plan, Term

# FTS5's parser gives up at about 60 alternating levels of brackets.
_DEEPEST = 16
# A bare word is looked for in these; what else is indexed of an item stands in "meta".
_TEXT = ("title", "summary", "body")


class Dialect(Protocol):
    """How one database writes questions (``archive.fulltext_sqlite``, ``archive.fulltext_postgres``)."""

    def term(self, word: str, columns: tuple[str, ...], *, prefix: bool) -> str:
        """One encoded word in any of the columns."""

    def phrase(self, encoded_words: list[str], columns: tuple[str, ...]) -> str:
        """Encoded words next to each other in any one of the columns."""

    def both(self, parts: list[str]) -> str:
        """All of the questions."""

    def either(self, parts: list[str]) -> str:
        """Any of the questions."""


def question_of(plan: Plan, dialect: Dialect) -> str | None:
    """The question, or None when the index cannot narrow anything down."""
    return _question(plan.condition, dialect, 0)


def _question(condition: Condition, dialect: Dialect, depth: int) -> str | None:
    match condition:
        case Everything():
            return None
        case Term(token, column, prefix):
            return dialect.term(encoded(token), _columns(column), prefix=prefix)
        case Phrase(tokens, column):
            return dialect.phrase([encoded(token) for token in tokens], _columns(column))
        case All(parts):
            return _all(parts, dialect, depth)
        case Any(parts):
            return _any(parts, dialect, depth)
    return None


def _all(parts: tuple[Condition, ...], dialect: Dialect, depth: int) -> str | None:
    if depth >= _DEEPEST:
        return _any(tuple(_leaves(All(parts))), dialect, depth)
    questions = [found for part in parts if (found := _question(part, dialect, depth + 1)) is not None]
    return _joined(questions, dialect.both) if questions else None


def _any(parts: tuple[Condition, ...], dialect: Dialect, depth: int) -> str | None:
    if depth >= _DEEPEST:
        # Whatever satisfies a condition has at least one of its leaves.
        parts = tuple(_leaves(Any(parts)))
    questions = [_question(part, dialect, depth + 1) for part in parts]
    found = [question for question in questions if question is not None]
    return _joined(found, dialect.either) if found and len(found) == len(questions) else None


def _joined(questions: list[str], join: object) -> str:
    return questions[0] if len(questions) == 1 else join(questions)  # type: ignore[operator]


def _leaves(condition: Condition) -> Iterator[Condition]:
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        if isinstance(one, All | Any):
            waiting.extend(one.parts)
        else:
            yield one


def _columns(column: str | None) -> tuple[str, ...]:
    return _TEXT if column is None else (column,)
