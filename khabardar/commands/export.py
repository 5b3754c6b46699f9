"""``khabardar export``: the archive, or what a query finds in it, as JSON lines or CSV."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from khabardar.commands.options import (
    ConfigOption,
    SinceOption,
    UntilOption,
    configuration,
    moment_of,
    opened_archive,
    query_of,
)
from khabardar.commands.search import Format, write


class ExportFormat(StrEnum):
    """How exported items are written."""

    JSONL = "jsonl"
    CSV = "csv"


def export(
    ctx: typer.Context,
    query: Annotated[
        str | None, typer.Argument(metavar="[QUERY]", help="Only what it finds; default: everything.")
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    form: Annotated[ExportFormat, typer.Option("--format", help="How they are written.")] = ExportFormat.JSONL,
    config: ConfigOption = None,
) -> None:
    """Write the archive to stdout, newest first; `khabardar import` reads the JSON lines back."""
    settings = configuration(ctx, config)
    zone = settings.service.timezone
    wanted = None if query is None else query_of(settings, query)
    first, last = moment_of(since, zone), moment_of(until, zone, option="--until")
    with opened_archive(settings, reading=True) as archive:
        write(archive.search(wanted, since=first, until=last, limit=None), Format(form.value), title="Khabardar")
