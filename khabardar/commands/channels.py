"""``khabardar channel``: does a channel work, and put it back to work."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from khabardar.commands.options import ConfigOption, configuration, no_such, opened_archive
from khabardar.commands.preview import preview
from khabardar.terminal import line, say

app = typer.Typer(
    help="Channels: send a test message, see what messages look like, enable one again.", no_args_is_help=True
)
app.command()(preview)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name of a channel.")]


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
