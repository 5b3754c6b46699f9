"""``khabardar backup``, ``migrate`` and ``stats``: the archive as a thing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from khabardar.commands.options import CommandError, ConfigOption, JsonOption, configuration, opened_archive
from khabardar.terminal import json_line, line, say, table, waiting


def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy; it must not exist yet.")],
    config: ConfigOption = None,
) -> None:
    """Write a consistent copy of the archive, also while the service runs."""
    settings = configuration(ctx, config)
    if file.exists():
        raise CommandError(f"{file} exists already and is left as it is. Name a new file.")
    with opened_archive(settings) as archive, waiting(f"copying to {file} …"):
        try:
            archive.backup(str(file))
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror or error}.") from None
    line(str(file))


def migrate(ctx: typer.Context, config: ConfigOption = None) -> None:
    """Bring the archive's tables up to this version; does nothing when they are. `run` does this too."""
    settings = configuration(ctx, config)
    from archive.store import Archive

    archive = Archive.open(settings.archive.url)
    try:
        upgrades = archive.migrate()
    finally:
        archive.close()
    for upgrade in upgrades:
        line(upgrade)
    say("the archive is up to date." if upgrades else "the archive was up to date already.")


def stats(ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """Figures: how much is in the archive."""
    settings = configuration(ctx, config)
    with opened_archive(settings, reading=True) as archive:
        figures = archive.stats()
    if as_json:
        json_line(dict(figures))
    else:
        table(
            ["what", "number"],
            [[name.replace("_", " "), f"{number:,}"] for name, number in figures.items()],
            right=["number"],
        )
