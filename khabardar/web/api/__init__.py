"""The API of version 1: JSON of what the pages show, described at ``/openapi.json``."""

from __future__ import annotations

from starlette.routing import BaseRoute

ROUTES: list[BaseRoute] = []
