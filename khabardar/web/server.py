"""``/healthz`` and ``/readyz`` on a small server in the service's own loop.

Without a password only requests whose Host is a loopback name are answered: a page in somebody's browser that was
pointed at 127.0.0.1 by its own name (DNS rebinding) learns nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Callable, Iterator, Sequence

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

log = structlog.get_logger()

READY_TIMEOUT = 5.0


class ListenError(OSError):
    """The configured address cannot be used; the sentence names it and the remedy."""


def problem(status: int, title: str, detail: str) -> JSONResponse:
    """An error as a problem document (RFC 9457)."""
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": status, "detail": detail},
        status,
        media_type="application/problem+json",
    )


def application(
    ping: Callable[[], None], alive: Callable[[], bool], more: Sequence[Route] = (), *, any_host: bool = False
) -> ASGIApp:
    """The ASGI application. ``ping`` raises when the archive cannot be reached (called in a thread), ``alive`` says
    whether the timetable ticks; ``more`` are routes for whoever may look; ``any_host`` lifts the check of the Host
    header (a password is set)."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        try:
            await asyncio.wait_for(asyncio.to_thread(ping), READY_TIMEOUT)
        except Exception as error:
            log.warning("not ready", error=str(error))
            return problem(503, "The archive cannot be reached", "See the log of the service for the reason.")
        if not alive():
            return problem(503, "The clock stands still", "The timetable has not ticked for half a minute.")
        return JSONResponse({"status": "ready"})

    async def unknown(request: Request, _: Exception) -> Response:
        return problem(404, "Not found", f"There is nothing at {request.url.path}; try /healthz or /readyz.")

    async def wrong_method(_: Request, __: Exception) -> Response:
        return problem(405, "Method not allowed", "Only GET and HEAD are answered here.")

    routes = [Route("/healthz", healthz), Route("/readyz", readyz)]
    if not any_host:  # where a password is set there is nobody here to ask for it
        routes += more
    app = Starlette(routes=routes, exception_handlers={404: unknown, 405: wrong_method})
    return app if any_host else LoopbackNamesOnly(app)


class LoopbackNamesOnly:
    """Refuses requests whose Host header is not a loopback name or address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        app = self._app
        if scope["type"] == "http" and not is_loopback_name(dict(scope["headers"]).get(b"host", b"").decode("latin-1")):
            app = problem(421, "Misdirected request", "Without a password only loopback names are answered.")
        await app(scope, receive, send)


def is_loopback_name(host: str) -> bool:
    """Whether a Host header names this machine's loopback: ``localhost``, ``127.0.0.1:8017``, ``[::1]``."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and not host.endswith("]") else host
    name = name.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the service decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Web:
    """The server on one address, started and stopped by the service."""

    def __init__(self, app: ASGIApp, listen: str) -> None:
        self.listen = listen
        self._socket = _listening(listen)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            loop="asyncio",
            timeout_keep_alive=5,
            timeout_graceful_shutdown=2,
            limit_concurrency=64,
            h11_max_incomplete_event_size=16_384,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port actually listened on (port 0 asks for a free one)."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    def start(self) -> None:
        """Serves in the background of the running loop."""
        self._serving = asyncio.create_task(self._server.serve([self._socket]))

    async def stop(self) -> None:
        """Ends open requests within two seconds and closes the socket."""
        self._server.should_exit = True
        if self._serving is not None:
            await asyncio.gather(self._serving, return_exceptions=True)
        self._socket.close()


def _listening(listen: str) -> socket.socket:
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, int(port)))
        sock.listen(128)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise ListenError(
            f"cannot listen on {listen}: {error.strerror}. "
            'Is another Khabardar running? Change [web] listen, or set it to "" for no web server.'
        ) from error
    return sock
