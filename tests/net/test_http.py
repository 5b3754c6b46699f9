"""The guarded HTTP client against servers on loopback that misbehave."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from net.addresses import AddressRefused, Gate
from net.http import AnswerError, client, fetch, post

LOOPBACK = Gate(["127.0.0.0/8"])
Talk = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """A server that reads one request's head and then lets ``talk`` write whatever it likes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await talk(head, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    running = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{running.sockets[0].getsockname()[1]}"
    finally:
        running.close()


async def test_an_answer_of_any_status_comes_back_whole() -> None:
    """Status, headers and body; a redirect is an answer and is not followed."""
    heads: list[bytes] = []

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok"
        )

    async with server(talk) as url, client(LOOPBACK, timeout=5) as guarded:
        answer = await post(guarded, url, b"{}", {"X-Test": "1"})
        await post(guarded, url, b"{}")
    assert (answer.status, answer.body, answer.headers["location"]) == (302, b"ok", "http://127.0.0.1:1/")
    assert b"x-test: 1" in heads[0].lower()
    assert b"cookie" not in heads[1].lower()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_no_connection_is_made_to_a_private_address(host: str) -> None:
    """Refused before a connection, in every notation."""
    called = False

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal called
        called = True

    async with server(talk) as url, client(Gate(), timeout=5) as guarded:
        port = url.rpartition(":")[2]
        with pytest.raises((AddressRefused, AnswerError)):
            await fetch(guarded, f"http://{host}:{port}/")
    assert not called


async def test_a_dripping_answer_ends_at_the_deadline() -> None:
    """One deadline for the whole answer, not one per byte."""

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(300):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with server(talk) as url, client(LOOPBACK, timeout=0.5) as guarded:
        with pytest.raises(AnswerError, match="within"):
            await fetch(guarded, url)


async def test_an_endless_answer_ends_at_the_cap() -> None:
    """Chunks without end are given up at the cap."""

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
            await writer.drain()

    async with server(talk) as url, client(LOOPBACK, timeout=10, max_body=100_000) as guarded:
        with pytest.raises(AnswerError, match="longer than"):
            await fetch(guarded, url)


async def test_the_cap_counts_bytes_after_decompression() -> None:
    """A small bomb stays small."""
    bomb = gzip.compress(b"\0" * 50_000_000)

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb)

    async with server(talk) as url, client(LOOPBACK, timeout=10, max_body=100_000) as guarded:
        with pytest.raises(AnswerError, match="longer than"):
            await fetch(guarded, url)


async def test_a_compressed_answer_is_unpacked() -> None:
    """Servers compress although they were asked not to."""
    packed = gzip.compress(b"hello")

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)

    async with server(talk) as url, client(LOOPBACK, timeout=5) as guarded:
        assert (await fetch(guarded, url)).body == b"hello"


async def test_an_answer_that_breaks_off_is_an_error() -> None:
    """A length that lies is not a whole answer."""

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")

    async with server(talk) as url, client(LOOPBACK, timeout=5) as guarded:
        with pytest.raises(AnswerError, match="connection failed"):
            await fetch(guarded, url)


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect where the gate cannot look."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with server(talk) as url, client(LOOPBACK, timeout=5) as guarded:
        assert (await fetch(guarded, url)).status == 200
