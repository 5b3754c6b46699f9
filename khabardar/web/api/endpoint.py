"""One way in and out for all of the API: parameters are checked by their shape, answers are JSON with an ETag."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from khabardar.web.desk import Desk, View
from khabardar.web.problems import ProblemError
from query import QueryError

Handler = Callable[[Desk, View, Any, str], Mapping[str, Any]]


@dataclass(frozen=True)
class Endpoint:
    """A route of the API. ``handler`` gets the desk, the view in force, the parameters and what stands in the path
    ("" where nothing does); it runs in a thread. ``refuses`` are the statuses it may answer with besides 200."""

    path: str
    told: str
    asked: type[BaseModel]
    answer: type[BaseModel]
    handler: Handler
    refuses: tuple[int, ...] = (400,)

    @property
    def route(self) -> Route:
        """The same for Starlette."""

        async def answered(request: Request) -> Response:
            desk: Desk = request.app.state.desk
            asked = _parameters(self.asked, request)
            inside = str(next(iter(request.path_params.values()), ""))
            body, mark = await desk.ask(_written, self.handler, desk, desk.view, asked, inside)
            return matched_or(request, mark, Response(body, media_type="application/json"))

        return Route(self.path.replace("{id}", "{id:path}"), answered, name=f"api:{self.path}")


def matched_or(request: Request, mark: str, answer: Response) -> Response:
    """304 if the client has this already, weakly compared (RFC 9110, 13.1.2 and 8.8.3.2), else the answer with its
    ETag."""
    known = request.headers.get("if-none-match", "")
    wanted = mark.removeprefix("W/")
    if known.strip() == "*" or wanted in (part.strip().removeprefix("W/") for part in known.split(",")):
        return Response(status_code=304, headers={"ETag": mark})
    answer.headers["ETag"] = mark
    return answer


def mark_of(text: bytes) -> str:
    """A weak ETag: the same as long as the same is found."""
    return f'W/"{hashlib.sha256(text).hexdigest()[:24]}"'


def query_problem(error: QueryError) -> ProblemError:
    """A query that is refused, with its place."""
    advice = f" Did you mean `{error.suggestion}`?" if error.suggestion else ""
    return ProblemError(
        422,
        "The query is refused",
        f"Column {error.column}: {error.message}{advice}",
        column=error.column,
        suggestion=error.suggestion,
    )


def _written(handler: Handler, desk: Desk, view: View, asked: BaseModel, inside: str) -> tuple[bytes, str]:
    try:
        found = handler(desk, view, asked, inside)
    except QueryError as error:
        raise query_problem(error) from None
    text = _json(found)
    # The cursor holds the time of asking: the page is the same without it.
    return text, mark_of(text if found.get("next") is None else _json({**found, "next": True}))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _parameters(shape: type[BaseModel], request: Request) -> BaseModel:
    """The parameters of an address. Raises ``ProblemError`` 400 that names the first that is wrong."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise ProblemError(400, "Given twice", f"The parameter {name[:60]} is given more than once.")
        given[name] = value
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = str(first["loc"][0])[:60]
        if first["type"] == "extra_forbidden":
            known = ", ".join(shape.model_fields) or "none"
            raise ProblemError(400, "Unknown parameter", f"There is no parameter {name}; known: {known}.") from None
        raise ProblemError(400, "Bad parameter", f"{name}: {first['msg']}.", parameter=name) from None
