"""What this process has done since it started, counted: for whoever watches the service. No I/O, no clock."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archive.model import Judged, Keeping, Kept, Visit

BOUNDS = (30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 21600.0, 86400.0)
"""Seconds that part the lags; beyond the last there is one part more."""


@dataclass(slots=True)
class Lags:
    """From publication to alert: how many items in each part of ``BOUNDS``, and their seconds together."""

    parts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """One item that was told ``seconds`` after its publication; a clock that runs ahead counts as none."""
        seconds = max(0.0, seconds)
        self.parts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds


@dataclass(slots=True)
class Counts:
    """Counters by their labels: visits and items by (source, outcome), late ticks by source, matches by rule, tries by
    (channel, outcome), lags by the kind of message, reloads by outcome."""

    visits: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    items: Counter[tuple[str, str]] = field(default_factory=Counter)
    matches: Counter[str] = field(default_factory=Counter)
    tries: Counter[tuple[str, str]] = field(default_factory=Counter)
    reloads: Counter[str] = field(default_factory=Counter)
    lags: dict[str, Lags] = field(default_factory=lambda: {"alert": Lags(), "digest": Lags()})

    def snapshot(self) -> Counts:
        """A copy that changes no more; also with a hundred thousand rules a matter of some milliseconds."""
        return Counts(
            visits=self.visits.copy(),
            missed=self.missed.copy(),
            items=self.items.copy(),
            matches=self.matches.copy(),
            tries=self.tries.copy(),
            reloads=self.reloads.copy(),
            lags={kind: Lags(list(one.parts), one.seconds) for kind, one in self.lags.items()},
        )

    def visited(self, visit: Visit, missed: int) -> None:
        """A visit has ended, so many ticks late."""
        self.visits[visit.source, visit.status.value] += 1
        self.missed[visit.source] += missed

    def kept(self, judged: Sequence[Judged], kept: Sequence[Kept | None]) -> None:
        """What became of items that were handed to the archive; None: it could not take one."""
        for one, how in zip(judged, kept, strict=True):
            self.items[one.item.source, how.keeping.value if how else "refused"] += 1
            if how and how.keeping is not Keeping.KNOWN:
                self.matches.update(one.rules)

    def tried(self, channel: str, outcome: str, message: Mapping[str, Any] | None, now: datetime) -> None:
        """A delivery was tried; of what was sent the lag of every item counts whose publication is known."""
        self.tries[channel, outcome] += 1
        lags = self.lags.get(str(message.get("type"))) if message and outcome == "sent" else None
        if lags is None or message is None:
            return
        for story in message["data"].get("stories", ()):
            for item in story["items"]:
                if published := item.get("published_at"):
                    lags.add((now - datetime.fromisoformat(published)).total_seconds())
