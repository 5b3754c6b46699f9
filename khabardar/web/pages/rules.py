"""The rules: what each does, how often it matched lately, and what it cannot see; switched on and off here."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from alerts.rules import RuleSettings
from archive.counting import Lately
from archive.model import Silence
from archive.standing import Health
from archive.standing import Standing as SourceStanding
from khabardar import config_file
from khabardar.config_file import ConfigFile
from khabardar.rule_edits import NotEditableError, rules_in
from khabardar.web.desk import Desk, View
from khabardar.web.pages.chart import Chart, chart_of
from khabardar.web.pages.layout import desk_of, page
from query import may_match_source

SHOWN = 50
"""Rules on a page."""
OLDER = 0.3
"""Seconds for the last match of rules that had none lately."""
STALE = 1.0
"""Seconds that a file may be newer than the configuration in force: so long a reload takes."""
SPARK_WIDTH, SPARK_HEIGHT = 240, 28


@dataclass(frozen=True)
class Shown:
    """A rule as the list shows it. ``chart`` is None where nothing was counted; ``blind`` are the dark sources that it
    could match."""

    rule: RuleSettings
    query: str
    number: int
    chart: Chart | None
    last: datetime | None
    blind: Sequence[SourceStanding]
    silence: Silence | None


async def rules(request: Request) -> Response:
    """In the order of the file, a part of it by name."""
    desk = desk_of(request)
    view = desk.view
    wanted = request.query_params.get("find", "").strip()[:100]
    found = [rule for rule in view.rules.values() if wanted.casefold() in rule.name.casefold()]
    start = _start(request.query_params.get("from", ""), len(found))
    shown, counted = await desk.ask(_shown, desk, view, found[start : start + SHOWN])
    file = await desk.ask(_file, view)
    return page(
        request,
        "rules.html.jinja",
        view=view,
        shown=shown,
        counted_days=counted,
        wanted=wanted,
        total=len(found),
        start=start,
        more=start + SHOWN if start + SHOWN < len(found) else None,
        settings=view.settings,
        told=told_of(request, view),
        file=file,
    )


def _start(given: str, total: int) -> int:
    return min(int(given), total) if given.isascii() and given.isdigit() and len(given) < 9 else 0


@dataclass(frozen=True)
class Writable:
    """The mark of the file, what stands against changing rules here, and whether it was changed since it was taken
    up."""

    mark: str = ""
    why_not: str = ""
    stale: bool = False


def _file(view: View) -> Writable:
    path = view.settings.path
    try:
        file = config_file.read(path)
        if fault := _fault(file.raw):
            return Writable(why_not=fault)
        stale = path.stat().st_mtime > view.taken_up_at.timestamp() + STALE
    except OSError as error:
        return Writable(why_not=f"{path.name} cannot be read: {error.strerror or error}")
    return Writable(file.mark, config_file.why_not_writable(path) or "", stale)


@functools.lru_cache(maxsize=2)
def _fault(raw: bytes) -> str:
    """Why no rule can be changed in the file, "" for nothing; one of very many rules is not parsed each time."""
    try:
        rules_in(ConfigFile(raw).text)
    except (NotEditableError, UnicodeDecodeError) as error:
        return str(error).removesuffix(".")
    return ""


def _shown(desk: Desk, view: View, part: Sequence[RuleSettings]) -> tuple[list[Shown], int]:
    days, counts = desk.lately()
    standings = desk.archive.standings()
    enabled = [source.name for source in view.settings.sources if source.enabled]
    dark = [standings[name] for name in enabled if name in standings and standings[name].state is Health.DARK]
    silences = {one.rule: one for one in reversed(desk.archive.silences(active_at=datetime.now().astimezone()))}
    deadline = time.monotonic() + OLDER
    found = []
    for rule in part:
        last = counts.last.get(rule.name)
        if last is None and time.monotonic() < deadline:
            last = desk.archive.last_match(rule.name)
        blind = [one for one in dark if may_match_source(view.query_of(rule), one.source)] if dark else []
        numbers, chart = _drawn(days, counts, rule.name)
        found.append(Shown(rule, masked(view, rule.query), numbers, chart, last, blind, silences.get(rule.name)))
    return found, counts.looked_at


def _drawn(days: Sequence[date], counts: Lately, name: str) -> tuple[int, Chart | None]:
    """The days that were counted, as bars."""
    first = len(days) - counts.looked_at
    numbers = counts.numbers.get(name, [0] * len(days))
    bars = [(day.isoformat(), number) for day, number in zip(days[first:], numbers[first:], strict=True)]
    return sum(numbers), chart_of(bars, "day", "match", SPARK_WIDTH, SPARK_HEIGHT) if any(numbers) else None


def masked(view: View, text: str) -> str:
    """Without the secrets of the configuration: what a query takes from the environment is not shown."""
    for secret in sorted(view.settings.secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def told_of(request: Request, view: View) -> str | None:
    """What was just done, as far as the configuration in force bears it out: an address proves nothing."""
    did, name = request.query_params.get("did", ""), request.query_params.get("name", "")[:100]
    rule, file = view.rules.get(name), view.settings.path.name
    if did == "kept":
        return f"Written to {file}. It is not in force yet: `khabardar reload`, or the log says why not."
    if did == "deleted" and rule is None:
        return f"The rule {name} was taken out of {file}; the service goes on without it."
    if rule is None:
        return None
    if did == "saved":
        return f"The rule {name} was written to {file} and is in force."
    if did in ("enabled", "disabled") and rule.enabled == (did == "enabled"):
        return f"The rule {name} is {did}."
    return None


async def explained(request: Request) -> Response:
    """Why an item matched or did not: by its id or address."""
    wanted = request.query_params.get("item", "").strip()
    return RedirectResponse(f"/items/{quote(wanted, safe='')}" if wanted else "/rules", 303)


ROUTES: list[BaseRoute] = [
    Route("/rules", rules, name="rules"),
    Route("/rules/explain", explained, name="rules_explain"),
]
