"""A mail server that fails at every stage of a conversation, word by word as a test scripts it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from alerts.channels.email import Email, EmailSettings
from archive.model import Delivery, Outcome
from tests.alerts.samples import alert

HANG, CUT = "hang", "cut"
YES = {
    "greeting": "220 here",
    "EHLO": "250 here",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go",
    ".": "250 kept",
}


@dataclass
class Scripted:
    """Answers per stage; ``stages`` is what was asked, ``mails`` counts the texts that came whole."""

    answers: dict[str, str]
    port: int = 0
    stages: list[str] = field(default_factory=list)
    mails: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            if not await self._say("greeting", writer):
                return
            while line := await reader.readline():
                stage = line[:4].decode().upper().strip()
                if stage == "QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                if not await self._say(stage, writer):
                    return
                if stage == "DATA" and self.answers["DATA"].startswith("354"):
                    await reader.readuntil(b"\r\n.\r\n")
                    self.mails += 1
                    if not await self._say(".", writer):
                        return
        writer.close()

    async def _say(self, stage: str, writer: asyncio.StreamWriter) -> bool:
        self.stages.append(stage)
        answer = self.answers.get(stage, "502 what")
        if answer == HANG:
            await asyncio.Event().wait()
        if answer == CUT:
            writer.transport.abort()
            return False
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        return True


@contextlib.asynccontextmanager
async def scripted(**answers: str) -> AsyncIterator[Scripted]:
    there = Scripted(YES | {name.replace("dot", "."): answer for name, answer in answers.items()})
    talks: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        task = asyncio.create_task(there.serve(reader, writer))
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
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


def channel(port: int) -> Email:
    values = {"name": "desk", "to": ["a@example.org", "b@example.org"], "from": "k@example.org", "timeout": "1s"}
    from zoneinfo import ZoneInfo

    settings = EmailSettings.model_validate({**values, "server": f"smtp://127.0.0.1:{port}"})
    return Email(settings, ZoneInfo("UTC"))


DELIVERY = Delivery(id="d1", channel="desk", message=alert())


@pytest.mark.parametrize("stage", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("answer", ["421 closing", "451 later", HANG, CUT, "999 what", "no number at all", "250"])
async def test_no_trouble_that_may_pass_ends_a_delivery_whatever_stage_it_comes_at(stage: str, answer: str) -> None:
    """A yes where it makes no sense counts as nobody reached; a yes where it does, as sent."""
    async with scripted(**{stage: answer}) as there:
        told = await channel(there.port).send(DELIVERY)
    sensible = answer == "250" and stage in ("EHLO", "MAIL", "RCPT", "dot")
    assert told.outcome is (Outcome.SENT if sensible else Outcome.RETRY), told.answer
    assert bool(told.reached) == sensible
    assert told.answer


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "dot"])
async def test_a_mail_refused_for_good_ends_at_once_with_the_servers_words(stage: str) -> None:
    """5xx to the sender, to every recipient, to the text before and after it was sent."""
    async with scripted(**{stage: "554 5.7.1 not wanted"}) as there:
        told = await channel(there.port).send(DELIVERY)
    assert told.outcome is Outcome.GAVE_UP
    assert "554 5.7.1 not wanted" in told.answer
    assert told.reached == ()


@pytest.mark.parametrize("stage", ["greeting", "EHLO"])
async def test_a_server_that_turns_us_away_before_it_saw_the_mail_is_tried_again(stage: str) -> None:
    """It judged the connection, not the mail: 554 at the door, EHLO and HELO refused."""
    async with scripted(**{stage: "554 no service", "HELO": "554 no service"}) as there:
        told = await channel(there.port).send(DELIVERY)
    assert told.outcome is Outcome.RETRY
    assert "554 no service" in told.answer


async def test_a_mail_whose_answer_got_lost_comes_again_under_its_id_and_nobody_counts_as_reached() -> None:
    """The line breaks between the final dot and the answer: at least once."""
    async with scripted(dot=CUT) as there:
        told = await channel(there.port).send(DELIVERY)
        assert (told.outcome, told.reached, there.mails) == (Outcome.RETRY, (), 1)
        there.answers["."] = "250 kept"
        told = await channel(there.port).send(DELIVERY)
    assert (told.outcome, there.mails) == (Outcome.SENT, 2)


async def test_a_starttls_that_is_offered_and_broken_off_sends_nothing_in_the_clear() -> None:
    """454 to STARTTLS, and a handshake that is cut."""
    for answer in ("454 not now", CUT, "220 go on"):
        async with scripted(EHLO="250-here\r\n250 STARTTLS", STAR=answer) as there:
            told = await channel(there.port).send(DELIVERY)
        assert told.outcome is Outcome.RETRY
        assert "MAIL" not in there.stages
