"""Which sources are dark: what a list of rules must say, for a rule cannot match what never came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.model import rfc3339
from archive.standing import Health, Standing
from khabardar.terminal import line, local

if TYPE_CHECKING:
    from khabardar.settings import Settings


def dark_sources(settings: Settings) -> list[Standing]:
    """The sources of the configuration that are dark now, the longest first; none where no archive can be read."""
    from archive.errors import ArchiveError
    from archive.store import Archive

    try:
        archive = Archive.open(settings.archive.url, read_only=True)
    except ArchiveError:  # none yet, or of another version: rules are listed all the same
        return []
    try:
        standings = archive.standings()
    finally:
        archive.close()
    enabled = [source.name for source in settings.sources if source.enabled]
    dark = [standings[name] for name in enabled if name in standings and standings[name].state is Health.DARK]
    return sorted(dark, key=lambda standing: (rfc3339(standing.since) or "", standing.source))


def dark_json(standings: list[Standing]) -> list[dict[str, str | None]]:
    """The same as JSON values."""
    return [{"source": one.source, "since": rfc3339(one.since), "why": one.why} for one in standings]


def say_dark(standings: list[Standing], timezone: str) -> None:
    """A line for each."""
    for one in standings:
        line(f"dark: {one.source}, since {local(one.since, timezone)}: {one.why or 'unknown'}")
