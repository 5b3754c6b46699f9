"""A query tried as a rule on what is archived: a page, and a part of a page while somebody types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from khabardar.rule_edits import NotEditableError
from khabardar.trial import bars
from khabardar.web.asking import moment_of
from khabardar.web.desk import Desk, View
from khabardar.web.pages.chart import Chart, chart_of
from khabardar.web.pages.layout import desk_of, page
from khabardar.web.pages.search import names_of, places_in
from khabardar.web.pages.stories import Told
from khabardar.web.saving import standing
from khabardar.web.trying import Tried, tried
from query import Query, QueryError

LONGEST = timedelta(days=3660)
SINCE = "30d"
SECONDS, READING = 2.0, 0.6
SAMPLES = 6


@dataclass(frozen=True)
class Outcome:
    """What came of a trial. ``days`` of ``wanted`` ones were looked at."""

    tried: Tried
    chart: Chart | None
    samples: list[Told]
    wanted: int


@dataclass(frozen=True)
class Attempt:
    """What is asked, and what came of it: an outcome, or what is wrong, by field."""

    q: str
    since: str = SINCE
    each: bool = False
    query: Query | None = None
    refused: QueryError | None = None
    wrong_since: str | None = None
    outcome: Outcome | None = None


async def trial(request: Request) -> Response:
    """The page, or with ``X-Part`` what stands below the field."""
    desk = desk_of(request)
    view = desk.view
    given = request.query_params
    part = request.headers.get("x-part") == "1"
    q = given.get("q", "")
    if "${" in q and given.get("rule", "") in view.rules:
        q = await desk.ask(filled, view, given["rule"], q)
    attempt = read(view, q, given.get("since", ""), given.get("repeat", "") == "each")
    attempt = replace(await made(request, desk, view, attempt), q=given.get("q", "").strip())
    wrong = attempt.refused or attempt.wrong_since
    if part:
        typing, in_form = given.get("typing", "") == "1", given.get("form", "") == "1"
        return page(request, "trial.part.html.jinja", view=view, attempt=attempt, typing=typing, in_form=in_form)
    return page(
        request,
        "trial.html.jinja",
        422 if wrong else 200,
        view=view,
        attempt=attempt,
        typing=False,
        in_form=False,
        names=names_of(view),
    )


def filled(view: View, rule: str, q: str) -> str:
    """The query of a rule in force, if ``q`` is how it is written in the file: what a rule takes from the environment
    is tried; what is only typed takes nothing from there."""
    try:
        now = standing(view)
    except NotEditableError:
        return q
    number = now.number_of(rule)
    same = number is not None and str(now.rules[number].get("query", "")).strip() == q.strip()
    return view.rules[rule].query if same else q


def read(view: View, q: str, since: str, each: bool) -> Attempt:
    """What is asked, parsed; nothing is raised."""
    q, since = q.strip(), since.strip() or SINCE
    query, refused, wrong = None, None, None
    if q:
        try:
            query = view.parse(q)
        except QueryError as error:
            refused = error
    try:
        first = moment_of(since, view.zone)
        if not timedelta(0) < datetime.now(UTC) - first < LONGEST:
            wrong = "How far back lies in the past, ten years at the most: 30d, 12h, or a date."
    except (ValueError, OverflowError) as error:
        wrong = str(error)
    return Attempt(q, since, each, query, refused, wrong)


async def made(request: Request, desk: Desk, view: View, attempt: Attempt) -> Attempt:
    """The same with its outcome, if it can be tried. At most two are tried at a time; who has gone is not served."""
    if attempt.query is None or attempt.wrong_since:
        return attempt
    async with desk.trials:
        if await request.is_disconnected():
            return attempt
        outcome = await desk.ask(_outcome, desk, view, attempt.query, attempt)
    return replace(attempt, outcome=outcome)


def _outcome(desk: Desk, view: View, query: Query, attempt: Attempt) -> Outcome:
    first = moment_of(attempt.since, view.zone)
    found = tried(
        desk.archive, view, query, first, each=attempt.each, samples=SAMPLES, seconds=SECONDS, reading=READING
    )
    unit, spans = bars(found.trial.alerts_by_day, found.days)
    chart = chart_of([(span.label, span.alerts) for span in spans], unit, "alert") if spans else None
    samples = [Told(item, places_in(query, item)) for item in found.samples]
    return Outcome(found, chart, samples, max(1, round((datetime.now(UTC) - first).total_seconds() / 86_400)))


ROUTES: list[BaseRoute] = [Route("/rules/try", trial, name="rules_try")]
