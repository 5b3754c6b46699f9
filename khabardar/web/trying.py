"""A query put to the test as a rule, within a time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime

from archive.model import NewsItem
from archive.store import Archive
from khabardar.trial import LOOK_BACK, Trial, days_between
from khabardar.web.desk import View
from query import Query


@dataclass(frozen=True)
class Tried:
    """What came of it. ``back_to`` is how far the time sufficed, None if all was looked through; ``days`` are those
    that were, oldest first; ``samples`` the newest alerts' items."""

    trial: Trial
    days: list[date]
    back_to: datetime | None
    samples: list[NewsItem]

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
) -> Tried:
    """What a rule would have matched since then; ``each``: every item is an alert, not every story."""
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
    return Tried(trial, days, back_to, [view.shown(known[one]) for one in newest if one in known])
