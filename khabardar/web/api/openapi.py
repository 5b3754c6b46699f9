"""``/openapi.json``: made of the same shapes that check what is asked."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from khabardar.web.api.endpoint import Endpoint, mark_of, matched_or
from khabardar.web.api.shapes import Problem

_REFUSALS = {
    400: "A parameter is unknown, given twice or not of its kind",
    401: "A token is asked for",
    403: "The token has another scope",
    404: "There is none",
    422: "The query is refused: `column` and `suggestion` say where and what would be right",
    429: "Too many tries",
    503: "The archive cannot be used now, or too much is asked at once",
}


def route_of(endpoints: Sequence[Endpoint]) -> Route:
    """The route of the description."""

    @functools.cache
    def written() -> bytes:
        return json.dumps(document(endpoints), ensure_ascii=False).encode()

    async def openapi(request: Request) -> Response:
        text = written()
        return matched_or(request, mark_of(text), Response(text, media_type="application/json"))

    return Route("/openapi.json", openapi, name="openapi")


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The description (OpenAPI 3.1)."""
    answers: list[type[BaseModel]] = [*dict.fromkeys(one.answer for one in endpoints), Problem]
    refs, schemas = models_json_schema(
        [(model, "serialization") for model in answers], ref_template="#/components/schemas/{model}"
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Khabardar",
            "version": version("khabardar"),
            "description": "The archive of news, its rules and deliveries. Errors are problem documents (RFC 9457).",
        },
        "paths": {one.path: {"get": _operation(one, refs)} for one in endpoints},
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "Needed where a password is set"}
            },
        },
        "security": [{}, {"token": []}],
    }


def _operation(one: Endpoint, refs: Any) -> dict[str, Any]:
    told = {
        "200": {
            "description": "As asked",
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {"application/json": {"schema": refs[one.answer, "serialization"]}},
        },
        "304": {"description": "Nothing has changed since the ETag in If-None-Match"},
    }
    problem = {"application/problem+json": {"schema": refs[Problem, "serialization"]}}
    for status in sorted({*one.refuses, 401, 403, 503}):
        told[str(status)] = {"description": _REFUSALS[status], "content": problem}
    name = one.path.removeprefix("/api/v1/").replace("/{id}", "_by_id").replace("/", "_")
    return {"operationId": name, "summary": one.told, "parameters": _parameters(one), "responses": told}


def _parameters(one: Endpoint) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{id}" in one.path:
        found.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}})
    schema = one.asked.model_json_schema(mode="validation")
    for name, rule in schema.get("properties", {}).items():
        each = [rule] if "type" in rule else rule.get("anyOf", [rule])  # else it may be null, or is one of several
        kinds = [kind for kind in each if kind.get("type") != "null"]
        kind = {key: value for key, value in kinds[0].items() if key not in ("title", "description")}
        if rule.get("default") is not None:
            kind["default"] = rule["default"]
        told = kinds[0].get("description") or rule.get("description", "")
        found.append(
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", []),
                "description": told,
                "schema": kind,
            }
        )
    return found
