"""Dates look as outlets write them, at the awkward hours and days too."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from khabardar.demo import dates

SIX = datetime(2025, 8, 15, 18, 0, tzinfo=ZoneInfo("Asia/Karachi"))


@pytest.mark.parametrize(
    ("habit", "written"),
    [
        (dates.longdate, "August 15, 2025"),
        (dates.clock, "06:00 PM"),
        (dates.clocklow, "06:00pm"),
        (dates.clockbare, "6:00 PM"),
        (dates.ordinal, "15th Aug, 2025"),
        (dates.longordinal, "August 15th, 2025"),
        (dates.iso, "2025-08-15T18:00:00+05:00"),
        (dates.isobasic, "2025-08-15T18:00:00+0500"),
        (dates.spaced, "2025-08-15 18:00:00+05:00"),
        (dates.urdudate, "جمعہ 15 اگست 2025ء"),
        (dates.japanesedate, "2025年08月15日 18時00分"),
    ],
)
def test_each_habit_writes_its_own_form(habit: object, written: str) -> None:
    """The forms are those met on real pages."""
    assert callable(habit)
    assert habit(SIX) == written


@pytest.mark.parametrize(("hour", "written"), [(0, "12:05 AM"), (11, "11:05 AM"), (12, "12:05 PM"), (23, "11:05 PM")])
def test_midnight_and_noon_are_twelve(hour: int, written: str) -> None:
    """The hours at which clocks with AM and PM go wrong."""
    assert dates.clock(SIX.replace(hour=hour, minute=5)) == written


@pytest.mark.parametrize(
    ("day", "written"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st")]
)
def test_ordinals_follow_english(day: int, written: str) -> None:
    """Also the teens."""
    assert dates.ordinal(SIX.replace(day=day)).startswith(written + " ")


def test_ago_counts_as_a_reader_does() -> None:
    """Minutes, hours, days."""
    spans = [timedelta(seconds=-3), timedelta(minutes=7), timedelta(hours=5), timedelta(days=3)]
    assert [dates.ago(span) for span in spans] == ["just now", "7 min ago", "5 h ago", "3 d ago"]
