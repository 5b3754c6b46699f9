"""What people and machines write for a date."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.reading.dates import find_date, parse_date

KARACHI = "Asia/Karachi"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "12",
        "2025",
        "1723726800",
        "hello",
        "0000-00-00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1601-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "31 Feb 2025",
        "2025-02-31",
        "February 30th, 2025",
        "2025-13-01",
        "2025-08-15T24:00:60",
        "2025-08-15T25:00:00",
        "9 Rabiulawal, 1441",
        "05 اکتوبر",
        "Aug 6",
        "2 hours ago",
        "3時間前",
        "x" * 5_000,
        "15 Aug " * 2_000,
    ],
)
def test_what_names_no_moment_is_unknown(text: str) -> None:
    """No year is made up, no impossible day is moved, and relative words need a now."""
    assert parse_date(text, KARACHI, ["en", "ur"]) is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-08-15T13:00:00Z", at(2025, 8, 15, 13)),
        ("2025-08-15T13:00:00.123456Z", at(2025, 8, 15, 13)),
        ("2025-08-15T18:00:00+0500", at(2025, 8, 15, 13)),
        ("2025-08-15 18:00:00+05:00", at(2025, 8, 15, 13)),
        ("2025-08-15T18:00", at(2025, 8, 15, 13)),
        ("2025-08-15", at(2025, 8, 14, 19)),
        ("2025-08-15T24:00:00", at(2025, 8, 15, 19)),
        ("20250815T130000Z", at(2025, 8, 15, 13)),
        ("Fri, 15 Aug 2025 18:00:00 +0500", at(2025, 8, 15, 13)),
        ("Fri, 15 Aug 25 18:00:00 +05:00", at(2025, 8, 15, 13)),
        ("Fri, 15 Aug 2025 18:00:00 PKT", at(2025, 8, 15, 13)),
        ("Fri, 15 Aug 2025 18:30:00 IST", at(2025, 8, 15, 13)),
        ("Fri, 15 Aug 2025 08:00:00 EST", at(2025, 8, 15, 13)),
        ("Fri, 15 Aug 2025 13:00:00 GMT", at(2025, 8, 15, 13)),
        ("Fri, 15 Aug 2025 07:00:00 CST", at(2025, 8, 15, 13)),
        ("Fri Aug 15 13:00:00 GMT 2025", at(2025, 8, 15, 13)),
        ("Fri Aug 15 13:00:00 +0000 2025", at(2025, 8, 15, 13)),
        ("ven., 15 août 2025 15:00:00 +0200", at(2025, 8, 15, 13)),
        ("Vie, 15 Ago 2025 13:00:00 +0000", at(2025, 8, 15, 13)),
        ("2025-08-15 오후 06:00:00", at(2025, 8, 15, 13)),
    ],
)
def test_machine_dates_are_read_with_and_without_zone(text: str, moment: datetime) -> None:
    """ISO 8601 and RFC 822 with the deviations that feeds show."""
    assert parse_date(text, KARACHI) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Published August 15, 2025 | 06:00 PM", at(2025, 8, 15, 13)),
        ("Faizan Hashmi Published August 15, 2025 | 06:00 PM", at(2025, 8, 15, 13)),
        ("Published May 06, 2024", at(2024, 5, 5, 19)),
        ("15th Aug, 2025", at(2025, 8, 14, 19)),
        ("July 21st, 2026", at(2026, 7, 20, 19)),
        ("Fri 15th August 2025 | 06:00 PM", at(2025, 8, 15, 13)),
        ("Published 15 Aug, 2025 06:12am", at(2025, 8, 15, 1, 12)),
        ("06 May, 2024", at(2024, 5, 5, 19)),
        ("May 27, 2015", at(2015, 5, 26, 19)),
        ("Sun July 08, 2018 / OC", at(2018, 7, 7, 19)),
        ("6:30 PM | August 15, 2025", at(2025, 8, 15, 13, 30)),
        ("August 15, 2025 at 3:24 PM GMT+05:00", at(2025, 8, 15, 10, 24)),
        ("Aug 15, 2025 3:30 PM", at(2025, 8, 15, 10, 30)),
        ("Friday, August 15th, 2025 at 6pm", at(2025, 8, 15, 13)),
        ("15-AUG-25", at(2025, 8, 14, 19)),
        ("24-04-2025", at(2025, 4, 23, 19)),
        ("15/08/2025 18:00", at(2025, 8, 15, 13)),
        ("2025/08/15 18:00", at(2025, 8, 15, 13)),
        ("Thursday, November 7, 2019 | 9 Rabiulawal, 1441", at(2019, 11, 6, 19)),
    ],
)
def test_newspaper_dates_are_read(text: str, moment: datetime) -> None:
    """The forms Pakistani outlets print, in their local time."""
    assert parse_date(text, KARACHI, ["en"]) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("جمعه 13 جنوری 2023ء", at(2023, 1, 12, 19)),
        ("جمعہ 13 جنوری 2023ع", at(2023, 1, 12, 19)),
        ("بدھ, اکتوبر 15, 2025, 4:01 شام", at(2025, 10, 15, 11, 1)),
        ("بدھ، 15 اکتوبر 2025، صبح 9:30", at(2025, 10, 15, 4, 30)),
        ("15 اگست 2025 دوپہر 12:15", at(2025, 8, 15, 7, 15)),
        ("15 اگست 2025 دوپہر 2:15", at(2025, 8, 15, 9, 15)),
        ("15 اگست 2025 رات 11:30", at(2025, 8, 15, 18, 30)),
        ("15اگست2025ء شام 6:00", at(2025, 8, 15, 13)),
        ("جمعہ ، 02 جنوری 2026", at(2026, 1, 1, 19)),
        ("۲۳ نومبر ۲۰۲۵ء", at(2025, 11, 22, 19)),
        ("٢٣ اپريل ٢٠٢٥", at(2025, 4, 22, 19)),
        ("5 مئ 2017", at(2017, 5, 4, 19)),
        ("اشاعت کی تاریخ: 2nd, February 2025 GMT", at(2025, 2, 2)),
    ],
)
def test_urdu_dates_are_read(text: str, moment: datetime) -> None:
    """Urdu month names, digits, the year mark, the Arabic comma, and words for the half of the day."""
    assert parse_date(text, KARACHI, ["ur"]) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026年01月22日", at(2026, 1, 21, 15)),
        ("2016年06月02日(木曜日) 午前11時55分", at(2016, 6, 2, 2, 55)),
        ("2016年6月2日（木）午後1時5分", at(2016, 6, 2, 4, 5)),
        ("２０２５年８月１５日 18:00", at(2025, 8, 15, 9)),
        ("公開日：2025年8月15日 18時00分", at(2025, 8, 15, 9)),
    ],
)
def test_japanese_dates_are_read(text: str, moment: datetime) -> None:
    """Year, month, day signs, full-width digits, morning and afternoon; local time of Tokyo."""
    assert parse_date(text, "Asia/Tokyo", ["ja"]) == moment


def test_published_is_taken_before_updated() -> None:
    """A line that names both dates speaks of two moments; only the first is publication."""
    line = "Press Release Published March 19, 2025 Updated March 20, 2025 06:49am"
    assert parse_date(line, KARACHI) == at(2025, 3, 18, 19)
    assert find_date("Updated March 20, 2025 06:49am") is None
    found = find_date("Updated 20 March, 2025 Published 19 March, 2025 05:00pm")
    assert found is not None
    assert found.utc(KARACHI) == at(2025, 3, 19, 12)


def test_the_order_of_day_and_month_is_told_or_unknown() -> None:
    """05/06/2025 is June in Karachi, May in New York, and unknown where the source's home is unknown."""
    assert parse_date("05/06/2025", KARACHI) == at(2025, 6, 4, 19)
    assert parse_date("05/06/2025", "America/New_York") == at(2025, 5, 6, 4)
    assert parse_date("05/06/2025", None) is None
    assert parse_date("25/06/2025", None) == at(2025, 6, 25)


def test_relative_dates_count_from_now() -> None:
    """With a now, "two hours ago" is a moment in three languages."""
    now = at(2025, 8, 15, 13)
    assert parse_date("2 hours ago", KARACHI, ["en"], now) == at(2025, 8, 15, 11)
    assert parse_date("3時間前", "Asia/Tokyo", ["ja"], now) == at(2025, 8, 15, 10)
    assert parse_date("2 گھنٹے پہلے", KARACHI, ["ur"], now) == at(2025, 8, 15, 11)


def test_other_languages_are_asked_of_the_library() -> None:
    """Forms not known here are read when day, month and year are all there."""
    assert parse_date("15 de agosto de 2025", "Europe/Madrid", ["es"]) == at(2025, 8, 14, 22)
    assert parse_date("15. August 2025 14:30", "Europe/Berlin", ["de"]) == at(2025, 8, 15, 12, 30)
    assert parse_date("15 août 2025", None, ["xx"]) == at(2025, 8, 15)


def test_dates_in_the_future_stay_as_written() -> None:
    """What lies ahead is for the archive to clamp; nothing is moved here."""
    assert parse_date("2035-01-01T00:00:00Z") == at(2035, 1, 1)


def test_an_unknown_time_zone_is_no_crash() -> None:
    """The configuration refuses unknown zones; here one counts as none."""
    assert parse_date("2025-08-15 18:00", "Mars/Olympus") == at(2025, 8, 15, 18)


def test_letters_of_two_countries_mean_the_one_the_source_is_in() -> None:
    """CST is Chinese time for sources there."""
    assert parse_date("Fri, 15 Aug 2025 21:00:00 CST", "Asia/Shanghai") == at(2025, 8, 15, 13)
