"""``khabardar forget``: remove what was kept of an item or a source, for good."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from khabardar.commands.options import CommandError, ConfigOption, JsonOption, configuration, opened_archive
from khabardar.terminal import is_terminal, json_line, plural, say


def forget(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="URL_OR_SOURCE", help="An item's address or id, or the name of a source.")
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Remove all words of an item, or of all items of a source. Their addresses stay known: they never come back."""
    settings = configuration(ctx, config)
    with opened_archive(settings) as archive:
        is_source = what in {source.name for source in settings.sources} or what in archive.source_states()
        question = f"Remove everything kept of {'the source ' if is_source else ''}{what}? It cannot be brought back."
        if not yes and is_terminal() and not typer.confirm(question, err=True):
            raise typer.Exit(1)
        now = datetime.now(UTC)
        done = archive.forget_source(what, now) if is_source else archive.forget(what, now)
    if done is None:
        raise CommandError(f"no item {what!r} was ever kept, and there is no such source.")
    if as_json:
        json_line({"items": done.items, "deliveries": done.deliveries})
        return
    say(f"{plural(done.items, 'item')} removed; their addresses stay known, so that they do not come back.")
    if done.deliveries:
        say(f"{plural(done.deliveries, 'message')} not sent yet had nothing left to tell and will not be sent.")
