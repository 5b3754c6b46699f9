"""``khabardar silence``: not to hear of a rule for a while, with an account of what was kept back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from typer.core import TyperGroup

from archive.model import Silence, rfc3339
from khabardar.commands.options import CommandError, ConfigOption, JsonOption, configuration, no_such, opened_archive
from khabardar.terminal import json_line, line, local, plural, say

if TYPE_CHECKING:
    from archive.store import Archive


class RuleFirst(TyperGroup):
    """``silence RULE 4h`` is short for ``silence add RULE 4h``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """A first word that is no command of ours is the name of a rule."""
        known = args and (args[0] in self.commands or args[0].startswith("-"))
        return super().resolve_command(ctx, args if known else ["add", *args])


app = typer.Typer(
    cls=RuleFirst,
    help="Silences: `silence RULE 4h` keeps a rule quiet for so long; what it keeps back is listed.",
    no_args_is_help=True,
)


@app.command()
def add(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="The name of a rule.")],
    until: Annotated[
        str, typer.Argument(metavar="4h", help="How long (30m, 4h, 2d), or until when: 2025-08-15T18:00.")
    ],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, for whoever wonders.")] = "",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell nobody of what a rule matches, for so long. It stays matched, kept and on account."""
    settings = configuration(ctx, config)
    if rule not in (names := [one.name for one in settings.rules]):
        raise no_such("rule", rule, names)
    zone, now = settings.service.timezone, datetime.now(UTC)
    end = end_of(until, zone, now)
    with opened_archive(settings) as archive:
        made = archive.silence(rule, end, why.strip(), now)
    if as_json:
        json_line(_json(made, now))
        return
    line(f"{rule}: silent until {local(end, zone)}. To end it before: khabardar silence end {made.id}")


@app.command(name="list")
def list_(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """The silences that go on, each with what it has kept back; with --all also those that are over."""
    settings = configuration(ctx, config)
    zone, now = settings.service.timezone, datetime.now(UTC)
    with opened_archive(settings, reading=True) as archive:
        found = archive.silences(None if everything else now)
        kept_back = {one.id: _kept_back(archive, one) for one in found}
    for one in found:
        if as_json:
            json_line({**_json(one, now), "silenced": kept_back[one.id]})
        else:
            _show(one, kept_back[one.id], zone, now)
    if not found and not as_json:
        say("no silences." if everything else "no silence goes on now; --all shows those that are over.")


@app.command()
def end(
    ctx: typer.Context,
    silence_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a silence, or the name of its rule.")],
    config: ConfigOption = None,
) -> None:
    """End a silence now. What it kept back stays untold; `khabardar rule replay` tells it after all."""
    settings = configuration(ctx, config)
    now = datetime.now(UTC)
    with opened_archive(settings) as archive:
        meant = [one.id for one in archive.silences(now) if silence_id in (one.id, one.rule)]
        ended = [one for one in (archive.end_silence(number, now) for number in meant) if one]
        oldest = {one.id: _oldest(archive, one) for one in ended}
    if not ended:
        raise CommandError(f"no silence {silence_id} goes on now. `khabardar silence list --all` shows them.")
    for one in ended:
        since = local(one.created_at, settings.service.timezone)
        line(f"{one.rule}: heard again; {plural(one.count, 'alert')} kept back since {since}.")
        if one.count:
            line(f"  To tell them after all: khabardar rule replay {quote(one.rule)} --since {rfc3339(oldest[one.id])}")


def end_of(text: str, timezone: str, now: datetime) -> datetime:
    """The moment that ``4h`` or ``2025-08-15T18:00`` names; CommandError unless it lies ahead."""
    from net.units import parse_duration

    text = text.strip()
    try:
        if "-" in text or "T" in text:
            moment = datetime.fromisoformat(text)
            until = (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)
        else:
            until = now + timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError):
        raise CommandError(
            f'"{text}" is no length of time; write 30m, 4h or 2d, or until when: 2025-08-15T18:00.', 2
        ) from None
    if until <= now:
        raise CommandError(f'"{text}" is over already; a silence ends in the future.', 2)
    return until


def _oldest(archive: Archive, silence: Silence) -> datetime:
    """From when on a replay finds all that a silence kept back; some of it may have waited before it began."""
    items = archive.items({row.item_id for row in archive.silenced(silence.id)})
    return min((item.effective_at for item in items.values()), default=silence.created_at)


def _kept_back(archive: Archive, silence: Silence) -> list[dict[str, Any]]:
    rows = archive.silenced(silence.id)
    items = archive.items({row.item_id for row in rows})
    return [
        {
            "item_id": row.item_id,
            "title": items[row.item_id].title if row.item_id in items else "",
            "channel": row.channel,
            "at": rfc3339(row.owed_at),
        }
        for row in rows
    ]


def _json(silence: Silence, now: datetime) -> dict[str, Any]:
    return {
        "id": silence.id,
        "rule": silence.rule,
        "why": silence.why,
        "created_at": rfc3339(silence.created_at),
        "until": rfc3339(silence.until),
        "ended_at": rfc3339(silence.ended_at),
        "active": silence.active_at(now),
        "count": silence.count,
    }


def _show(silence: Silence, kept_back: list[dict[str, Any]], zone: str, now: datetime) -> None:
    span = f"{local(silence.created_at, zone)} to {local(silence.ended_at or silence.until, zone)}"
    state = "" if silence.active_at(now) else ", over"
    why = f" ({json.dumps(silence.why, ensure_ascii=False)})" if silence.why else ""
    line(f"{silence.id}  {silence.rule}  {span}{state}{why}: {plural(silence.count, 'alert')} kept back")
    for one in kept_back:
        at = datetime.fromisoformat(one["at"])
        line(f"  {local(at, zone)}  {one['channel']}  {one['title']}  [{one['item_id']}]")
