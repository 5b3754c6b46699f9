"""Which door asks for what: pages for a session, the API for a token, feeds take a password as well.

What changes something must besides come from our own pages: the browser's own word (``Sec-Fetch-Site``, ``Origin``) is
asked here, the sign in the form by ``forms``.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from archive.errors import ArchiveError
from khabardar.web.desk import TooBusyError
from khabardar.web.problems import ProblemError
from khabardar.web.refusals import refused
from khabardar.web.security.guard import COOKIE, Guard, Visitor

log = structlog.get_logger()

OPEN = ("/healthz", "/readyz", "/login", "/static/")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_DOORS = (  # beginning of the path, the scopes of tokens that open it
    ("/feeds/", frozenset({"read", "feeds"})),
    ("/metrics", frozenset({"read", "metrics"})),
    ("/api/", frozenset({"read"})),
    ("/openapi.json", frozenset({"read"})),
)


class Access:
    """Lets through whom the path asks for; the visitor is at ``scope["visitor"]``."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        app = self._app
        if scope["type"] == "http":
            scope["app"] = self._app  # a refusal may be a page, which asks it
            try:
                app = await self._admitted(scope)
            except ProblemError as error:
                app = await refused(Request(scope), error)
            except TooBusyError:
                told = ProblemError(503, "Too busy", "Try again in a moment.", headers={"Retry-After": "2"})
                app = await refused(Request(scope), told)
            except ArchiveError as error:
                if not is_open(scope["path"]):
                    log.error("the archive could not be asked who somebody is", error=str(error))
                    remedy = "See the log of the service for the reason."
                    app = await refused(Request(scope), ProblemError(503, "The archive cannot be used now", remedy))
        await app(scope, receive, send)

    async def _admitted(self, scope: Scope) -> ASGIApp:
        """What answers: the application, or a way to sign in. Raises ``ProblemError`` for a refusal."""
        asking = HTTPConnection(scope)
        path = scope["path"]
        visitor = await self._visitor(asking)
        scope["visitor"] = visitor
        if not is_open(path) and (sign_in := _unless_admitted(scope, visitor)) is not None:
            return sign_in
        if scope["method"] not in _SAFE and not is_from_here(asking):
            raise ProblemError(403, "From another site", "Forms are taken from Khabardar's own pages only.")
        return self._app

    async def _visitor(self, asking: HTTPConnection) -> Visitor:
        """By the header, where the path takes one; else by the cookie."""
        header = asking.headers.get("authorization", "")
        if header and not self._guard.open and scopes_of(asking.url.path):
            return await self._guard.by_header(header, asking.client.host if asking.client else "")
        return await self._guard.by_cookie(asking.cookies.get(COOKIE, ""))


def is_open(path: str) -> bool:
    """Whether a path is for everybody."""
    return any(path == known or (known.endswith("/") and path.startswith(known)) for known in OPEN)


def scopes_of(path: str) -> frozenset[str]:
    """The scopes of which a token needs one; none for a page, which takes no token."""
    return next((scopes for start, scopes in _DOORS if path.startswith(start)), frozenset())


def _unless_admitted(scope: Scope, visitor: Visitor) -> ASGIApp | None:
    path, scopes = scope["path"], scopes_of(scope["path"])
    if visitor.is_person or visitor.scopes & scopes:
        return None
    if not scopes:
        if scope["method"] not in ("GET", "HEAD"):
            told = "Nothing was changed. Sign in, open the page again, and send its form anew."
            raise ProblemError(403, "Not signed in", told)
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        return RedirectResponse(f"/login?next={quote(path + query, safe='')}", 303)
    if visitor.scopes and not path.startswith("/feeds/"):
        raise ProblemError(403, "Not allowed", f"This needs a token with the scope {' or '.join(sorted(scopes))}.")
    basic = path.startswith("/feeds/")
    way = 'Basic realm="Khabardar", charset="UTF-8"' if basic else 'Bearer realm="Khabardar"'
    remedy = "Give the password, or a token" if basic else "Send Authorization: Bearer and a token"
    raise ProblemError(
        401,
        "Who are you?",
        f"{remedy} (`khabardar token create NAME --scope read`).",
        headers={"WWW-Authenticate": way},
    )


def is_from_here(asking: HTTPConnection) -> bool:
    """Whether a browser says that a request comes from our own pages. What says nothing is no browser of today: there
    the sign in the form decides."""
    site = asking.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = asking.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc.lower() == asking.headers.get("host", "").lower() and origin != "null"
