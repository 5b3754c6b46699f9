"""Telling a supervisor how the service is, by systemd's protocol: datagrams to the socket that ``NOTIFY_SOCKET`` names.

Source: sd_notify(3). Without the variable nothing is told. The watchdog is fed by the service's own event loop, and
only while the timetable ticks: a loop that is stuck, or a clock that stands still, feeds nobody and is restarted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger()

EXTEND_EVERY = 20.0
_EXTEND = 3 * EXTEND_EVERY


class Supervisor:
    """Whoever started us and wants to know; ``watchdog`` is how often it wants a sign of life, in seconds, or None.

    The variables are taken out of the environment: no child of ours speaks for us.
    """

    def __init__(self, environ: MutableMapping[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        address, usec, pid = (environ.pop(f"{name}", "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"))
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        ours = pid in ("", str(os.getpid()))
        self.watchdog = int(usec) / 1e6 if address and ours and usec.isdigit() and int(usec) else None

    def tell(self, *lines: str) -> None:
        """Send ``NAME=value`` lines as one datagram; one that nobody takes is logged and forgotten."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
                sock.setblocking(False)
                sock.sendto("\n".join(lines).encode(), self._address)
        except OSError as error:
            log.warning("the supervisor could not be told", what=lines[0], error=str(error))

    def ready(self, status: str) -> None:
        """The service runs."""
        self.tell("READY=1", f"STATUS={status}")

    def stopping(self) -> None:
        """The service ends by itself."""
        self.tell("STOPPING=1", "STATUS=stopping")

    async def reloading(self, work: Coroutine[Any, Any, bool]) -> bool:
        """Tells that the configuration is taken up anew while ``work`` does it."""
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            return await work
        finally:
            self.tell("READY=1")

    @asynccontextmanager
    async def patient(self) -> AsyncIterator[None]:
        """Asks for more time to start as long as the block runs: an old archive may have to be upgraded."""
        async with _beside(self._extend()):
            yield

    @asynccontextmanager
    async def watched(self, alive: Callable[[], bool]) -> AsyncIterator[None]:
        """Feeds the watchdog while the block runs, three times in the time it waits, as long as ``alive()``."""
        async with _beside(self._feed(alive)):
            yield

    async def _extend(self) -> None:
        while self._address:
            self.tell(f"EXTEND_TIMEOUT_USEC={int(_EXTEND * 1e6)}", "STATUS=opening the archive")
            await asyncio.sleep(EXTEND_EVERY)

    async def _feed(self, alive: Callable[[], bool]) -> None:
        while self.watchdog:
            if alive():
                self.tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog / 3)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
