"""One conversation with a mail server: what it said about each recipient, and nothing decided about it.

``aiosmtplib`` is imported when the first mail is sent. The password is never sent without TLS, except to loopback.
"""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import TYPE_CHECKING

from alerts.inert import one_line

if TYPE_CHECKING:
    import ssl

    import aiosmtplib


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to talk. ``tls`` from the start, else STARTTLS when offered; ``ca`` are certificates in PEM form
    to trust besides the system's; ``deadline`` is that of the whole conversation in seconds."""

    host: str
    port: int
    tls: bool
    username: str = ""
    password: str = ""
    ca: str = ""
    deadline: float = 60.0

    @property
    def loopback(self) -> bool:
        """Whether the server is this machine by its very name (RFC 6761, 6.3), without asking a resolver."""
        if self.host.lower().rstrip(".") == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said: its code, 0 when the conversation broke, and its words on one line."""

    code: int
    text: str

    @property
    def accepted(self) -> bool:
        return 200 <= self.code < 400

    @property
    def final(self) -> bool:
        """A refusal for good (RFC 5321, 4.2.1). Not one that asks for another login or for TLS (RFC 4954, 6): the
        mail itself was not judged, and settings are put right."""
        return 500 <= self.code < 600 and self.code not in (530, 534, 535, 538)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip() if self.code else self.text


@dataclass(slots=True)
class Talk:
    """What came of a conversation. ``recipients`` holds a reply for each recipient that was judged by itself; ``end``
    is the server's word on the whole: the answer to the text of the mail, or what stopped the conversation before."""

    recipients: dict[str, Reply] = field(default_factory=dict)
    end: Reply = Reply(0, "the conversation did not begin")
    judged: bool = False  # ``end`` is about this mail, not about the connection, the greeting or the login
    broke_at: str | None = None  # the recipient whose naming ended the conversation


class _Stopped(Exception):  # noqa: N818  not an error: the reply says what it is
    def __init__(self, text: str) -> None:
        self.reply = Reply(0, text)
        super().__init__(text)


async def talks(server: Server, sender: str, recipients: Sequence[str], mail: bytes) -> list[tuple[list[str], Talk]]:
    """Hand ``mail`` over for ``recipients`` (plain addresses). Gives who was named in each conversation, and what came
    of it: whatever goes wrong is in the ``Talk``.

    Usually it is one. When a server breaks off at the name of one of several recipients, or does not answer to it,
    those before it, those after it and itself have conversations of their own: one must not keep the mail from all.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + server.deadline
    waiting, done = [list(recipients)], list[tuple[list[str], Talk]]()
    while waiting:
        asked = waiting.pop(0)
        course = await talk(replace(server, deadline=max(until - clock(), 0.0)), sender, asked, mail)
        if course.broke_at is not None and len(asked) > 1 and clock() < until:
            at = asked.index(course.broke_at)
            waiting[:0] = [part for part in (asked[:at], asked[at + 1 :]) if part]
            waiting.append([course.broke_at])
        else:
            done.append((asked, course))
    return done


async def talk(server: Server, sender: str, recipients: Sequence[str], mail: bytes) -> Talk:
    """One conversation."""
    import aiosmtplib

    course = Talk()
    try:
        async with asyncio.timeout(server.deadline):
            client = await _opened(server)
            try:
                await _handed_over(client, course, sender, recipients, mail, server.deadline)
            finally:
                await _closed(client)
    except _Stopped as stop:
        course.end = stop.reply
    except aiosmtplib.SMTPResponseException as refusal:
        course.end = _refused(refusal.code, refusal.message)
    except TimeoutError:
        course.end = _unless_done(course, f"no end of the conversation within {server.deadline:.3g} seconds")
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        course.end = _unless_done(course, _named(error, server))
    return course


async def _opened(server: Server) -> aiosmtplib.SMTP:
    """A connection that is greeted, encrypted if possible, and logged in if asked for."""
    import aiosmtplib

    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls,
        start_tls=False,
        tls_context=trust(server),
        timeout=server.deadline,
        local_hostname=_own_name(),
    )
    await client.connect()
    try:
        encrypted = server.tls
        if not encrypted:
            encrypted = await _started_tls(client)
        if server.username:
            await _logged_in(client, server, encrypted)
    except BaseException:
        client.close()
        raise
    return client


async def _started_tls(client: aiosmtplib.SMTP) -> bool:
    await _greeted(client)
    if not client.supports_extension("starttls"):
        return False
    await client.starttls()
    return True


async def _logged_in(client: aiosmtplib.SMTP, server: Server, encrypted: bool) -> None:
    import aiosmtplib

    if not encrypted and not server.loopback:
        raise _Stopped(
            f"{server.host} offers no encryption, so the password was not sent; "
            "use smtps://, a port with STARTTLS, or leave username and password out"
        )
    try:
        await client.login(server.username, server.password)
    except aiosmtplib.SMTPAuthenticationError as refusal:
        raise _Stopped(f"login refused: {_reply(refusal.code, refusal.message)}") from None
    except aiosmtplib.SMTPResponseException:
        raise
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError):
        raise
    except aiosmtplib.SMTPException:
        raise _Stopped("the server offers no login that can be used; leave username and password out") from None


async def _handed_over(
    client: aiosmtplib.SMTP, course: Talk, sender: str, recipients: Sequence[str], mail: bytes, deadline: float
) -> None:
    import aiosmtplib

    await _greeted(client)
    options = [f"SIZE={len(mail)}"] if client.supports_extension("size") else []
    course.judged = True
    await client.mail(sender, options=options)
    patience = deadline if len(recipients) == 1 else deadline / 2  # the rest is for the others
    for recipient in recipients:
        course.broke_at = recipient
        try:
            reply = await client.rcpt(recipient, timeout=patience)
            course.recipients[recipient] = _reply(reply.code, reply.message)
        except aiosmtplib.SMTPRecipientRefused as refusal:
            course.recipients[recipient] = _reply(refusal.code, refusal.message)
            if not client.is_connected:  # 421: the server said good-bye
                raise
    course.broke_at = None
    if not any(reply.accepted for reply in course.recipients.values()):
        course.end = Reply(0, "no recipient was accepted")
        return
    end = await client.data(mail)
    course.end = _reply(end.code, end.message)


async def _greeted(client: aiosmtplib.SMTP) -> None:
    """EHLO, or HELO for servers of before 1995, unless it was said; after STARTTLS again (RFC 3207, 4.2)."""
    import aiosmtplib

    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            if not client.is_connected:
                raise
            await client.helo()


async def _closed(client: aiosmtplib.SMTP) -> None:
    """Say good-bye; whether the server answers matters to nobody."""
    import aiosmtplib

    try:
        if client.is_connected:
            await client.quit(timeout=2.0)
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        client.close()


def _unless_done(course: Talk, text: str) -> Reply:
    """A mail that was accepted stays accepted, however the conversation ends."""
    return course.end if course.end.accepted else Reply(0, text)


def _refused(code: int, message: str) -> Reply:
    """A reply that ended the conversation. One that says yes where it makes no sense is taken for a broken
    conversation: nobody may be counted as reached by it."""
    reply = _reply(code, message)
    return Reply(0, f"unexpected answer {reply}") if reply.accepted else reply


def _reply(code: int, message: str) -> Reply:
    return Reply(code if 200 <= code < 600 else 0, one_line(message, 200))


def _named(error: Exception, server: Server) -> str:
    from alerts.channels.tls_words import tls_words

    where = f"{server.host}:{server.port}"
    words = tls_words(error, where, "smtps:// is for TLS from the start")
    return words or f"the connection to {where} failed: {one_line(str(error), 200) or type(error).__name__}"


def trust(server: Server) -> ssl.SSLContext:
    """Certificates are checked, except of a server on this machine: nobody sits in between, and the certificate of a
    local relay seldom names localhost."""
    return _context(server.ca, checked=bool(server.ca) or not server.loopback)


@functools.cache
def _context(ca: str, *, checked: bool) -> ssl.SSLContext:
    """Loaded once: the system's certificates take some twenty milliseconds."""
    import ssl

    context = ssl.create_default_context()
    if ca:
        context.load_verify_locations(cadata=ca)
    if not checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _own_name() -> str:
    """What we call ourselves in EHLO: the host's name; asking a resolver for a longer one can take minutes."""
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "localhost"
