"""``khabardar search``: the archive answers in the language of the rules."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from archive.model import NewsItem
from khabardar.commands.options import (
    CommandError,
    ConfigOption,
    SecondsOption,
    SinceOption,
    Sort,
    UntilOption,
    configuration,
    moment_of,
    opened_archive,
    query_of,
)
from khabardar.inert import one_line
from khabardar.terminal import Waiting, console, is_terminal, json_line, local, plural, say, table, waiting

if TYPE_CHECKING:
    from archive.search import Count, Page

_SLICE = 1.0  # seconds after which the terminal hears how far it is
_AT_ONCE = 500  # items
_COUNTING = 0.5  # seconds for counting what is not shown


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
    seconds: SecondsOption = 10.0,
    cursor: Annotated[
        str | None,
        typer.Option("--cursor", metavar="C", help="Go on where an earlier search stopped.", show_default=False),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Search the archive. A query means the same here as in a rule."""
    settings = configuration(ctx, config)
    zone = settings.service.timezone
    wanted = query_of(settings, query)
    first, last = moment_of(since, zone), moment_of(until, zone, option="--until")
    form = Format.JSONL if as_json else form
    with opened_archive(settings, reading=True) as archive:
        ask = functools.partial(archive.page, wanted, since=first, until=last, sort=sort.value)
        walk = _Walk(ask, limit, cursor, seconds, zone)
        with waiting("searching …") if form is Format.TABLE or not is_terminal() else nullcontext() as show:
            found = walk.items(show)
            if form is Format.TABLE:
                found = iter(list(found))  # the sign goes before the table comes
            else:
                write(found, form, title=f"Khabardar: {query}")
        if form is Format.TABLE:
            _as_table(found, zone)
        total = archive.count(wanted, since=first, until=last, seconds=_COUNTING) if walk.cursor else None
    walk.report(total, quiet=form is not Format.TABLE)
    if not walk.complete:
        raise typer.Exit(1)


@dataclass
class _Walk:
    """Page by page to the limit, or until the time is over; and what is to be said about it."""

    ask: Callable[..., Page]
    limit: int
    cursor: str | None
    seconds: float
    zone: str
    found: int = 0
    complete: bool = True
    back_to: datetime | None = None

    def items(self, show: Waiting | None) -> Iterator[NewsItem]:
        """The items, as they are found."""
        left = self.seconds
        while True:
            began = time.monotonic()
            page = self._page(min(left, _SLICE))
            left -= time.monotonic() - began
            yield from page.items
            self.found += len(page.items)
            self.cursor, self.complete, self.back_to = page.cursor, page.complete, page.looked_back_to
            if self.cursor is None or self.found >= self.limit:
                return
            if not page.complete:
                if left <= 0:
                    return
                if show is not None:
                    show(f"searching, back to {local(self.back_to, self.zone)}: {plural(self.found, 'item')} …")

    def _page(self, seconds: float) -> Page:
        try:
            return self.ask(limit=min(self.limit - self.found, _AT_ONCE), cursor=self.cursor, seconds=seconds)
        except ValueError as error:
            raise CommandError(f"--cursor: {error}", 2) from None

    def report(self, total: Count | None, *, quiet: bool) -> None:
        """What was found and what not. With ``quiet`` nothing is said about what is whole."""
        if not self.complete:
            say(
                f"khabardar: stopped after {self.seconds:g} s: the index cannot answer this query alone, and the "
                f"archive was looked through back to {local(self.back_to, self.zone)}: {plural(self.found, 'item')} "
                f"so far. Go on with --cursor {self.cursor}, or give it longer with --seconds N."
            )
        elif self.cursor is not None:
            of = f" of {total.number:,}" if total is not None and total.exact else ""
            say(f"the first {plural(self.found, 'item')}{of}; --limit N shows more, --cursor {self.cursor} the next.")
        elif not quiet:
            say(f"{plural(self.found, 'item')}.")


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


def _as_table(items: Iterable[NewsItem], timezone: str) -> None:
    found = list(items)
    rows = [[local(item.effective_at, timezone), item.source, item.title, item.url or item.id] for item in found]
    if not is_terminal():
        table(["time", "source", "title", "url"], rows)
        return
    from rich.text import Text

    shell = console()
    for item, (moment, source, title, url) in zip(found, rows, strict=True):
        shell.print(
            Text(f"{moment}  ", "dim") + Text(f"{one_line(source)}  ", "cyan") + Text(", ".join(item.rules), "green")
        )
        shell.print(Text(f"  {one_line(title)}", "bold"))
        shell.print(Text(f"  {one_line(url)}\n", "dim"))
