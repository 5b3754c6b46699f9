"""``khabardar crawl``: every source once, now."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from khabardar.commands.options import CommandError, ConfigOption, JsonOption, configuration, no_such
from khabardar.inert import one_line
from khabardar.terminal import fields, is_terminal, json_line, plural, say, styled, waiting

if TYPE_CHECKING:
    from khabardar.wiring import VisitLine


def crawl(
    ctx: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Names of sources; default: all that are enabled.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Visit sources once, now, whether due or not; match, deliver what is due, exit."""
    settings = configuration(ctx, config)
    known = [source.name for source in settings.sources]
    for name in sources or ():
        if name not in known:
            raise no_such("source", name, known)
    names = list(dict.fromkeys(sources or [source.name for source in settings.sources if source.enabled]))
    if not names:
        raise CommandError(
            "the configuration has no enabled [[sources]] to visit. `khabardar source find URL` finds some.", 2
        )
    from khabardar import logs, wiring

    logs.hush("visit")
    visits: list[VisitLine] = []
    width = max(len(name) for name in names)

    with waiting(f"visiting {plural(len(names), 'source')} …") as show:

        def shown(visit: VisitLine) -> None:
            visits.append(visit)
            show.aside(lambda: _show(visit, width, as_json=as_json))
            show(f"visiting … {len(visits)} of {len(names)} done")

        asyncio.run(wiring.crawl_once(settings, names, shown))
    failed = [visit for visit in visits if visit.status == "failed"]
    if as_json:
        for visit in failed:
            say(f"{visit.source}: {visit.error}")
    else:
        new = plural(sum(visit.new for visit in visits), "new item")
        say(f"{plural(len(visits), 'source')} visited, {new}, {len(failed)} failed.")
    if failed:
        raise typer.Exit(1)


def _show(visit: VisitLine, width: int, *, as_json: bool) -> None:
    if as_json:
        json_line(
            {
                "source": visit.source,
                "status": visit.status,
                "items": visit.items,
                "new": visit.new,
                "error": visit.error,
            }
        )
        return
    from rich.text import Text

    said = Text(f"{visit.source:<{width}}  ")
    colours = {"ok": "green", "failed": "red", "busy": "yellow"}
    said.append(f"{visit.status:<12}", style=colours.get(visit.status, ""))
    said.append(f"{visit.items:>4} items {visit.new:>4} new")
    if visit.error:
        said.append(f"  {one_line(visit.error)}", style="red" if is_terminal() else "")
    if is_terminal():
        styled(said)
    else:
        fields(visit.source, visit.status, str(visit.items), str(visit.new), visit.error or "")
