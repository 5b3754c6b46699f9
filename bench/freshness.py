"""How long news wait for the visit that finds them: the adaptive rhythm beside Miniflux's and a fixed interval.

``python -m bench.freshness`` makes publication times of its own (or reads them: a file of JSON lines with ``source``
and ``published_at``), lets three schedulers visit the same sources, and prints the delays at an equal number of
requests. One command, one process, one seed.

* **ours** is what ``every = "auto"`` runs: ``scheduler.habit`` learns, ``scheduler.rhythm`` decides.
* **Miniflux** with its scheduler ``entry_frequency``, as its documentation describes it: the pause is a week divided
  by the entries of the last seven days, at least five minutes, at most 24 hours; it is taken to poll exactly on time.
* **fixed** visits every source at one interval.

The number of requests in the measured weeks is made equal by one factor over all sources ("all together"), and in a
second comparison source by source ("each by itself"), where nothing is won by giving one what another can spare.
"""

from __future__ import annotations

import bisect
import json
import math
import random
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.model import Look
from scheduler import habit as habits
from scheduler import rhythm

BEGIN = datetime(2025, 6, 2, tzinfo=UTC)  # a Monday
WEEKS = 9
LEARN = timedelta(weeks=4)
END = BEGIN + timedelta(weeks=WEEKS)
LOW, HIGH = timedelta(minutes=5), timedelta(hours=6)
MINIFLUX_LOW, MINIFLUX_HIGH = timedelta(minutes=5), timedelta(hours=24)
WEEK = timedelta(days=7)
PKT = timedelta(hours=5)

Times = list[datetime]
Pause = Callable[[datetime, Times], datetime]


# -- publication times ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pattern:
    """How a kind of outlet publishes: ``day`` entries on a weekday; ``hours`` weights for the 24 local hours;
    ``weekend`` weights of Saturday and Sunday; ``burst`` further entries that each brings, about ``within`` minutes
    later; ``minutes`` of the hour to which it keeps, if any."""

    name: str
    day: float
    hours: Sequence[float]
    weekend: Sequence[float] = (1.0, 1.0)
    burst: float = 0.0
    within: float = 20.0
    minutes: Sequence[int] = ()


def _bell(peak: float, width: float, floor: float = 0.02) -> list[float]:
    return [floor + math.exp(-0.5 * (min(abs(h - peak), 24 - abs(h - peak)) / width) ** 2) for h in range(24)]


def _office(first: int, last: int, floor: float = 0.0) -> list[float]:
    return [1.0 if first <= h < last else floor for h in range(24)]


PATTERNS = (
    Pattern("wire agency", 260, _bell(16, 4.5, 0.12), (0.7, 0.6), 0.3, 15),
    Pattern(
        "daily, print edition put online at night", 70, [8 if h in (2, 3, 4) else 0.35 for h in range(24)], (0.9, 1)
    ),
    Pattern("business daily", 40, _bell(14, 3.5, 0.05), (0.35, 0.25), 0.4, 25),
    Pattern("television channel's site", 110, _bell(19, 5, 0.2), (1, 1), 0.2, 10),
    Pattern("market reports at fixed times", 14, _office(10, 16), (0, 0), minutes=(0, 30)),
    Pattern("ministry's press office", 5, _office(10, 18), (0.15, 0), 0.5, 30),
    Pattern("weekly magazine", 0.0, _bell(11, 0.8, 0.0), (14.0, 0), 0.0),
    Pattern("trade blog", 3, _bell(13, 4, 0.1), (0.5, 0.3)),
    Pattern("regulator, now and then", 0.35, _office(11, 17), (0, 0), 0.5, 45),
    Pattern("evenly at random", 24, [1.0] * 24),
)


def publication_times(pattern: Pattern, chance: random.Random) -> Times:
    """A Poisson process whose rate follows hour and weekday, each entry perhaps followed by a burst of others; the
    level of a day varies by a third, as news do."""
    total = sum(pattern.hours)
    times: Times = []
    for day in range(-1, WEEKS * 7 + 1):
        midnight = BEGIN + timedelta(days=day) - PKT
        weekday = day % 7
        level = pattern.day if weekday < 5 else pattern.weekend[weekday - 5] * (pattern.day or 1.0)
        level *= chance.lognormvariate(-0.05, 0.33) / (1 + pattern.burst)
        for hour, weight in enumerate(pattern.hours):
            for _ in range(_poisson(level * weight / total, chance)):
                minute = _minute(pattern, chance)
                first = midnight + timedelta(hours=hour, minutes=minute)
                times.append(first)
                times += _followers(first, pattern, chance)
    return sorted(moment for moment in times if BEGIN <= moment < END)


def _minute(pattern: Pattern, chance: random.Random) -> float:
    return chance.choice(pattern.minutes) + 3 * chance.random() if pattern.minutes else 60 * chance.random()


def _followers(first: datetime, pattern: Pattern, chance: random.Random) -> Times:
    found: Times = []
    for _ in range(_poisson(pattern.burst, chance)):
        follower = first + timedelta(minutes=chance.expovariate(1 / pattern.within))
        found += [follower, *_followers(follower, pattern, chance)]
    return found


def _poisson(mean: float, chance: random.Random) -> int:
    limit, product, number = math.exp(-mean), chance.random(), 0
    while product > limit:
        number += 1
        product *= chance.random()
    return number


def read_times(path: Path) -> dict[str, Times]:
    """Publication times from a file; they are moved to where the simulation begins, their weekdays kept."""
    found: dict[str, Times] = {}
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            one = json.loads(line)
            found.setdefault(str(one["source"]), []).append(datetime.fromisoformat(one["published_at"]).astimezone(UTC))
    first = min(min(times) for times in found.values())
    monday = (first - timedelta(days=first.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    moved = {name: [moment - monday + BEGIN for moment in sorted(times)] for name, times in found.items()}
    return {name: [moment for moment in times if moment < END] for name, times in moved.items()}


# -- schedulers -------------------------------------------------------------------------------------------------------


def ours(eager: float) -> Pause:
    """``every = "auto"`` with more or less eagerness; the rate is worked out anew every six hours to save time here."""
    habit: dict[int, tuple[float, float]] = {}
    before: list[datetime] = []
    rates: dict[int, habits.Rate | None] = {}
    seen: Times = []

    def due(now: datetime, published: Times) -> datetime:
        look = Look(0, "feed", "", fresh=len(published), published=tuple(published))
        seen.extend(published)
        habit.update(habits.learned(habit, look, before[-1] if before else None, now))
        before[:] = [now]
        period = int((now - BEGIN) / timedelta(hours=6))
        if period not in rates:
            rates.clear()
            rates[period] = habits.rate_of(habit)
        return rhythm.next_visit(rates[period], now, LOW, HIGH, fresh=len(published), eager=eager)

    return due


def miniflux(factor: float = 1.0) -> Pause:
    """A week divided by the entries of the last week."""
    seen: Times = []

    def due(now: datetime, published: Times) -> datetime:
        seen.extend(published)
        week = len(seen) - bisect.bisect_left(seen, now - WEEK)
        pause = WEEK / (week * factor) if week else MINIFLUX_HIGH
        return now + min(max(pause, MINIFLUX_LOW), MINIFLUX_HIGH)

    return due


def fixed(every: timedelta) -> Pause:
    """Always the same pause."""
    return lambda now, _: now + every


# -- the run ----------------------------------------------------------------------------------------------------------


@dataclass
class Run:
    """Requests and delays (minutes) in the measured weeks."""

    requests: int
    delays: list[float]

    @property
    def mean(self) -> float:
        return statistics.fmean(self.delays) if self.delays else 0.0

    @property
    def p95(self) -> float:
        ordered = sorted(self.delays)
        return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))] if ordered else 0.0


def run(times: Times, scheduler: Pause, offset: timedelta) -> Run:
    """Visit one source until the end of the simulation."""
    now, at, requests = BEGIN + offset, 0, 0
    delays: list[float] = []
    while now < END:
        until = bisect.bisect_right(times, now)
        found = times[at:until]
        at = until
        if now >= BEGIN + LEARN:
            requests += 1
            delays += [(now - moment).total_seconds() / 60 for moment in found if moment >= BEGIN + LEARN]
        now = scheduler(now, found)
    return Run(requests, delays)


def pooled(runs: Sequence[Run]) -> Run:
    """All sources as one."""
    return Run(sum(one.requests for one in runs), [delay for one in runs for delay in one.delays])


def at_requests(wanted: int, make: Callable[[float], Run], low: float, high: float) -> Run:
    """The run whose number of requests is nearest to ``wanted`` and not above it, by halving."""
    best = make(low)
    for _ in range(9):
        middle = math.sqrt(low * high)
        tried = make(middle)
        if tried.requests <= wanted:
            best, low = tried, middle
        else:
            high = middle
    return best


def main() -> int:
    """Run all and print it; exit code 1 when a goal is missed."""
    if len(sys.argv) > 1:
        sources = read_times(Path(sys.argv[1]))
    else:
        chance = random.Random(20250602)
        sources = {pattern.name: publication_times(pattern, chance) for pattern in PATTERNS}
    offset = {name: timedelta(minutes=7 * number % 60, seconds=13) for number, name in enumerate(sources)}
    theirs = {name: run(times, miniflux(), offset[name]) for name, times in sources.items()}
    alone = _each_by_itself(sources, theirs, offset)
    rival = pooled(list(theirs.values()))

    def all_ours(eager: float) -> Run:
        return pooled([run(times, ours(eager), offset[name]) for name, times in sources.items()])

    def all_fixed(per_hour: float) -> Run:
        every = timedelta(hours=1 / per_hour)
        return pooled([run(times, fixed(every), offset[name]) for name, times in sources.items()])

    mine = at_requests(rival.requests, all_ours, 0.2, 12.0)
    even = at_requests(rival.requests, all_fixed, 0.05, 12.0)
    _table("all together", {"ours": mine, "Miniflux": rival, "fixed": even})
    _per_source(sources, theirs, alone)
    mean, p95 = mine.mean / rival.mean, mine.p95 / rival.p95
    print(f"\nours / Miniflux at equal requests: mean {mean:.2f} (goal 0.60), p95 {p95:.2f} (goal 0.50)")
    print(f"ours / fixed at equal requests:    mean {mine.mean / even.mean:.2f}, p95 {mine.p95 / even.p95:.2f}")
    return 0 if mean <= 0.6 and p95 <= 0.5 else 1


def _each_by_itself(
    sources: Mapping[str, Times], theirs: Mapping[str, Run], offset: Mapping[str, timedelta]
) -> dict[str, Run]:
    found = {}
    for name, times in sources.items():

        def make(eager: float, times: Times = times, name: str = name) -> Run:
            return run(times, ours(eager), offset[name])

        found[name] = at_requests(theirs[name].requests, make, 0.02, 30.0)
    return found


def _table(title: str, rows: Mapping[str, Run]) -> None:
    print(f"{title}\n  {'':<10}{'requests':>10}{'entries':>10}{'mean min':>10}{'p95 min':>10}")
    for name, one in rows.items():
        print(f"  {name:<10}{one.requests:>10,}{len(one.delays):>10,}{one.mean:>10.1f}{one.p95:>10.1f}")


def _per_source(sources: Mapping[str, Times], theirs: Mapping[str, Run], alone: Mapping[str, Run]) -> None:
    print("\neach by itself, ours / Miniflux at equal requests (ours waits six hours at most)")
    print(f"  {'':<44}{'a day':>7}{'requests':>17}{'mean':>7}{'p95':>7}")
    for name, times in sources.items():
        a, b = alone[name], theirs[name]
        told = f"{a.requests:,} / {b.requests:,}"
        mean, p95 = (a.mean / b.mean if b.mean else 0), (a.p95 / b.p95 if b.p95 else 0)
        print(f"  {name:<44}{len(times) / WEEKS / 7:>7.1f}{told:>17}{mean:>7.2f}{p95:>7.2f}")


if __name__ == "__main__":
    sys.exit(main())
