"""``khabardar source``: the sources and their health, a visit without consequences, what a site offers."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from archive.model import NewsItem, Rejected, Visit, VisitStatus, rfc3339
from khabardar.commands.options import ConfigOption, JsonOption, configuration, no_such, opened_archive
from khabardar.commands.source_find import find
from khabardar.terminal import is_terminal, json_line, line, local, plural, say, table, waiting

if TYPE_CHECKING:
    from archive.claims import SourceState
    from crawler.settings import SourceSettings
    from khabardar.settings import Settings

app = typer.Typer(help="Sources: their health, try one, find a site's feeds.", no_args_is_help=True)
app.command()(find)


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """The sources of the configuration and how their visits go."""
    settings = configuration(ctx, config)
    with opened_archive(settings, reading=True) as archive:
        states = archive.source_states()
    if as_json:
        for source in settings.sources:
            json_line(_as_json(source, states.get(source.name)))
        return
    zone = settings.service.timezone
    columns = ["source", "kind", "state", "last good", "newest", "kept", "error"]
    rows = [_row(source, states.get(source.name), zone) for source in settings.sources]
    table(columns, rows, wide="error", right=["kept"])
    if not rows:
        say("the configuration has no [[sources]]. `khabardar source find URL` finds a site's feeds.")


def state_of(source: SourceSettings, state: SourceState | None) -> str:
    """One word: disabled, new (never visited), ok, failing."""
    if not source.enabled:
        return "disabled"
    if state is None or state.checked_at is None:
        return "new"
    return "failing" if state.failures else "ok"


def _row(source: SourceSettings, state: SourceState | None, zone: str) -> list[str]:
    word = state_of(source, state)
    if state is None:
        return [source.name, source.start.kind, word, "", "", "0", ""]
    if word == "failing":
        word = f"failing ×{state.failures}"
    error = (state.last_error or "") if state.failures else ""
    ago = _short if is_terminal() else local
    return [
        source.name,
        source.start.kind,
        word,
        ago(state.last_ok_at, zone),
        ago(state.newest_item_at, zone),
        str(state.kept),
        error,
    ]


def _short(moment: datetime | None, zone: str) -> str:
    """How long ago, in one word, so that the table fits a terminal."""
    if moment is None:
        return ""
    seconds = (datetime.now(UTC) - moment).total_seconds()
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= length:
            return f"{int(seconds // length)}{unit} ago"
    return "now" if seconds >= 0 else local(moment, zone)


def _as_json(source: SourceSettings, state: SourceState | None) -> dict[str, object]:
    return {
        "source": source.name,
        "kind": source.start.kind,
        "url": source.start.url,
        "enabled": source.enabled,
        "state": state_of(source, state),
        "checked_at": rfc3339(state.checked_at) if state else None,
        "next_check_at": rfc3339(state.next_check_at) if state else None,
        "last_ok_at": rfc3339(state.last_ok_at) if state else None,
        "newest_item_at": rfc3339(state.newest_item_at) if state else None,
        "failures": state.failures if state else 0,
        "kept": state.kept if state else 0,
        "error": state.last_error if state else None,
    }


@app.command(name="test")
def try_source(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a source.")],
    limit: Annotated[int, typer.Option("--limit", min=0, metavar="N", help="Stop after so many; 0 = read all.")] = 5,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Visit one source now and show what it brings. Nothing is kept, nobody is told."""
    settings = configuration(ctx, config)
    by_name = {source.name: source for source in settings.sources}
    if name not in by_name:
        raise no_such("source", name, list(by_name))
    with waiting(f"visiting {name} …"):
        items, rejected, visit = asyncio.run(_visit(settings, by_name[name], limit))
    for item in items:
        _show(item, settings, as_json=as_json)
    for entry in rejected:
        say(f"not taken: {entry.title or entry.url}: {entry.reason}")
    if visit is None:
        say(f"stopped after {plural(len(items), 'item')}; --limit 0 reads all.")
        return
    said = f"{name}: {visit.status.value}, {plural(visit.items, 'entry')}, {plural(visit.requests, 'request')}"
    say(f"{said}: {visit.error}" if visit.error else f"{said}.")
    if visit.status is VisitStatus.FAILED:
        raise typer.Exit(1)


async def _visit(
    settings: Settings, source: SourceSettings, limit: int
) -> tuple[list[NewsItem], list[Rejected], Visit | None]:
    """What one visit brings; the Visit is None when enough was seen before its end."""
    from crawler.crawl import crawl
    from crawler.errand import Errand
    from crawler.worker_process import Worker

    items: list[NewsItem] = []
    rejected: list[Rejected] = []
    worker = Worker(settings.crawl)
    try:
        async with aclosing(crawl([Errand(source)], settings.crawl, worker)) as news:
            async for one in news:
                if isinstance(one, Visit):
                    return items, rejected, one
                (items if isinstance(one, NewsItem) else rejected).append(one)  # type: ignore[arg-type]
                if limit and len(items) >= limit:
                    break
        return items, rejected, None
    finally:
        await worker.stop()


def _show(item: NewsItem, settings: Settings, *, as_json: bool) -> None:
    from archive.document import document_of
    from archive.json_item import item_json
    from query import judge

    if as_json:
        json_line({**item_json(item), "id": item.id or None})  # ids are minted by the archive
        return
    only = settings.only.get(item.source)
    kept = only is None or judge(only, document_of(item)).matched
    line(f"{local(item.published_at, settings.service.timezone) or 'no date':<16}  {item.title}")
    about = [f"{name} {value}" for name in ("section", "author", "place", "credit") if (value := getattr(item, name))]
    about.append(f"{len(item.body or ''):,} letters of text" if item.body else "no text")
    if not item.complete:
        about.append("its page could not be read")
    if not kept:
        about.append("not kept: `only` does not match")
    line(f"  {item.url or ''}")
    line(f"  {' · '.join(about)}")
