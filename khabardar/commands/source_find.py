"""``khabardar source find``: what a site offers, as TOML to paste."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from archive.model import rfc3339
from khabardar.commands.options import CommandError, ConfigOption, JsonOption, configuration_if_any
from khabardar.terminal import json_line, line, plural, say, waiting

if TYPE_CHECKING:
    from crawler.leads import Found


def find(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A site's front page, or one of its sections.")],
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Find a site's feeds and sitemaps, and print the TOML to paste into the configuration."""
    from crawler.probe import ProbeFailed, find_sources
    from crawler.settings import CrawlSettings

    settings = configuration_if_any(ctx, config)
    crawl = settings.crawl if settings else CrawlSettings()
    address = url if "://" in url else f"https://{url}"
    with waiting(f"looking for feeds of {address} …"):
        try:
            found = asyncio.run(find_sources(address, crawl))
        except ProbeFailed as error:
            raise CommandError(f"{address}: {error}") from None
    if not found:
        raise CommandError(
            f"no feed and no news sitemap was found at {address}. A page of links works too: "
            f'listing = "{address}" with links = "CSS of the links".'
        )
    taken = {source.name for source in settings.sources} if settings else set()
    for one in found:
        name = free_name(one.url, taken)
        if as_json:
            told = {"kind": one.kind, "url": one.url, "entries": one.entries, "newest_at": rfc3339(one.newest)}
            json_line(told | ({"items": one.items, "fields": dict(one.fields)} if one.kind == "api" else {}))
        else:
            for text in to_paste(one, name).split("\n"):
                line(text)
    say(f"{plural(len(found), 'list')} found; one of them is usually enough. Then: khabardar source test NAME")


def free_name(url: str, taken: set[str]) -> str:
    """A name from the host and what the path says, that no source has yet."""
    parts = urlsplit(url)
    labels = re.sub(r"^(www|feeds|rss)\.", "", parts.hostname or "site").split(".")
    host = "site" if labels[-1].isdigit() else labels[0]
    words = [word for word in re.split(r"[^a-z0-9]+", parts.path.lower()) if word]
    dull = {"feed", "feeds", "rss", "xml", "atom", "index", "json", "sitemap", "category", "news"}
    name = "-".join([host, *[word for word in words if word not in dull][:2]])[:60]
    free, number = name, 2
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free)
    return free


def to_paste(found: Found, name: str) -> str:
    """A list as TOML for the configuration, with what it brings in a remark before it; ends with a line break."""
    whole = {True: ", whole texts", False: ", summaries"}.get(found.full_text, "")
    newest = f", the newest of {rfc3339(found.newest)}" if found.newest else ", without dates"
    remark = f"# {plural(found.entries, 'entry')}{newest}{whole if found.kind == 'feed' else ''}\n"
    return remark + as_source(found, name)


def as_source(found: Found, name: str) -> str:
    """The same without the remark."""
    lines = [
        "[[sources]]",
        f"name = {_quoted(name)}",
        f"{found.kind} = {_quoted(found.url)}",
    ]
    if found.language and re.fullmatch(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*", found.language):
        lines.append(f"language = {json.dumps(found.language)}")
    if found.kind == "api":
        if found.items:
            lines.append(f"items = {_quoted(found.items)}")
        lines.append("[sources.fields]")
        lines += [f"{field} = {_quoted(path)}" for field, path in found.fields.items()]
    return "".join(f"{one}\n" for one in lines)


def _quoted(text: str) -> str:
    """As TOML writes a text: like JSON, but for DEL. What a site says takes nothing of the environment."""
    return json.dumps(text.replace("${", "$${"), ensure_ascii=False).replace("\x7f", "\\u007f")
