"""A query put to the test as a rule, within a time."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from archive.model import NewsItem
from archive.store import Archive
from khabardar.trial import LOOK_BACK, Trial, days_between, words_of
from khabardar.web.desk import View
from query import Query

READ, AT_ONCE, STEPS = 300, 30, 10
"""Matches that are read for their words, and how many of them by one question."""
WORDS = 12


@dataclass(frozen=True)
class Tried:
    """What came of it. ``back_to`` is how far the time sufficed, None if all was looked through; ``days`` are those
    that were, oldest first; ``samples`` the newest alerts' items; ``words`` what matched most, with the number of
    items, out of ``read`` ones."""

    trial: Trial
    days: list[date]
    back_to: datetime | None
    samples: list[NewsItem]
    words: list[tuple[str, int]] = field(default_factory=list)
    read: int = 0

    @property
    def per_day(self) -> float:
        """Alerts a day; the first and the last day are usually half."""
        return len(self.trial.told) / max(1, len(self.days) - 1)


def tried(
    archive: Archive,
    view: View,
    query: Query,
    since: datetime,
    until: datetime | None = None,
    *,
    each: bool = False,
    samples: int = 5,
    seconds: float = 2.0,
    reading: float = 0.0,
) -> Tried:
    """What a rule would have matched since then; ``each``: every item is an alert, not every story. For ``reading``
    seconds more matches are read for their words."""
    zone = view.settings.service.timezone
    trial = Trial(zone, since, each)
    deadline = time.monotonic() + seconds
    back_to = None
    try:
        before = since - LOOK_BACK
    except OverflowError:
        before = since
    for batch in archive.backtest(query, since=before, until=until):
        trial.count(batch.matches)
        back_to = batch.back_to if batch.back_to and batch.back_to > since else None
        if time.monotonic() >= deadline:
            break
    days = days_between(back_to or since, until or datetime.now(UTC), zone)
    newest = trial.newest(samples)
    known = archive.items(newest)
    words, read = _words(archive, query, trial, reading) if reading else ([], 0)
    return Tried(trial, days, back_to, [view.shown(known[one]) for one in newest if one in known], words, read)


def _words(archive: Archive, query: Query, trial: Trial, seconds: float) -> tuple[list[tuple[str, int]], int]:
    """The words responsible for most matches, of items from all of the time alike; how many were read."""
    deadline = time.monotonic() + seconds
    counted: Counter[str] = Counter()
    read = 0
    ids = trial.spread(READ)
    order = [one for start in range(STEPS) for one in ids[start::STEPS]]  # whenever the time is up: from all of it
    for start in range(0, len(order), AT_ONCE):
        for item in archive.items(order[start : start + AT_ONCE]).values():
            counted.update(words_of(query, item))
            read += 1
        if time.monotonic() > deadline:
            break
    return sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))[:WORDS], read
