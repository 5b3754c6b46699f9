"""Atom out: per rule and per search, for feed readers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.store import Archive
from khabardar.formats import atom_lines
from khabardar.web.api.endpoint import mark_of, matched_or, query_problem
from khabardar.web.api.shapes import LONGEST_QUERY
from khabardar.web.desk import Desk, View
from khabardar.web.problems import ProblemError
from query import Query, QueryError

ENTRIES = 50
SECONDS = 2.0
"""For a query that the index cannot answer: what was found by then is the feed."""


async def of_rule(request: Request) -> Response:
    """What a rule would have matched as it came."""
    desk: Desk = request.app.state.desk
    view, name = desk.view, request.path_params["name"]
    rule = view.rules.get(name)
    if rule is None:
        raise ProblemError(404, "No such rule", "The configuration has no rule of this name.")
    query = view.query_of(rule)
    return await _feed(request, desk, view, query, title=f"Khabardar: {name}", kind="rule", name=name)


async def of_search(request: Request) -> Response:
    """What a query finds."""
    desk: Desk = request.app.state.desk
    text = request.query_params.get("q", "")
    if not text or len(text) > LONGEST_QUERY:
        raise ProblemError(400, "Bad parameter", f"q: give a query of at most {LONGEST_QUERY:,} characters.")
    try:
        query = desk.view.parse(text)
    except QueryError as error:
        raise query_problem(error) from None
    return await _feed(request, desk, desk.view, query, title=f"Khabardar: {text}", kind="search", name=text)


async def _feed(
    request: Request, desk: Desk, view: View, query: Query, *, title: str, kind: str, name: str
) -> Response:
    body = await desk.ask(
        _written, desk.archive, view, query, title=title, identity=(kind, name), address=str(request.url)
    )
    return matched_or(request, mark_of(body), Response(body, media_type="application/atom+xml; charset=utf-8"))


def _written(
    archive: Archive, view: View, query: Query, *, title: str, identity: tuple[str, str], address: str
) -> bytes:
    found = archive.page(query, limit=ENTRIES, seconds=SECONDS, as_rule=identity[0] == "rule")
    items = [view.shown(item) for item in found.items]
    newest = max((item.seen_at for item in items if item.seen_at), default=view.taken_up_at)
    lines = atom_lines(items, title=title, now=newest, identity=identity, address=address)
    return "".join(lines).encode("utf-8", "replace")


ROUTES: list[BaseRoute] = [
    Route("/feeds/rules/{name:path}.atom", of_rule, name="feed_of_rule"),
    Route("/feeds/search.atom", of_search, name="feed_of_search"),
]
