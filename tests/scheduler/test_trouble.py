"""When a channel has failed for long, and what the operator hears of it: once, and once more when it works again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.model import Outcome, Told, Trouble
from archive.settling import Ended
from scheduler.trouble import News, after_try, judge_for

NOW = datetime(2025, 8, 15, 13, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SENT = Told(Outcome.SENT, "200 OK")
BUSY = Told(Outcome.RETRY, "503 busy")


def course(*tries: tuple[timedelta, Told], gave_up: bool = False) -> tuple[Trouble | None, list[News | None]]:
    """What is told after each of the tries, and how the channel stands then."""
    trouble, told = None, []
    for after, outcome in tries:
        lost = gave_up and outcome is not SENT
        trouble, news = after_try(trouble, Ended("hook", "d1", outcome, NOW + after, gave_up=lost))
        told.append(news)
    return trouble, told


def test_a_channel_that_fails_for_long_is_told_once_and_once_when_it_works_again() -> None:
    """By the pauses of the schedule: at once, 5 s, 5 min, 35 min, two and a half hours."""
    pauses = [timedelta(0), timedelta(seconds=5), 5 * MINUTE, 35 * MINUTE, 155 * MINUTE, 155 * MINUTE]
    trouble, told = course(*((pause, BUSY) for pause in pauses), (200 * MINUTE, SENT), (201 * MINUTE, SENT))
    assert told == [None, None, None, News.FAILING, None, None, News.RECOVERED, None]
    assert trouble is not None
    assert (trouble.failures, trouble.told) == (0, False)


def test_neither_a_short_outage_nor_many_failures_in_a_moment_are_told() -> None:
    """A hundred at once say no more than one."""
    _, told = course(*((timedelta(seconds=n), BUSY) for n in range(100)), (29 * MINUTE, BUSY), (30 * MINUTE, SENT))
    assert set(told) == {None}


def test_a_success_in_between_begins_the_count_anew() -> None:
    """Half of the tries fail for hours: it works."""
    tries = [(n * 10 * MINUTE, BUSY if n % 2 else SENT) for n in range(40)]
    trouble, told = course(*tries)
    assert set(told) == {None}
    assert trouble is not None
    assert trouble.failures == 1


def test_a_receiver_that_asks_for_long_pauses_is_told_by_the_time_it_fails() -> None:
    """Two tries six hours apart."""
    assert course((timedelta(0), BUSY), (6 * 60 * MINUTE, BUSY))[1] == [None, News.FAILING]


def test_a_delivery_given_up_is_told_at_once_and_a_thousand_more_are_not() -> None:
    """A mailbox that is gone refuses every mail for good."""
    _, told = course(*((n * MINUTE, Told(Outcome.GAVE_UP, "550 no such user")) for n in range(1000)), gave_up=True)
    assert told == [News.FAILING] + [None] * 999


def test_a_channel_that_comes_and_goes_is_told_of_once_a_day() -> None:
    """It recovers and gives up every hour for two days."""
    tries = []
    for hour in range(48):
        tries += [(hour * 60 * MINUTE, BUSY), (hour * 60 * MINUTE + 31 * MINUTE, SENT)]
    _, told = course(*tries, gave_up=True)
    assert [news for news in told if news] == [News.FAILING, News.RECOVERED] * 2


def test_a_channel_that_was_disabled_is_told_and_heard_of_again_when_it_works() -> None:
    """410, then `channel enable`."""
    gone = Ended("hook", "d1", Told(Outcome.RETRY, "410 Gone", disable=True), NOW, disabled=True)
    trouble, news = after_try(None, gone)
    assert news is News.DISABLED
    assert after_try(trouble, Ended("hook", "d1", SENT, NOW + DAY))[1] is News.RECOVERED


def test_a_clock_set_back_neither_hides_nor_repeats_a_trouble() -> None:
    """Failures noted in what is now the future."""
    trouble, _ = course((DAY, BUSY), (DAY + MINUTE, BUSY))
    for minutes in (0, 31):
        trouble, news = after_try(trouble, Ended("hook", "d1", BUSY, NOW + minutes * MINUTE))
    assert news is News.FAILING


def test_the_operator_hears_through_other_channels_or_when_there_are_none_afterwards() -> None:
    """A channel cannot tell that it fails; it can tell that it did."""
    failing = Ended("hook", "d1", Told(Outcome.GAVE_UP, "550 no"), NOW, gave_up=True)
    works = Ended("hook", "d2", SENT, NOW + MINUTE)
    for operator, told_of, told_after in ((("desk", "hook"), ["desk"], ["desk"]), (("hook",), [], ["hook"])):
        judge = judge_for(operator)
        trouble, notices = judge(None, failing)
        assert [channel for channel, _ in notices] == told_of
        trouble, notices = judge(trouble, works)
        assert [channel for channel, _ in notices] == told_after
        data = notices[0][1]["data"]
        assert (data["about"], data["state"]) == ("hook", "recovered")
        assert "550 no" in data["text"]
        assert "since 2025-08-15T13:30:00Z" in data["text"]
