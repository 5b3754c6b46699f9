"""The sources and their health: what is dark and why, when each was visited, what it brings a day."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.model import NewsItem, Visit
from archive.standing import Outage, Standing
from archive.store import Archive
from archive.yields import Lately
from crawler.settings import Start
from khabardar.commands.sources import Known, known_of
from khabardar.trial import days_between
from khabardar.web.asking import condition
from khabardar.web.desk import View
from khabardar.web.pages.chart import Chart, chart_of, outline_of
from khabardar.web.pages.layout import desk_of, page
from khabardar.web.problems import ProblemError

SHOWN = 60
"""Sources on a page."""
DAYS = 30
VISITS, SAMPLES = 20, 8
OUTAGES_SINCE = timedelta(days=90)
STATES = ("dark", "degraded", "new", "ok", "disabled")
"""In the order of the page: what needs somebody comes first."""
_CURSOR = re.compile(r"o(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """A source in the list; ``outline`` are its days as the path of a drawing, ``brought`` the items of all of them."""

    known: Known
    why: str
    outline: str
    brought: int
    lately: Lately | None
    visited_now: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One of a source's addresses, with how it stands by itself where it has several."""

    start: Start
    url: str
    in_use: bool
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Account:
    """All that the page of one source shows."""

    line: Line
    chart: Chart
    ways: Sequence[Way]
    visits: Sequence[tuple[Visit, str]]
    outages: Sequence[tuple[Outage, str]]
    newest: Sequence[NewsItem]


async def sources(request: Request) -> Response:
    """Those in trouble first."""
    desk = desk_of(request)
    view = desk.view
    state = request.query_params.get("state", "")
    if state and state not in STATES:
        raise ProblemError(404, "No such state", f"A state is one of {', '.join(STATES)}.")
    known = await desk.ask(known_of, desk.archive, view.settings.sources)
    states = Counter(one.word for one in known)
    wanted = sorted((one for one in known if state in ("", one.word)), key=lambda one: STATES.index(one.word))
    start = _start(request.query_params.get("cursor"))
    shown = wanted[start : start + SHOWN]
    lines = await desk.ask(_lines, desk.archive, view, shown)
    return page(
        request,
        "sources.html.jinja",
        view=view,
        lines=lines,
        states=[(word, states[word]) for word in STATES if states[word]],
        state=state,
        number=len(known),
        cursor=f"o{start + SHOWN}" if start + SHOWN < len(wanted) else None,
        days=DAYS,
        file=view.settings.path.name,
    )


async def source(request: Request) -> Response:
    """One source: its health, its ways, its last visits, its newest items."""
    desk = desk_of(request)
    view = desk.view
    known = await known_in(request)
    account = await desk.ask(_account, desk.archive, view, known)
    return page(
        request,
        "source.html.jinja",
        view=view,
        account=account,
        line=account.line,
        known=known,
        source=known.source,
        every=every_of(view, known),
        days=DAYS,
        masked=view.masked,
        can_act=desk.works is not None,
    )


async def known_in(request: Request) -> Known:
    """The source that the path names. Raises ``ProblemError`` 404."""
    desk, name = desk_of(request), request.path_params["name"]
    for one in await desk.ask(known_of, desk.archive, desk.view.settings.sources):
        if one.source.name == name:
            return one
    raise ProblemError(404, "No such source", "The configuration has no source of this name.")


def every_of(view: View, known: Known) -> str:
    """How often it is visited, in words."""
    every = known.source.every if known.source.every is not None else view.settings.crawl.every
    if every == "auto":
        return "as often as it brings news"
    seconds = float(every)
    for length, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length and seconds % length == 0:
            return f"every {int(seconds // length)} {unit}"
    return f"every {seconds:g} s"


def _lines(archive: Archive, view: View, shown: Sequence[Known]) -> list[Line]:
    now = datetime.now(UTC)
    days, found = _yields(archive, view, [one.source.name for one in shown], now)
    lately = archive.lately(now - timedelta(days=1))
    return [_line(view, one, days, found.get(one.source.name, {}), lately, now) for one in shown]


def _yields(
    archive: Archive, view: View, names: Sequence[str], now: datetime
) -> tuple[list[date], Mapping[str, Mapping[date, int]]]:
    """The days of the chart and what each source brought on them, in the zone of the configuration as it is now."""
    first = now - timedelta(days=DAYS - 1)
    offset = view.zone.utcoffset(now.astimezone(view.zone).replace(tzinfo=None)) or timedelta(0)
    return days_between(first, now, str(view.zone)), archive.yields(first - timedelta(days=1), offset, names)


def _line(
    view: View,
    known: Known,
    days: Sequence[date],
    found: Mapping[date, int],
    lately: Mapping[str, Lately],
    now: datetime,
) -> Line:
    numbers = [found.get(day, 0) for day in days]
    until = known.state.lease_until if known.state else None
    return Line(
        known,
        view.masked(known.why),
        outline_of(numbers),
        sum(numbers),
        lately.get(known.source.name),
        until is not None and until > now,
    )


def _account(archive: Archive, view: View, known: Known) -> Account:
    now, name = datetime.now(UTC), known.source.name
    days, found = _yields(archive, view, [name], now)
    own = found.get(name, {})
    record = archive.record(name, now)
    several = len(known.source.starts) > 1
    ways = [
        Way(
            start,
            view.masked(start.url),
            start.url == known.via.url,
            record.standings.get(start.url) if several else None,
        )
        for start in known.source.starts
    ]
    newest = archive.page(view.parse(condition("source", name)), limit=SAMPLES, seconds=1.0)
    return Account(
        _line(view, known, days, own, archive.lately(now - timedelta(days=1)), now),
        chart_of([(day.isoformat(), own.get(day, 0)) for day in days], "day", "item"),
        ways,
        [(one, view.masked(one.error)) for one in archive.visits(name, VISITS)],
        [(one, view.masked(one.why)) for one in archive.outages(now - OUTAGES_SINCE) if one.source == name][::-1],
        [view.shown(item) for item in newest.items],
    )


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ProblemError(400, "No such page", f"The cursor {cursor[:60]!r} is none of this list.")
    return int(found[1])


ROUTES: list[BaseRoute] = [
    Route("/sources", sources, name="sources"),
    Route("/sources/{name}", source, name="source"),
]
