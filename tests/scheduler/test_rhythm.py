"""``every = "auto"``: when a source publishes is learned, and visits follow it, within bounds and politely."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Look, Pace
from scheduler import habit, rhythm

MONDAY = datetime(2025, 8, 11, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LOW, HIGH = 5 * MINUTE, 6 * HOUR


def look(*published: datetime, fresh: int | None = None) -> Look:
    """A look that found these entries."""
    return Look(0, "feed", "u", listed=20, fresh=len(published) if fresh is None else fresh, published=published)


def weeks(per_hour: dict[int, int], number: int = 4) -> dict[int, tuple[float, float]]:
    """A habit: so many entries at these hours of each day, visited every hour."""
    found: dict[int, tuple[float, float]] = {}
    for hours in range(number * 168):
        at = MONDAY - number * 7 * DAY + hours * HOUR
        count = per_hour.get(at.hour, 0)
        published = tuple(at + n * HOUR / (count + 1) for n in range(1, count + 1))
        found |= habit.learned(found, look(*published), at, at + HOUR)
    return found


def test_the_hours_of_publication_are_learned() -> None:
    """Four entries between nine and ten, none else: the rate there is near four, elsewhere near nothing."""
    rate = habit.rate_of(weeks({9: 4}))
    assert rate is not None
    assert 3 < rate.at(MONDAY + 9.5 * HOUR) <= 4
    assert rate.at(MONDAY + 20 * HOUR) < 0.2
    assert rate.per_hour == pytest.approx(4 / 24, rel=0.25)


def test_visits_follow_the_hours() -> None:
    """Often while it publishes, seldom while it does not, and there again when it begins."""
    rate = habit.rate_of(weeks(dict.fromkeys(range(8, 18), 6)))
    busy = rhythm.next_visit(rate, MONDAY + 12 * HOUR, LOW, HIGH)
    assert busy - (MONDAY + 12 * HOUR) < 15 * MINUTE
    idle = rhythm.next_visit(rate, MONDAY + 20 * HOUR, LOW, HIGH)
    assert idle - (MONDAY + 20 * HOUR) > HOUR
    before = rhythm.next_visit(rate, MONDAY + 7 * HOUR, LOW, HIGH)
    assert MONDAY + 7 * HOUR + 20 * MINUTE < before < MONDAY + 8 * HOUR + 30 * MINUTE


@pytest.mark.parametrize("per_hour", [0, 1, 60])
def test_the_bounds_hold(per_hour: int) -> None:
    """However silent or busy a source is."""
    rate = habit.rate_of(weeks(dict.fromkeys(range(24), per_hour)))
    for hour in range(0, 168, 5):
        now = MONDAY + hour * HOUR
        assert LOW <= rhythm.next_visit(rate, now, LOW, HIGH, fresh=9) - now <= HIGH


def test_news_make_the_next_visit_sooner() -> None:
    """A burst has begun."""
    rate = habit.rate_of(weeks(dict.fromkeys(range(24), 1)))
    calm, stirred = (rhythm.next_visit(rate, MONDAY, LOW, HIGH, fresh=number) for number in (0, 6))
    assert stirred < calm


def test_an_unknown_source_begins_with_what_it_says_or_a_quarter_of_an_hour() -> None:
    """``sy:updatePeriod`` is believed until there is a habit, for many programs write it without knowing."""
    assert rhythm.next_visit(None, MONDAY, LOW, HIGH) == MONDAY + 15 * MINUTE
    assert rhythm.next_visit(None, MONDAY, LOW, HIGH, pace=Pace(period=3600.0)) == MONDAY + HOUR
    assert rhythm.next_visit(None, MONDAY, LOW, HIGH, pace=Pace(period=9e9)) == MONDAY + HIGH
    busy = habit.rate_of(weeks(dict.fromkeys(range(24), 6)))
    assert rhythm.next_visit(busy, MONDAY, LOW, HIGH, pace=Pace(period=86400.0)) < MONDAY + 30 * MINUTE


@pytest.mark.parametrize(
    ("pace", "due"),
    [
        (Pace(fresh_for=1800.0), MONDAY + 30 * MINUTE),
        (Pace(fresh_for=60.0), MONDAY + 15 * MINUTE),
        (Pace(fresh_for=7 * 86400.0), MONDAY + HIGH),
        (Pace(skip_hours=(0, 1)), MONDAY + 2 * HOUR),
        (Pace(skip_hours=tuple(range(23))), MONDAY + HIGH),
        (Pace(skip_days=(0,)), MONDAY + HIGH),
        (Pace(skip_days=(1, 2)), MONDAY + 15 * MINUTE),
    ],
)
def test_what_a_source_asks_for_is_heard_within_the_bounds(pace: Pace, due: datetime) -> None:
    """``max-age`` and ``ttl``, ``skipHours`` and ``skipDays``; never longer than ``max_every``."""
    assert rhythm.next_visit(None, MONDAY, LOW, HIGH, pace=pace) == due


def test_a_first_list_teaches_at_once() -> None:
    """Twenty entries of the last five hours: about four an hour; a pinned one of last year does not count."""
    now = MONDAY + 12 * HOUR
    entries = [now - n * 15 * MINUTE for n in range(1, 21)]
    rate = habit.rate_of(habit.seeded(look(*entries, now - 400 * DAY), now))
    assert rate is not None
    assert rate.per_hour == pytest.approx(4, rel=0.3)
    assert habit.seeded(look(now, now), now) == {}


def test_downtime_teaches_nothing() -> None:
    """After a long pause the list may be cut: what came in between is unknown."""
    assert habit.learned({}, look(MONDAY), MONDAY - DAY, MONDAY) == {}
    assert habit.learned({}, look(MONDAY), None, MONDAY) == {}
    assert habit.learned({}, look(MONDAY), MONDAY + HOUR, MONDAY) == {}  # the clock was set back


def test_entries_without_a_date_count_when_they_are_seen() -> None:
    """And dates that lie elsewhere count as now."""
    now = MONDAY + 30 * MINUTE
    changed = habit.learned({}, look(MONDAY - 90 * DAY, fresh=3), MONDAY, now)
    assert changed[0] == (pytest.approx(3.0), pytest.approx(0.5))


def test_old_habits_fade() -> None:
    """A source that has stopped is expected to be silent after some weeks; a few numbers say it all."""
    found = weeks({9: 4}, number=8)
    for hours in range(8 * 168):
        at = MONDAY + hours * HOUR
        found |= habit.learned(found, look(), at, at + HOUR)
    assert len(found) == 168
    assert sum(entries for entries, _ in found.values()) < 20
    assert max(watched for _, watched in found.values()) <= 5.0 + 1e-9


def test_what_is_expected_needs_every_hour_to_be_known() -> None:
    """Four an hour for a day; nothing can be said while some hours were never watched."""
    found = weeks(dict.fromkeys(range(24), 4))
    assert habit.expected(found, MONDAY, MONDAY + DAY) == pytest.approx(96, rel=0.05)
    del found[3]
    assert habit.expected(found, MONDAY, MONDAY + DAY) is None
