"""Receivers and mail servers on their bad days, over hours of a clock that is handed in, each try by a new process.

What counts is what they have in the end, and what the archive says of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from alerts.channels import ChannelSettings, EmailSettings, WebhookSettings
from alerts.rules import Rules
from alerts.send import Sender
from archive.model import Delivery, DeliveryState
from archive.store import Archive
from crawler.settings import CrawlSettings
from crawler.worker_process import Worker
from scheduler.line import Line
from scheduler.orders import Orders
from scheduler.route import deliver
from tests.alerts.mailserver import DROP, Letterbox, mailserver
from tests.alerts.receiver import Receiver, cut, hang, receiver, reply
from tests.archive.samples import item, judged, promise

HOUR = timedelta(hours=1)
OLD, NEW = "whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0", "whsec_dGhlIG9uZSB0aGF0IGNvbWVzIGFmdGVy"
A, B, C = "a@example.org", "b@example.org", "c@example.org"


@dataclass
class Desk:
    """An archive with one story owed to each channel, and the passing of time."""

    archive: Archive
    channels: dict[str, ChannelSettings]
    now: datetime
    operator: tuple[str, ...] = ()

    async def tries(self, hours: float = 0) -> None:
        """What is due is sent every minute for so long; each time by another process, as it were."""
        end = self.now + timedelta(hours=hours)
        while True:
            sender = Sender(self.channels)
            orders = Orders({}, {}, CrawlSettings(), Rules([]), tuple(self.channels), sender, operator=self.operator)
            for _ in range(2):  # a notice that the first round owes is due at once
                await deliver(Line(self.archive, orders, Worker(), "me:1:1", clock=lambda: self.now), self.channels)
            await sender.aclose()
            upcoming = [one.next_try_at for one in self.archive.deliveries("owed") if one.next_try_at]
            later = [moment for moment in upcoming if self.now < moment <= end]
            if not later:
                self.now = max(self.now, end)
                return
            self.now = min(later)

    def only(self, channel: str = "desk") -> Delivery:
        (found,) = [one for one in self.archive.deliveries(channel=channel) if one.kind == "alert"]
        return found


@pytest.fixture
def desk(archive: Archive) -> Callable[..., Desk]:
    def made(*channels: ChannelSettings, operator: tuple[str, ...] = ()) -> Desk:
        now = datetime.now(UTC)
        promises = [promise("cars", one.name, due_at=now) for one in channels]
        archive.keep([judged(item(1, seen_at=now, published_at=now), *promises)], now, via="crawl")
        return Desk(archive, {one.name: one for one in channels}, now, operator)

    return made


def hook(there: Receiver, name: str = "desk", **more: Any) -> WebhookSettings:
    values = {"name": name, "url": there.url, "allow_addresses": ["127.0.0.0/8"], "timeout": "2s", "secret": OLD}
    return WebhookSettings.model_validate(values | more)


def mail(box: Letterbox, **more: Any) -> EmailSettings:
    values = {"name": "desk", "to": [A, B, C], "from": "k@example.org", "server": f"smtp://127.0.0.1:{box.port}"}
    return EmailSettings.model_validate(values | more)


def verified(there: Receiver, secret: str) -> list[dict[str, Any]]:
    """The bodies as a receiver takes them that knows only the specification."""
    return [Verifier(secret).verify(one.body.decode(), one.headers) for one in there.requests]


async def test_five_hundred_for_an_hour_is_tried_until_it_is_taken_under_one_id(desk: Callable[..., Desk]) -> None:
    """With growing pauses; every try verifies; the receiver sees one id."""
    async with receiver(*[reply("500 Oops")] * 3, reply("200 OK")) as there:
        one = desk(hook(there))
        await one.tries(hours=3)
    assert one.only().state is DeliveryState.SENT
    assert len(verified(there, OLD)) == 4
    assert len({request.headers["webhook-id"] for request in there.requests}) == 1
    assert len({request.body for request in there.requests}) == 1


async def test_retry_after_is_waited_for(desk: Callable[..., Desk]) -> None:
    """Two hours, where the schedule would have come in five seconds."""
    async with receiver(reply("429 Slow down", b"", "Retry-After: 7200"), reply("200 OK")) as there:
        one = desk(hook(there))
        await one.tries(hours=1.9)
        assert len(there.requests) == 1
        await one.tries(hours=0.2)
    assert one.only().state is DeliveryState.SENT


@pytest.mark.parametrize("trouble", [hang, cut, reply("302 Elsewhere", b"", "Location: http://127.0.0.1:9/")])
async def test_what_hangs_closes_early_or_redirects_is_tried_again(desk: Callable[..., Desk], trouble: Any) -> None:
    """It may have processed it: the same id says that it is a repeat."""
    async with receiver(trouble, reply("200 OK")) as there:
        one = desk(hook(there))
        await one.tries(hours=1)
    assert one.only().state is DeliveryState.SENT
    assert len({request.headers["webhook-id"] for request in there.requests}) == 1


async def test_a_secret_is_changed_without_a_message_that_does_not_verify(desk: Callable[..., Desk]) -> None:
    """Both sign while rotating: a receiver with the old one and one with the new one take the same message."""
    async with receiver(reply("500 Not yet"), reply("200 OK")) as there:
        one = desk(hook(there))
        await one.tries()
        one.channels["desk"] = hook(there, secret=[NEW, OLD])
        await one.tries(hours=1)
    before, rotating = there.requests
    Verifier(OLD).verify(before.body.decode(), before.headers)
    for secret in (OLD, NEW):
        assert Verifier(secret).verify(rotating.body.decode(), rotating.headers)["type"] == "alert"
    with pytest.raises(WebhookVerificationError):
        Verifier(NEW).verify(before.body.decode(), before.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(NEW).verify(rotating.body.decode().replace("dawn", "dusk"), rotating.headers)


async def test_gone_disables_the_channel_keeps_what_is_owed_and_tells_the_operator_elsewhere(
    desk: Callable[..., Desk],
) -> None:
    """Until it is enabled; then all of it is told."""
    async with receiver(reply("410 Gone"), reply("200 OK")) as there, receiver() as other:
        one = desk(hook(there), hook(other, "ops"), operator=("desk", "ops"))
        await one.tries(hours=24)
        assert len(there.requests) == 1
        assert one.only().state is DeliveryState.OWED
        assert [json.loads(request.body)["type"] for request in other.requests] == ["alert", "notice"]
        assert one.archive.enable_channel("desk")
        await one.tries(hours=1)
    assert one.only().state is DeliveryState.SENT


async def test_after_three_days_it_is_given_up_and_the_operator_hears_of_it(desk: Callable[..., Desk]) -> None:
    """With the reason, which stays on record; retry puts it back under the same id."""
    async with receiver(reply("500 Oops")) as there, receiver() as other:
        one = desk(hook(there), hook(other, "ops"), operator=("ops",))
        await one.tries(hours=24 * 5)
        assert one.only().state is DeliveryState.GAVE_UP
        assert "500" in (one.only().last_error or "")
        assert [json.loads(request.body)["type"] for request in other.requests] == ["alert", "notice"]
        there.answers[:] = [reply("200 OK")]
        one.archive.retry(None, one.now)
        await one.tries(hours=1)
    assert one.only().state is DeliveryState.SENT
    assert len({request.headers["webhook-id"] for request in there.requests}) == 1


async def test_a_server_that_greylists_and_refuses_one_of_three_gives_the_mail_once_to_each_of_the_others(
    desk: Callable[..., Desk],
) -> None:
    """Across restarts: who has it is not sent it again, who does not exist is not asked about again."""
    box = Letterbox(rcpt={B: ["550 5.1.1 no such mailbox"], C: ["451 4.7.1 later", "451 4.7.1 later", "250 yes"]})
    async with mailserver(box):
        one = desk(mail(box))
        await one.tries(hours=3)
    assert [len(box.received_by(reader)) for reader in (A, B, C)] == [1, 0, 1]
    assert box.asked == [A, B, C, C, C]
    last = one.only()
    assert (last.state, last.reached) == (DeliveryState.GAVE_UP, (A, C))
    assert last.refused == {B: "550 5.1.1 no such mailbox"}
    assert "refused for good: b@example.org" in (last.last_error or "")


async def test_a_server_that_drops_after_data_may_have_taken_it_and_gets_a_repeat_that_says_so(
    desk: Callable[..., Desk],
) -> None:
    """The same Message-ID: mail programs show it once."""
    box = Letterbox(data=[DROP, "250 taken"])
    async with mailserver(box):
        one = desk(mail(box, to=[A]))
        await one.tries(hours=1)
    assert one.only().state is DeliveryState.SENT
    ids = [mail_["Message-ID"] for mail_ in box.received_by(A)]
    assert (len(ids), len(set(ids))) == (2, 1)


@pytest.mark.parametrize("box", [Letterbox(data=["554 5.7.1 spam"]), Letterbox(mail="550 5.1.8 no such sender")])
async def test_a_mail_refused_for_good_ends_at_once(desk: Callable[..., Desk], box: Letterbox) -> None:
    """One conversation, not ten over three days."""
    async with mailserver(box):
        one = desk(mail(box, to=[A]))
        await one.tries(hours=24)
    assert one.only().state is DeliveryState.GAVE_UP
    assert one.only().tries == 1


async def test_a_login_refused_is_tried_again_and_the_mail_is_not_lost(desk: Callable[..., Desk]) -> None:
    """The password is put right an hour later."""
    box = Letterbox(login=(b"k", b"right"))
    async with mailserver(box):
        one = desk(mail(box, to=[A], username="k", password="wrong"))
        await one.tries(hours=1)
        assert box.received_by(A) == []
        one.channels["desk"] = mail(box, to=[A], username="k", password="right")
        await one.tries(hours=10)
    assert one.only().state is DeliveryState.SENT


async def test_clocks_that_are_set_lose_and_repeat_nothing(desk: Callable[..., Desk]) -> None:
    """An hour back right after a failed try, then a day forward."""
    async with receiver(reply("500 Oops"), reply("500 Oops"), reply("200 OK")) as there:
        one = desk(hook(there))
        await one.tries()
        one.now -= HOUR
        await one.tries()
        one.now += 25 * HOUR
        await one.tries(hours=3)
        await one.tries(hours=48)
    assert one.only().state is DeliveryState.SENT
    assert len(there.requests) == 3


async def test_one_that_hangs_does_not_hold_up_the_other(desk: Callable[..., Desk]) -> None:
    """Side by side: the healthy one is done long before the other's time is over."""
    async with receiver(hang) as silent, receiver() as there:
        one = desk(hook(silent, "slow", timeout="4s"), hook(there))
        began = time.monotonic()
        arrived: list[float] = []

        async def note(writer: Any) -> None:
            arrived.append(time.monotonic() - began)
            writer.write(reply("200 OK"))
            await writer.drain()

        there.answers[:] = [note]
        await one.tries()
    assert arrived
    assert arrived[0] < 4
    assert one.only("desk").state is DeliveryState.SENT
    assert one.only("slow").state is DeliveryState.OWED
