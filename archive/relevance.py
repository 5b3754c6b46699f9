"""Matches in the order of their weight: hits in the title count more than in the summary, these more than in the body.

Weighing costs, so not all matches are ranked: the newest 5,000 where the index finds and weighs them alone (FTS5's
BM25), fewer where there are many words to weigh, where each candidate has to be judged, or the hits counted. Where
most candidates are none, those found among some are enough. Behind them come the next ones.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from archive import fulltext
from archive.candidates import FIRST, LARGEST, MOST_SEQ, Wanted, walk
from archive.database import Database
from archive.document import document_of
from archive.rows import items_by_seq
from query import Verdict, judge

MOST_BY_INDEX = 5000
MOST_OF_MANY_WORDS = 1500
MANY_WORDS = 100
MOST_JUDGED = 150
MOST_COUNTED = 200
MOST_LOOKED_AT = 220  # candidates to judge, if there are enough matches among them
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
    if by_index and what.question.exact and what.since is None and what.until is None:
        return _by_index(database, what, least, below)
    usual = MOST_COUNTED if not by_index else MOST_BY_INDEX if what.question.exact else MOST_JUDGED
    most = max(usual, least)
    numbers: list[int] = []
    looked_at, down_to, last, in_time = 0, what.below, False, True
    first = most if what.question.exact else FIRST
    largest = LARGEST if what.question.exact else MOST_LOOKED_AT
    for stretch in walk(database, what, lambda _, found: list(found), below=below, first=first, largest=largest):
        numbers += stretch.found
        looked_at += stretch.looked_at
        down_to, last = stretch.down_to, stretch.last
        in_time = last or len(numbers) >= least or deadline is None or time.monotonic() < deadline
        seen_enough = not what.question.exact and looked_at >= MOST_LOOKED_AT and len(numbers) >= least
        if len(numbers) >= most or seen_enough or not in_time:
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
            found = dialect.weighed(connection, what.question.text, below, min(numbers, default=below), looked_at + 1)
            order = [number for number in _heaviest_first(found) if number in matching]
        else:
            order = _counted(connection, what, numbers)
    return Ranking(order, below, None if last else down_to, in_time)


def _by_index(database: Database, what: Wanted, least: int, below: int | None) -> Ranking:
    """All that the index finds matches: it is asked once, for the row numbers and the weights."""
    question = what.question.text or ""
    usual = MOST_OF_MANY_WORDS if question.count(" ") > 2 * MANY_WORDS else MOST_BY_INDEX
    most = min(max(usual, least), MOST_SEQ - 1)
    below = what.below if below is None else min(below, what.below)
    with database.read() as connection:
        dialect = fulltext.dialect(sqlite=database.sqlite)
        found = dialect.weighed(connection, question, below, what.least, most + 1)
    last, found = len(found) <= most, found[:most]
    down_to = None if last else found[-1][0]
    return Ranking(_heaviest_first(found), found[0][0] + 1 if found else below, down_to, True)


def _heaviest_first(weighed: Sequence[tuple[int, float]]) -> list[int]:
    """Row numbers that come newest first, with weights that are the lower the heavier."""
    return [number for number, _ in sorted(weighed, key=lambda entry: entry[1])]


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
