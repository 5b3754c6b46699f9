"""``khabardar search``: the archive answers in the language of the rules."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated

import typer

from archive.model import NewsItem
from khabardar.commands.options import (
    ConfigOption,
    SinceOption,
    Sort,
    UntilOption,
    configuration,
    moment_of,
    opened_archive,
    query_of,
)
from khabardar.inert import one_line
from khabardar.terminal import console, is_terminal, json_line, local, plural, say, table


class Format(StrEnum):
    """How found items are written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    ATOM = "atom"


def search(
    ctx: typer.Context,
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="In the query language, e.g. 'topic:japan AND automotive'.")
    ],
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many items.")] = 50,
    sort: Annotated[Sort, typer.Option("--sort", help="In which order.")] = Sort.NEWEST,
    form: Annotated[Format, typer.Option("--format", help="How they are written.")] = Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format jsonl.")] = False,
    config: ConfigOption = None,
) -> None:
    """Search the archive. A query means the same here as in a rule."""
    settings = configuration(ctx, config)
    zone = settings.service.timezone
    wanted = query_of(settings, query)
    first, last = moment_of(since, zone), moment_of(until, zone, option="--until")
    form = Format.JSONL if as_json else form
    with opened_archive(settings, reading=True) as archive:
        found = archive.search(wanted, since=first, until=last, limit=limit, sort=sort.value)
        if form is Format.TABLE:
            count = _as_table(found, zone)
            say(
                f"{plural(count, 'item')}."
                if count < limit
                else f"the first {plural(count, 'item')}; --limit N shows more."
            )
        else:
            write(found, form, title=f"Khabardar: {query}")


def write(items: Iterable[NewsItem], form: Format, *, title: str) -> None:
    """Write items to stdout as they come, in a form for machines."""
    from khabardar.formats import atom_lines, csv_lines

    if form is Format.JSONL:
        from archive.json_item import item_json

        for item in items:
            json_line(item_json(item))
        return
    lines: Iterator[str] = csv_lines(items) if form is Format.CSV else atom_lines(items, title=title)
    for text in lines:
        sys.stdout.write(text)


def _as_table(items: Iterable[NewsItem], timezone: str) -> int:
    found = list(items)
    rows = [[local(item.effective_at, timezone), item.source, item.title, item.url or item.id] for item in found]
    if not is_terminal():
        table(["time", "source", "title", "url"], rows)
        return len(rows)
    from rich.text import Text

    shell = console()
    for item, (time, source, title, url) in zip(found, rows, strict=True):
        shell.print(
            Text(f"{time}  ", "dim") + Text(f"{one_line(source)}  ", "cyan") + Text(", ".join(item.rules), "green")
        )
        shell.print(Text(f"  {one_line(title)}", "bold"))
        shell.print(Text(f"  {one_line(url)}\n", "dim"))
    return len(rows)
