"""Mail servers that say things the book does not have, or say them too slowly, too often or without end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from zoneinfo import ZoneInfo

import pytest

from alerts.channels.email import Email, EmailSettings
from archive.model import Outcome, Told
from tests.alerts.samples import URDU_TITLE, alert, item, ready, span
from tests.alerts.test_email_stages import YES, Scripted, scripted

TO = ["a@example.org", "b@example.org"]


async def told(port: int, **changes: object) -> Told:
    values = {"name": "desk", "to": TO, "from": "k@example.org", "server": f"smtp://127.0.0.1:{port}"}
    settings = EmailSettings.model_validate(values | {"timeout": "20s"} | changes)
    return await Email(settings, ZoneInfo("UTC")).send(ready())


async def course(answers: Mapping[str, str], **changes: object) -> tuple[Told, Scripted]:
    async with scripted() as there:
        there.answers |= answers
        return await told(there.port, **changes), there


@contextlib.asynccontextmanager
async def pouring(words: bytes) -> AsyncIterator[int]:
    """A server that says the same for ever, whatever it is asked; its port."""
    talks: set[asyncio.Task[None]] = set()

    async def pour(writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(words)
                await writer.drain()

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(pour(writer))
        talks.add(task)
        task.add_done_callback(lambda _: writer.transport.abort())

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)


@pytest.mark.parametrize("words", [b"220 " + b"a" * 1000, b"220-more to come\r\n" * 100, b"\0" * 1000])
async def test_a_greeting_without_end_is_left_long_before_the_deadline(words: bytes) -> None:
    """It would fill the memory until the conversation's time is up."""
    async with pouring(words) as port, asyncio.timeout(15):
        found = await told(port)
    assert found.outcome is Outcome.RETRY
    assert not found.reached


async def test_a_greeting_of_many_lines_that_come_slowly_is_heard_out() -> None:
    """Servers make spammers wait; who breaks off is taken for one."""
    slow = Scripted(dict(YES))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for line in ("220-welcome", "220-please", "220-wait"):
            writer.write(line[:5].encode())
            await asyncio.sleep(0.02)
            writer.write(line[5:].encode() + b"\r\n")
            await asyncio.sleep(0.02)
        await slow.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        found = await told(server.sockets[0].getsockname()[1])
    assert found.outcome is Outcome.SENT
    assert found.reached == tuple(TO)


@pytest.mark.parametrize("answer", ["454 no TLS for now", "502 not I", "220 go\r\n250-here\r\n250 AUTH PLAIN"])
async def test_encryption_that_is_offered_and_not_given_sends_nothing_in_the_clear(answer: str) -> None:
    """The offer may have been kept and its taking up spoiled by somebody in between."""
    found, there = await course({"EHLO": "250-here\r\n250 STARTTLS", "STAR": answer})
    assert found.outcome is Outcome.RETRY
    assert "MAIL" not in there.stages
    assert there.mails == 0


@pytest.mark.parametrize("answer", ["454 try later", "535 who are you", "504 not that way", "530 with TLS only"])
async def test_a_login_that_fails_for_now_or_for_good_never_ends_a_delivery(answer: str) -> None:
    """The mail was not judged; a password is put right one day, and it is not repeated in the answer."""
    found, there = await course(
        {"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": answer}, username="desk", password="hunter2"
    )
    assert found.outcome is Outcome.RETRY
    assert answer in found.answer
    assert "hunter2" not in found.answer
    assert "MAIL" not in there.stages


@pytest.mark.parametrize("stage", ["EHLO", "MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("answer", ["421 closing", "452 disk is full", "199 odd", "999 odd", "no code"])
async def test_trouble_in_the_middle_reaches_nobody_and_ends_nothing(stage: str, answer: str) -> None:
    """Whatever stage it comes at, also after the final dot."""
    found, _ = await course({stage: answer})
    assert found.outcome is Outcome.RETRY, found.answer
    assert not found.reached
    assert not found.refused


async def test_a_yes_where_the_text_should_be_asked_for_reaches_nobody() -> None:
    """250 to DATA: no text was taken."""
    found, there = await course({"DATA": "250 fine"})
    assert (found.outcome, found.reached, there.mails) == (Outcome.RETRY, (), 0)


async def test_a_server_without_eight_bits_or_international_addresses_gets_plain_ascii() -> None:
    """Nothing is announced, nothing is needed: Urdu goes in seven bits."""
    texts: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go\r\n")
                texts.append(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"250 ok\r\n")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        urdu = item(title=URDU_TITLE, language="ur")
        message = alert(urdu, span(urdu, "title", "جاپان"))
        values = {"name": "desk", "to": ["a@مثال.example"], "from": "خبردار <k@example.org>"}
        address = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        channel = Email(EmailSettings.model_validate(values | {"server": address}), ZoneInfo("UTC"))
        found = await channel.send(ready(message))
    assert found.outcome is Outcome.SENT
    assert texts[0].isascii()
    assert max(len(line) for line in texts[0].split(b"\r\n")) <= 998
