"""How often a source says that it wants to be asked: ``Cache-Control`` (RFC 9111), the RSS elements ``ttl``,
``skipHours`` and ``skipDays`` (RSS 2.0), and the syndication module's ``updatePeriod`` and ``updateFrequency``.

Read from the head of the feed's text, before its first entry, without a parser: it is advice, and cheap to miss.
"""

from __future__ import annotations

import re

from archive.model import Pace

LONGEST = 7 * 86400.0
_HEAD = 64 * 1024
_ENTRY = re.compile(rb"<(?:[\w.-]{1,20}:)?(?:item|entry)[\s>]")
_TTL = re.compile(rb"<ttl>\s{0,20}(\d{1,7})\s{0,20}</ttl>", re.IGNORECASE)
_PERIOD = re.compile(rb"<sy:updatePeriod>\s{0,20}([a-zA-Z]{4,8})\s{0,20}</", re.IGNORECASE)
_FREQUENCY = re.compile(rb"<sy:updateFrequency>\s{0,20}(\d{1,5})\s{0,20}</", re.IGNORECASE)
_SKIP_HOURS = re.compile(rb"<skipHours>(.{0,3000}?)</skipHours>", re.IGNORECASE | re.DOTALL)
_SKIP_DAYS = re.compile(rb"<skipDays>(.{0,1000}?)</skipDays>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(rb"<hour>\s{0,20}(\d{1,2})\s{0,20}</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s{0,20}([a-zA-Z]{6,9})\s{0,20}</day>", re.IGNORECASE)
_PERIODS = {b"hourly": 3600, b"daily": 86400, b"weekly": 604800, b"monthly": 2592000, b"yearly": 31536000}
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_MAX_AGE = re.compile(r"(?:^|[,\s])(?P<name>s-maxage|max-age)\s*=\s*\"?(?P<seconds>\d{1,12})", re.IGNORECASE)
_NEVER = re.compile(r"(?:^|[,\s])(?:no-cache|no-store|must-revalidate\s*,\s*max-age=0)", re.IGNORECASE)


def pace_of(body: bytes) -> Pace:
    """What the head of a feed says; an empty ``Pace`` for anything else."""
    head = body[:_HEAD]
    if entry := _ENTRY.search(head):
        head = head[: entry.start()]
    return Pace(_minutes(head), _period(head), _hours(head), _days(head))


def max_age(cache_control: str | None, age: str | None = None) -> float | None:
    """Seconds for which an answer stays good, at most a week; None when nothing is said or it may not be reused."""
    text = (cache_control or "")[:1000]
    if not text or _NEVER.search(text):
        return None
    said = [float(found["seconds"]) for found in _MAX_AGE.finditer(text) if found["name"].lower() == "max-age"]
    if not said:
        return None
    spent = float(age) if age and age.strip().isdigit() and len(age.strip()) < 10 else 0.0
    left = min(said[0] - spent, LONGEST)
    return left if left > 0 else None


def _minutes(head: bytes) -> float | None:
    found = _TTL.search(head)
    seconds = 60.0 * int(found[1]) if found else 0.0
    return min(seconds, LONGEST) or None


def _period(head: bytes) -> float | None:
    found = _PERIOD.search(head)
    length = _PERIODS.get(found[1].lower()) if found else None
    if length is None:
        return None
    times = _FREQUENCY.search(head)
    return length / max(1, int(times[1]) if times else 1)


def _hours(head: bytes) -> tuple[int, ...]:
    """Hours of the day in UTC; 24 is midnight in old feeds. A list that names all hours says nothing."""
    found = _SKIP_HOURS.search(head)
    hours = {int(hour) % 24 for hour in _HOUR.findall(found[1]) if int(hour) <= 24} if found else set()
    return tuple(sorted(hours)) if len(hours) < 24 else ()


def _days(head: bytes) -> tuple[int, ...]:
    found = _SKIP_DAYS.search(head)
    days = {_DAYS.index(day.lower()) for day in _DAY.findall(found[1]) if day.lower() in _DAYS} if found else set()
    return tuple(sorted(days)) if len(days) < 7 else ()
