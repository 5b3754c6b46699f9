"""Deliveries out, one word back; no channel stops or delays another."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from alerts.channels import EmailSettings, WebhookSettings
from alerts.hiding import hidden, secrets_of
from alerts.send import AT_ONCE, Sender
from archive.model import Delivery, Outcome, Told
from tests.alerts.mailserver import Letterbox, mailserver
from tests.alerts.receiver import hang, receiver, reply
from tests.alerts.samples import alert


def hook(url: str, name: str = "hook") -> WebhookSettings:
    return WebhookSettings(name=name, url=url, allow_addresses=("127.0.0.0/8",), timeout=60.0)


def desk(port: int) -> EmailSettings:
    values = {"name": "desk", "to": ["a@example.org"], "from": "k@example.org", "server": f"smtp://127.0.0.1:{port}"}
    return EmailSettings.model_validate(values)


def to(channel: str, number: int = 1) -> Delivery:
    return Delivery(id=f"delivery-{channel}-{number}", channel=channel, message=alert())


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.CRITICAL, logger="alerts.send"):
        yield


async def test_each_delivery_goes_to_its_channel_in_the_way_of_its_kind() -> None:
    """An email and a webhook."""
    async with mailserver() as box, receiver() as other:
        sender = Sender({"desk": desk(box.port), "hook": hook(other.url)}, "Asia/Karachi")
        told = [await sender.send(to("desk")), await sender.send(to("hook"))]
        await sender.aclose()
    assert [one.outcome for one in told] == [Outcome.SENT, Outcome.SENT]
    (mail,) = box.received_by("a@example.org")
    text = mail.get_body(("plain",))
    assert text is not None
    assert "18:00 PKT" in text.get_content()
    assert [request.headers["webhook-id"] for request in other.requests] == ["delivery-hook-1"]


async def test_a_channel_that_hangs_delays_no_other_however_much_waits_for_it() -> None:
    """The mails are through while every try of the webhook still hangs."""
    async with mailserver() as box, receiver(hang) as silent:
        sender = Sender({"desk": desk(box.port), "hook": hook(silent.url)})
        stuck = [asyncio.create_task(sender.send(to("hook", number))) for number in range(AT_ONCE * 3)]
        sent = await asyncio.gather(*(sender.send(to("desk", number)) for number in range(5)))
        assert {told.outcome for told in sent} == {Outcome.SENT}
        assert not any(task.done() for task in stuck)
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
        await sender.aclose()
    assert len(silent.requests) <= AT_ONCE


async def test_a_channel_that_is_no_longer_configured_keeps_what_is_owed() -> None:
    """It may come back with the next reload."""
    told = await Sender({}).send(to("gone"))
    assert told.outcome is Outcome.RETRY
    assert "'gone'" in told.answer


@pytest.mark.parametrize(
    "message", [None, {}, {"type": "alert", "timestamp": "2025-08-15T13:04:12Z", "data": {"stories": [{}]}}]
)
async def test_a_message_that_makes_no_sense_is_a_failed_try_and_not_an_exception(message: dict[str, object]) -> None:
    """A fault of ours in one delivery."""
    async with mailserver(Letterbox()) as box:
        sender = Sender({"desk": desk(box.port)})
        told = await sender.send(Delivery(id="x", channel="desk", message=message))
    assert told.outcome is Outcome.RETRY
    assert told.answer.startswith("unforeseen: ")
    assert box.taken == []


async def test_a_cancelled_try_is_cancelled() -> None:
    """At a clean stop."""
    async with receiver(hang) as silent:
        sender = Sender({"hook": hook(silent.url)})
        task = asyncio.create_task(sender.send(to("hook")))
        while not silent.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await sender.aclose()


async def test_the_client_of_a_channel_serves_delivery_after_delivery() -> None:
    """Also after failures."""
    answers = [reply("500 Oops"), reply("200 OK"), reply("429 Slow", b"", "Retry-After: 9"), reply("200 OK")]
    async with receiver(*answers) as other:
        sender = Sender({"hook": hook(other.url)})
        told = [await sender.send(to("hook", number)) for number in range(4)]
        await sender.aclose()
    assert told[1] == Told(Outcome.SENT, "200 OK")
    assert [one.outcome for one in told] == [Outcome.RETRY, Outcome.SENT, Outcome.RETRY, Outcome.SENT]


def test_nothing_heavy_is_loaded_until_something_is_sent() -> None:
    """The idle daemon stays small."""
    heavy = "{'httpx', 'aiosmtplib', 'jinja2', 'standardwebhooks'}"
    code = f"import sys, alerts.send, alerts.compose, alerts.letter; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


async def test_what_a_receiver_echoes_of_its_address_or_login_is_hidden_in_the_answer() -> None:
    """Many servers say "Cannot POST /hook?token=…"; the answer is kept, logged and told to the operator."""
    settings = WebhookSettings(name="hook", url="https://example.org/services/T0LONGTOKENOFAPATH/x?token=T%2Bken&k=1")
    echo = "404 Cannot POST /services/T0LONGTOKENOFAPATH/x?token=T%2Bken&k=1 (T+ken)"
    assert hidden(echo, secrets_of(settings)) == "404 Cannot POST /services/***/x?*** (***)"
    letter = desk(25).model_copy(update={"username": "bob", "password": SecretStr("open sesame")})
    assert hidden("535 bad login open sesame", secrets_of(letter)) == "535 bad login ***"
    async with receiver(reply("401 Unauthorized", b"you asked for /?token=sesame")) as there:
        sender = Sender({"hook": hook(f"{there.url}?token=sesame")})
        told = await sender.send(to("hook"))
        await sender.aclose()
    assert told.outcome is Outcome.RETRY
    assert "sesame" not in told.answer
    assert "***" in told.answer
