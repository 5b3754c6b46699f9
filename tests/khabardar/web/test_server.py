"""The server itself."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from khabardar.web import connection
from khabardar.web.server import ListenError, Web
from tests.khabardar.web.conftest import Served


async def test_answers_do_not_wait_for_an_acknowledgement() -> None:
    """asyncio switches Nagle's algorithm off only where the socket names its protocol."""
    web = Web(lambda *_: None, "127.0.0.1:0")  # type: ignore[arg-type, return-value]
    assert web._socket.proto == socket.IPPROTO_TCP
    await web.stop()


async def test_address_that_is_taken_is_told_with_the_remedy() -> None:
    """No trace."""
    web = Web(lambda *_: None, "127.0.0.1:0")  # type: ignore[arg-type, return-value]
    with pytest.raises(ListenError, match="Is another Khabardar running"):
        Web(lambda *_: None, "{}:{}".format(*web.address))  # type: ignore[arg-type, return-value]
    await web.stop()


async def _sent(web: Web, *parts: bytes) -> bytes:
    """What a client hears that sends this and then nothing."""
    reader, writer = await asyncio.open_connection(*web.address)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0)
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", b"a", b"a"),
        (b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /he"),
    ],
)
async def test_request_that_does_not_come_to_its_end_is_hung_up_on(
    served: Served, monkeypatch: pytest.MonkeyPatch, parts: tuple[bytes, ...]
) -> None:
    """Some dozens of such clients would keep everybody out."""
    monkeypatch.setattr(connection, "SECONDS", 0.05)
    web = Web(served.app, "127.0.0.1:0")
    web.start()
    await _sent(web, *parts)
    assert web._server.server_state.connections == set()
    assert (await served.client.get("/healthz")).status_code == 200
    await web.stop()


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_told_so_with_the_same_headers(served: Served, sent: bytes) -> None:
    """As a problem document like any other."""
    web = Web(served.app, "127.0.0.1:0")
    web.start()
    head, _, body = (await _sent(web, sent)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-security-policy: default-src 'none'" in head.lower()
    assert json.loads(body)["status"] == 400
    await web.stop()


async def test_form_that_breaks_off_is_no_fault_of_the_program(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor is what asks for another protocol."""
    host, port = served.client.base_url.host, served.client.base_url.port
    _, writer = await asyncio.open_connection(host, port)
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na"
    writer.write(b"POST /find-sources HTTP/1.1\r\nHost: localhost\r\n" + form)
    await writer.drain()
    assert (await served.client.get("/healthz")).status_code == 200
    writer.close()
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert (await served.client.get("/healthz", headers=upgrade)).status_code == 200
    await asyncio.sleep(0.05)
    assert not [record for record in caplog.records if record.name.startswith("uvicorn")]
