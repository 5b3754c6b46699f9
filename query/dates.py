"""Dates in queries: ``2025-08-01``, ``2025-08-01T12:00Z``, ``7d``."""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_RELATIVE = re.compile(r"([0-9]{1,6})([smhdw])\Z")
_ABSOLUTE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T_][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?\Z"
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

EARLIEST = datetime.min.replace(tzinfo=UTC)


def when(value: str, timezone: str) -> datetime | timedelta:
    """A moment in UTC, or how long before the time of asking. A day begins at midnight in ``timezone``, which is also
    the zone of a time that names none. Raises ValueError."""
    if relative := _RELATIVE.match(value):
        return timedelta(**{_UNITS[relative[2]]: int(relative[1])})
    if not _ABSOLUTE.match(value):
        raise ValueError("is neither a date (2025-08-01), a date and time (2025-08-01T12:00) nor an age (7d, 12h)")
    try:
        moment = datetime.fromisoformat(value.replace("_", "T").upper())
    except ValueError:
        raise ValueError("is no day of the calendar") from None
    return in_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone(timezone)))


def before(now: datetime, age: timedelta) -> datetime:
    """The moment ``age`` ago, never before the beginning of the calendar."""
    try:
        return in_utc(now) - age
    except OverflowError:
        return EARLIEST


def moment_of(moment: datetime | timedelta, now: datetime | None) -> datetime | None:
    """A moment as it is; of an age the moment so long before ``now``, or None if nobody knows when that is."""
    if isinstance(moment, timedelta):
        return before(now, moment) if now is not None else None
    return moment


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a moment without a zone is taken as UTC."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return EARLIEST if moment.year == 1 else datetime.max.replace(tzinfo=UTC)


@functools.lru_cache(maxsize=64)
def zone(timezone: str) -> ZoneInfo:
    """A time zone by its name. Raises ValueError with the remedy."""
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"There is no time zone {timezone!r}; write one like Asia/Karachi, Asia/Tokyo or UTC."
        ) from None
