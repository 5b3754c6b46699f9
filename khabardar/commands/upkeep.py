"""``khabardar backup`` and ``migrate``: the archive as a thing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khabardar.commands.options import CommandError, ConfigOption, configuration
from khabardar.terminal import line, say, waiting


def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy; it must not exist yet.")],
    compact: Annotated[
        bool, typer.Option("--compact", help="Without room that is free; takes longer, and can shrink from then on.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Write a consistent copy of the archive, also while the service runs."""
    settings = configuration(ctx, config)
    if file.exists():
        raise CommandError(f"{file} exists already and is left as it is. Name a new file.")
    from archive.store import Archive

    archive = Archive.open(settings.archive.url)  # as it is: one of an earlier version is not upgraded to be copied
    try:
        with waiting(f"copying to {file} …"):
            archive.backup(str(file), compact=compact)
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror or error}.") from None
    finally:
        archive.close()
    line(str(file))


def migrate(ctx: typer.Context, config: ConfigOption = None) -> None:
    """Bring the archive's tables up to this version; does nothing when they are. `run` does this too.

    An SQLite archive is copied to a file beside it before.
    """
    settings = configuration(ctx, config)
    from archive.store import Archive

    copies: list[Path] = []
    archive = Archive.open(settings.archive.url)
    try:
        upgrades = archive.migrate(copies.append)
    finally:
        archive.close()
    for upgrade in upgrades:
        line(upgrade)
    for copy in copies:
        say(f"what was there before is in {copy}; remove it when you are content.")
    if upgrades and not copies and archive.kind == "postgresql":
        say("no copy was made: an archive on PostgreSQL is copied with `pg_dump`, before the next upgrade if you like.")
    say("the archive is up to date." if upgrades else "the archive was up to date already.")
