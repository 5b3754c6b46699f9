"""What the index names and the judge confirms, stretch by stretch, newest first.

No connection is held between two stretches, so a slow reader holds up nobody; and a stretch is read and judged in one
transaction, so what is found is what is there.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.engine import Connection

from archive import fulltext
from archive.database import Database, rows_of
from archive.question import Question, question_of
from archive.rows import columns_by_seq, moment_or_none
from archive.tables import SECOND_BITS, seq_floor
from query import Document, Query, plan
from query.rest import Rest, rest_of

Loaded = TypeVar("Loaded")
FIRST, LARGEST = 32, 8192  # candidates of a stretch
MOST_BEGINNINGS, FEW_BEGINNINGS = 2000, 100  # words
LEAST_SEQ, MOST_SEQ = -(2**63), 2**63 - 1
_QUICK = 0.05  # seconds; while a stretch takes less, the next one is twice as long


@dataclass(frozen=True)
class Wanted:
    """What is looked for: the query with its question for the index, the times (``since`` inclusive, ``until``
    exclusive) and the time of asking (None: of each item its own)."""

    query: Query | None
    question: Question
    since: datetime | None
    until: datetime | None
    asked: datetime | None

    @property
    def least(self) -> int:
        """The first row number that can be of these times."""
        return seq_floor(self.since) if self.since else LEAST_SEQ

    @property
    def below(self) -> int:
        """The first row number that no longer can. A second with more than a million items runs on into the next."""
        return seq_floor(self.until) + (1 << SECOND_BITS) if self.until else MOST_SEQ

    def is_at_edge(self, seq: int) -> bool:
        """Whether a row number does not tell on which side of ``since`` or ``until`` the item is."""
        if self.since and seq < seq_floor(self.since) + (2 << SECOND_BITS):
            return True
        return self.until is not None and seq >= seq_floor(self.until)

    @functools.cached_property
    def whole(self) -> Rest:
        """All of the query, for the judge."""
        return Rest((), ()) if self.query is None else rest_of(self.query, frozenset())

    @functools.cached_property
    def rest(self) -> Rest:
        """What is left for the judge of an item that the index has named."""
        return Rest((), ()) if self.query is None else rest_of(self.query, self.question.settled)

    def has_time(self, moment: datetime) -> bool:
        """Whether an item of this effective time is among what is looked for."""
        return not ((self.since and moment < self.since) or (self.until and moment >= self.until))


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Loaded]):
    """``found`` is what was loaded of the matches among ``looked_at`` candidates; all from row ``down_to`` up is looked
    through now, and with ``last`` everything is."""

    found: Loaded
    looked_at: int
    down_to: int
    last: bool


def wanted(
    database: Database,
    query: Query | None,
    since: datetime | None,
    until: datetime | None,
    asked: datetime | None,
    *,
    beginnings: int = MOST_BEGINNINGS,
) -> Wanted:
    """The question for this database's index, with the dates of the query made times to look through. A beginning of at
    most ``beginnings`` words is asked for word by word: best for the newest; for all, only if they are few."""
    if query is None:
        return Wanted(None, Question(exact=True), since, until, asked)
    dialect = fulltext.dialect(sqlite=database.sqlite)

    def beginning(word: str) -> list[str]:
        with database.read() as connection:
            found: list[str] = dialect.beginning(connection, word, beginnings)
            return found

    question = question_of(plan(query), dialect, asked, beginning)
    since = max((each for each in (since, question.since) if each), default=None)
    until = min((each for each in (until, question.until) if each), default=None)
    return Wanted(query, question, since, until, asked)


def walk(
    database: Database,
    what: Wanted,
    load: Callable[[Connection, Sequence[int]], Loaded],
    *,
    below: int | None = None,
    first: int = FIRST,
    largest: int = LARGEST,
) -> Iterator[Stretch[Loaded]]:
    """Stretches of candidates, newest first, from row number ``below`` (exclusive) down; ``load`` gets the row numbers
    of the matches. The last stretch says so."""
    below = what.below if below is None else min(below, what.below)
    size = max(1, min(first, largest))
    while True:
        began = time.monotonic()
        with database.read() as connection:
            numbers, found = _stretch(connection, what, below, size)
            loaded = load(connection, found)
        last = len(numbers) < size
        below = numbers[-1] if numbers else what.least
        yield Stretch(loaded, len(numbers), below, last)
        if last:
            return
        if time.monotonic() - began < _QUICK:
            size = min(2 * size, largest)


def count(database: Database, what: Wanted) -> int | None:
    """How many match, from the index alone; None if it cannot say."""
    if not what.question.exact:
        return None
    with database.read() as connection:
        dialect = fulltext.dialect(sqlite=database.sqlite)
        low = what.least if what.since is None else what.least + (2 << SECOND_BITS)
        high = what.below if what.until is None else seq_floor(what.until)
        found = 0
        for least, below in ((what.least, min(low, what.below)), (max(high, low), what.below)):
            found += len(_confirmed(connection, what, _numbers(connection, what, below, least, None)))
        if low >= high:
            return found
        if what.question.text is None:
            found += fulltext.count_all(connection, high, low)
        else:
            found += dialect.count(connection, what.question.text, high, low)
            unsure = dialect.unsure(connection, high, low)
            found -= len(unsure) - len(_judged(connection, what, unsure))
        return found


def _stretch(connection: Connection, what: Wanted, below: int, size: int) -> tuple[list[int], list[int]]:
    """Row numbers of the candidates and of the matches among them."""
    if what.question.text is None and not what.question.exact:
        judge = _Judge(what, what.whole)
        numbers, found = [], []
        for row in rows_of(connection, _newest(connection, judge.columns), (below, what.least, size)):
            numbers.append(row[0])
            if judge.confirms(row):
                found.append(row[0])
        return numbers, found
    numbers = _numbers(connection, what, below, what.least, size)
    return numbers, _confirmed(connection, what, numbers)


def _numbers(connection: Connection, what: Wanted, below: int, least: int, size: int | None) -> list[int]:
    most = MOST_SEQ if size is None else size
    if what.question.text is None:
        return [row[0] for row in rows_of(connection, _newest(connection, ()), (below, least, most))]
    dialect = fulltext.dialect(sqlite=connection.dialect.name == "sqlite")
    found: list[int] = dialect.find(connection, what.question.text, below, least, most)
    return found


def _newest(connection: Connection, columns: Sequence[str]) -> str:
    """The statement for the newest row numbers and these columns: below which, from which on, how many. What
    was removed on demand is in no search (the index does not hold it either)."""
    sqlite = connection.dialect.name == "sqlite"
    names, sign = ", ".join(("seq", *columns)), "?" if sqlite else "%s"
    # Of a row SQLite would read the text to find what stands behind it; the index has that without the text.
    table = "items INDEXED BY items_in_brief" if sqlite and not columns else "items"
    where = f"seq < {sign} AND seq >= {sign} AND removed_at IS NULL"
    return f"SELECT {names} FROM {table} WHERE {where} ORDER BY seq DESC LIMIT {sign}"  # noqa: S608


def _confirmed(connection: Connection, what: Wanted, numbers: Sequence[int]) -> list[int]:
    if not numbers:
        return []
    if not what.question.exact:
        return _judged(connection, what, numbers)
    doubtful = {number for number in numbers if what.is_at_edge(number)}
    if what.question.text is not None:
        dialect = fulltext.dialect(sqlite=connection.dialect.name == "sqlite")
        doubtful.update(dialect.unsure(connection, numbers[0] + 1, numbers[-1]))
    if not doubtful:
        return list(numbers)
    good = set(_judged(connection, what, sorted(doubtful)))
    return [number for number in numbers if number not in doubtful or number in good]


def _judged(connection: Connection, what: Wanted, numbers: Sequence[int]) -> list[int]:
    if not numbers:
        return []
    unsure: set[int] = set()
    if what.question.settled:
        dialect = fulltext.dialect(sqlite=connection.dialect.name == "sqlite")
        unsure.update(dialect.unsure(connection, max(numbers) + 1, min(numbers)))
    good: set[int] = set()
    for rest, some in ((what.whole, unsure.intersection(numbers)), (what.rest, set(numbers) - unsure)):
        judge = _Judge(what, rest)
        good.update(row[0] for row in columns_by_seq(connection, sorted(some), judge.columns) if judge.confirms(row))
    return [number for number in numbers if number in good]


class _Judge:
    """Reads only what it needs of an item: rows are the row number and ``columns``."""

    def __init__(self, what: Wanted, rest: Rest) -> None:
        self._what = what
        self._rest = rest
        self.columns = ("published_at", "seen_at", *rest.fields)

    def confirms(self, row: Sequence[Any]) -> bool:
        """The word of the judge on one row."""
        values = {name: value for name, value in zip(self._rest.fields, row[3:], strict=True) if value}
        document = Document(values, moment_or_none(row[1]), moment_or_none(row[2]))
        if document.effective_at and not self._what.has_time(document.effective_at):
            return False
        return self._rest.matches(document, self._what.asked)
