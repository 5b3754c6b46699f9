"""When to look again, when to try again: decisions on values. No I/O; ``now`` is an argument.

Sources: a given interval is a promise and the rhythm is kept (a late visit does not shift the next one); failures back
off and never stop. Deliveries: the retry schedule of the Standard Webhooks specification, spread by jitter.
"""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta

from archive.model import NewsItem, Visit, VisitStatus

PATIENCE = 2
"""Failures in a row that do not yet slow a source down: a short outage must not delay news."""

LONGEST_PAUSE = timedelta(hours=6)
DAY = timedelta(days=1)

RETRY_AFTER = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
"""Pauses after the first, second, … failed try (standardwebhooks.com, "Retries"): about three days in all."""

JITTER = 0.1


def next_check(
    visit: Visit, every: timedelta, *, due: datetime | None, failures: int, now: datetime | None = None
) -> datetime:
    """When the source is due again after ``visit``: always after ``now`` (None: after the end of the visit).

    ``due`` is when this visit should have started (None: it was not scheduled), ``failures`` how many visits in a row
    have failed now, this one included.
    """
    at = _keep_rhythm(due or visit.started_at, every, now or visit.ended_at)
    if visit.status is VisitStatus.FAILED and failures > PATIENCE:
        longest = max(LONGEST_PAUSE, every)
        doublings = min(failures - PATIENCE, 20)
        at = max(at, visit.ended_at + min(every * 2**doublings, longest))
    if visit.retry_after and visit.retry_after > 0:
        at = max(at, visit.ended_at + min(timedelta(seconds=visit.retry_after), DAY))
    return at


def _keep_rhythm(due: datetime, every: timedelta, now: datetime) -> datetime:
    """The first of ``due + n·every`` that lies after ``now``; a due time in the future (the clock was set back) is
    not trusted beyond one interval."""
    if due > now:
        return now + every
    steps = math.floor((now - due) / every) + 1
    return due + steps * every


def first_due(
    next_check: datetime | None, checked: datetime | None, failures: int, every: timedelta, now: datetime
) -> datetime:
    """When a source is due that was planned before now, perhaps by another configuration or under another clock.

    A source that works is never planned further away than one interval, from its last visit and from now.
    """
    if next_check is None:
        return now
    if failures > PATIENCE:
        return min(next_check, now + max(LONGEST_PAUSE, every, DAY))
    bounds = [next_check, now + every]
    if checked is not None and checked <= now:
        bounds.append(checked + every)
    return min(bounds)


def missed(due: datetime | None, now: datetime, every: timedelta) -> int:
    """How many ticks were missed when a visit that was due at ``due`` starts at ``now``: they become this one visit,
    and are counted."""
    if due is None or now <= due:
        return 0
    return math.floor((now - due) / every)


def next_try(tries: int, now: datetime, retry_after: float | None = None) -> datetime | None:
    """When a delivery that failed for the ``tries``-th time is tried again; None when it is given up.

    A receiver's ``Retry-After`` (seconds) can lengthen the pause, up to a day, never shorten it.
    """
    if tries > len(RETRY_AFTER):
        return None
    pause = RETRY_AFTER[max(tries, 1) - 1]
    pause *= 1 + random.uniform(0, JITTER)  # noqa: S311 - spreads load, guards nothing
    if retry_after and retry_after > 0:
        pause = max(pause, min(timedelta(seconds=retry_after), DAY))
    return now + pause


RESTS = (5.0, 15.0, 60.0)
"""Seconds for which a channel is left alone whose tries fail one after the other, the first time, the second, and then:
short, so that an alert is late by a minute at the most when the receiver is back."""


def rest(times: int) -> float:
    """For how many seconds a channel is left alone that was found failing for the ``times``-th time in a row."""
    return RESTS[min(max(times, 1), len(RESTS)) - 1]


def longest_wait(tries: int, retry_after: float | None = None) -> timedelta:
    """For how long a delivery may wait after so many failed tries; longer, and it was reckoned by another clock."""
    if tries < 1:
        return timedelta(0)
    pause = RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1] * (1 + JITTER)
    return max(pause, min(timedelta(seconds=max(retry_after or 0, 0)), DAY))


def quiet(item: NewsItem, policy: str, now: datetime) -> str | None:
    """Why an item of a source's first visit alerts nobody; None when it may.

    ``policy`` is ``crawl.first_visit``: "all", "day" (published within a day; undated ones stay quiet) or "none".
    """
    if policy == "all":
        return None
    if policy == "none":
        return 'first visit of the source, and first_visit = "none"'
    if item.published_at is None:
        return 'first visit of the source, and the item names no date (first_visit = "day")'
    if now - item.published_at > DAY:
        return 'first visit of the source, and published more than a day before (first_visit = "day")'
    return None
