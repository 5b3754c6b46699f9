"""``khabardar channel``: which work, does one work, and put it back to work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer

from archive.model import Trouble, rfc3339
from khabardar.commands.options import ConfigOption, JsonOption, configuration, no_such, opened_archive
from khabardar.commands.preview import preview
from khabardar.terminal import is_terminal, json_line, line, local, plural, say, table

app = typer.Typer(
    help="Channels: how they stand, send a test message, see what messages look like, enable one again.",
    no_args_is_help=True,
)
app.command()(preview)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name of a channel.")]


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """The channels, how many deliveries wait for each, and which are failing or disabled: since when and why."""
    settings = configuration(ctx, config)
    with opened_archive(settings, reading=True) as archive:
        troubles, disabled, waiting = archive.channel_troubles(), archive.disabled_channels(), archive.waiting()
    kinds = {channel.name: channel.kind for channel in settings.channels}
    gone = dict.fromkeys(set(waiting) - set(kinds), "not configured")
    rows = [
        _row(name, kind, troubles.get(name), disabled.get(name), waiting.get(name, 0))
        for name, kind in (kinds | dict(sorted(gone.items()))).items()
    ]
    if as_json:
        for row in rows:
            json_line(row)
        return
    zone = settings.service.timezone
    if is_terminal():
        table(
            ["channel", "kind", "state", "owed"],
            [[str(row["name"]), str(row["kind"]), str(row["state"]), str(row["owed"])] for row in rows],
            wide="channel",
            right=["owed"],
        )
        say_troubles(troubles, disabled, zone)
        return
    table(
        ["channel", "kind", "state", "owed", "since", "failures", "why"],
        [[str(row[key] if row[key] is not None else "") for key in row] for row in rows],
    )


def _row(name: str, kind: str, trouble: Trouble | None, disabled: str | None, owed: int) -> dict[str, str | int | None]:
    state = "disabled" if disabled is not None else "failing" if trouble else "ok"
    return {
        "name": name,
        "kind": kind,
        "state": state,
        "owed": owed,
        "since": rfc3339(trouble.since) if trouble else None,
        "failures": trouble.failures if trouble else 0,
        "why": disabled if disabled is not None else trouble.why if trouble else None,
    }


def say_troubles(troubles: Mapping[str, Trouble], disabled: Mapping[str, str], timezone: str) -> None:
    """Which channels are disabled or failing, since when and why, each in a sentence."""
    for name, reason in disabled.items():
        say(f"channel {name} is disabled: {reason}. `khabardar channel enable {name}` puts it back to work.")
    for name, trouble in troubles.items():
        if name not in disabled:
            tries = plural(trouble.failures, "failed try")
            since = local(trouble.since, timezone)
            say(f"channel {name} is failing since {since} ({tries}): {trouble.why}")


@app.command(name="test")
def try_channel(ctx: typer.Context, name: NameArgument, config: ConfigOption = None) -> None:
    """Send one test message now and report what the other side answered."""
    settings = configuration(ctx, config)
    _known(name, [channel.name for channel in settings.channels])
    from khabardar import wiring

    told = asyncio.run(wiring.test_channel(settings, name))
    if told.outcome.value == "sent":
        line(f"{name}: sent: {told.answer}")
        return
    say(f"{name}: not sent: {told.answer}")
    raise typer.Exit(1)


@app.command()
def enable(ctx: typer.Context, name: NameArgument, config: ConfigOption = None) -> None:
    """Put a disabled channel back to work; what is owed to it is sent."""
    settings = configuration(ctx, config)
    _known(name, [channel.name for channel in settings.channels])
    with opened_archive(settings) as archive:
        changed = archive.enable_channel(name)
    line(f"{name}: enabled again; what is owed will be sent." if changed else f"{name}: was not disabled.")


def _known(name: str, known: list[str]) -> None:
    if name not in known:
        raise no_such("channel", name, known)
