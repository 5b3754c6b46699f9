"""Forms that change something: small, signed, and only from our own pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from khabardar.web.problems import ProblemError
from khabardar.web.security.guard import NOBODY, Guard, Visitor

LARGEST = 65_536
"""Bytes of a form; a query of 10,000 letters of Urdu takes 60,000."""
MOST_FIELDS = 100
SIGN = "sign"
"""The name of the hidden field."""

Form = Mapping[str, str]
Handler = Callable[[Request, Form], Awaitable[Response]]


def form_route(path: str, handler: Handler, name: str | None = None) -> Route:
    """A route for POST: ``handler`` gets the fields of a form that was found to be ours. There is no other way to
    answer a POST (a test looks)."""

    async def posted(request: Request) -> Response:
        return await handler(request, await _form_of(request))

    posted.is_signed = True  # type: ignore[attr-defined]
    return Route(path, posted, methods=["POST"], name=name)


def visitor_of(request: Request) -> Visitor:
    """Who asks."""
    found: Visitor = request.scope.get("visitor", NOBODY)
    return found


def guard_of(request: Request) -> Guard:
    """The guard of the application."""
    guard: Guard = request.app.state.guard
    return guard


async def _form_of(request: Request) -> Form:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise ProblemError(415, "Not a form", "Send the form of the page: application/x-www-form-urlencoded.")
    text = (await _body_of(request)).decode("utf-8", "replace")
    try:
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise ProblemError(400, "Not a form", f"A form has at most {MOST_FIELDS} fields.") from None
    if not guard_of(request).is_sign(visitor_of(request), fields.pop(SIGN, "")):
        raise ProblemError(403, "The form is out of date", "Open the page again and send its form anew.")
    return fields


async def _body_of(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > LARGEST:
                raise ProblemError(413, "Too large", f"A form has at most {LARGEST:,} bytes.")
            parts.append(part)
    except ClientDisconnect:  # nobody hears this: it only keeps what is no fault of ours out of the log
        raise ProblemError(400, "Broken off", "The form did not come to its end.") from None
    return b"".join(parts)
