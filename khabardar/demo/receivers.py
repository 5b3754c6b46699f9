"""The two receivers of the demo: a mailbox behind a real SMTP conversation, and a webhook receiver that verifies."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import json
import secrets
from base64 import b64encode
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import Response

from khabardar.demo.arrivals import Arrival, from_email, from_webhook
from khabardar.demo.loopback import Loopback, bound, port_of

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class Mailbox:
    """An SMTP server on loopback that puts every mail into ``folder`` as ``001.eml``, ``002.eml``, …

    ``arrived`` is called with each. ``rules`` and ``outlets`` are the names to look for in a mail.
    """

    def __init__(
        self,
        folder: Path,
        channel: str,
        arrived: Callable[[Arrival], None],
        rules: Collection[str],
        outlets: Collection[str],
    ) -> None:
        self._folder = folder
        self._channel = channel
        self._arrived = arrived
        self._rules = rules
        self._outlets = outlets
        self._socket = bound()
        self._count = 0
        self._server: asyncio.Server | None = None
        self.port = port_of(self._socket)

    async def start(self) -> None:
        """Listens from here on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mailbox.demo", enable_SMTPUTF8=True, loop=loop), sock=self._socket
        )

    async def stop(self) -> None:
        """Takes no more mail."""
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(TimeoutError):  # since Python 3.12 it waits for whoever is still connected
                await asyncio.wait_for(self._server.wait_closed(), 2)
        self._socket.close()

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """One mail has been received whole."""
        self._count += 1
        self._folder.joinpath(f"{self._count:03d}.eml").write_bytes(envelope.content)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = from_email(letter, self._channel, self._rules, self._outlets)
        self._arrived(told)
        return f"250 2.0.0 kept as {self._count:03d}.eml"


class Hook:
    """A webhook receiver on loopback: ``POST /hook`` with a signature by ``secret``, else 401.

    Every accepted body is put into ``folder`` as ``001.json``, …; ``arrived`` is called with each.
    """

    def __init__(self, folder: Path, channel: str, arrived: Callable[[Arrival], None]) -> None:
        self._folder = folder
        self._channel = channel
        self._arrived = arrived
        self._count = 0
        self.secret = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
        taken = bound()
        self.port = port_of(taken)
        self._server = Loopback({taken: self._app})

    async def start(self) -> None:
        """Listens from here on."""
        self._folder.mkdir(parents=True, exist_ok=True)
        await self._server.start()

    async def stop(self) -> None:
        """Takes no more requests."""
        await self._server.stop()

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if request.url.path != "/hook" or request.method != "POST":
            await Response("POST /hook is all there is here\n", 404)(scope, receive, send)
            return
        response = self._take(await request.body(), dict(request.headers))
        await response(scope, receive, send)

    def _take(self, body: bytes, headers: dict[str, str]) -> Response:
        delivery_id = headers.get("webhook-id", "")
        try:
            told = Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, ValueError) as error:
            problem = f"the signature does not verify: {error}"
            self._arrived(Arrival(self._channel, "webhook", delivery_id, datetime.now(UTC), "unknown", problem=problem))
            return Response(problem + "\n", 401)
        self._count += 1
        pretty = json.dumps(told, ensure_ascii=False, indent=2)
        self._folder.joinpath(f"{self._count:03d}.json").write_text(pretty + "\n", "utf-8")
        self._arrived(from_webhook(told, delivery_id, self._channel))
        return Response(status_code=204)
