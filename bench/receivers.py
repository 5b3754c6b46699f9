"""Webhook receivers in a process of their own: good ones, ones that hang, ones that answer 500, and a dead address.

``/ok/…`` answers 204, ``/hang/…`` never, ``/broken/…`` 500. Times are of ``time.monotonic``, which all processes of a
machine share.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

_ANSWERS = {"ok": b"204 No Content", "broken": b"500 Internal Server Error"}


@dataclass
class Account:
    """What arrived at one kind of receiver: delivery id to how often, and when the first and the last new one came."""

    ids: dict[str, int] = field(default_factory=dict)
    first: float = 0.0
    last: float = 0.0
    at: list[float] = field(default_factory=list)

    def note(self, number: str) -> None:
        """One POST."""
        now = time.monotonic()
        self.at.append(now)
        if number not in self.ids:
            self.first, self.last = self.first or now, now
        self.ids[number] = self.ids.get(number, 0) + 1


class Receivers:
    """The parent's side: ask what came so far."""

    def __init__(self, pipe: Connection, port: int, dead: int) -> None:
        self._pipe = pipe
        self.port = port
        self.dead = dead

    def url(self, kind: str, number: int) -> str:
        """The address of one receiver; ``kind`` is ok, hang, broken or dead."""
        return f"http://127.0.0.1:{self.dead if kind == 'dead' else self.port}/{kind}/{number}"

    def count(self, kind: str = "ok") -> int:
        """How many different deliveries came."""
        self._pipe.send(("count", kind))
        return int(self._pipe.recv())

    def account(self, kind: str = "ok") -> Account:
        """All that came."""
        self._pipe.send(("account", kind))
        got: Account = self._pipe.recv()
        return got

    def forget(self) -> None:
        """Begin anew."""
        self._pipe.send(("forget", ""))
        self._pipe.recv()


@contextlib.contextmanager
def receivers() -> Iterator[Receivers]:
    """Receivers that listen while the block runs."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_main, args=(theirs,), daemon=True)
    process.start()
    with socket.socket() as dead:  # bound and not listening: every connection is refused at once
        dead.bind(("127.0.0.1", 0))
        try:
            yield Receivers(ours, int(ours.recv()), int(dead.getsockname()[1]))
        finally:
            process.terminate()
            process.join()


def _main(pipe: Connection) -> None:
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    accounts: dict[str, Account] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                kind, fields = _read(head)
                await reader.readexactly(int(fields.get("content-length", "0")))
                accounts.setdefault(kind, Account()).note(fields.get("webhook-id", ""))
                if kind == "hang":
                    await reader.read()  # until they leave
                    break
                close = fields.get("connection") == "close"
                writer.write(b"HTTP/1.1 " + _ANSWERS[kind] + b"\r\nContent-Length: 0\r\n")
                writer.write(b"Connection: close\r\n\r\n" if close else b"\r\n")
                if close:
                    break
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])

    def asked() -> None:
        what, kind = pipe.recv()
        account = accounts.get(kind, Account())
        reply: Any = None
        if what == "count":
            reply = len(account.ids)
        elif what == "account":
            reply = account
        else:
            accounts.clear()
        pipe.send(reply)

    asyncio.get_running_loop().add_reader(pipe.fileno(), asked)
    await asyncio.Event().wait()


def _read(head: bytes) -> tuple[str, dict[str, str]]:
    lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:] if line)
    return lines[0].split("/")[1], {name.lower(): value.strip() for name, _, value in pairs}
