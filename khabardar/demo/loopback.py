"""HTTP servers on 127.0.0.1, each on a port of its own that the system picked."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


def bound() -> socket.socket:
    """A socket bound to a free port of 127.0.0.1; it stays bound, so nobody can take the port before it is used."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", 0))
    return taken


def port_of(taken: socket.socket) -> int:
    """The port that a socket is bound to."""
    port: int = taken.getsockname()[1]
    return port


def free_port() -> int:
    """A port that is free now, for a server in another process."""
    with contextlib.closing(bound()) as taken:
        return port_of(taken)


class _Quiet(uvicorn.Server):
    """Signals belong to the demo, which stops its servers last."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Loopback:
    """Several small sites in this process: one server, many ports, one application for each."""

    def __init__(self, sites: Mapping[socket.socket, ASGIApp]) -> None:
        self._sockets = list(sites)
        self._apps = {port_of(taken): app for taken, app in sites.items()}
        config = uvicorn.Config(
            self._answer, log_config=None, lifespan="off", ws="none", server_header=False,
            timeout_graceful_shutdown=1, timeout_keep_alive=5, http="h11", loop="none", interface="asgi3",
            proxy_headers=False,
        )  # fmt: skip
        self._server = _Quiet(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serves from here on; returns when every port answers."""
        self._task = asyncio.create_task(self._server.serve(sockets=self._sockets))
        while not self._server.started and not self._task.done():  # noqa: ASYNC110 - uvicorn offers no event
            await asyncio.sleep(0.01)
        if self._task.done():
            await self._task

    async def stop(self) -> None:
        """Closes every port; answers still under way get a second to end."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
        for taken in self._sockets:
            taken.close()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._apps[scope["server"][1]](scope, receive, send)
