"""When a source publishes: learned by the hour of the week, forgotten by and by. Values only; the clock is handed in.

An hour that was watched counts as one; entries go to the hour of their own date. Each time an hour of the week comes
round again, what was known of it loses a fifth of its weight: five weeks say most of it, and a source that changes its
ways is believed within a month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.model import Look
from archive.standing import SLOTS, Habit

KEEP = 0.8
HOUR = timedelta(hours=1)
LONGEST_WATCH = timedelta(hours=12)
"""A visit that comes later than this after the one before says nothing of the hours between: the list may be cut."""


def slot_of(moment: datetime) -> int:
    """The hour of the week in UTC, 0 to 167."""
    moment = moment.astimezone(UTC)
    return moment.weekday() * 24 + moment.hour


def learned(habit: Habit, look: Look, before: datetime | None, now: datetime) -> dict[int, tuple[float, float]]:
    """The hours that a visit at ``now`` taught something about; ``before`` is when the one before it ended."""
    if before is None or not timedelta(0) < now - before <= LONGEST_WATCH:
        return {}
    came: Counter[int] = Counter()
    for moment in look.published:
        came[slot_of(moment if before - HOUR < moment <= now else now)] += 1
    came[slot_of(now)] += look.fresh - len(look.published)
    changed: dict[int, tuple[float, float]] = {}
    for slot, share in _shares(before, now):
        entries, watched = changed.get(slot) or habit.get(slot, (0.0, 0.0))
        kept = KEEP**share
        changed[slot] = (entries * kept, watched * kept + share)
    for slot, number in came.items():
        if number > 0:
            entries, watched = changed.get(slot) or habit.get(slot, (0.0, 0.0))
            changed[slot] = (entries + number, watched)
    return changed


def seeded(look: Look, now: datetime) -> dict[int, tuple[float, float]]:
    """What a first visit teaches: a list holds all that came since its oldest entry, so that time counts as watched.

    An oldest entry far from all others is often pinned and does not count; nothing is learned of more than four weeks.
    """
    dates = sorted(moment for moment in look.published if moment <= now)
    if len(dates) > 3:
        dates = dates[1:]
    if len(dates) < 3:
        return {}
    since = max(dates[0], now - SEED)
    found: dict[int, tuple[float, float]] = {}
    for slot, share in _shares(since, now):
        found[slot] = (0.0, found.get(slot, (0.0, 0.0))[1] + share)
    for moment in dates:
        if moment > since:
            slot = slot_of(moment)
            found[slot] = (found[slot][0] + 1, found[slot][1])
    return found


SEED = timedelta(days=28)


def expected(habit: Habit, since: datetime, until: datetime) -> float | None:
    """How many entries usually come between two times; None unless every hour of it was watched often enough."""
    total = 0.0
    for slot, share in _shares(since, until):
        entries, watched = habit.get(slot, (0.0, 0.0))
        if watched < OFTEN:
            return None
        total += share * entries / watched
    return total


OFTEN = 1.9
"""How much of an hour of the week must have been watched: a little under three weeks (1 + 0.8 + 0.64 = 2.44)."""


def _shares(since: datetime, until: datetime) -> Iterator[tuple[int, float]]:
    """The hours of the week between two times, each with the part of it that lies between them."""
    at = since
    while at < until:
        end = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, until)
        yield slot_of(at), (end - at) / HOUR
        at = end


@dataclass(frozen=True, slots=True)
class Rate:
    """Entries per hour for each hour of the week; ``per_hour`` on average, ``weeks`` how much is known."""

    hourly: tuple[float, ...]
    weeks: float

    @property
    def per_hour(self) -> float:
        """The average over the week."""
        return sum(self.hourly) / len(self.hourly)

    def at(self, moment: datetime) -> float:
        """The rate in the hour of ``moment``."""
        return self.hourly[slot_of(moment)]


def rate_of(habit: Mapping[int, tuple[float, float]]) -> Rate | None:
    """The habit as rates, smoothed: an hour leans on the same hour of other days, on its neighbours, and on the whole.

    None as long as less than a few hours were watched.
    """
    entries = [habit.get(slot, (0.0, 0.0))[0] for slot in range(SLOTS)]
    watched = [habit.get(slot, (0.0, 0.0))[1] for slot in range(SLOTS)]
    seen = sum(watched)
    if seen < ENOUGH:
        return None
    mean = sum(entries) / seen
    days = [_mean_of([(day * 24 + hour) for day in range(7)], entries, watched, mean, 1.0) for hour in range(24)]
    hourly = []
    for slot in range(SLOTS):
        near = [slot, (slot - 1) % SLOTS, (slot + 1) % SLOTS]
        prior = _mean_of(near, entries, watched, days[slot % 24], 2.0)
        hourly.append((entries[slot] + OWN * prior) / (watched[slot] + OWN))
    return Rate(tuple(hourly), seen / SLOTS)


ENOUGH = 3.0
OWN = 2.0
"""How many watched weeks what is expected of an hour weighs against what was seen in it."""


def _mean_of(slots: list[int], entries: list[float], watched: list[float], prior: float, weight: float) -> float:
    return (sum(entries[s] for s in slots) + weight * prior) / (sum(watched[s] for s in slots) + weight)
