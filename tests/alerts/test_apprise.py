"""The apprise channel against real receivers on loopback: an outcome per target, and no way around the gate."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from alerts.channels.apprise import AppriseChannel, AppriseSettings, unknown_urls
from alerts.send import Sender
from archive.model import Outcome, Told
from tests.alerts.receiver import drip, receiver, reply
from tests.alerts.samples import ready

LOOPBACK = ("127.0.0.0/8",)
TOKEN = "tok-8f3a91c2d77e"


def settings(*urls: str, **changes: Any) -> AppriseSettings:
    values = {"name": "chat", "url": list(urls), "timeout": "60s", "allow_addresses": list(LOOPBACK)}
    return AppriseSettings.model_validate(values | changes)


async def send(channel: AppriseSettings, **changes: Any) -> Told:
    return await AppriseChannel(channel, ZoneInfo("Asia/Karachi")).send(ready(**changes))


def url(port: int, path: str = TOKEN) -> str:
    return f"json://127.0.0.1:{port}/{path}"


async def test_a_service_gets_subject_and_short_text() -> None:
    """Matched words, outlet, time in the reader's zone, link, why."""
    async with receiver() as there:
        told = await send(settings(url(there.port)))
    assert told.outcome is Outcome.SENT
    (request,) = there.requests
    said = json.loads(request.body)
    assert said["title"] == "[japan-automotive] Pakistan and Japan agree on an automotive training centre"
    for part in (
        "Pakistan and *Japan* agree",
        "urdupoint · Fri 15 Aug 2025, 18:00 PKT",
        "https://news.example.org/story-1.html",
        "Matched japan-automotive: Japan, automotive",
    ):
        assert part in said["message"]


async def test_every_target_has_an_outcome_and_who_has_it_is_not_asked_again() -> None:
    """Also after a restart: the delivery remembers."""
    async with receiver() as good, receiver(reply("500 Oops"), reply("200 OK")) as bad:
        channel = settings(url(good.port), url(bad.port))
        first = await send(channel)
        second = await send(channel, reached=first.reached, tries=1)
    assert (first.outcome, second.outcome) == (Outcome.RETRY, Outcome.SENT)
    assert len(first.reached) == 1
    assert set(second.reached) == set(channel.targets)
    assert "sent to 1 of 2" in first.answer
    assert "500" in first.answer
    assert (len(good.requests), len(bad.requests)) == (1, 2)
    third = await send(channel, reached=second.reached, tries=2)
    assert third.outcome is Outcome.SENT


async def test_no_target_reaches_what_the_gate_refuses_not_even_by_a_redirect() -> None:
    """Checked as the connection is made."""
    async with receiver() as inside:
        told = await send(settings(url(inside.port), allow_addresses=[]))
        assert told.outcome is Outcome.RETRY
        assert "not a public address" in told.answer
        assert inside.requests == []
        to_inside = reply("307 Go", b"", f"Location: http://127.0.0.2:{inside.port}/x")
        async with receiver(to_inside) as outside:
            told = await send(settings(url(outside.port), allow_addresses=["127.0.0.1/32"]))
        assert told.outcome is Outcome.RETRY
        assert inside.requests == []


async def test_a_target_that_hangs_is_ended_and_the_one_before_it_has_its_outcome() -> None:
    """The deadline is for all; what was sent until then counts."""
    async with receiver() as good, receiver(drip) as silent:
        channel = settings(url(good.port), url(silent.port), timeout="6s")
        told = await send(channel)
    assert told.outcome is Outcome.RETRY
    assert len(told.reached) == 1
    assert "no answer within 6 seconds" in told.answer


async def test_secrets_of_a_url_are_in_no_answer() -> None:
    """Whatever the library says of a failure."""
    async with receiver(reply("403 No", f"who is {TOKEN}?".encode())) as there:
        sender = Sender({"desk": settings(url(there.port), name="desk")})
        told = await sender.send(ready())
        await sender.aclose()
    assert told.outcome is Outcome.RETRY
    assert TOKEN not in told.answer


async def test_deliveries_side_by_side_do_not_wait_for_each_other() -> None:
    """Each has a process of its own."""
    async with receiver() as there:
        channel = AppriseChannel(settings(url(there.port)), ZoneInfo("UTC"))
        told = await asyncio.gather(*(channel.send(ready()) for _ in range(3)))
    assert {one.outcome for one in told} == {Outcome.SENT}
    assert len(there.requests) == 3


@pytest.mark.parametrize("wrong", ["ntfy", "://x", "ntfy://", "ntfy://to\npic", ""])
def test_what_is_no_url_is_refused_without_being_repeated(wrong: str) -> None:
    """It may hold a token."""
    with pytest.raises(ValidationError, match="not an Apprise URL"):
        settings(wrong)


def test_urls_that_apprise_does_not_know_are_found_before_anything_is_sent() -> None:
    """By a name without the secret in it."""
    channel = settings("json://127.0.0.1/x", "nonsense://token-of-mine", "tgram://bad", "ntfy://topic")
    assert [name.partition(":")[0] for name in unknown_urls(channel)] == ["nonsense", "tgram"]


def test_the_daemon_does_not_load_the_library() -> None:
    """It is another process's memory."""
    script = "import sys, alerts.send, khabardar.settings; print('apprise' in sys.modules, 'requests' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
