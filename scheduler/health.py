"""How a source is: judged after each visit from what it saw and what is kept of its behaviour. Values only.

Three steps. ``finding`` says what is wrong with one look through one way (nothing, or a kind of trouble and whether the
source is silent by it); ``stepped`` counts findings in a row, so that a state changes only when it is sure and does not
flap; ``judged`` puts both together for a visit with its ways. ``scheduler.notices`` tells the operator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from archive.model import Look, Visit
from archive.standing import Afterwards, Day, Habit, Health, Record, Standing
from crawler.errand import Way
from crawler.settings import Start
from scheduler import habit as habits

SURE = 5
"""Troubled visits in a row after which a state is sure: with backing off these are about two hours at 15 minutes."""
SURE_SOONER = 3
SURE_AFTER = timedelta(hours=6)
"""Sources that are visited rarely are sure after three, when the trouble lasts this long."""
DOUBTFUL = 2
"""Troubled visits in a row that make a source degraded; one alone is a hiccup."""
RECOVERED = 2
"""Good visits in a row that end a state."""

FRESH = timedelta(hours=48)
"""A list whose newest entry is younger is never stale."""
LONGEST_GAP = timedelta(days=45)
GAP_HALVES = timedelta(days=60)
"""The longest usual pause that is believed, and in which time a pause that never comes again counts half."""
FEW = 5
"""Lists usually shorter than this may be empty now and then (a search without hits)."""
BUSY = 10.0
"""Entries that usually come in a day, below which a day without any proves nothing."""
SCANT = 0.1
DAY = timedelta(days=1)
HOURS_OF_A_DAY = 18
REST = 4
"""A way that is dead is tried first again after so many intervals, at the latest after ``LONGEST_REST``."""
LONGEST_REST = timedelta(hours=6)

CONTENT = ("undated", "future", "empty")
"""What stays as it was found while the list says that it has not changed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Trouble: its kind, a sentence without a stop, whether no news come because of it, and when it began."""

    kind: str
    why: str
    silent: bool
    began: datetime | None = None


def finding(look: Look, before: Standing, now: datetime) -> Finding | None:
    """What is wrong with what was seen through one way; None when nothing is. ``before`` is what was known of it."""
    if look.problem is not None:
        return Finding(look.trouble or "failing", look.problem, True)
    if look.not_modified:
        if before.kind in CONTENT and before.troubled and before.why:
            return Finding(before.kind, before.why, before.silent > 0, before.began)
        return _stale(before, now)
    if not look.listed:
        return _empty(before, now)
    return _ahead(look) or _undated(look, before) or _stale(remembered(before, look, now), now)


def _empty(before: Standing, now: datetime) -> Finding | None:
    """A search without hits is empty now and then; a list that used to be long is not, nor one that always was."""
    if before.size is not None and before.size < FEW and before.kind != "empty":
        return _stale(before, now)
    usually = f"; usually it has {before.size:.0f}" if before.size else ""
    return Finding("empty", f"it answers and lists nothing{usually}", True)


def _ahead(look: Look) -> Finding | None:
    if look.ahead and look.newest_at is None:
        return Finding("future", f"the dates of all {look.ahead} entries lie in the future: its clock is wrong", False)
    return None


def _undated(look: Look, before: Standing) -> Finding | None:
    """A list of links carries no dates; a feed without any hides how old its news are."""
    if look.dated or (look.kind == "listing" and before.dated_at is None):
        return None
    if not look.fresh and before.dated_at is not None and before.kind != "undated":
        return None
    return Finding("undated", f"none of its {look.listed} entries has a date", False)


def stale_after(standing: Standing) -> timedelta:
    """How old the newest entry of a way may be: twice its usual longest pause and a bit, never under two days."""
    gap = min(timedelta(seconds=standing.gap or 0.0), LONGEST_GAP)
    return max(FRESH, 2 * gap + timedelta(hours=12))


def _newest(standing: Standing) -> datetime | None:
    """The newest entry by its date; of a list without dates, when something new last stood in it."""
    return standing.newest_at or (standing.news_at if standing.dated_at is None else None)


def _stale(standing: Standing, now: datetime) -> Finding | None:
    newest = _newest(standing)
    if newest is None or standing.gap is None or now - newest <= stale_after(standing):
        return None
    days = (now - newest).total_seconds() / 86400
    return Finding("stale", f"its newest entry is of {newest:%Y-%m-%d %H:%M} UTC, {days:.0f} days old", True, newest)


def scanty(habit: Habit, day: Day, now: datetime) -> Finding | None:
    """Whether the last day brought less than a tenth of what this part of the week usually brings."""
    usual = habits.expected(habit, now - DAY, now)
    if usual is None or usual < BUSY or day.hours < HOURS_OF_A_DAY or day.fresh >= SCANT * usual:
        return None
    why = f"{day.fresh} new entries within a day in which there are usually about {usual:.0f}"
    return Finding("silent" if not day.fresh else "scanty", why, not day.fresh, now - DAY)


def remembered(before: Standing, look: Look, now: datetime) -> Standing:
    """What is known of a way after a look through it, apart from its state."""
    after = replace(before, tried_at=now)
    if look.problem is not None or look.not_modified:
        return after
    gap = before.gap
    if gap is not None and before.tried_at is not None:
        gap *= 0.5 ** ((now - before.tried_at) / GAP_HALVES)
    pauses = [seconds for seconds in (gap, look.longest_gap, _pause(before, look, now)) if seconds is not None]
    return replace(
        after,
        gap=max(pauses, default=None),
        newest_at=max((moment for moment in (before.newest_at, look.newest_at) if moment), default=None),
        news_at=now if look.fresh else before.news_at,
        dated_at=now if look.dated else before.dated_at,
        size=_size(before.size, look.listed),
    )


def _pause(before: Standing, look: Look, now: datetime) -> float | None:
    """The pause that ended with what is new: of a list with dates by the dates, else by when it was seen."""
    if not look.fresh:
        return None
    if look.newest_at and before.newest_at:
        return max(0.0, (min([*look.published, look.newest_at]) - before.newest_at).total_seconds())
    return (now - before.news_at).total_seconds() if before.news_at and not look.dated else None


def _size(before: float | None, listed: int) -> float | None:
    if not listed:
        return before
    return float(listed) if before is None else 0.9 * before + 0.1 * listed


def stepped(before: Standing, found: Finding | None, now: datetime) -> Standing:
    """The standing after one more visit: counts in a row, and the state when it is sure."""
    silent = before.silent + 1 if found and found.silent else 0
    troubled = before.troubled + 1 if found else 0
    heard = 0 if found and found.silent else before.heard + 1
    well = 0 if found else before.well + 1
    began = before.began if before.troubled else None
    if found:
        began = min(filter(None, (began, found.began)), default=None) or now
    after = replace(before, silent=silent, troubled=troubled, heard=heard, well=well, began=began)
    if found:
        after = replace(after, kind=found.kind, why=found.why)
    state = _state(after, now)
    if state is before.state:
        return replace(after, since=before.since or now)
    since = now if state is Health.OK or before.state is Health.DARK else began or now
    return replace(after, state=state, since=since)


def _state(standing: Standing, now: datetime) -> Health:
    if sure(standing.silent, standing.began, now):
        return Health.DARK
    if standing.state is Health.DARK and standing.heard < RECOVERED:
        return Health.DARK
    if standing.troubled >= DOUBTFUL:
        return Health.DEGRADED
    if standing.state is not Health.OK and standing.well < RECOVERED:
        return Health.DEGRADED
    return Health.OK


def sure(visits: int, began: datetime | None, now: datetime) -> bool:
    """Whether trouble that so many visits in a row have met is no hiccup."""
    return visits >= SURE or (visits >= SURE_SOONER and began is not None and now - began >= SURE_AFTER)


def judged(record: Record, visit: Visit, starts: Sequence[Start], now: datetime, *, first: bool) -> Afterwards:
    """What a visit changes: the standing of each way that was tried, of the source as a whole, and its habit.

    ``first`` is a source's first visit, to which everything is new.
    """
    whole = record.whole
    ways: dict[int, tuple[Standing, Finding | None]] = {}
    for look in visit.looks:
        before = record.standings.get(look.url) or Standing(record.source, look.url)
        found = finding(look, before, now)
        ways[look.way] = (stepped(remembered(before, look, now), found, now), found)
    found = _of_all(visit, ways, starts) if visit.looks else Finding("failing", visit.error or "the visit failed", True)
    learned: dict[int, tuple[float, float]] = {}
    served = next((look for look in visit.looks if look.way == visit.way), None)
    if served is not None and first:
        learned = habits.seeded(served, now)
    elif served is not None:
        learned = habits.learned(record.habit, served, whole.tried_at, now)
        fresh = Day(record.day.fresh + served.fresh, record.day.hours)
        found = found or scanty(record.habit, fresh, now)
    seen = ways[visit.way][0] if visit.way is not None and visit.way in ways else None
    whole = replace(
        stepped(whole, found, now),
        tried_at=now if served is not None else whole.tried_at,
        newest_at=seen.newest_at if seen else whole.newest_at,
        news_at=seen.news_at if seen else whole.news_at,
        served=served.url if served is not None else whole.served,
        pace=visit.pace or whole.pace,
    )
    return Afterwards((whole, *(standing for standing, _ in ways.values())), learned)


def _of_all(visit: Visit, ways: dict[int, tuple[Standing, Finding | None]], starts: Sequence[Start]) -> Finding | None:
    """What is wrong with the source as a whole: its first way's trouble, milder while another way serves."""
    first = ways.get(0)
    if visit.way is not None and visit.way in ways:
        _, found = ways[visit.way]
        if found is not None or visit.way == 0:
            return found
        why = f"its {starts[0].kind} brings nothing"
        if first and first[1]:
            why += f" ({first[1].why})"
        start = starts[visit.way]
        return Finding("fallback", f"{why}; its news come from the {start.kind} {start.url}", False)
    if first and first[1]:
        return first[1]
    return next((found for _, found in ways.values() if found), None)


def ways_of(
    starts: Sequence[Start], record: Record, every: timedelta, now: datetime, *, all_again: bool
) -> tuple[Way, ...]:
    """In which order a visit tries the ways: those that rest because they are dead come last, until their rest is over.

    ``all_again``: somebody asked for the visit out of turn; nothing rests.
    """
    rest = min(REST * every, LONGEST_REST)
    awake: list[Way] = []
    resting: list[Way] = []
    for index, start in enumerate(starts):
        standing = record.standings.get(start.url) or Standing(record.source, start.url)
        known = standing.gap is not None
        way = Way(index, now - stale_after(standing) if known else None, standing.newest_at)
        dead = standing.state is Health.DARK and not all_again
        rests = dead and standing.tried_at is not None and now - standing.tried_at < rest
        (resting if rests else awake).append(way)
    return (*awake, *resting)
