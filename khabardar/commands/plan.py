"""``khabardar plan``: what another configuration would change, before it is put in force."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khabardar.commands.options import (
    CommandError,
    ConfigOption,
    JsonOption,
    configuration,
    configuration_path,
    moment_of,
    opened_archive,
)
from khabardar.terminal import json_line, line, local, plural, say, waiting

if TYPE_CHECKING:
    from archive.model import NewsItem
    from khabardar.planning import Change, Matches, Trial
    from khabardar.settings import Settings

_ONE = {"sources": "source", "topics": "topic", "rules": "rule", "channels": "channel"}
_SIGN = {"added": "+", "removed": "-", "changed": "~"}
_LONGEST = 100  # letters of a value that is shown


def plan(
    ctx: typer.Context,
    new: Annotated[Path, typer.Argument(metavar="NEW.toml", help="The configuration that is to be.")],
    since: Annotated[str, typer.Option("--since", metavar="D", help="How far back to look: 7d, 12h, a date.")] = "7d",
    samples: Annotated[int, typer.Option("--samples", min=0, metavar="N", help="Items shown per rule.")] = 3,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """What another configuration would change: keys, which archived items would newly match, alerts a day.

    Changes nothing. To put it in force, let it take the place of the one in use; then `khabardar reload`.
    """
    from khabardar.planning import changes, tried
    from khabardar.settings import load

    old, wanted = configuration(ctx, config), load(new)
    now = datetime.now(UTC)
    first = moment_of(since, old.service.timezone, now=now)
    if first is None or first >= now:
        raise CommandError("--since lies in the future; write how far back to look, such as 7d.", 2)
    found = changes(old, wanted)
    with opened_archive(old, reading=True) as archive, waiting("telling the last days again …") as show:
        items = _counted(archive.search(None, since=first, limit=None), show)
        trial = tried(old, wanted, items if _concerns_rules(found) else ())
    days = max((now - first) / timedelta(days=1), 1 / 24)
    if as_json:
        _print_json(found, trial, days, samples)
    else:
        place = configuration_path(ctx, config)
        _print(found, trial, days, samples, old)
        if found:
            line()
            line(f"Nothing is changed yet. To put it in force: cp {new} {place} && khabardar reload")
            if any(change.restart for change in found):
                say("some of it needs a restart of the service.")


def _concerns_rules(found: Iterable[Change]) -> bool:
    return any(change.kind in ("topics", "rules", "service") for change in found)


def _counted(items: Iterable[NewsItem], show: Any) -> Iterator[NewsItem]:
    for number, item in enumerate(items, start=1):
        if number % 500 == 0:
            show(f"telling the last days again … {number:,} items")
        yield item


def _print_json(found: list[Change], trial: Trial, days: float, samples: int) -> None:
    json_line(
        {
            "changes": [
                {
                    "kind": one.kind,
                    "name": one.name,
                    "what": one.what,
                    "keys": {
                        key: None if values is None else {"before": values[0], "after": values[1]}
                        for key, values in one.keys.items()
                    },
                    "restart": one.restart,
                }
                for one in found
            ],
            "days": round(days, 2),
            "items": trial.items,
            "rules": {
                name: {
                    "before": one.before,
                    "after": one.after,
                    "newly": len(one.newly),
                    "no_longer": len(one.no_longer),
                    "newly_samples": [_item(item) for item in one.newly[:samples]],
                    "no_longer_samples": [_item(item) for item in one.no_longer[:samples]],
                }
                for name, one in trial.changed.items()
            },
            "alerts_per_day": {
                channel: {"before": round(len(before) / days, 2), "after": round(len(after) / days, 2)}
                for channel, (before, after) in trial.alerts.items()
            }
            if trial.items
            else {},
        }
    )


def _item(item: NewsItem) -> dict[str, str | None]:
    return {"id": item.id, "url": item.url, "title": item.title}


def _print(found: list[Change], trial: Trial, days: float, samples: int, settings: Settings) -> None:
    if not found:
        line("Nothing would change.")
        return
    for change in found:
        what = f"{_ONE.get(change.kind, '')} {change.name}".strip() if change.name else f"[{change.kind}]"
        line(f"{_SIGN[change.what]} {what}" + (" (needs a restart)" if change.restart else ""))
        for key, values in change.keys.items():
            told = "changed" if values is None else f"{_value(values[0])} -> {_value(values[1])}"
            line(f"    {key}: {told}")
    if not _concerns_rules(found):
        return
    line()
    line(f"The {plural(trial.items, 'item')} of the last {days:.3g} days:")
    for name, matches in trial.changed.items():
        _print_rule(name, matches, samples, settings.service.timezone)
    if not trial.changed:
        line("  every rule matches what it matched before.")
    for channel, (before, after) in trial.alerts.items():
        if trial.items and (before or after):
            line(f"  channel {channel}: {len(before) / days:.1f} alerts a day -> {len(after) / days:.1f}")


def _print_rule(name: str, matches: Matches, samples: int, zone: str) -> None:
    counts = f"{plural(len(matches.newly), 'item')} newly, {len(matches.no_longer)} no longer"
    line(f"  rule {name}: {matches.before} -> {matches.after} matches ({counts})")
    for sign, items in (("+", matches.newly), ("-", matches.no_longer)):
        for item in items[:samples]:
            line(f"    {sign} {local(item.effective_at, zone)}  {item.source}  {item.title}  [{item.id}]")
        if len(items) > samples:
            line(f"    {sign} and {len(items) - samples:,} more")


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
