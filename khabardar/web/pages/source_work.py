"""What can be done about a source: a visit now, a look at what a visit would bring, a search for a site's feeds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.document import document_of
from archive.model import NewsItem
from archive.store import Archive
from crawler.leads import Found
from crawler.probe import ProbeFailed, find_sources
from khabardar.commands.source_find import free_name, to_paste
from khabardar.source_visit import Brought, brought
from khabardar.web.desk import TooBusyError, View, Works
from khabardar.web.pages.layout import desk_of, page, told
from khabardar.web.pages.source_add import as_field, may_add
from khabardar.web.pages.sources import known_in
from khabardar.web.problems import ProblemError
from khabardar.web.security.forms import Form, form_route
from query import judge

LIMIT = 5
"""Items that a look brings at the most, as ``source test`` does."""
SECONDS = 45.0
"""That a look may take; then what came by then is shown."""
AT_ONCE = 2
"""Looks; each takes a place in the crawl worker that visits need too."""
LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class Sample:
    """An item as a visit would bring it; ``left_out``: the source's own filter does not let it in."""

    item: NewsItem
    left_out: bool
    letters: int


async def visit(request: Request, _: Form) -> Response:
    """Its next visit is due now."""
    known = await known_in(request)
    name = known.source.name
    if not _works(request).visit(name):
        raise ProblemError(409, "Not visited", "The source is disabled, or the service is about to stop.")
    return told(request, f"/sources/{name}", "It is visited now: open this page again to see what it brought.")


async def test(request: Request, _: Form) -> Response:
    """What a visit would bring; nothing is kept."""
    known, desk = await known_in(request), desk_of(request)
    view, works = desk.view, _works(request)
    async with _place(request):
        came = await brought(known.source, view.settings.crawl, works.worker, limit=LIMIT, seconds=SECONDS)
    samples = await desk.ask(_samples, desk.archive, view, came.items)
    error = view.masked(came.visit.error) if came.visit else ""
    return page(
        request,
        "source_test.html.jinja",
        view=view,
        name=known.source.name,
        came=came,
        samples=samples,
        error=error,
        seconds=int(SECONDS),
        masked=view.masked,
        failed=_failed(came),
    )


async def ask_find(request: Request) -> Response:
    """Where to look."""
    return _finding(request, "")


async def find(request: Request, form: Form) -> Response:
    """The feeds and sitemaps of a site, as TOML to paste."""
    url = form.get("url", "").strip()
    address = url if "://" in url or not url else f"https://{url}"
    view = desk_of(request).view
    if not address or len(address) > LONGEST_URL:
        wrong = f"Give the address of a site, of at most {LONGEST_URL:,} letters."
        return _finding(request, url[:LONGEST_URL], error=wrong)
    works = _works(request)
    found: list[Found] = []
    error: str | None
    try:
        async with _place(request), asyncio.timeout(SECONDS):
            found = await find_sources(address, view.settings.crawl, worker=works.worker)
        error = None if found else f"No feed and no news sitemap was found at {address}."
    except ProbeFailed as failed:
        error = f"{address}: {failed}"
    except TimeoutError:
        error = f"{address}: no answer was complete within {SECONDS:g} seconds."
    taken = {source.name for source in view.settings.sources}
    named = [(one, free_name(one.url, taken)) for one in found]
    return _finding(request, url, error=view.masked(error), found=named)


def _finding(request: Request, url: str, *, error: str = "", found: Sequence[tuple[Found, str]] = ()) -> Response:
    view = desk_of(request).view
    mark, why_not = may_add(view)
    return page(
        request,
        "find.html.jinja",
        422 if error else 200,
        view=view,
        url=url,
        error=error,
        found=[(one, name, to_paste(one, name), as_field(one)) for one, name in found],
        file=view.settings.path.name,
        mark=mark,
        why_not=why_not,
    )


def _samples(archive: Archive, view: View, items: Sequence[NewsItem]) -> list[Sample]:
    """Freed of what their outlet puts under everything, as rules would see them."""
    return [_sample(view, item) for item in archive.lesson(items, datetime.now(UTC)).items]


def _sample(view: View, item: NewsItem) -> Sample:
    only = view.settings.only.get(item.source)
    left_out = only is not None and not judge(only, document_of(item)).matched
    return Sample(view.shown(item), left_out, len(item.body or ""))


def _failed(came: Brought) -> bool:
    return came.visit is not None and came.visit.status.value == "failed"


def _works(request: Request) -> Works:
    works = desk_of(request).works
    if works is None:
        raise ProblemError(503, "No service", "These pages stand alone: no service runs behind them.")
    return works


@asynccontextmanager
async def _place(request: Request) -> AsyncIterator[None]:
    """One of the few places for a look. Raises ``TooBusyError`` when all are taken."""
    state = request.app.state
    taken = getattr(state, "looks", 0)
    if taken >= AT_ONCE:
        raise TooBusyError
    state.looks = taken + 1
    try:
        yield
    finally:
        state.looks -= 1


ROUTES: list[BaseRoute] = [
    form_route("/sources/{name}/visit", visit),
    form_route("/sources/{name}/test", test),
    Route("/find-sources", ask_find, name="find_sources"),
    form_route("/find-sources", find),
]
