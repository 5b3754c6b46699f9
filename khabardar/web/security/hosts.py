"""Without a password only requests whose Host is a loopback name are answered: a page in somebody's browser that was
pointed at 127.0.0.1 by its own name (DNS rebinding) learns nothing."""

from __future__ import annotations

import ipaddress

from starlette.types import ASGIApp, Receive, Scope, Send

from khabardar.web.problems import problem


class LoopbackNamesOnly:
    """Refuses requests whose Host header is not a loopback name or address."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        app = self._app
        if scope["type"] == "http" and not all(is_loopback_name(host) for host in _hosts(scope)):
            app = problem(421, "Misdirected request", "Without a password only loopback names are answered.")
        await app(scope, receive, send)


def _hosts(scope: Scope) -> list[str]:
    """All Host headers, or one empty name where there is none."""
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"] or [""]


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
