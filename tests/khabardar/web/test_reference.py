"""The reference of HTTP names every route, parameter and scope there is."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Route

from khabardar.web.api import ENDPOINTS
from khabardar.web.application import routes
from khabardar.web.security.guard import SCOPES

TEXT = (Path(__file__).parents[3] / "docs" / "reference" / "http.md").read_text(encoding="utf-8")


def test_every_route_is_in_the_reference() -> None:
    """In a row of its tables, as it is written there."""
    paths = [route.path.replace(":path", "") for route in routes() if isinstance(route, Route)]
    assert [path for path in paths if f"`{path}`" not in TEXT] == []


def test_every_parameter_of_the_api_is_in_the_row_of_its_route() -> None:
    """By name."""
    for one in ENDPOINTS:
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{one.path}` |"))
        assert [name for name in one.asked.model_fields if f"`{name}`" not in row] == []


def test_every_scope_is_in_the_reference() -> None:
    """With what it opens."""
    assert [scope for scope in SCOPES if f"| `{scope}` |" not in TEXT] == []
