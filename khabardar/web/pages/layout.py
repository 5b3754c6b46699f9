"""What every page has: the navigation, the time zone, the sign of forms; and how templates become answers."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from khabardar.inert import block
from khabardar.web import assets
from khabardar.web.desk import Desk, View
from khabardar.web.pages import text
from khabardar.web.security.forms import SIGN, guard_of, visitor_of

if TYPE_CHECKING:
    from jinja2 import Environment

NAVIGATION = (  # path, words
    ("/", "Stories"),
    ("/search", "Search"),
    ("/rules", "Rules"),
    ("/deliveries", "Deliveries"),
    ("/sources", "Sources"),
    ("/status", "Status"),
)


def desk_of(request: Request) -> Desk:
    """What pages are handed."""
    desk: Desk = request.app.state.desk
    return desk


def page(
    request: Request,
    template: str,
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    view: View | None = None,
    **values: Any,
) -> HTMLResponse:
    """A page out of ``templates/``; ``view`` is the configuration the request began with."""
    view = view or desk_of(request).view
    guard = guard_of(request)
    visitor = visitor_of(request)
    html = (
        environment()
        .get_template(template)
        .render(
            navigation=NAVIGATION,
            path=request.url.path,
            said=desk_of(request).said.find(request.query_params.get("said", "")),
            zone=view.settings.service.timezone,
            local=functools.partial(_local, view),
            sign_name=SIGN,
            sign=guard.sign(visitor),
            signed_in=visitor.is_person and not guard.open,
            **values,
        )
    )
    return HTMLResponse(html, status, dict(headers) if headers else None)


def told(request: Request, path: str, sentence: str) -> RedirectResponse:
    """After a form: leads to a page that says what came of it."""
    word = desk_of(request).said.note(sentence)
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}said={word}", 303)


@functools.cache
def environment() -> Environment:
    """Jinja2, loaded with the first page: everything is escaped, and a name that is missing is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "marked": text.marked,
        "one_line": text.one_line,
        "brief": text.brief,
        "language": text.language,
        "beginning": text.beginning,
        "number": text.number,
        "block": block,
    }
    made.tests["web_address"] = text.is_web_address
    made.globals |= {"asset": assets.address, "counted": text.counted, "address": text.address}
    return made


def _local(view: View, moment: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """A time in the zone of the configuration; "" for an unknown one."""
    return moment.astimezone(view.zone).strftime(form) if moment else ""
