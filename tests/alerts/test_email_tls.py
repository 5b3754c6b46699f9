"""Encryption and logins of the email channel, against real mail servers on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.channels.email import send
from archive.model import Outcome
from tests.alerts.certificates import issue
from tests.alerts.mailserver import Letterbox, mailserver
from tests.alerts.samples import ready
from tests.alerts.test_email import settings


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Awaitable[None]]:
    """Lets the name mail.example.org lead to loopback, so that a server here stands for one on another machine."""

    async def point() -> None:
        loop = asyncio.get_running_loop()

        async def lookup(host: str, port: int, **_: Any) -> list[Any]:
            assert host == "mail.example.org"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(loop, "getaddrinfo", lookup)

    return point


async def test_starttls_is_used_when_offered_and_the_login_goes_through_it(tmp_path: Path) -> None:
    """``smtp://`` with a password."""
    issued = issue(tmp_path, "localhost", "127.0.0.1")
    box = Letterbox(login=(b"desk", "pässword".encode()))
    async with mailserver(box, starttls=issued.server):
        told = await send(settings(box.port, username="desk", password="pässword", ca=issued.ca), ready())
    assert told.outcome is Outcome.SENT, told.answer
    assert box.encrypted == [True]


async def test_smtps_is_encrypted_from_the_start(tmp_path: Path) -> None:
    """``smtps://``."""
    issued = issue(tmp_path, "127.0.0.1")
    async with mailserver(tls=issued.server) as box:
        told = await send(settings(server=f"smtps://127.0.0.1:{box.port}", ca=issued.ca), ready())
    assert told.outcome is Outcome.SENT, told.answer
    assert box.encrypted == [True]


async def test_a_certificate_that_is_not_trusted_is_named_and_nothing_is_sent_in_the_clear(
    tmp_path: Path, elsewhere: Callable[[], Awaitable[None]]
) -> None:
    """STARTTLS that fails is not fallen back from."""
    issued = issue(tmp_path, "other.example.org")
    await elsewhere()
    box = Letterbox(login=(b"desk", b"secret"))
    login = {"username": "desk", "password": "secret"}
    async with mailserver(box, starttls=issued.server):
        server = f"smtp://mail.example.org:{box.port}"
        unknown = await send(settings(server=server, **login), ready())
        misnamed = await send(settings(server=server, ca=issued.ca, **login), ready())
    for told in (unknown, misnamed):
        assert told.outcome is Outcome.RETRY
        assert "certificate" in told.answer
    assert "ca_file" in unknown.answer
    assert "another name" in misnamed.answer
    assert box.logins == []
    assert box.taken == []


async def test_a_trusted_server_elsewhere_gets_the_login_through_starttls(
    tmp_path: Path, elsewhere: Callable[[], Awaitable[None]]
) -> None:
    """The usual case, by name."""
    issued = issue(tmp_path, "mail.example.org")
    await elsewhere()
    box = Letterbox(login=(b"desk", b"secret"))
    async with mailserver(box, starttls=issued.server):
        server = f"smtp://mail.example.org:{box.port}"
        told = await send(settings(server=server, ca=issued.ca, username="desk", password="secret"), ready())
    assert told.outcome is Outcome.SENT, told.answer


async def test_a_password_is_never_sent_unencrypted_to_another_machine(
    elsewhere: Callable[[], Awaitable[None]],
) -> None:
    """The server offers no STARTTLS, or somebody in between took the offer out."""
    await elsewhere()
    box = Letterbox(login=(b"desk", b"secret"))
    async with mailserver(box):
        server = f"smtp://mail.example.org:{box.port}"
        told = await send(settings(server=server, username="desk", password="secret"), ready())
    assert told.outcome is Outcome.RETRY
    assert "the password was not sent" in told.answer
    assert box.logins == []
    assert box.taken == []


async def test_a_password_may_go_to_a_server_on_this_machine_without_tls() -> None:
    """A local relay."""
    async with mailserver(Letterbox(login=(b"desk", b"secret"))) as box:
        told = await send(settings(box.port, username="desk", password="secret"), ready())
    assert told.outcome is Outcome.SENT, told.answer


async def test_a_refused_login_is_tried_again_and_told_without_the_password() -> None:
    """The operator changes it, and nothing was lost."""
    async with mailserver(Letterbox(login=(b"desk", b"right"))) as box:
        told = await send(settings(box.port, username="desk", password="wrong-one"), ready())
    assert told.outcome is Outcome.RETRY
    assert "login refused: 535" in told.answer
    assert "wrong-one" not in told.answer
    assert box.taken == []


async def test_a_server_without_logins_is_named() -> None:
    """Username and password for a server that wants none."""
    async with mailserver() as box:
        told = await send(settings(box.port, username="desk", password="secret"), ready())
    assert told.outcome is Outcome.RETRY
    assert "leave username and password out" in told.answer


async def test_tls_from_the_start_to_a_server_that_does_not_speak_it_is_named() -> None:
    """The commonest mistake with port numbers."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.test ESMTP\r\n")
        await reader.read(100)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        told = await send(settings(server=f"smtps://127.0.0.1:{port}"), ready())
    assert told.outcome is Outcome.RETRY
    assert "TLS" in told.answer
