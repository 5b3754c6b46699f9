"""What follows from a visit: when the next is due, how the source is now, what the operator hears of it.

The decisions are values (``cadence``, ``rhythm``, ``health``, ``notices``); here they meet what the archive knows.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from alerts.compose import notice
from archive.claims import SourceState
from archive.model import Known, Visit, VisitStatus
from archive.standing import Afterwards, Health, Record
from crawler.errand import Errand
from scheduler import cadence, habit, health, notices, rhythm
from scheduler.line import Line, finished, utc_now
from scheduler.orders import Orders

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Following:
    """When the source is due again, how many ticks came late, and what the visit changed."""

    due: datetime
    missed: int
    after: Afterwards


async def errand_of(line: Line, orders: Orders, name: str, known: Known, *, scheduled: bool) -> Errand:
    """The errand of one visit: with several ways to a source's news, in the order in which they are to be tried."""
    source, now = orders.sources[name], utc_now()
    record = await asyncio.to_thread(line.archive.record, name, now)
    every = orders.every(name) or timedelta(seconds=orders.crawl.min_every)
    ways = health.ways_of(source.starts, record, every, now, all_again=not scheduled)
    return Errand(source=source, known=known, ways=ways)


async def following(line: Line, orders: Orders, visit: Visit, *, scheduled: bool) -> Following:
    """What follows from a visit that has just ended."""
    now = utc_now()
    state = (await asyncio.to_thread(line.archive.source_states)).get(visit.source)
    record = await asyncio.to_thread(line.archive.record, visit.source, now)
    source = orders.sources[visit.source]
    first = state is None or state.first_visit
    after = health.judged(record, visit, source.starts, now, first=first)
    _say_if_changed(record, after)
    due = state.next_check_at if state and scheduled else None
    every = orders.every(visit.source)
    failures = (state.failures if state else 0) + 1 if visit.status is VisitStatus.FAILED else 0
    if every is not None:
        again = cadence.next_check(visit, every, due=due, failures=failures, now=now)
        return Following(again, cadence.missed(due, visit.started_at, every), after)
    again = _by_habit(orders, state, record, after, visit, failures, now)
    return Following(again, cadence.missed(due, visit.started_at, timedelta(seconds=orders.crawl.max_every)), after)


def _by_habit(
    orders: Orders,
    state: SourceState | None,
    record: Record,
    after: Afterwards,
    visit: Visit,
    failures: int,
    now: datetime,
) -> datetime:
    """``every = "auto"``: by what is known of the source; a visit that failed is made again as after a fixed interval
    of the last length, so that failures back off in the same way."""
    low, high = (timedelta(seconds=s) for s in (orders.crawl.min_every, orders.crawl.max_every))
    if visit.status is VisitStatus.FAILED:
        return cadence.next_check(visit, _last_interval(state, low, high), due=None, failures=failures, now=now)
    rate = habit.rate_of({**record.habit, **after.habit})
    first = state is None or state.first_visit
    fresh = 0 if first else max((look.fresh for look in visit.looks), default=0)
    again = rhythm.next_visit(rate, now, low, high, fresh=fresh, pace=after.standings[0].pace)
    if visit.retry_after and visit.retry_after > 0:
        again = max(again, visit.ended_at + min(timedelta(seconds=visit.retry_after), cadence.DAY))
    return again


def _last_interval(state: SourceState | None, low: timedelta, high: timedelta) -> timedelta:
    if state is None or state.checked_at is None or state.next_check_at is None:
        return low
    # after failures the interval is a pause already: it would double twice
    interval = low if state.failures else state.next_check_at - state.checked_at
    return min(max(interval, low), high)


def _say_if_changed(record: Record, after: Afterwards) -> None:
    before, now = record.whole, after.standings[0]
    if before.state is not now.state:
        level = log.info if now.state is Health.OK else log.warning
        level("source is " + now.state.value, source=record.source, **({"why": now.why} if now.kind else {}))


async def tell_operator(line: Line, orders: Orders) -> int:
    """Owes the operator what there is to tell of the sources; how many notices."""
    now = utc_now()
    standings = await asyncio.to_thread(line.archive.standings)
    told = 0
    for telling in notices.to_tell(standings, orders.enabled, now):
        message = notice(
            telling.subject,
            telling.text,
            about=telling.about,
            state=telling.state.value,
            since=telling.since,
            now=now,
        )
        owed = [(channel, message) for channel in orders.operator]
        told += await finished(asyncio.to_thread(line.archive.tell, telling.sources, owed, now))
    if told:
        line.ring()
    return told
