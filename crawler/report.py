"""What a spider found out about one start of a source; the visit is made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scrapy.http import Response

from archive.model import Look, Pace
from crawler.pace import max_age
from crawler.settings import Start
from crawler.trouble import EMPTY, trouble_of

AHEAD = timedelta(hours=1)
"""A date further in the future than this is a clock that runs ahead, not one that is a little fast."""

_MOST_DATES = 2_000
_MOST_PUBLISHED = 500


@dataclass(slots=True)
class Report:
    """``listed``: entries seen, known ones included. ``unfinished``: something is worth another look soon, so the
    list's validators must not be kept, or a 304 would hide it. ``retry_after`` is in seconds. ``dates`` are those of
    the listed entries, ``published`` those of the ``fresh`` ones, ``items_dated`` counts items that have one,
    ``left_out`` says what of the list was too much to be read."""

    listed: int = 0
    fresh: int = 0
    list_read: bool = False
    not_modified: bool = False
    unfinished: bool = False
    problem: str | None = None
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after: float | None = None
    requests: int = 0
    items_dated: int = 0
    dates: list[datetime] = field(default_factory=list)
    published: list[datetime] = field(default_factory=list)
    said: Pace = field(default_factory=Pace)
    fresh_for: float | None = None
    left_out: str | None = None

    @property
    def good(self) -> bool:
        """Whether the list was read, or is known to be what it was."""
        return self.list_read or self.not_modified

    def broken(self, problem: str) -> None:
        """Something of ours broke: the visit has failed, whatever was read before."""
        self.list_read = False
        self.not_modified = False
        self.unfinished = True
        self.problem = problem

    def validators_of(self, response: Response) -> None:
        """Remember ETag and Last-Modified byte for byte: latin-1 maps every byte to a character and back."""
        self.etag = _header(response, b"ETag")
        self.last_modified = _header(response, b"Last-Modified")

    def freshness_of(self, response: Response) -> None:
        """How long the answer says that it stays good."""
        self.fresh_for = max_age(_header(response, b"Cache-Control"), _header(response, b"Age"))

    def note(self, dates: Iterable[datetime | None], fresh: Iterable[datetime | None]) -> None:
        """Take account of listed entries by their dates: of all, and of those not seen before."""
        known = [date for date in dates if date is not None]
        self.dates.extend(known[: _MOST_DATES - len(self.dates)])
        new = list(fresh)
        self.fresh += len(new)
        dated = [date for date in new if date is not None]
        self.published.extend(dated[: _MOST_PUBLISHED - len(self.published)])

    def newest_at(self, now: datetime) -> datetime | None:
        """The newest date among the listed entries that does not lie in the future."""
        return max((date for date in self.dates if date <= now + AHEAD), default=None)

    @property
    def pace(self) -> Pace:
        """What the list and the answer's headers say of how often to ask."""
        said = [seconds for seconds in (self.said.fresh_for, self.fresh_for) if seconds]
        return Pace(max(said, default=None), self.said.period, self.said.skip_hours, self.said.skip_days)

    def look(self, way: int, begin: Start) -> Look:
        """The report as a value for the visit."""
        now = datetime.now(UTC)
        problem = None if self.good else self.problem or "the crawl ended without having read the list"
        return Look(
            way=way,
            kind=begin.kind,
            url=begin.url,
            listed=self.listed,
            fresh=self.fresh,
            dated=len(self.dates) + self.items_dated,
            ahead=sum(date > now + AHEAD for date in self.dates),
            newest_at=self.newest_at(now),
            longest_gap=longest_gap([date for date in self.dates if date <= now + AHEAD]),
            published=tuple(date for date in self.published if date <= now + AHEAD),
            not_modified=self.not_modified,
            problem=problem,
            trouble=trouble_of(problem) or (EMPTY if self.list_read and not self.listed else None),
        )


def longest_gap(dates: list[datetime]) -> float | None:
    """The longest pause in seconds between two entries next to each other in time; None for fewer than three.

    A single entry that is much older than all others is often pinned to the list: the pause before it does not count.
    """
    ordered = sorted(dates)
    if len(ordered) < 3:
        return None
    first = 1 if len(ordered) > 3 else 0
    return max((b - a).total_seconds() for a, b in zip(ordered[first:], ordered[first + 1 :], strict=False))


def _header(response: Response, name: bytes) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
