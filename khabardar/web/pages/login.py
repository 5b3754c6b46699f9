"""Signing in and out, where a password is set."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from khabardar.web.pages.layout import page
from khabardar.web.problems import ProblemError
from khabardar.web.security.forms import Form, form_route, guard_of, visitor_of
from khabardar.web.security.guard import COOKIE, SESSION_DAYS


async def login(request: Request) -> Response:
    """The form; whoever needs it not goes on."""
    wanted = _on_this_site(request.query_params.get("next", "/"))
    if visitor_of(request).is_person:
        return RedirectResponse(wanted, 303)
    return page(request, "login.html.jinja", next=wanted, error=None)


async def sign_in(request: Request, form: Form) -> Response:
    """The password was given."""
    wanted = _on_this_site(form.get("next", "/"))
    address = request.client.host if request.client else ""
    guard = guard_of(request)
    try:
        right = await guard.is_right(form.get("password", ""), address)
    except ProblemError as error:
        return page(request, "login.html.jinja", error.status, headers=error.headers, next=wanted, error=error.detail)
    if not right:
        return page(request, "login.html.jinja", 403, next=wanted, error="This is not the password.")
    answer = RedirectResponse(wanted, 303)
    if not guard.open:
        answer.set_cookie(
            COOKIE,
            await guard.begin_session(),
            max_age=SESSION_DAYS * 86_400,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
    return answer


async def sign_out(request: Request, _: Form) -> Response:
    """The session ends here and in the archive."""
    await guard_of(request).end_session(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=request.url.scheme == "https")
    return answer


def _on_this_site(wanted: str) -> str:
    """A path of ours; what a browser could take for another host is not followed."""
    good = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted and wanted.isprintable()
    return wanted if good else "/"


ROUTES: list[BaseRoute] = [
    Route("/login", login, name="login"),
    form_route("/login", sign_in),
    form_route("/logout", sign_out),
]
