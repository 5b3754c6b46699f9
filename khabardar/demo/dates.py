"""Dates as outlets write them: one function per habit, all of them jinja filters. They do not depend on the locale."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
URDU_MONTHS = "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر".split()  # noqa: SIM905
URDU_WEEKDAYS = ("پیر", "منگل", "بدھ", "جمعرات", "جمعہ", "ہفتہ", "اتوار")


def weekday(moment: datetime) -> str:
    """Friday"""
    return WEEKDAYS[moment.weekday()]


def isodate(moment: datetime) -> str:
    """2025-08-15"""
    return moment.date().isoformat()


def iso(moment: datetime) -> str:
    """2025-08-15T18:00:00+05:00"""
    return moment.isoformat(timespec="seconds")


def isobasic(moment: datetime) -> str:
    """2025-08-15T18:00:00+0500, as some pages write their offset"""
    return moment.strftime("%Y-%m-%dT%H:%M:%S%z")


def spaced(moment: datetime) -> str:
    """2025-08-15 18:00:00+05:00"""
    return moment.isoformat(" ", timespec="seconds")


def longdate(moment: datetime) -> str:
    """August 15, 2025"""
    return f"{MONTHS[moment.month - 1]} {moment.day:02d}, {moment.year}"


def longordinal(moment: datetime) -> str:
    """August 15th, 2025"""
    return f"{MONTHS[moment.month - 1]} {_ordinal(moment.day)}, {moment.year}"


def ordinal(moment: datetime) -> str:
    """15th Aug, 2025"""
    return f"{_ordinal(moment.day)} {MONTHS[moment.month - 1][:3]}, {moment.year}"


def shortday(moment: datetime) -> str:
    """Aug 15"""
    return f"{MONTHS[moment.month - 1][:3]} {moment.day}"


def clock(moment: datetime) -> str:
    """06:00 PM"""
    return f"{_hour(moment):02d}:{moment.minute:02d} {_half(moment)}"


def clockbare(moment: datetime) -> str:
    """6:00 PM"""
    return f"{_hour(moment)}:{moment.minute:02d} {_half(moment)}"


def clocklow(moment: datetime) -> str:
    """06:00pm"""
    return f"{_hour(moment):02d}:{moment.minute:02d}{_half(moment).lower()}"


def urdudate(moment: datetime) -> str:
    """جمعہ 15 اگست 2025ء"""
    return f"{URDU_WEEKDAYS[moment.weekday()]} {moment.day} {URDU_MONTHS[moment.month - 1]} {moment.year}ء"


def japanesedate(moment: datetime) -> str:
    """2025年08月15日 18時00分"""
    return f"{moment.year}年{moment.month:02d}月{moment.day:02d}日 {moment.hour:02d}時{moment.minute:02d}分"


FILTERS: dict[str, Callable[[datetime], str]] = {
    "rfc822": format_datetime,
    **{
        habit.__name__: habit
        for habit in (
            weekday, isodate, iso, isobasic, spaced, longdate, longordinal, ordinal,
            shortday, clock, clockbare, clocklow, urdudate, japanesedate,
        )
    },
}  # fmt: skip


def ago(span: timedelta) -> str:
    """``3 min ago``, ``2 h ago``, ``3 d ago``: how a reader counts."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 1440 else f"{minutes // 1440} d ago"


def _hour(moment: datetime) -> int:
    return moment.hour % 12 or 12


def _half(moment: datetime) -> str:
    return "AM" if moment.hour < 12 else "PM"


def _ordinal(day: int) -> str:
    if day in {11, 12, 13}:
        return f"{day}th"
    return f"{day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th') }"
