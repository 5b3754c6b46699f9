"""The archive in the language of the rules: results at once, how they divide loaded after the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.browsing import Facets
from archive.document import document_of
from archive.model import NewsItem
from archive.search import SORTS, Count, Page
from archive.store import Archive
from khabardar.rule_edits import rule_text as as_toml
from khabardar.trial import bars, days_between
from khabardar.web.asking import condition, mended, moment_of
from khabardar.web.desk import View
from khabardar.web.pages.chart import Chart, chart_of
from khabardar.web.pages.layout import desk_of, page
from khabardar.web.pages.stories import Told
from khabardar.web.problems import ProblemError
from query import Query, QueryError, judge

SHOWN = 20
"""Results on a page."""
SECONDS = 1.5
FACET_SECONDS = 1.5
COUNT_SECONDS = 0.5
CHARTED = 20 * 366 * 86_400
"""Seconds back from the newest match that the chart shows: a wrong date must not make it a line."""
FACETS = 8
"""Lines of each facet."""


@dataclass(frozen=True)
class Asked:
    """What the form says, as it was written, and what it means; ``errors`` by the name of the field."""

    text: dict[str, str]
    query: Query | None
    since: datetime | None
    until: datetime | None
    sort: str
    errors: dict[str, str]
    refused: QueryError | None = None

    @property
    def is_whole(self) -> bool:
        """There is a query, and nothing is wrong."""
        return self.query is not None and not self.errors


async def search(request: Request) -> Response:
    """The form; with a query its results, or what is wrong with it."""
    desk = desk_of(request)
    view = desk.view
    asked = asked_of(view, request)
    cursor = request.query_params.get("cursor") or None
    found: Page | None = None
    told: list[Told] = []
    if asked.is_whole:
        found, told = await desk.ask(_found, desk.archive, view, asked, cursor)
    return page(
        request,
        "search.html.jinja",
        422 if asked.errors else 200,
        view=view,
        asked=asked,
        found=found,
        results=told,
        sorts=SORTS,
        cursor=cursor,
        names=names_of(view),
        mended=mended(asked.refused, view.parse) if asked.refused else None,
        rule_text=rule_text(asked.query.text, view) if asked.is_whole and asked.query else "",
    )


async def facets(request: Request) -> Response:
    """How many there are, and how they divide by outlet, language, section, rule and time: a part of the page for its
    script, a page of its own without one."""
    desk = desk_of(request)
    view = desk.view
    asked = asked_of(view, request)
    if not asked.is_whole:
        raise ProblemError(422, "Not a search", "; ".join(asked.errors.values()) or "Give a query.")
    divided, total = await desk.ask(_divided, desk.archive, asked)
    part = request.headers.get("x-part") == "1"
    return page(
        request,
        "facets.part.html.jinja" if part else "facets.html.jinja",
        view=view,
        asked=asked,
        facets=[
            ("Outlet", "source", divided.sources.most_common(FACETS)),
            ("Language", "lang", divided.languages.most_common(FACETS)),
            ("Section", "section", divided.sections.most_common(FACETS)),
            ("Rule", "rule", divided.rules.most_common(FACETS)),
        ],
        divided=divided,
        total=total,
        narrowed=narrowed,
        chart=volume(divided, view),
    )


def asked_of(view: View, request: Request) -> Asked:
    """The form of a request, read; nothing is raised."""
    given = {name: request.query_params.get(name, "").strip() for name in ("q", "since", "until", "sort")}
    errors: dict[str, str] = {}
    query, refused = None, None
    if given["q"]:
        try:
            query = view.parse(given["q"])
        except QueryError as error:
            refused, errors["q"] = error, error.message
    moments: dict[str, datetime | None] = {"since": None, "until": None}
    for name in moments:
        if given[name]:
            try:
                moments[name] = moment_of(given[name], view.zone)
            except ValueError as error:
                errors[name] = str(error)
    sort = given["sort"] or SORTS[0]
    if sort not in SORTS:
        errors["sort"] = f"The order is {' or '.join(SORTS)}."
    return Asked(given, query, moments["since"], moments["until"], sort, errors, refused)


def _found(archive: Archive, view: View, asked: Asked, cursor: str | None) -> tuple[Page, list[Told]]:
    assert asked.query is not None
    try:
        found = archive.page(
            asked.query,
            since=asked.since,
            until=asked.until,
            limit=SHOWN,
            sort=asked.sort,
            cursor=cursor,
            seconds=SECONDS,
        )
    except ValueError as error:
        raise ProblemError(400, "No such page", str(error)) from None
    shown = [view.shown(item) for item in found.items]
    members = archive.also_in([item.story_id for item in shown if item.story_id])
    return found, [
        Told(
            item,
            places_in(asked.query, item),
            [one for one in members.get(item.story_id or "", ()) if one.id != item.id],
        )
        for item in shown
    ]


def places_in(query: Query, item: NewsItem) -> dict[str, list[tuple[int, int]]]:
    """Field -> places at which a query matches what is shown of a found item. Where headline and summary say enough the
    text, which takes longest to read, is not looked through: it is not shown then."""
    brief = replace(item, body=None)
    spans = judge(query, document_of(brief)).spans if item.summary and item.body else ()
    found: dict[str, list[tuple[int, int]]] = {}
    for span in spans or judge(query, document_of(item)).spans:
        found.setdefault(span.field, []).append((span.start, span.end))
    return found


def _divided(archive: Archive, asked: Asked) -> tuple[Facets, Count]:
    divided = archive.facets(asked.query, since=asked.since, until=asked.until, seconds=FACET_SECONDS)
    if divided.complete:
        return divided, Count(divided.number, True)
    total = archive.count(asked.query, since=asked.since, until=asked.until, seconds=COUNT_SECONDS)
    return divided, total if total.number >= divided.number else Count(divided.number, False)


def volume(divided: Facets, view: View) -> Chart | None:
    """Matches over time, by day, week or month."""
    if not divided.seconds:
        return None
    days: Counter[date] = Counter()
    oldest = max(divided.seconds) - CHARTED
    moments = [datetime.fromtimestamp(seconds, view.zone) for seconds in divided.seconds if seconds >= oldest]
    days.update(moment.date() for moment in moments)
    unit, spans = bars(days, days_between(min(moments), max(moments), str(view.zone)))
    return chart_of([(span.label, span.alerts) for span in spans], unit, "match")


def narrowed(query: str, field: str, value: str) -> str:
    """The query with one more condition."""
    return f"({query}) {condition(field, value)}" if query else condition(field, value)


def rule_text(query: str, view: View) -> str:
    """A query as a rule to paste into the file."""
    channels = tuple(one.name for one in view.settings.channels[:1])
    return as_toml({"name": "give-it-a-name", "query": query, "channels": channels})


def names_of(view: View) -> dict[str, Sequence[str]]:
    """What the field completes: names after ``topic:``, ``rule:``, ``source:``."""
    settings = view.settings
    return {
        "topic": sorted(settings.topics)[:200],
        "rule": list(view.rules)[:200],
        "source": sorted(source.name for source in settings.sources)[:200],
    }


ROUTES: list[BaseRoute] = [Route("/search", search, name="search"), Route("/search/facets", facets, name="facets")]
