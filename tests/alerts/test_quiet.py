"""Quiet hours on the reader's clock, and digests on days when clocks are set."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels import EmailSettings
from alerts.quiet import QuietHours
from alerts.rules import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    *("UTC", "Asia/Karachi", "Asia/Tokyo", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "America/Santiago", "Pacific/Apia", "Africa/Casablanca", "Asia/Tehran"),
]
MOMENTS = st.integers(1_230_000_000, 1_800_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
CLOCKS = st.times().map(lambda one: one.replace(second=0, microsecond=0))


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def test_it_is_quiet_from_the_first_to_before_the_last_minute() -> None:
    """Over midnight, and within a day."""
    night, noon = QuietHours.of("22:00-07:00"), QuietHours.of("12:30 - 13:00")
    assert night.until(at("2025-08-15T21:59:59"), BERLIN) is None
    assert night.until(at("2025-08-15T22:00"), BERLIN) == at("2025-08-16T07:00")
    assert night.until(at("2025-08-16T06:59"), BERLIN) == at("2025-08-16T07:00")
    assert night.until(at("2025-08-16T07:00"), BERLIN) is None
    assert noon.until(at("2025-08-15T12:45"), BERLIN) == at("2025-08-15T13:00")
    assert noon.until(at("2025-08-15T13:00"), BERLIN) is None
    assert (night.text, noon.text) == ("22:00-07:00", "12:30-13:00")


def test_the_readers_morning_is_the_readers_also_when_clocks_are_set() -> None:
    """30 March 2025 in Berlin: the night has eight hours; 26 October: ten."""
    night = QuietHours.of("22:00-07:00")
    assert night.until(at("2025-03-29T22:00"), BERLIN) == datetime(2025, 3, 30, 5, tzinfo=UTC)
    assert night.until(at("2025-10-25T22:00"), BERLIN) == datetime(2025, 10, 26, 6, tzinfo=UTC)


@pytest.mark.parametrize("text", ["22-7", "22:00", "25:00-07:00", "22:00-07:60", "22:00-22:00", "night"])
def test_what_is_no_span_is_refused_with_the_form(text: str) -> None:
    """With what would be right."""
    with pytest.raises(ValueError, match=r"22:00|00:00 to 23:59|begins when it ends"):
        QuietHours.of(text)


@given(now=MOMENTS, start=CLOCKS, end=CLOCKS, zone=st.sampled_from(ZONES))
def test_quiet_hours_end_and_what_ends_has_begun(now: datetime, start, end, zone: str) -> None:
    """The end lies ahead, within a day and an hour or two; right then it is no longer quiet."""
    if start == end:
        return
    hours, place = QuietHours(start, end), ZoneInfo(zone)
    until = hours.until(now, place)
    if until is not None:
        assert now < until <= now + timedelta(hours=50)
        assert hours.until(until, place) is None or until.astimezone(place).replace(tzinfo=None).time() != end
        assert until.astimezone(place).time() == end or _clocks_were_set(until, place)


@given(now=MOMENTS, clock=CLOCKS, zone=st.sampled_from(ZONES))
def test_a_daily_digest_comes_once_a_day_whatever_the_clocks_do(now: datetime, clock, zone: str) -> None:
    """Ten in a row: always ahead, never two on one day, never a day without."""
    place, schedule = ZoneInfo(zone), Schedule("daily", clock)
    due = [now]
    for _ in range(10):
        due.append(schedule.next_after(due[-1], place))
    days = [one.astimezone(place).date() for one in due[1:]]
    assert due == sorted(set(due))
    assert len(set(days)) == len(days)
    skipped = {date(2011, 12, 30)} if zone == "Pacific/Apia" else set()
    missing = {days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)} - set(days)
    assert missing <= skipped
    for one in due[1:]:
        assert one.astimezone(place).time() == clock or _clocks_were_set(one, place)


@given(now=MOMENTS, clock=CLOCKS, day=st.integers(0, 6), zone=st.sampled_from(ZONES))
def test_a_weekly_digest_comes_on_its_day(now: datetime, clock, day: int, zone: str) -> None:
    """Seven days apart, but for the hour that clocks are set."""
    place, schedule = ZoneInfo(zone), Schedule("weekly", clock, day)
    first = schedule.next_after(now, place)
    second = schedule.next_after(first, place)
    assert timedelta(0) < first - now <= timedelta(days=8)
    assert abs(second - first - timedelta(days=7)) <= timedelta(hours=25 if zone == "Pacific/Apia" else 1)
    assert first.astimezone(place).weekday() == day or _clocks_were_set(first, place)


@given(now=MOMENTS, zone=st.sampled_from(ZONES))
def test_an_hourly_digest_comes_on_the_full_hour_of_the_place(now: datetime, zone: str) -> None:
    """Also where the zone is beside UTC by forty-five minutes."""
    place = ZoneInfo(zone)
    due = Schedule("hourly").next_after(now, place)
    assert due.astimezone(place).minute == 0
    assert now < due <= now + timedelta(minutes=90)


def _clocks_were_set(moment: datetime, zone: ZoneInfo) -> bool:
    """Within a day around the moment the zone's distance to UTC changes."""
    around = [moment + timedelta(hours=hours) for hours in (-25, 0, 25)]
    return len({one.astimezone(zone).utcoffset() for one in around}) > 1


def test_a_channel_says_what_it_asks_for_at_a_moment() -> None:
    """In its own zone, else in that of the service."""
    given_keys = {"name": "desk", "to": "a@x.example", "from": "b@x.example", "server": "smtp://127.0.0.1"}
    desk = EmailSettings.model_validate(given_keys | {"quiet_hours": "22:00-07:00", "max_per_hour": 5})
    evening = datetime(2025, 8, 15, 18, tzinfo=UTC)
    assert desk.bounds(evening, "UTC").quiet is None
    assert desk.bounds(evening, "Asia/Karachi").quiet == "quiet hours 22:00-07:00"
    assert desk.model_copy(update={"timezone": "UTC"}).bounds(evening, "Asia/Karachi").quiet is None
    assert desk.bounds(evening, "UTC").max_per_hour == 5
