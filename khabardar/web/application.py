"""The routes put together behind their guards."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from archive.errors import ArchiveError
from khabardar.web import assets
from khabardar.web.desk import Desk, TooBusyError
from khabardar.web.problems import ProblemError, problem
from khabardar.web.refusals import refused
from khabardar.web.security.access import Access
from khabardar.web.security.guard import Guard
from khabardar.web.security.headers import SecurityHeaders
from khabardar.web.security.hosts import LoopbackNamesOnly

log = structlog.get_logger()

READY_TIMEOUT = 5.0


def application(desk: Desk, password: str | None = None, more: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The ASGI application. Without a ``password`` everybody on this machine may look, by a loopback name. ``more`` are
    routes of the service's own, behind the same guards."""
    guard = Guard(desk, password)
    app = Starlette(
        routes=[*routes(), *more],
        exception_handlers={
            ProblemError: _problem,
            HTTPException: _http,
            ArchiveError: _archive,
            TooBusyError: _busy,
            Exception: _fault,
        },
    )
    app.state.desk = desk
    app.state.guard = guard
    guarded: ASGIApp = Access(app, guard)
    if guard.open:
        guarded = LoopbackNamesOnly(guarded)
    return SecurityHeaders(guarded)


def routes() -> list[BaseRoute]:
    """Every route there is; each part names its own."""
    from khabardar.web import api, feeds
    from khabardar.web.pages import ROUTES as PAGES

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/static/{name}", assets.asset, name="static"),
        *PAGES,
        *api.ROUTES,
        *feeds.ROUTES,
    ]


async def healthz(_: Request) -> Response:
    """The process is there."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


async def readyz(request: Request) -> Response:
    """The archive can be reached and the clock runs."""
    desk: Desk = request.app.state.desk
    try:
        await asyncio.wait_for(asyncio.to_thread(desk.archive.ping), READY_TIMEOUT)
    except Exception as error:
        log.warning("not ready", error=str(error))
        return problem(503, "The archive cannot be reached", "See the log of the service for the reason.")
    if not desk.alive():
        return problem(503, "The clock stands still", "The timetable has not ticked for half a minute.")
    return JSONResponse({"status": "ready"}, headers={"Cache-Control": "no-store"})


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return await refused(request, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    if error.status_code == 404:
        told = ProblemError(404, "Not found", f"There is nothing at {request.url.path[:200]}.")
    elif error.status_code == 405:
        told = ProblemError(405, "Method not allowed", f"{request.method} is not answered here.", headers=headers)
    else:
        told = ProblemError(error.status_code, str(error.detail), str(error.detail), headers=headers)
    return await refused(request, told)


async def _archive(request: Request, error: Exception) -> Response:
    log.error("the archive did not answer a page", error=str(error))
    told = ProblemError(503, "The archive cannot be used now", "See the log of the service for the reason.")
    return await refused(request, told)


async def _busy(request: Request, _: Exception) -> Response:
    told = ProblemError(
        503, "Too busy", "More is asked than can be answered: try again in a moment.", headers={"Retry-After": "2"}
    )
    return await refused(request, told)


async def _fault(request: Request, error: Exception) -> Response:
    """Starlette raises the error again behind this answer, so it is in the log with its place."""
    return problem(500, "A fault of the program", "The log of the service has the account of it.")
