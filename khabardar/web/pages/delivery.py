"""One delivery: every try, the message as it was frozen; try it again, or send it no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.ledger import Try
from archive.model import DeliveryState
from archive.store import Archive
from khabardar.web.desk import View
from khabardar.web.pages.deliveries import Line, lines_of
from khabardar.web.pages.layout import desk_of, page, told
from khabardar.web.pages.message import written
from khabardar.web.problems import ProblemError
from khabardar.web.security.forms import Form, form_route

TRIES = 200
"""The newest tries that are shown."""
LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known of a delivery; ``disabled``: why its channel is told nothing at present, None if it is."""

    line: Line
    tries: Sequence[Try]
    message: str
    disabled: str | None


async def delivery(request: Request) -> Response:
    """All that is known of it."""
    account = await _account(request)
    view, line, tries = desk_of(request).view, account.line, account.tries
    return page(
        request,
        "delivery.html.jinja",
        view=view,
        line=line,
        delivery=line.delivery,
        tries=tries[-TRIES:],
        earlier=max(0, len(tries) - TRIES),
        message=account.message,
        disabled=account.disabled,
        masked=view.masked,
    )


async def ask_drop(request: Request) -> Response:
    """Why it is to be sent no more."""
    line = (await _account(request)).line
    if line.delivery.state is not DeliveryState.OWED:
        raise ProblemError(409, "Not owed", "Only what is owed can be dropped; this has ended.")
    return page(request, "drop.html.jinja", line=line, delivery=line.delivery, error=None, why="")


async def drop(request: Request, form: Form) -> Response:
    """It ends as given up, with the reason kept."""
    desk, number = desk_of(request), request.path_params["id"]
    why = form.get("why", "").strip()[:LONGEST_WHY]
    if not why:
        line = (await _account(request)).line
        error = "Say why: it is all that will be left of this alert."
        return page(request, "drop.html.jinja", 422, line=line, delivery=line.delivery, error=error, why="")
    count, _ = await desk.ask(desk.archive.drop, [number], why, datetime.now(UTC))
    if not count:
        raise ProblemError(409, "Not owed", "Only what is owed can be dropped; this has ended, or there is none such.")
    return told(request, f"/deliveries/{number}", "It will not be sent. “Try again” takes that back.")


async def retry(request: Request, _: Form) -> Response:
    """Due now, under the same id, with a new count of tries."""
    desk, number = desk_of(request), request.path_params["id"]
    if not await desk.ask(desk.archive.retry, number, datetime.now(UTC)):
        raise ProblemError(409, "Nothing to try", "It was sent, or there is none such.")
    if desk.works is not None:
        desk.works.ring()
    account = await _account(request)
    when = "now" if account.disabled is None else "when its channel is enabled again"
    return told(request, f"/deliveries/{number}", f"It will be tried again {when}.")


async def _account(request: Request) -> Account:
    desk = desk_of(request)
    found = await desk.ask(_found, desk.archive, desk.view, request.path_params["id"])
    if found is None:
        raise ProblemError(404, "No such delivery", "There is no delivery with this id.")
    return found


def _found(archive: Archive, view: View, number: str) -> Account | None:
    one = archive.delivery(number)
    if one is None:
        return None
    message = written(one.message, view) if one.message is not None else ""
    disabled = archive.disabled_channels().get(one.channel)
    return Account(
        lines_of(archive, view, [one])[0],
        archive.delivery_tries(one.id),
        message,
        None if disabled is None else view.masked(disabled),
    )


ROUTES: list[BaseRoute] = [
    Route("/deliveries/{id}", delivery, name="delivery"),
    form_route("/deliveries/{id}/retry", retry),
    Route("/deliveries/{id}/drop", ask_drop, name="drop"),
    form_route("/deliveries/{id}/drop", drop),
]
