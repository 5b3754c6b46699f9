"""``khabardar stats``: the archive, its sources and channels in figures, for whoever runs it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from archive.model import rfc3339
from khabardar.commands.options import ConfigOption, JsonOption, configuration, opened_archive
from khabardar.terminal import json_line, table

if TYPE_CHECKING:
    from archive.store import Archive
    from khabardar.settings import Settings

_DAY = timedelta(days=1)
_UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def stats(ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Figures: what is in the archive, what the last day and week brought, what waits, what is in trouble."""
    settings = configuration(ctx, config)
    with opened_archive(settings, reading=True) as archive:
        figures = figures_of(archive, settings, datetime.now(UTC))
    if as_json:
        json_line(figures)
    else:
        table(["what", "figure"], [[_words(name), _shown(name, value)] for name, value in figures.items()])


def figures_of(archive: Archive, settings: Settings, now: datetime) -> dict[str, Any]:
    """All figures by name, in the order in which they are shown. Sizes are in bytes, times RFC 3339 or null."""
    size, (first, last) = archive.size(), archive.extent()
    return {
        **archive.stats(),
        "oldest_item_at": _moment(first),
        "newest_item_at": _moment(last),
        **_lately(archive, now, "last_24h", _DAY),
        **_lately(archive, now, "last_7d", 7 * _DAY),
        **_sources(archive, settings),
        **_channels(archive, settings, now),
        "archive": archive.place,
        "archive_bytes": size.used,
        "archive_bytes_free": size.free,
        "schema": size.schema,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)


def _lately(archive: Archive, now: datetime, name: str, span: timedelta) -> dict[str, Any]:
    seen = archive.since(now - span)
    visits: Counter[str] = Counter()
    for day in archive.visit_days(now - span):  # whole days: the first of them counts from its midnight on
        visits[day.status] += day.visits
    return {
        f"new_items_{name}": seen.items,
        f"messages_sent_{name}": seen.sent,
        f"median_seconds_to_alert_{name}": None if seen.lag is None else round(seen.lag),
        f"visits_{name}": visits.total(),
        f"visits_failed_{name}": visits["failed"],
    }


def _sources(archive: Archive, settings: Settings) -> dict[str, Any]:
    standings = archive.standings()
    watched = [source.name for source in settings.sources if source.enabled is not False]
    states = Counter(standings[name].state.value if name in standings else "new" for name in watched)
    return {f"sources_{state}": states[state] for state in ("ok", "degraded", "dark", "new")}


def _channels(archive: Archive, settings: Settings, now: datetime) -> dict[str, Any]:
    queues = archive.queues(now)
    names = [channel.name for channel in settings.channels]
    overdue = [queues[name].due_since for name in names if name in queues]
    first = min((since for since in overdue if since is not None), default=None)
    return {
        "held": sum(queue.held for queue in queues.values()),
        "messages_due": sum(queue.due for queue in queues.values()),
        "messages_due_since": _moment(first),
        "channels_failing": sorted(name for name in archive.channel_troubles() if name in names),
    }


def _words(name: str) -> str:
    return name.replace("_", " ")


def _shown(name: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if "bytes" in name:
        return next((f"{value / least:,.1f} {unit}" for unit, least in _UNITS if value >= least), f"{value} B")
    return f"{value:,}" if isinstance(value, int) else str(value)
