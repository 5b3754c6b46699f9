"""The server on ``[web] listen``, in the service's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from khabardar.web.connection import Connection

LONGEST_HEAD = 98_304
"""Bytes of a request's line and headers: a query of 10,000 letters of Urdu takes 60,000 of them in an address."""
MOST_CONNECTIONS = 256
"""At a time; a browser holds six. What is asked of the archive has a limit of its own."""


class ListenError(OSError):
    """The configured address cannot be used; the sentence names it and the remedy."""


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
            http=Connection,
            ws="none",
            loop="asyncio",
            timeout_keep_alive=5,
            timeout_graceful_shutdown=2,
            limit_concurrency=MOST_CONNECTIONS,
            h11_max_incomplete_event_size=LONGEST_HEAD,
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
    # With its protocol named asyncio switches Nagle's algorithm off; else an answer waits 40 ms for an acknowledgement.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
