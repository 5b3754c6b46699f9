"""When a source with ``every = "auto"`` is due: as often as it publishes, at the hours at which it publishes.

Between two visits an entry waits half the pause on average, so with visits at density r (per hour) and entries at rate
n, waiting costs n / 2r. For a given number of visits in all, this is least when r is proportional to the square root of
n: in busy hours more often, but not in proportion. The next visit is due when that density has added up to one.

What news have just come in makes more of them likely soon (bursts): this raises the rate for a while.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from archive.model import Pace
from scheduler.habit import HOUR, Rate

EAGER = 2.0
"""Visits an hour at one entry an hour. A source of 96 entries a day, spread evenly, is visited as often as with
``every = "15m"``; one of 6 entries a day every hour, one of a single entry a day every two and a half hours."""

UNKNOWN = timedelta(minutes=15)
"""The first interval of a source of which nothing is known, and that says nothing itself."""

BURST = 0.2
BURST_FOR = 0.4
"""How many more entries each fresh one announces, and within how many hours most of them come."""

LEAST = 1 / 168
"""Entries an hour that are always expected, however silent an hour has been: one a week."""


def next_visit(
    rate: Rate | None,
    now: datetime,
    low: timedelta,
    high: timedelta,
    *,
    fresh: int = 0,
    pace: Pace | None = None,
    eager: float = EAGER,
) -> datetime:
    """When to visit next, between ``low`` and ``high`` from now; ``fresh`` is what the visit that just ended brought.

    What the source asks for (``pace``) makes the pause longer, never longer than ``high``.
    """
    pause = _unhurried(rate, now, high, fresh, eager) if rate is not None else _first_pause(pace)
    pause = min(max(pause, low), high)
    return _polite(now, pause, pace, high)


def _unhurried(rate: Rate, now: datetime, high: timedelta, fresh: int, eager: float) -> timedelta:
    """Adds up the density of visits, a piece of an hour at a time."""
    total, at, end = 0.0, now, now + high
    while at < end:
        until = min(at + PIECE, at.replace(minute=0, second=0, microsecond=0) + HOUR, end)
        hours = (until - at) / HOUR
        since = (at - now) / HOUR
        burst = fresh * BURST / BURST_FOR * math.exp(-since / BURST_FOR)
        density = eager * math.sqrt(rate.at(at) + burst + LEAST)
        if total + density * hours >= 1:
            return at - now + HOUR * ((1 - total) / density)
        total += density * hours
        at = until
    return high


PIECE = timedelta(minutes=10)


def _first_pause(pace: Pace | None) -> timedelta:
    return timedelta(seconds=pace.period) if pace and pace.period else UNKNOWN


def _polite(now: datetime, pause: timedelta, pace: Pace | None, high: timedelta) -> datetime:
    """Not before the answer is stale by what it said of itself, and not in hours or on days it asked us to skip."""
    if pace is None:
        return now + pause
    if pace.fresh_for:
        pause = max(pause, min(timedelta(seconds=pace.fresh_for), high))
    due, latest = now + pause, now + high
    while due < latest and _skipped(due, pace):
        due = due.replace(minute=0, second=0, microsecond=0) + HOUR
    return min(due, latest)


def _skipped(moment: datetime, pace: Pace) -> bool:
    there = moment.astimezone(UTC)
    return there.hour in pace.skip_hours or there.weekday() in pace.skip_days
