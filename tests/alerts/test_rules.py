"""Rules: their settings, and when they deliver."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.rules import Rules, RulesError, RuleSettings, Schedule
from query import Names

ZONES = (
    "UTC",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
)


def settings(**changes: Any) -> RuleSettings:
    return RuleSettings.model_validate({"name": "r", "query": "japan", "channels": ["desk"]} | changes)


def local(zone: str, *when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone), fold=fold)  # type: ignore[misc,arg-type]


def due(deliver: str, moment: datetime, zone: str) -> str:
    there = Schedule.of(deliver).next_after(moment, ZoneInfo(zone)).astimezone(ZoneInfo(zone))
    return there.strftime("%a %Y-%m-%d %H:%M%z")


def test_a_time_the_clocks_jump_over_is_delivered_as_much_later() -> None:
    """Half past two on the last Sunday of March in Berlin."""
    moment = local("Europe/Berlin", 2026, 3, 29, 1, 0)
    assert due("daily 02:30", moment, "Europe/Berlin") == "Sun 2026-03-29 03:30+0200"
    assert due("weekly sun 02:30", moment, "Europe/Berlin") == "Sun 2026-03-29 03:30+0200"


def test_a_time_that_comes_twice_is_delivered_the_first_time_only() -> None:
    """Half past two on the last Sunday of October in Berlin."""
    before = local("Europe/Berlin", 2026, 10, 25, 1, 0)
    between = local("Europe/Berlin", 2026, 10, 25, 2, 45)
    assert due("daily 02:30", before, "Europe/Berlin") == "Sun 2026-10-25 02:30+0200"
    assert due("daily 02:30", between, "Europe/Berlin") == "Mon 2026-10-26 02:30+0100"


def test_eight_in_the_morning_stays_eight_when_the_clocks_change() -> None:
    """The day between has 23 or 25 hours."""
    assert due("daily 08:00", local("Europe/Berlin", 2026, 3, 28, 9), "Europe/Berlin") == "Sun 2026-03-29 08:00+0200"
    assert due("daily 08:00", local("Europe/Berlin", 2026, 10, 24, 9), "Europe/Berlin") == "Sun 2026-10-25 08:00+0100"


def test_a_day_that_a_country_left_out_is_delivered_at_once_with_the_next() -> None:
    """Samoa had no 30 December 2011."""
    moment = local("Pacific/Apia", 2011, 12, 29, 9, 0)
    assert due("daily 08:00", moment, "Pacific/Apia") == "Sat 2011-12-31 08:00+1400"


def test_hourly_is_the_next_full_hour_of_the_zones_own_clock() -> None:
    """Also where the zone is half an hour beside UTC, or jumps by half an hour."""
    assert due("hourly", local("Asia/Kolkata", 2026, 5, 1, 9, 10), "Asia/Kolkata") == "Fri 2026-05-01 10:00+0530"
    assert due("hourly", local("Asia/Kolkata", 2026, 5, 1, 9, 0), "Asia/Kolkata") == "Fri 2026-05-01 10:00+0530"
    spring = local("Australia/Lord_Howe", 2026, 10, 4, 1, 45)
    assert due("hourly", spring, "Australia/Lord_Howe") == "Sun 2026-10-04 03:00+1100"


def test_a_week_is_a_week() -> None:
    """On the day before its time, at its time, after it."""
    assert (
        due("weekly mon 08:00", local("Asia/Karachi", 2025, 8, 18, 7, 59), "Asia/Karachi")[:20]
        == "Mon 2025-08-18 08:00"
    )
    assert (
        due("weekly mon 08:00", local("Asia/Karachi", 2025, 8, 18, 8, 0), "Asia/Karachi")[:20] == "Mon 2025-08-25 08:00"
    )
    assert (
        due("weekly mon 08:00", local("Asia/Karachi", 2025, 8, 19, 0, 0), "Asia/Karachi")[:20] == "Mon 2025-08-25 08:00"
    )


@given(
    st.integers(631152000, 2840140800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(ZONES),
    st.sampled_from(["hourly", "daily 00:00", "daily 02:30", "daily 23:59", "weekly fri 02:00", "weekly sun 08:00"]),
)
def test_a_delivery_is_always_later_and_never_further_than_its_period(
    moment: datetime, zone: str, deliver: str
) -> None:
    """A day and an hour where clocks are put back, or a day that was left out."""
    there = Schedule.of(deliver).next_after(moment, ZoneInfo(zone))
    longest = {"hourly": timedelta(hours=2), "daily": timedelta(hours=26), "weekly": timedelta(days=7, hours=26)}
    assert moment < there <= moment + longest[deliver.split()[0]]
    assert there.tzinfo is UTC


def test_now_is_now_and_wait_lets_a_story_gather() -> None:
    """``wait`` counts from when the item was seen."""
    moment = datetime(2025, 8, 15, 13, 4, tzinfo=UTC)
    at_once, later = Rules([settings(), settings(name="s", wait="5m")]).rules
    assert at_once.due_at(moment, UTC) == moment
    assert later.due_at(moment, UTC) == moment + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("now", "now"),
        ("Hourly", "hourly"),
        ("daily 8:00", "daily 08:00"),
        (" daily  23:59 ", "daily 23:59"),
        ("weekly Monday 08:00", "weekly mon 08:00"),
        ("weekly SUN 00:00", "weekly sun 00:00"),
        ("daily ۰۸:۰۰", "daily 08:00"),
    ],
)
def test_times_of_delivery_have_one_canonical_form(text: str, canonical: str) -> None:
    """It is the name of the digest, so two ways of writing it are one digest."""
    assert settings(deliver=text).deliver == canonical


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"deliver": "daily"}, 'write "now", "hourly", "daily 08:00" or "weekly mon 08:00"'),
        ({"deliver": "daily 24:00"}, "00:00 to 23:59"),
        ({"deliver": "daily 08:60"}, "00:00 to 23:59"),
        ({"deliver": "weekly 08:00"}, "weekly mon 08:00"),
        ({"deliver": "weekly xyz 08:00"}, "no day of the week"),
        ({"deliver": ""}, "no time of delivery"),
        ({"repeat": "always"}, "'story', 'each' or 'updates'"),
        ({"wait": "soon"}, "is not a duration"),
        ({"wait": "2d"}, "less than or equal to 86400"),
        ({"wait": "5m", "deliver": "hourly"}, 'deliver = "now" only'),
        ({"name": ""}, "at least 1 character"),
        ({"name": "a\nb"}, "printable"),
        ({"name": " a"}, "space"),
        ({"channel": "desk"}, "Extra inputs"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_be_right(changes: dict[str, Any], sentence: str) -> None:
    """The configuration's errors are made of these sentences."""
    with pytest.raises(ValidationError) as caught:
        settings(**changes)
    (error,) = caught.value.errors()
    assert sentence in error["msg"]


def test_a_rule_needs_no_channel_and_counts_a_channel_once() -> None:
    """Rules may only mark items."""
    assert settings(channels=[]).channels == ()
    assert settings(channels=["desk", "hook", "desk"]).channels == ("desk", "hook")


def test_all_queries_that_do_not_parse_are_told_at_once() -> None:
    """With the rule's name, and where and what."""
    broken = [settings(name="one", query="japan AND"), settings(name="two", query="(japan"), settings(name="three")]
    with pytest.raises(RulesError) as caught:
        Rules(broken)
    assert [name for name, _ in caught.value.errors] == ["one", "two"]
    assert "rule 'one': " in str(caught.value)


def test_a_rule_that_is_off_is_left_out_even_when_it_does_not_parse() -> None:
    """``enabled = false``."""
    rules = Rules([settings(name="off", query="((", enabled=False), settings(name="on")])
    assert list(rules.by_name) == ["on"]


def test_queries_may_name_topics() -> None:
    """As everywhere."""
    (rule,) = Rules([settings(query="topic:japan")], Names({"japan": "japan OR tokyo"})).rules
    assert rule.query.text == "topic:japan"
