"""Matches in the order of their weight: hits in the title count more than in the summary, these more than in the body.

Weighing costs, so not all matches are ranked: the newest 5,000 where the index finds and weighs them alone (FTS5's
BM25), fewer where each candidate has to be judged, or the hits counted. Behind them come the next ones.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from archive import fulltext
from archive.candidates import FIRST, Wanted, walk
from archive.database import Database
from archive.document import document_of
from archive.rows import items_by_seq
from query import Verdict, judge

MOST_BY_INDEX = 5000
MOST_JUDGED = 500
MOST_COUNTED = 200
_MOST_CANDIDATES = 20_000  # weighed by the index although it is not exact
_WEIGHTS = {"title": 4.0, "summary": 2.0}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Row numbers of matches, the heaviest first. They are all the matches from row ``below`` (exclusive) down to
    ``down_to``; None: down to the oldest. ``in_time`` is False if time ran out before there were enough."""

    numbers: list[int]
    below: int
    down_to: int | None
    in_time: bool


def ranked(database: Database, what: Wanted, least: int, *, below: int | None, deadline: float | None) -> Ranking:
    """The newest matches from row ``below`` down by weight, the newest first among equals; at least so many, if there
    are."""
    dialect = fulltext.dialect(sqlite=database.sqlite)
    by_index = dialect.RANKS and what.question.text is not None
    usual = MOST_COUNTED if not by_index else MOST_BY_INDEX if what.question.exact else MOST_JUDGED
    most = max(usual, least)
    numbers: list[int] = []
    looked_at, down_to, last, in_time = 0, what.below, False, True
    first = most if what.question.exact else FIRST
    for stretch in walk(database, what, lambda _, found: list(found), below=below, first=first):
        numbers += stretch.found
        looked_at += stretch.looked_at
        down_to, last = stretch.down_to, stretch.last
        in_time = last or len(numbers) >= most or deadline is None or time.monotonic() < deadline
        if len(numbers) >= most or not in_time:
            break
    if len(numbers) > most:
        numbers, last = numbers[:most], False
        down_to = numbers[-1]
    below = max(numbers) + 1 if numbers else down_to
    with database.read() as connection:
        if what.question.text is None:
            order = numbers
        elif by_index and looked_at <= max(_MOST_CANDIDATES, most):
            matching = set(numbers)
            found = dialect.ranked(connection, what.question.text, below, min(numbers, default=below))
            order = [number for number in found if number in matching]
        else:
            order = _counted(connection, what, numbers)
    return Ranking(order, below, None if last else down_to, in_time)


def _counted(connection: Connection, what: Wanted, numbers: Sequence[int]) -> list[int]:
    """By the hits in their texts; each further hit in a field counts less."""
    if what.query is None:
        return list(numbers)
    weights = {
        number: _weight(judge(what.query, document_of(item), what.asked))
        for number, item in items_by_seq(connection, numbers).items()
    }
    return sorted(weights, key=lambda number: -weights[number])


def _weight(verdict: Verdict) -> float:
    hits = Counter(span.field for span in verdict.spans)
    return sum(_WEIGHTS.get(field, 1.0) * math.log1p(count) for field, count in hits.items())
