"""``khabardar read``: one article page, as Khabardar sees it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive.model import NewsItem
from khabardar.commands.options import (
    CommandError,
    ConfigOption,
    JsonOption,
    as_rules_see,
    configuration,
    configuration_if_any,
    no_such,
)
from khabardar.terminal import json_line, line, local, paragraph, styled, waiting

if TYPE_CHECKING:
    from crawler.settings import SourceSettings
    from khabardar.settings import Settings

_LARGEST = 64 * 1024 * 1024  # bytes of a file that are read at most


def read(
    ctx: typer.Context,
    place: Annotated[str, typer.Argument(metavar="FILE_OR_URL", help="A saved page (- = stdin) or an address.")],
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where a file came from.", show_default=False)
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="NAME", help="Read it with this source's selectors.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Read one article page and print the item it sees. Nothing is kept."""
    from crawler.probe import ProbeFailed, read_one
    from crawler.settings import CrawlSettings

    settings = configuration(ctx, config) if source is not None else configuration_if_any(ctx, config)
    crawl = settings.crawl if settings else CrawlSettings()
    used = _source(settings, source, url or place)
    page = place if place.startswith(("http://", "https://")) else _bytes(place)
    with waiting(f"reading {place} …"):
        try:
            item = asyncio.run(read_one(page, used, crawl, url=url))
        except ProbeFailed as error:
            raise CommandError(f"{place}: {error}") from None
    if settings is not None:
        item = as_rules_see(settings, [item])[0]
    _show(item, settings.service.timezone if settings else "UTC", as_json=as_json)


def _source(settings: Settings | None, name: str | None, place: str) -> SourceSettings | None:
    """The source that was named; else the one whose ``article`` expression knows the address, if there is one."""
    import re

    if settings is None:
        return None
    by_name = {source.name: source for source in settings.sources}
    if name is not None:
        if name not in by_name:
            raise no_such("source", name, list(by_name))
        return by_name[name]
    knowing = (one for one in settings.sources if one.article and re.search(one.article, place[:2000]))
    return next(knowing, None)


def _bytes(place: str) -> bytes:
    try:
        if place == "-":
            return sys.stdin.buffer.read(_LARGEST)
        with Path(place).open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        hint = " An address begins with http:// or https://." if "." in place else ""
        raise CommandError(f"{place} cannot be read: {error.strerror or error}.{hint}", 2) from None


def _show(item: NewsItem, timezone: str, *, as_json: bool) -> None:
    from rich.text import Text

    from archive.json_item import item_json

    if as_json:
        json_line({**item_json(item), "id": item.id or None})  # ids are minted by the archive
        return
    styled(Text(item.title or "(no title)", "bold"))
    line(f"  published  {local(item.published_at, timezone) + ' ' + timezone if item.published_at else 'unknown'}")
    if item.clock:
        line(f"             {item.clock}")
    for name in ("author", "place", "credit", "section", "language", "source", "url"):
        line(f"  {name:<9}  {getattr(item, name) or 'unknown'}")
    if item.summary:
        line(f"  summary    {item.summary}")
    line()
    paragraph(item.body or "(no text)")
