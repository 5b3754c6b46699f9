"""When to look again and when to try again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count, takewhile

import pytest

from archive.model import NewsItem, Visit, VisitStatus
from scheduler import cadence

NOON = datetime(2025, 8, 15, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY = 15 * MINUTE


def visit(status: VisitStatus = VisitStatus.OK, *, at: datetime = NOON, took: float = 2, **more: object) -> Visit:
    """A visit that started at ``at``."""
    return Visit("dawn", status, at, at + timedelta(seconds=took), **more)  # type: ignore[arg-type]


def test_a_late_visit_does_not_shift_the_rhythm() -> None:
    """Due at 12:00, started at 12:04: the next is due at 12:15."""
    after = cadence.next_check(visit(at=NOON + 4 * MINUTE), EVERY, due=NOON, failures=0)
    assert after == NOON + EVERY


def test_a_visit_after_downtime_is_made_once_and_the_rhythm_goes_on() -> None:
    """Three hours late: one visit now, the next at the next beat."""
    late = NOON + timedelta(hours=3, minutes=4)
    assert cadence.next_check(visit(at=late), EVERY, due=NOON, failures=0) == NOON + timedelta(hours=3, minutes=15)
    assert cadence.missed(NOON, late, EVERY) == 12


def test_the_next_visit_lies_after_the_end_of_a_slow_one() -> None:
    """A visit that took longer than the interval does not start a second one at once behind itself."""
    slow = visit(took=40 * 60)
    assert cadence.next_check(slow, EVERY, due=NOON, failures=0) > slow.ended_at


def test_two_failures_do_not_slow_a_source_down_and_later_ones_do() -> None:
    """A short outage costs no news; a long one is backed off from."""
    pauses = [cadence.next_check(visit(VisitStatus.FAILED), EVERY, due=NOON, failures=n) - NOON for n in range(1, 40)]
    assert pauses[:2] == [EVERY, EVERY]
    assert pauses == sorted(pauses)
    assert pauses[2] > EVERY


def test_backing_off_never_stops() -> None:
    """However often a source failed, it is tried again within six hours, or its own interval when that is longer."""
    for every in (EVERY, timedelta(days=1)):
        after = cadence.next_check(visit(VisitStatus.FAILED), every, due=NOON, failures=10_000)
        assert after - visit().ended_at <= max(timedelta(hours=6), every)


@pytest.mark.parametrize(("asked", "pause"), [(3600, 3600), (10 * 365 * 86400, 86400), (-5, 900), (None, 900)])
def test_retry_after_is_respected_up_to_a_day(asked: float | None, pause: float) -> None:
    """A server that asks for an hour gets it; ten years are a day; a negative number is nonsense."""
    after = cadence.next_check(visit(VisitStatus.FAILED, retry_after=asked, took=0), EVERY, due=NOON, failures=1)
    assert (after - NOON).total_seconds() == pause


def test_a_plan_in_the_far_future_is_not_trusted() -> None:
    """The clock was set back, or the interval was shortened: no source waits longer than one interval."""
    planned = NOON + timedelta(hours=5)
    assert cadence.first_due(planned, NOON - MINUTE, 0, EVERY, NOON) == NOON + 14 * MINUTE
    assert cadence.first_due(planned, NOON + timedelta(hours=4), 0, EVERY, NOON) == NOON + EVERY


def test_a_source_never_visited_is_due_at_once() -> None:
    """And one that backs off keeps its pause over a restart."""
    assert cadence.first_due(None, None, 0, EVERY, NOON) == NOON
    assert cadence.first_due(NOON + timedelta(hours=5), NOON, 9, EVERY, NOON) == NOON + timedelta(hours=5)


def test_a_delivery_is_tried_for_days_with_growing_pauses_and_then_given_up() -> None:
    """Ten tries over about three days, as the Standard Webhooks specification proposes."""
    tries = takewhile(lambda at: at is not None, (cadence.next_try(n, NOON) for n in count(1)))
    pauses = [at - NOON for at in tries if at]
    assert len(pauses) == 9
    assert pauses == sorted(pauses)
    assert timedelta(seconds=5) <= pauses[0] <= timedelta(seconds=6)
    assert timedelta(days=3) < sum(pauses, timedelta()) < timedelta(days=4)


def test_a_receiver_can_ask_for_a_longer_pause_but_not_for_a_shorter_or_endless_one() -> None:
    """Retry-After counts between our own pause and a day."""
    assert cadence.next_try(1, NOON, 7200) == NOON + timedelta(hours=2)
    assert cadence.next_try(1, NOON, 10**9) == NOON + timedelta(days=1)
    third = cadence.next_try(3, NOON, 1)
    assert third is not None
    assert third >= NOON + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("policy", "published", "silent"),
    [
        ("all", None, False),
        ("all", NOON - timedelta(days=900), False),
        ("none", NOON, True),
        ("day", NOON - timedelta(hours=23), False),
        ("day", NOON - timedelta(hours=25), True),
        ("day", None, True),
    ],
)
def test_what_may_alert_at_a_first_visit(policy: str, published: datetime | None, silent: bool) -> None:
    """The three policies of crawl.first_visit."""
    item = NewsItem("Title", published_at=published)
    assert bool(cadence.quiet(item, policy, NOON)) is silent


def test_no_delivery_waits_longer_than_its_schedule_or_what_was_asked_for() -> None:
    """What waits longer was reckoned by another clock; every pause the schedule makes is within its bound."""
    now = datetime(2025, 8, 15, 13, 30, tzinfo=UTC)
    for tries in range(1, len(cadence.RETRY_AFTER) + 1):
        for asked in (None, 7200.0, 10.0**9):
            after = cadence.next_try(tries, now, asked)
            assert after is not None
            assert after - now <= cadence.longest_wait(tries, asked) <= cadence.DAY * 1.1
    assert cadence.longest_wait(0, 7200) == timedelta(0)


def test_a_failing_channel_rests_a_minute_at_the_most() -> None:
    """An alert is not late by more when the receiver is back."""
    assert [cadence.rest(times) for times in (1, 2, 3, 4, 1000)] == [5, 15, 60, 60, 60]
