"""Keep a rule quiet for a while, and hear of it again: where the link of a mail leads."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.model import Silence
from khabardar.commands.options import CommandError
from khabardar.commands.silences import end_of
from khabardar.terminal import local, plural
from khabardar.web.desk import Desk
from khabardar.web.pages.layout import desk_of, page, told
from khabardar.web.problems import ProblemError
from khabardar.web.security.forms import Form, form_route

USUAL = "4h"
LONGEST_WHY = 500


async def ask_silence(request: Request) -> Response:
    """For how long, and why; or whether a silence that goes on is to end."""
    return await _asked(request, _rule(request, request.query_params.get("name")))


async def silence(request: Request, form: Form) -> Response:
    """Nobody is told of what the rule matches, for so long."""
    desk, name = desk_of(request), _rule(request, form.get("name"))
    length, why = form.get("until", "").strip()[:100], form.get("why", "").strip()[:LONGEST_WHY]
    zone, now = desk.view.settings.service.timezone, datetime.now(UTC)
    try:
        until = end_of(length, zone, now)
    except CommandError as error:
        return await _asked(request, name, 422, length=length, why=why, error=str(error))
    await desk.ask(desk.archive.silence, name, until, why, now)
    return told(request, "/rules", f"{name} is silent until {local(until, zone)}.")


async def end(request: Request, form: Form) -> Response:
    """It is heard again. What was kept back stays untold."""
    desk, name = desk_of(request), _rule(request, form.get("name"))
    now = datetime.now(UTC)
    ended = [
        one for each in await _active(desk, name) if (one := await desk.ask(desk.archive.end_silence, each.id, now))
    ]
    count = plural(sum(one.count for one in ended), "alert")
    sentence = f"{name} is heard again; {count} kept back." if ended else f"{name} was not silent."
    return told(request, "/rules", sentence)


async def _asked(
    request: Request, name: str, status: int = 200, *, length: str = USUAL, why: str = "", error: str | None = None
) -> Response:
    active = await _active(desk_of(request), name)
    return page(request, "silence.html.jinja", status, name=name, active=active, length=length, why=why, error=error)


async def _active(desk: Desk, name: str) -> list[Silence]:
    return [one for one in await desk.ask(desk.archive.silences, datetime.now(UTC)) if one.rule == name]


def _rule(request: Request, name: str | None) -> str:
    if not name or name not in desk_of(request).view.rules:
        raise ProblemError(404, "No such rule", "The configuration has no rule of this name.")
    return name


ROUTES: list[BaseRoute] = [
    Route("/rules/silence", ask_silence, name="rules_silence"),
    form_route("/rules/silence", silence),
    form_route("/rules/silence/end", end),
]
