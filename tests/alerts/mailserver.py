"""A real mail server on loopback (aiosmtpd) that refuses, delays and breaks off as a test tells it to."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

DROP = "drop the connection"
HANG = "hang"


@dataclass
class Letterbox:
    """What a server took. ``rcpt`` and ``data`` hold the replies to give: per recipient one after the other, the last
    again and again; ``login`` are the credentials it accepts, ``most`` the recipients it takes at once."""

    rcpt: dict[str, list[str]] = field(default_factory=dict)
    data: list[str] = field(default_factory=lambda: ["250 taken"])
    mail: str = "250 go on"
    login: tuple[bytes, bytes] | None = None
    most: int = 0
    asked: list[str] = field(default_factory=list)
    taken: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    port: int = 0

    def received_by(self, recipient: str) -> list[EmailMessage]:
        """The mails a recipient has, as a mail program reads them."""
        return [read(mail) for recipients, mail in self.taken if recipient in recipients]

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.encrypted.append(session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None)
        if self.mail.startswith("250"):
            envelope.mail_from = address
        return self.mail

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        self.asked.append(address)
        answer = _next(self.rcpt.get(address, ["250 yes"]))
        if self.most and len(envelope.rcpt_tos) == self.most:
            answer = "421 too many"
        if answer == HANG:
            await asyncio.Event().wait()
        if answer == DROP:
            server.transport.abort()
        elif answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        answer = _next(self.data)
        if answer == DROP or answer.startswith("250"):
            self.taken.append((tuple(envelope.rcpt_tos), envelope.content))
        if answer == DROP:
            server.transport.abort()
        if answer == HANG:
            await asyncio.Event().wait()
        return answer

    def authenticate(self, server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        self.logins.append((given.login, given.password))
        return AuthResult(success=(given.login, given.password) == self.login, handled=False)


def _next(answers: list[str]) -> str:
    return answers.pop(0) if len(answers) > 1 else answers[0]


def read(mail: bytes) -> EmailMessage:
    """A mail parsed by the standard library, with its modern policy."""
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@contextlib.asynccontextmanager
async def mailserver(
    box: Letterbox | None = None, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Letterbox]:
    """A server with STARTTLS, with TLS from the start, or with neither, while the block runs."""
    box = box or Letterbox()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of logins without TLS, which is what is tested
            one = SMTP(
                box,
                hostname="mail.test",
                enable_SMTPUTF8=False,
                tls_context=starttls,
                authenticator=box.authenticate if box.login else None,
                auth_require_tls=False,
                auth_exclude_mechanism=None if box.login else ("LOGIN", "PLAIN"),
            )
        sessions.append(one)
        return one

    server = await asyncio.get_running_loop().create_server(session, "127.0.0.1", 0, ssl=tls)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        for one in sessions:
            if one.transport is not None:
                with contextlib.suppress(AttributeError):  # Python 3.11.2: a closed TLS connection cannot be aborted
                    one.transport.abort()
        handlers = [one._handler_coroutine for one in sessions if one._handler_coroutine is not None]
        for handler in handlers:
            handler.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await asyncio.sleep(0)
        await server.wait_closed()
