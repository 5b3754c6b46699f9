"""Connections kept between deliveries, and receivers that do with them what the specification does not foresee."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from alerts.channels import webhook
from alerts.channels.webhook import Webhook, WebhookSettings
from archive.model import Delivery, Outcome, Told
from tests.alerts.certificates import issue
from tests.alerts.samples import ready

YES = b"HTTP/1.1 204 No Content\r\n\r\n"
NO = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"


class Line:
    """A connection as the receiver sees it. ``number`` counts connections from 1."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ids: list[str]) -> None:
        self.number = number
        self._reader = reader
        self._writer = writer
        self._ids = ids

    async def asked(self) -> None:
        """Waits for one whole POST."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        await self._reader.readexactly(int(fields["content-length"]))
        self._ids.append(fields["webhook-id"])

    async def say(self, words: bytes) -> None:
        self._writer.write(words)
        await self._writer.drain()

    def reset(self) -> None:
        self._writer.transport.abort()


Talk = Callable[[Line], Awaitable[None]]


class Receiver:
    """Where it listens, how many connections it had, and the ids of the POSTs that came."""

    def __init__(self) -> None:
        self.port = 0
        self.lines = 0
        self.ids: list[str] = []

    def channel(self, **changes: object) -> Webhook:
        values = {"name": "hook", "url": f"http://127.0.0.1:{self.port}/", "allow_addresses": ["127.0.0.0/8"]}
        return Webhook(WebhookSettings.model_validate(values | {"timeout": "20s"} | changes))


@contextlib.asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[Receiver]:
    """``talk`` has each connection until it returns; then it is closed."""
    there = Receiver()
    talks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there.lines += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(Line(there.lines, reader, writer, there.ids))
        writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        talks.add(task)
        task.add_done_callback(lambda _: writer.transport.abort())

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    there.port = server.sockets[0].getsockname()[1]
    try:
        yield there
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)


async def told(talk: Talk, *deliveries: Delivery) -> tuple[list[Told], Receiver]:
    """What came of deliveries, one after the other, through one channel."""
    async with listening(talk) as there:
        channel = there.channel()
        found = [await channel.send(one) for one in deliveries or (ready(),)]
        await channel.aclose()
    return found, there


def two() -> tuple[Delivery, Delivery]:
    return ready(identity="one"), ready(identity="two")


def once(words: bytes) -> Talk:
    """Every connection hears the same after a POST, and is closed."""

    async def talk(line: Line) -> None:
        await line.asked()
        await line.say(words)

    return talk


async def test_deliveries_that_follow_each_other_share_a_connection() -> None:
    """The second needs no handshake."""

    async def talk(line: Line) -> None:
        while True:
            await line.asked()
            await line.say(YES)

    found, there = await told(talk, *two())
    assert [one.outcome for one in found] == [Outcome.SENT] * 2
    assert (there.lines, there.ids) == (1, ["one", "two"])


async def test_a_kept_connection_that_is_cut_as_the_next_try_begins_costs_a_repeat_under_the_same_id() -> None:
    """Nobody waits five seconds because the other side was done with the connection."""

    async def talk(line: Line) -> None:
        await line.asked()
        await line.say(YES)
        if line.number == 1:
            await line.asked()
            line.reset()

    found, there = await told(talk, *two())
    assert [one.outcome for one in found] == [Outcome.SENT] * 2
    assert there.ids == ["one", "two", "two"]


async def test_a_new_connection_that_is_cut_is_not_repeated_at_once() -> None:
    """That is for the schedule of retries."""

    async def talk(line: Line) -> None:
        await line.asked()
        line.reset()

    (found,), there = await told(talk)
    assert found.outcome is Outcome.RETRY
    assert there.ids == ["delivery-1"]


@pytest.mark.parametrize("apart", [False, True])
async def test_bytes_that_nobody_asked_for_are_not_taken_for_the_next_answer(apart: bool) -> None:
    """A receiver that says yes twice to the first delivery has not said yes to the second."""
    said = asyncio.Event()

    async def talk(line: Line) -> None:
        await line.asked()
        if line.number > 1:
            await line.say(NO)
            return
        await line.say(YES if apart else YES + YES)
        if apart:
            await asyncio.sleep(0.05)
            await line.say(YES)
        said.set()
        await line.asked()
        await line.say(NO)

    async with listening(talk) as there:
        channel = there.channel()
        first = await channel.send(ready(identity="one"))
        await said.wait()
        await asyncio.sleep(0.05)
        second = await channel.send(ready(identity="two"))
        await channel.aclose()
    assert (first.outcome, second.outcome) == (Outcome.SENT, Outcome.RETRY)
    assert second.answer == "500 Oops"


async def test_connections_are_given_up_when_nothing_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of channels hold no connections while there is no news."""
    monkeypatch.setattr(webhook, "_KEPT_FOR", 0.01)
    left = asyncio.Event()

    async def talk(line: Line) -> None:
        await line.asked()
        await line.say(YES)
        try:
            await line.asked()
        except asyncio.IncompleteReadError:
            left.set()

    async with listening(talk) as there:
        channel = there.channel()
        await channel.send(ready())
        await asyncio.wait_for(left.wait(), 30)
        assert (await channel.send(ready(identity="two"))).outcome is Outcome.SENT
        assert there.lines == 2
        await channel.aclose()


async def flood(line: Line) -> None:
    """Early hints without end."""
    await line.asked()
    while True:
        await line.say(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 100)


async def endless_head(line: Line) -> None:
    """Headers without end."""
    await line.asked()
    await line.say(b"HTTP/1.1 200 OK\r\n")
    while True:
        await line.say(b"X-More: " + b"a" * 1000 + b"\r\n")


@pytest.mark.parametrize("talk", [flood, endless_head])
async def test_an_answer_that_never_gets_to_the_point_is_left_long_before_the_deadline(talk: Talk) -> None:
    """It would keep the loop busy that serves everybody; the deadline is twenty seconds."""
    async with asyncio.timeout(15):
        (found,), _ = await told(talk)
    assert found.outcome is Outcome.RETRY
    assert "longer than" in found.answer or "too long" in found.answer


@pytest.mark.parametrize(
    "words",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" + YES,
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nthanks",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nthanks",
        b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthan",
        b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 299 Fine\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_a_yes_in_an_odd_form_is_a_yes(words: bytes) -> None:
    """With words before it, with a body that lies or breaks off, without a reason."""
    (found,), there = await told(once(words))
    assert found.outcome is Outcome.SENT, found.answer
    assert there.ids == ["delivery-1"]


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        b"HTTP/1.1 300 Multiple Choices\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"<html>200 OK</html>",
        b"\x16\x03\x01\x00\xa5",
        b"\x00" * 500,
    ],
)
async def test_what_is_no_yes_is_tried_again(words: bytes) -> None:
    """Nothing that a server can utter is a yes but 2xx."""
    (found,), _ = await told(once(words))
    assert found.outcome is Outcome.RETRY
    assert found.answer
    assert not found.disable


@pytest.mark.parametrize("trouble", ["expired", "another name"])
async def test_a_certificate_that_has_expired_or_names_another_is_not_talked_to(tmp_path: Path, trouble: str) -> None:
    """The reason says which; nothing is sent."""
    name = "127.0.0.1" if trouble == "expired" else "elsewhere.example.org"
    issued = issue(tmp_path, name, expired=trouble == "expired")
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(10))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=issued.server)
    async with server:
        there = Receiver()
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        channel = there.channel(url=url, ca=issued.ca)
        found = await channel.send(ready())
        await channel.aclose()
    assert found.outcome is Outcome.RETRY
    assert ("expired" if trouble == "expired" else "mismatch") in found.answer
    assert [one for one in heard if one] == []
