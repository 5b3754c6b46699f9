"""Quiet hours: a span of the reader's day in which only what is urgent is told. Values only; ``now`` is an argument."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

_SPAN = re.compile(r"(?P<start>\d{1,2}:\d{2})\s*[-–]\s*(?P<end>\d{1,2}:\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` to ``end`` on the reader's clock, over midnight if ``end`` is the earlier one."""

    start: time
    end: time

    @classmethod
    def of(cls, text: str) -> QuietHours:
        """Read ``"22:00-07:00"``; ValueError says what would be right."""
        match = _SPAN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f'{text[:40]!r} are no quiet hours; write when they begin and end, "22:00-07:00"')
        start, end = clock_time(match["start"]), clock_time(match["end"])
        if start == end:
            raise ValueError(
                f"{text[:40]!r} begins when it ends; for a channel that is never told, leave it out of rules"
            )
        return cls(start, end)

    @property
    def text(self) -> str:
        """In the one canonical form."""
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When the quiet hours that go on at ``now`` end, in UTC; None when it is not quiet.

        The end is reached by the clock on the wall: a night in which the clocks are set is an hour shorter or longer.
        """
        today = now.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            begins = datetime.combine(day, self.start, tzinfo=zone).astimezone(UTC)
            last = day if self.start < self.end else day + timedelta(days=1)
            ends = datetime.combine(last, self.end, tzinfo=zone).astimezone(UTC)
            if begins <= now < ends:
                return ends
        return None


def clock_time(text: str) -> time:
    """``08:00`` as a time of day; ValueError says what would be right."""
    hour, minute = (int(part) for part in text.split(":"))
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is no time of day; write it from 00:00 to 23:59")
    return time(hour, minute)
