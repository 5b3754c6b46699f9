"""What the operator hears of the sources: once when a state is sure, once when it is over. Values only.

Many sources that change together are told together: when this machine's own network is away, all of them fail.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.model import rfc3339
from archive.standing import Health, Standing
from scheduler.health import sure

AGAIN = timedelta(hours=1)
"""A source that falls back into trouble so soon after its recovery was told is told again only after this time."""

APART = 3
"""So many sources get a notice each; more are told in one."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice: of which sources, in which state, in which words."""

    sources: tuple[Standing, ...]
    state: Health
    subject: str
    text: str

    @property
    def about(self) -> str:
        """The names of the sources."""
        return ", ".join(standing.source for standing in self.sources)

    @property
    def since(self) -> datetime | None:
        """Since when the first of them is in that state."""
        return min((standing.since for standing in self.sources if standing.since), default=None)


def to_tell(standings: Mapping[str, Standing], enabled: Collection[str], now: datetime) -> list[Telling]:
    """The notices that are due now."""
    watched = [standing for name, standing in standings.items() if name in enabled]
    due = [standing for standing in watched if _is_due(standing, now)]
    tellings: list[Telling] = []
    for state in (Health.DARK, Health.DEGRADED, Health.OK):
        same = [standing for standing in due if standing.state is state]
        if len(same) > APART:
            tellings.append(_together(same, state, len(watched)))
        else:
            tellings += [_alone(standing) for standing in same]
    return tellings


def _is_due(standing: Standing, now: datetime) -> bool:
    if standing.state is standing.told:
        return False
    if standing.state is Health.OK:
        return True
    if standing.state is Health.DEGRADED and not sure(standing.troubled, standing.began, now):
        return False
    return standing.told is not Health.OK or standing.told_at is None or now - standing.told_at >= AGAIN


def _alone(standing: Standing) -> Telling:
    name, state = standing.source, standing.state
    subject = {
        Health.DARK: f"Source {name} has gone dark",
        Health.DEGRADED: f"Source {name} is degraded",
        Health.OK: f"Source {name} is well again",
    }[state]
    if state is Health.OK:
        text = f"The source {name!r} brings news again. It was {standing.told.value}: {standing.why or 'unknown'}."
    else:
        outcome = "No news come from it" if state is Health.DARK else "News come from it, but something is wrong"
        text = (
            f"{outcome}, since {rfc3339(standing.since)}: {standing.why or 'unknown'}. It is visited again and again. "
            f"To look: khabardar source test {name}"
        )
    return Telling((standing,), state, subject, text)


def _together(same: Sequence[Standing], state: Health, watched: int) -> Telling:
    number = len(same)
    subject = {
        Health.DARK: f"{number} sources have gone dark",
        Health.DEGRADED: f"{number} sources are degraded",
        Health.OK: f"{number} sources are well again",
    }[state]
    lines = [f"{one.source}: {one.why or 'unknown'}" for one in same]
    if state is Health.DARK and 2 * number > watched:
        lines.insert(0, "Most sources fail together: is the network of this machine in order?")
    if state is Health.OK:
        lines = [f"They bring news again: {', '.join(one.source for one in same)}."]
    return Telling(tuple(same), state, subject, "\n".join(lines))
