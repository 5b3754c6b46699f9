"""An errand: one source to be visited, with what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archive.model import Known
from crawler.settings import SourceSettings


@dataclass(frozen=True, slots=True)
class Way:
    """One of the source's starts, by its place among them, to be tried in this turn.

    A list whose newest entry is older than ``stale_before`` is taken and does not do: the next way is tried as well.
    ``newest_at`` is the newest entry seen there so far, for a list that has not changed since.
    """

    index: int
    stale_before: datetime | None = None
    newest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """What the crawler is handed for one visit; it answers with items and, at the end, exactly one Visit.

    ``ways`` are tried in order until one does; without any, all of the source's starts as they are written.
    """

    source: SourceSettings
    known: Known = field(default_factory=Known)
    ways: tuple[Way, ...] = ()

    @property
    def turns(self) -> tuple[Way, ...]:
        """The ways to be tried, in order."""
        return self.ways or tuple(Way(index) for index in range(len(self.source.starts)))
