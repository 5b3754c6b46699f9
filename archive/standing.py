"""How a source stands: the values that its health is judged by, and what became of the judging. No I/O.

One ``Standing`` for a source as a whole (``way`` "") and, where it has fallbacks, one for each of its addresses.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from archive.model import Pace

SLOTS = 168
"""Hours of a week in UTC, from Monday 00:00 on."""


class Health(enum.StrEnum):
    """How a source is. Dark: no news come from it; degraded: news come, but something is wrong."""

    OK = "ok"
    DEGRADED = "degraded"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a source, or one of its ways, stands.

    ``kind`` and ``why`` tell of the trouble it is in or was last found in, ``began`` when that began. ``silent``,
    ``troubled``, ``heard`` and ``well`` count visits in a row: silent ones, troubled ones (silent ones included), those
    not silent, those without trouble. ``newest_at`` is the newest entry seen, ``news_at`` when something new last
    appeared, ``gap`` the usual longest pause between two entries in seconds, ``size`` the usual length of the list,
    ``dated_at`` when an entry last had a date, ``tried_at`` the last visit of this way. ``told`` is the state the
    operator was last told of, at ``told_at``.
    """

    source: str
    way: str = ""
    state: Health = Health.OK
    since: datetime | None = None
    kind: str | None = None
    why: str | None = None
    began: datetime | None = None
    silent: int = 0
    troubled: int = 0
    heard: int = 0
    well: int = 0
    newest_at: datetime | None = None
    news_at: datetime | None = None
    gap: float | None = None
    size: float | None = None
    dated_at: datetime | None = None
    tried_at: datetime | None = None
    told: Health = Health.OK
    told_at: datetime | None = None
    served: str | None = None
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """What the last day's visits of a source brought: entries not seen before, and in how many hours it was visited."""

    fresh: int = 0
    hours: int = 0


Habit = Mapping[int, tuple[float, float]]
"""Per hour of the week (0 to 167): entries published in it, and how often the hour was watched; the older, the less
they count."""


@dataclass(frozen=True, slots=True)
class Record:
    """All that is kept of a source's behaviour: its standings by way, its habit, its last day."""

    source: str
    standings: Mapping[str, Standing] = field(default_factory=dict)
    habit: Habit = field(default_factory=dict)
    day: Day = Day()

    @property
    def whole(self) -> Standing:
        """The source as a whole."""
        return self.standings.get("") or Standing(self.source)


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a source was dark; ``until`` is None while it is."""

    source: str
    kind: str
    why: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What a visit changed: standings, and the hours of the habit that were learned anew."""

    standings: tuple[Standing, ...] = ()
    habit: Habit = field(default_factory=dict)
