"""``khabardar source``: the sources and their health, a visit without consequences, what a site offers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from archive.model import NewsItem, VisitStatus, rfc3339
from archive.standing import Health, Standing
from khabardar.commands.options import (
    ConfigOption,
    JsonOption,
    as_rules_see,
    configuration,
    no_such,
    opened_archive,
)
from khabardar.commands.source_find import find
from khabardar.terminal import is_terminal, json_line, line, local, plural, say, table, waiting

if TYPE_CHECKING:
    from archive.claims import SourceState
    from archive.store import Archive
    from crawler.settings import SourceSettings, Start
    from khabardar.settings import Settings
    from khabardar.source_visit import Brought

_LATELY = timedelta(days=7)

app = typer.Typer(help="Sources: their health, try one, find a site's feeds.", no_args_is_help=True)
app.command()(find)


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """The sources of the configuration and how they are: ok, degraded or dark, since when and why."""
    settings = configuration(ctx, config)
    with opened_archive(settings, reading=True) as archive:
        known = known_of(archive, settings.sources)
    if as_json:
        for one in known:
            json_line(known_json(one))
        return
    zone = settings.service.timezone
    columns = ["source", "kind", "state", "since", "last good", "newest", "kept", "why"]
    rows = [_row(one, zone) for one in known]
    table(columns, rows, wide="why", right=["kept"])
    if not rows:
        say("the configuration has no [[sources]]. `khabardar source find URL` finds a site's feeds.")


@dataclass(frozen=True, slots=True)
class Known:
    """A source as it is configured, and as the archive knows it."""

    source: SourceSettings
    state: SourceState | None
    standing: Standing
    unread: tuple[int, str] = (0, "")

    @property
    def word(self) -> str:
        """One word: disabled, new (never visited), ok, degraded, dark."""
        if not self.source.enabled:
            return "disabled"
        if self.state is None or self.state.checked_at is None:
            return "new"
        if self.standing.state is Health.OK and self.state.failures and self.state.last_ok_at is None:
            return Health.DEGRADED.value  # it has never worked
        return self.standing.state.value

    @property
    def since(self) -> datetime | None:
        """Since when it is so."""
        return self.standing.since if self.word in ("ok", "degraded", "dark") else None

    @property
    def why(self) -> str | None:
        """What is wrong, or was at the last visit though it is too soon to call it more than a hiccup."""
        if self.word in ("degraded", "dark"):
            return self.standing.why or (self.state.last_error if self.state else None)
        if self.state and self.state.failures:
            return self.state.last_error
        pages, reason = self.unread
        return f"{plural(pages, 'page')} of the last week could not be read, the last: {reason}" if pages else None

    @property
    def via(self) -> Start:
        """The way by which its news came last: its own, or a fallback."""
        return next((start for start in self.source.starts if start.url == self.standing.served), self.source.start)


def known_of(archive: Archive, sources: Sequence[SourceSettings]) -> list[Known]:
    """The sources as the archive knows them, in their order."""
    states, standings = archive.source_states(), archive.standings()
    unread = archive.unread_pages(datetime.now(UTC) - _LATELY, [source.name for source in sources])
    return [
        Known(
            source,
            states.get(source.name),
            standings.get(source.name, Standing(source.name)),
            unread.get(source.name, (0, "")),
        )
        for source in sources
    ]


def _row(known: Known, zone: str) -> list[str]:
    state = known.state
    if state is None:
        return [known.source.name, known.source.start.kind, known.word, "", "", "", "0", ""]
    ago = _short if is_terminal() else local
    return [
        known.source.name,
        known.via.kind,
        known.word,
        ago(known.since, zone),
        ago(state.last_ok_at, zone),
        ago(state.newest_item_at, zone),
        str(state.kept),
        known.why or "",
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


def known_json(known: Known) -> dict[str, object]:
    """The same as one JSON object; times in UTC."""
    source, state = known.source, known.state
    return {
        "source": source.name,
        "kind": source.start.kind,
        "url": source.start.url,
        "enabled": source.enabled,
        "state": known.word,
        "since": rfc3339(known.since),
        "why": known.why,
        "trouble": known.standing.kind if known.word in ("degraded", "dark") else None,
        "via": {"kind": known.via.kind, "url": known.via.url},
        "checked_at": rfc3339(state.checked_at) if state else None,
        "next_check_at": rfc3339(state.next_check_at) if state else None,
        "last_ok_at": rfc3339(state.last_ok_at) if state else None,
        "newest_item_at": rfc3339(state.newest_item_at) if state else None,
        "failures": state.failures if state else 0,
        "kept": state.kept if state else 0,
        "unread": known.unread[0],
        "unread_why": known.unread[1] or None,
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
        came = asyncio.run(_visit(settings, by_name[name], limit))
    for item in as_rules_see(settings, came.items):
        _show(item, settings, as_json=as_json)
    for entry in came.rejected:
        say(f"not taken: {entry.title or entry.url}: {entry.reason}")
    visit = came.visit
    if visit is None:
        say(f"stopped after {plural(len(came.items), 'item')}; --limit 0 reads all.")
        return
    said = f"{name}: {visit.status.value}, {plural(visit.items, 'entry')}, {plural(visit.requests, 'request')}"
    say(f"{said}: {visit.error}" if visit.error else f"{said}.")
    if visit.status is VisitStatus.FAILED:
        raise typer.Exit(1)


async def _visit(settings: Settings, source: SourceSettings, limit: int) -> Brought:
    """What one visit brings, by a worker of its own."""
    from crawler.worker_process import Worker
    from khabardar.source_visit import brought

    worker = Worker(settings.crawl)
    try:
        return await brought(source, settings.crawl, worker, limit=limit)
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
        about.append(item.unread or "its page could not be read")
    if not kept:
        about.append("not kept: `only` does not match")
    line(f"  {item.url or ''}")
    line(f"  {' · '.join(about)}")
