"""From the plan of a query to a question for the full-text index. Values only.

A question may find too much, never too little: what the index cannot say is left out, and the evaluator confirms. Plans
come flattened (``query.plan``), for FTS5's parser gives up at some levels of brackets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from archive.fulltext import encoded
from query import Plan
from query.plan import All, Any, Everything, Phrase, Term, Tree

# A bare word is looked for in these; what else is indexed of an item stands in "meta".
_TEXT = ("title", "summary", "body")


class Dialect(Protocol):
    """How one database writes questions (``archive.fulltext_sqlite``, ``archive.fulltext_postgres``)."""

    def term(self, word: str, columns: Sequence[str], *, prefix: bool) -> str:
        """One encoded word in any of the columns."""

    def phrase(self, encoded_words: Sequence[str], columns: Sequence[str]) -> str:
        """Encoded words next to each other in any one of the columns."""

    def both(self, parts: Sequence[str]) -> str:
        """All of the questions."""

    def either(self, parts: Sequence[str]) -> str:
        """Any of the questions."""


def question_of(plan: Plan, dialect: Dialect) -> str | None:
    """The question, or None when the index cannot narrow anything down."""
    return _question(plan.tree, dialect)


def _question(tree: Tree, dialect: Dialect) -> str | None:
    match tree:
        case Everything():
            return None
        case Term(token, column, prefix):
            return dialect.term(encoded(token), _columns(column), prefix=prefix)
        case Phrase(tokens, column):
            return dialect.phrase([encoded(token) for token in tokens], _columns(column))
        case All(parts):
            known = [found for part in parts if (found := _question(part, dialect)) is not None]
            return _joined(known, dialect.both) if known else None
        case Any(parts):
            found_parts = [_question(part, dialect) for part in parts]
            known = [found for found in found_parts if found is not None]
            return _joined(known, dialect.either) if known and len(known) == len(parts) else None


def _joined(questions: list[str], join: Callable[[Sequence[str]], str]) -> str:
    return questions[0] if len(questions) == 1 else join(questions)


def _columns(column: str | None) -> tuple[str, ...]:
    return _TEXT if column is None else (column,)
