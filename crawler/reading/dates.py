"""What people and machines write for a date, read as UTC.

ISO 8601 and RFC 822 first, then the forms newspapers print (English, Urdu, Japanese), then the dateparser library for
the rest of the world. A date that names no zone is local time of the source. What cannot be known is None: no year is
made up, an impossible day is not moved to the next month, and a day/month order that cannot be told is not told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from crawler.reading.calendar_words import HALF, MONTH, MONTHS, PUBLISHED, UPDATED, WEEKDAY, ZONES, fold
from crawler.reading.foreign_dates import by_library
from crawler.reading.moments import FIRST_YEAR, LAST_YEAR, ReadDate

_LONGEST = 300  # characters; no date is longer, and what is longer is not a date

_CLOCK = (
    rf"(?:(?P<half1>{HALF}|午前"
    rf"|午後)\s*)?(?P<h>\d{{1,2}})(?:[:.](?P<mi>\d\d)(?![\d])(?:[:.](?P<s>\d\d)(?:[.,]\d{{1,9}})?)?"
    rf"|時\s*(?:(?P<jmi>\d{{1,2}})分)?|(?=\s*(?:[ap]\.?m\b|بجے)))\s*(?P<half2>{HALF})?"
)
_ZONE = (
    r"\s*\(?(?:(?:gmt|utc)\s*(?P<goff>[+-]\d{1,2}(?::?\d\d)?)|(?P<off>[+-]\d\d:?\d\d|(?<=\d)[+-]\d\d)(?!\d)"
    r"|(?P<zone>" + "|".join(sorted((z for z in ZONES if " " not in z), key=len, reverse=True)) + r")\b)"
)
_TIME = re.compile(rf"(?<![\d.])(?:{_CLOCK})(?:{_ZONE})?", re.IGNORECASE)
_ONLY_ZONE = re.compile(_ZONE, re.IGNORECASE)

_ISO = re.compile(
    r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)(?:(?:T|\s+|\s*,\s*)(?P<h>\d\d):(?P<mi>\d\d)"
    r"(?::(?P<s>\d\d)(?:[.,]\d{1,9})?)?(?!\d)(?!\s*[ap]\.?m)\s*(?P<off>Z\b|(?:gmt|utc)?[+-]\d\d:?\d\d"
    r"|[+-]\d\d(?!\d))?)?",
    re.IGNORECASE,
)
_RFC = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4})"
    r" (\d\d):(\d\d)(?::(\d\d))? (GMT|UTC|[+-]\d{4})",
    re.ASCII,
)
_COMPACT = re.compile(r"(?<!\d)(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})?)?(?!\d)", re.IGNORECASE)
_SEP = r"[\s,./-]*"
_LETTERS_END = r"(?![^\W\d_])"  # a digit may follow: "15اگست2025ء"
_YEAR = r"(?P<y>\d{4}|'?\d\d(?!\s*[:.]\d\d|\d))\s*(?:ء|ع\b|عیسوی)?"
_DAY = r"(?P<d>\d{1,2})(?:\s?(?:st|nd|rd|th)\b)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){_DAY}{_SEP}(?:of\s+)?(?P<m>{MONTH}){_LETTERS_END}\.?{_SEP}{_YEAR}(?!\d)",
        rf"\b(?P<m>{MONTH}){_LETTERS_END}\.?{_SEP}{_DAY}{_SEP}(?P<y>\d{{4}}|'\d\d)(?!\d)\s*(?:ء|ع\b)?",
        rf"(?<!\d)(?P<y>\d{{4}}){_SEP}(?P<m>{MONTH}){_LETTERS_END}{_SEP}{_DAY}(?!\d)",
        r"(?<!\d)(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日?",
        r"(?<!\d)(?P<y>\d{4})[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})(?!\d)",
    )
)
_NUMERIC = re.compile(r"(?<!\d)(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y>\d{4})(?!\d)")
_LABEL = re.compile(rf"{PUBLISHED}\s*[:：]?\s*", re.IGNORECASE)
_PST = re.compile(r"\bPST\b", re.IGNORECASE)
_CST = re.compile(r"\bCST\b", re.IGNORECASE)
_CHINESE = frozenset({"Asia/Shanghai", "Asia/Taipei", "Asia/Macau", "Asia/Chongqing", "Asia/Urumqi", "PRC", "ROC"})
# The year after the clock, as Unix and Java print a date: the clock with its zone is moved behind the year.
_YEAR_LAST = re.compile(
    rf"\b({MONTH})\s+(\d{{1,2}})\s+(\d\d:\d\d(?::\d\d)?)\s+([A-Za-z]{{1,5}}|(?:GMT|UTC)?[+-]\d\d:?\d\d)\s+(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_UPDATED = re.compile(UPDATED, re.IGNORECASE)


def parse_date(
    text: str | None, timezone: str | None = None, languages: Sequence[str] = (), now: datetime | None = None
) -> datetime | None:
    """The moment a text names, UTC; None when it names none.

    ``timezone`` (IANA name) is meant when the text names no zone; a date without a time of day is its midnight there.
    ``languages`` are tried by the library for forms unknown here. ``now`` is what "two hours ago" counts from: without
    it relative dates stay unknown.
    """
    read = read_date(text, timezone, languages, now)
    return read.utc(timezone) if read else None


def read_date(
    text: str | None, timezone: str | None = None, languages: Sequence[str] = (), now: datetime | None = None
) -> ReadDate | None:
    """Like ``parse_date``, with the wall clock and what was named kept apart."""
    if not text or len(text) > _LONGEST:
        return None
    if read := _by_machine(text):
        return read
    folded = _YEAR_LAST.sub(r"\1 \2 \5 \3 \4", _at_home(fold(text).strip(), timezone), count=1)
    read, seen = _written(folded, timezone)
    if read or seen:
        return read
    return by_library(folded, timezone, languages, now)


def find_date(text: str, timezone: str | None = None) -> ReadDate | None:
    """The publication date within a line of text: the one that follows "Published", else the first that is not an
    update. Only the forms known here; ``start`` and ``end`` point into the folded text."""
    folded = _at_home(fold(text[:_LONGEST]), timezone)
    label = _LABEL.search(folded)
    if label:
        read, _ = _written(folded[label.end() :], timezone)
        if read:
            return _moved(read, label.end())
    updated = _UPDATED.search(folded)
    read, _ = _written(folded[: updated.start()] if updated else folded, timezone)
    return read


def _by_machine(text: str) -> ReadDate | None:
    """A date in full as programs write it, RFC 822 or ISO 8601, which most are; None for all others."""
    if found := _RFC.fullmatch(text):
        d, m, y, h, mi, s, off = found.groups()
        wall = _wall(int(y), MONTHS[m.lower()], int(d), int(h), int(mi), int(s or 0))
        return ReadDate(wall, UTC if off.isalpha() else _offset(off), True, *found.span()) if wall else None
    if (found := _ISO.fullmatch(text)) and found["off"]:
        return _iso(found, text)
    return None


def _at_home(text: str, zone: str | None) -> str:
    """Pakistani outlets write PST and mean Pakistan Standard Time, Chinese ones CST; as long as before, for places in
    it are told."""
    if zone == "Asia/Karachi":
        return _PST.sub("PKT", text)
    return _CST.sub("HKT", text) if zone in _CHINESE else text


def _moved(read: ReadDate, by: int) -> ReadDate:
    return ReadDate(read.wall, read.offset, read.has_time, read.start + by, read.end + by)


def _written(text: str, zone: str | None) -> tuple[ReadDate | None, bool]:
    """(the date, whether something date-like was there): an impossible date must not be read otherwise later."""
    if found := _ISO.search(text):
        read = _iso(found, text)
        return read, True
    best: re.Match[str] | None = None
    for form in _FORMS:
        match = form.search(text)
        if match and (best is None or match.start() < best.start()):
            best = match
    if best:
        return _composed(text, best, _year(best["y"]), _month(best["m"]), int(best["d"])), True
    if found := _NUMERIC.search(text):
        order = _order(int(found["a"]), int(found["b"]), zone)
        return (_composed(text, found, int(found["y"]), *order) if order else None), True
    if found := _COMPACT.search(text):
        return _compact(found), True
    return None, False


def _iso(found: re.Match[str], text: str) -> ReadDate | None:
    if found["h"] is None:
        return _composed(text, found, int(found["y"]), int(found["m"]), int(found["d"]))
    wall = _wall(
        int(found["y"]), int(found["m"]), int(found["d"]), int(found["h"]), int(found["mi"]), int(found["s"] or 0)
    )
    offset = _offset(found["off"]) if found["off"] else _zone_after(text, found.end())
    return ReadDate(wall, offset, True, found.start(), found.end()) if wall else None


def _compact(found: re.Match[str]) -> ReadDate | None:
    y, m, d, h, mi, s, off = found.groups()
    wall = _wall(int(y), int(m), int(d), int(h or 0), int(mi or 0), int(s or 0))
    return ReadDate(wall, _offset(off) if off else None, h is not None, *found.span()) if wall else None


def _composed(text: str, date: re.Match[str], year: int, month: int, day: int) -> ReadDate | None:
    """A date and the clock time nearest to it: after it, or directly before it."""
    clock = _clock_after(text, date.end()) or _clock_before(text, date.start())
    if not clock:
        wall = _wall(year, month, day, 0, 0, 0)
        return ReadDate(wall, _zone_after(text, date.end()), False, *date.span()) if wall else None
    hour = _hour(clock)
    wall = (
        _wall(year, month, day, hour, int(clock["mi"] or clock["jmi"] or 0), int(clock["s"] or 0))
        if hour is not None
        else None
    )
    if wall is None:
        return None
    start, end = min(date.start(), clock.start()), max(date.end(), clock.end())
    return ReadDate(wall, _named(clock), True, start, end)


_BETWEEN = re.compile(rf"(?:\s|[|,.;:/@-]|\bat\b|\bon\b|بوقت|وقت|بجے|{WEEKDAY}|T(?=\d))*", re.IGNORECASE)


def _clock_after(text: str, end: int) -> re.Match[str] | None:
    gap = _BETWEEN.match(text, end)
    return _TIME.match(text, gap.end() if gap else end)


def _clock_before(text: str, start: int) -> re.Match[str] | None:
    last = None
    for match in _TIME.finditer(text, max(0, start - 60), start):
        last = match
    if last is None:
        return None
    gap = _BETWEEN.match(text, last.end())
    return last if gap and gap.end() >= start else None


def _zone_after(text: str, end: int) -> tzinfo | None:
    found = _ONLY_ZONE.match(text, end)
    return _named(found) if found else None


def _named(found: re.Match[str]) -> tzinfo | None:
    if written := found["goff"] or found["off"]:
        return _offset(written)
    if letters := found["zone"]:
        return timezone(timedelta(minutes=ZONES[letters.lower()]))
    return None


def _offset(written: str) -> tzinfo | None:
    digits = re.sub(r"\D", "", written)
    if not digits:
        return UTC
    hours, rest = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    minutes = int(hours) * 60 + int(rest)
    if minutes > 14 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if "-" in written else minutes))


def _hour(clock: re.Match[str]) -> int | None:
    hour = int(clock["h"])
    half = re.sub(r"[\s.]", "", (clock["half1"] or clock["half2"] or "").lower())
    if not half or hour > 12:
        return hour
    if half in ("am", "صبح", "午前", "قبلدوپہر", "오전", "上午"):
        return hour % 12
    if half == "رات":  # "night" is both sides of midnight
        return hour % 12 if hour == 12 or hour < 5 else hour + 12
    if half == "دوپہر":
        return hour if hour >= 11 else hour + 12
    return hour % 12 + 12


def _wall(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        if hour == 24 and minute == second == 0:  # ISO 8601: the end of the day
            return datetime(year, month, day) + timedelta(days=1)  # noqa: DTZ001
        return datetime(year, month, day, hour, minute, min(second, 59) if second == 60 else second)  # noqa: DTZ001
    except (ValueError, OverflowError):
        return None


def _year(written: str) -> int:
    year = int(written.lstrip("'"))
    if len(written.lstrip("'")) > 2:
        return year
    return year + (2000 if year < 69 else 1900)  # POSIX and RFC 2822


def _month(written: str) -> int:
    return int(written) if written.isdigit() else MONTHS[written.lower()]


def _order(a: int, b: int, zone: str | None) -> tuple[int, int] | None:
    """(month, day) of two numbers: told by their size, else by where the source is at home; None when unknown."""
    if a > 12 or a == b:
        return b, a
    if b > 12:
        return a, b
    if zone is None:
        return None
    american = zone.startswith("US/") or zone in _MONTH_FIRST
    return (a, b) if american else (b, a)


_MONTH_FIRST: frozenset[str] = frozenset(
    f"America/{city}" for city in ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Detroit", "Anchorage")
)
