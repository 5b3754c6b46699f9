"""One connection of a client: whoever does not bring a request to its end in time is hung up on.

uvicorn waits for ever for the rest of a request, and there are only so many connections: without a deadline some dozens
of clients that send a letter now and then (slowloris) keep everybody else out.
"""

from __future__ import annotations

import asyncio
import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from khabardar.web.problems import MEDIA_TYPE
from khabardar.web.security.headers import HEADERS

SECONDS = 20.0
"""From the first byte of a request, or from the beginning of the connection, to the request's last byte."""


class Connection(H11Protocol):
    """As uvicorn's, with a deadline, and a problem document for what is no HTTP."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first request is to come now."""
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some of a request; between two requests uvicorn's own timer runs."""
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._watch()
        else:
            self._forget()

    def _watch(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(SECONDS, self._hang_up)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _hang_up(self) -> None:
        self._deadline = None
        self.transport.abort()

    def _should_upgrade(self) -> bool:
        """Never, and whoever asks for it is answered as if he had not (RFC 9110, 7.8)."""
        return False

    def send_400_response(self, msg: str) -> None:
        """What is no request of HTTP/1.1 is answered as far as it can be, and that was it."""
        document = {"type": "about:blank", "title": "Bad request", "status": 400, "detail": msg}
        body = json.dumps(document).encode()
        told = {**HEADERS, "Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), "Connection": "close"}
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            events: list[h11.Event] = [
                h11.Response(status_code=400, headers=list(told.items()), reason=b"Bad Request"),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ]
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
