"""A date as it was written, before a time zone makes a moment of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2099  # what lies outside is a mistake, not news


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A date as it was written: wall clock, the offset if one was named, whether a time of day was."""

    wall: datetime  # naive
    offset: tzinfo | None
    has_time: bool
    start: int = 0  # where it stands in the folded text
    end: int = 0

    def utc(self, zone: str | None) -> datetime | None:
        """The moment in UTC; local time of ``zone`` (UTC when None) when the text named no offset."""
        aware = self.wall.replace(tzinfo=self.offset or zone_of(zone) or UTC)
        try:
            return aware.astimezone(UTC)
        except (OverflowError, ValueError):
            return None


@lru_cache(maxsize=256)
def zone_of(name: str | None) -> tzinfo | None:
    """The zone of an IANA name; None when the name is empty or unknown (the configuration refuses unknown ones)."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
