"""A rule put to the test on what is archived: what it would have matched, how many alerts that makes, on which words.

Values only; ``archive.backtest`` finds, the command shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from archive.backtest import Match
from archive.document import document_of
from archive.model import NewsItem
from archive.stories import WINDOW
from query import Query, judge

# A story that was told before the time that is looked at makes no alert in it: so far back is looked for that.
LOOK_BACK = WINDOW
MOST_DAYS, MOST_WEEKS = 62, 62  # bars of a chart; beyond, days are put together to weeks, and weeks to months


@dataclass
class Trial:
    """The matches since ``first``. An alert is the first item of a story, or with ``each`` every item."""

    timezone: str
    first: datetime
    each: bool = False
    items_by_day: Counter[date] = field(default_factory=Counter)
    told: dict[str, tuple[datetime, str]] = field(default_factory=dict)  # story (or item) -> when, id of its first item
    stories: set[str] = field(default_factory=set)
    matched: list[str] = field(default_factory=list)  # ids, newest first

    def count(self, matches: Iterable[Match]) -> None:
        """Take account of matches; they come newest first."""
        zone = ZoneInfo(self.timezone)
        for match in matches:
            key = match.item_id if self.each else match.story_id
            if match.effective_at < self.first:
                self.told.pop(key, None)
                continue
            self.items_by_day[match.effective_at.astimezone(zone).date()] += 1
            self.stories.add(match.story_id)
            self.told[key] = (match.effective_at, match.item_id)
            self.matched.append(match.item_id)

    @property
    def items(self) -> int:
        """How many items matched."""
        return len(self.matched)

    @property
    def alerts_by_day(self) -> Counter[date]:
        """In the rule's time zone."""
        zone = ZoneInfo(self.timezone)
        return Counter(moment.astimezone(zone).date() for moment, _ in self.told.values())

    def newest(self, number: int) -> list[str]:
        """The ids of the newest alerts' items."""
        return [item_id for _, item_id in sorted(self.told.values(), reverse=True)[:number]]

    def spread(self, number: int) -> list[str]:
        """At most so many ids of matches, from all of the time alike."""
        step = max(1, -(-len(self.matched) // number))
        return self.matched[::step]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days as one bar of a chart: from its first day on, with the alerts in it."""

    label: str
    alerts: int


def days_between(first: datetime, last: datetime, timezone: str) -> list[date]:
    """Every day from the first to the last, both included."""
    zone = ZoneInfo(timezone)
    start, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def bars(alerts: Counter[date], days: Sequence[date]) -> tuple[str, list[Span]]:
    """What a bar stands for ("day", "week", "month"), and the bars, from the first one with an alert on."""
    unit = "day" if len(days) <= MOST_DAYS else "week" if len(days) <= 7 * MOST_WEEKS else "month"
    found: dict[str, int] = {}
    for day in days:
        name = day.isoformat() if unit == "day" else _monday(day) if unit == "week" else f"{day:%Y-%m}"
        number = found.get(name, 0) + alerts[day]
        if number or found:
            found[name] = number
    return unit, [Span(name, number) for name, number in found.items()]


def _monday(day: date) -> str:
    return (day - timedelta(days=day.weekday())).isoformat()


def words_of(query: Query, item: NewsItem) -> set[str]:
    """The words, phrases and stretches of an item that make it match, in small letters."""
    return {" ".join(span.text.casefold().split()) for span in judge(query, document_of(item)).spans}
