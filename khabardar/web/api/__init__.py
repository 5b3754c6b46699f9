"""The API of version 1: JSON of what the pages show, described at ``/openapi.json``."""

from __future__ import annotations

from starlette.routing import BaseRoute

from khabardar.web.api import items, rules, standing
from khabardar.web.api.openapi import route_of

ENDPOINTS = (*items.ENDPOINTS, *rules.ENDPOINTS, *standing.ENDPOINTS)
ROUTES: list[BaseRoute] = [*(one.route for one in ENDPOINTS), route_of(ENDPOINTS)]
