"""Channels beside each other, with real receivers that misbehave: nobody waits for anybody, the operator hears once."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from alerts.channels import WebhookSettings
from alerts.compose import test_message as message_of_test
from alerts.rules import Rules
from alerts.send import Sender
from archive.model import Outcome, Told, Trouble
from archive.settling import Ended
from archive.store import Archive
from crawler.settings import CrawlSettings
from crawler.worker_process import Worker
from scheduler import cadence, composing, telling, trouble
from scheduler.line import Line
from scheduler.orders import Orders
from scheduler.route import deliver
from scheduler.service import Service
from tests.alerts.receiver import Answer, Receiver, accept_and_pour, cut, drip, hang, receiver, reply
from tests.archive.samples import item, judged, promise

PATIENCE = 60.0


def hook(name: str, url: str, timeout: float = 60.0) -> WebhookSettings:
    return WebhookSettings(name=name, url=url, allow_addresses=("127.0.0.0/8",), timeout=timeout)


def line_of(archive: Archive, hooks: Sequence[WebhookSettings], operator: tuple[str, ...] = ()) -> Line:
    sender = Sender({one.name: one for one in hooks})
    orders = Orders({}, {}, CrawlSettings(), Rules([]), tuple(one.name for one in hooks), sender, operator)
    return Line(archive, orders, Worker(), "me:1:1")


def owe(archive: Archive, channel: str, many: int = 1) -> None:
    now = datetime.now(UTC)
    batch = [judged(item(f"{channel}{n}", seen_at=now), promise(channel=channel)) for n in range(many)]
    archive.keep(batch, now, via="crawl")


@asynccontextmanager
async def serving(line: Line) -> AsyncIterator[Service]:
    """A service on this line while the block runs."""
    service, stop = Service(line, lambda: line.orders), asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    try:
        yield service
    finally:
        stop.set()
        await running


async def until(true: object, what: str) -> None:
    """Waits for something to become true."""
    end = time.monotonic() + PATIENCE
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, f"waited in vain for: {what}"
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "bad", [hang, drip, cut, accept_and_pour, reply("500 Oops"), reply("429 Slow", b"", "Retry-After: 99")]
)
async def test_an_alert_passes_by_everything_that_waits_for_a_receiver_that_misbehaves(
    archive: Archive, bad: Answer
) -> None:
    """Two hundred due for one channel, whose receiver holds on to every try; then a single alert for another."""
    async with receiver(bad) as one, receiver() as other:
        line = line_of(archive, [hook("bad", one.url), hook("good", other.url)])
        owe(archive, "bad", 200)
        async with serving(line) as service:
            await until(lambda: one.requests, "the first try")
            owe(archive, "good")
            service.ring()
            await until(lambda: other.requests, "the alert")
    assert len(other.requests) == 1


async def test_a_name_that_nobody_answers_for_holds_up_neither_archive_nor_channels(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty channels whose names the resolver is silent about: the loop's own threads stay free."""
    silent, real = threading.Event(), socket.getaddrinfo

    def lookup(host: object, *rest: object, **more: object) -> object:
        if str(host).endswith(".silent.example"):
            silent.wait(PATIENCE)
            raise socket.gaierror("no answer")
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    bad = [hook(f"bad{n}", f"http://n{n}.silent.example/") for n in range(40)]
    async with receiver() as other:
        line = line_of(archive, [*bad, hook("good", other.url)])
        for one in bad:
            owe(archive, one.name)
        async with serving(line) as service:
            await until(lambda: len(service._busy) == 40, "all names to be looked up")
            owe(archive, "good")
            service.ring()
            await until(lambda: other.requests, "the alert")
            silent.set()


async def test_the_operator_hears_of_a_channel_once_and_once_when_it_works_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty deliveries fail again and again; two services; then the receiver comes back."""
    monkeypatch.setattr(trouble, "LONG", ((5, timedelta(0)),))
    monkeypatch.setattr(cadence, "RETRY_AFTER", (timedelta(milliseconds=50),) * 60)
    async with receiver(reply("503 Busy")) as bad, receiver() as desk:
        hooks = [hook("bad", bad.url), hook("desk", desk.url)]
        owe(archive, "bad", 50)
        lines = [line_of(archive, hooks, ("bad", "desk")) for _ in range(2)]
        lines[1].owner = "other:2:2"
        for _ in range(6):
            await asyncio.gather(*(deliver(line, ["bad", "desk"]) for line in lines))
        assert archive.channel_troubles()["bad"].told
        bad.answers[:] = [reply("204 OK")]
        await until_sent(archive, lines)
        for line in lines:
            await line.orders.sender.aclose()
    notices = [request.body for request in desk.requests]
    assert [b'"state":"failing"' in body for body in notices] == [True, False]
    assert b'"state":"recovered"' in notices[1]
    assert archive.channel_troubles() == {}


async def until_sent(archive: Archive, lines: Sequence[Line]) -> None:
    end = time.monotonic() + PATIENCE
    while archive.deliveries("owed"):
        assert time.monotonic() < end
        for line in lines:
            await deliver(line, line.orders.channels)
        await asyncio.sleep(0.05)


async def test_410_disables_the_channel_and_the_operator_hears_of_it_once(archive: Archive) -> None:
    """Many tries were under way at that moment; what is owed stays owed, and comes when it is enabled."""
    async with receiver(reply("410 Gone")) as gone, receiver() as desk:
        line = line_of(archive, [hook("gone", gone.url), hook("desk", desk.url)], ("gone", "desk"))
        owe(archive, "gone", 20)
        await deliver(line, ["gone"])
        await deliver(line, ["desk", "gone"])
        assert len(archive.deliveries("owed", channel="gone")) == 20
        assert [b'"state":"disabled"' in request.body for request in desk.requests] == [True]
        assert len(gone.requests) <= telling.AT_ONCE
        gone.answers[:] = [reply("200 OK")]
        assert archive.enable_channel("gone")
        await until_sent(archive, [line])
        await line.orders.sender.aclose()
    assert [b'"state":"recovered"' in request.body for request in desk.requests] == [False, True]


async def test_a_receiver_that_fails_is_left_alone_and_what_waits_for_it_keeps_its_tries(archive: Archive) -> None:
    """Two hundred due, every answer is 500: a few tries, not two hundred, and the rest is free for the next round."""
    async with receiver(reply("500 Oops")) as bad:
        line = line_of(archive, [hook("bad", bad.url)])
        owe(archive, "bad", 200)
        assert await deliver(line, ["bad"]) <= 2 * telling.IN_VAIN
        untried = [one for one in archive.deliveries("owed", limit=1000) if not one.tries]
        assert len(untried) >= 190
        bad.answers[:] = [reply("200 OK")]
        await deliver(line, ["bad"])
        await line.orders.sender.aclose()
    assert archive.stats()["deliveries_sent"] >= 190


async def test_no_delivery_is_sent_twice_by_two_services_that_send_side_by_side(archive: Archive) -> None:
    """Three hundred deliveries to five channels."""
    async with receiver(reply("200 OK")) as one:
        hooks = [hook(f"c{n}", one.url) for n in range(5)]
        for each in hooks:
            owe(archive, each.name, 60)
        lines = [line_of(archive, hooks) for _ in range(2)]
        lines[1].owner = "other:2:2"
        await asyncio.gather(*(deliver(line, line.orders.channels) for line in lines))
        for line in lines:
            await line.orders.sender.aclose()
    ids = ids_of(one)
    assert len(ids) == len(set(ids)) == 300
    assert archive.stats()["deliveries_sent"] == 300


def ids_of(there: Receiver) -> list[str]:
    return [request.headers["webhook-id"] for request in there.requests]


async def test_a_message_that_cannot_be_composed_holds_up_no_other(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It fails like any other try; the eight claimed with it are sent."""
    real = composing.compose

    def compose(delivery: object, stories: Sequence[object], *rest: object) -> object:
        if any("number" not in getattr(story, "title", "") for story in stories):
            raise ValueError("a fault of ours")
        return real(delivery, stories, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(composing, "compose", compose)
    async with receiver() as one:
        line = line_of(archive, [hook("c", one.url)])
        owe(archive, "c", 4)
        now = datetime.now(UTC)
        archive.keep([judged(item("bad", title="Strange", seen_at=now), promise(channel="c"))], now, via="crawl")
        owe(archive, "c", 7)
        await deliver(line, ["c"])
        await line.orders.sender.aclose()
    (left,) = archive.deliveries("owed")
    assert left.last_error == "internal error: the message could not be composed"
    assert len(one.requests) == 7


async def test_a_channel_taken_out_of_the_configuration_while_it_is_told_gives_the_rest_back(archive: Archive) -> None:
    """A reload in the middle of a long queue: nothing is tried for a channel that is not there, nothing is lost."""
    async with receiver() as one:
        line = line_of(archive, [hook("c", one.url)])
        owe(archive, "c", 40)
        gone = line_of(archive, []).orders

        async def leave() -> None:
            await until(lambda: len(one.requests) >= 6, "some deliveries")
            line.orders = gone

        sender = line.orders.sender
        await asyncio.gather(deliver(line, ["c"]), leave())
        await sender.aclose()
    waiting = archive.deliveries("owed")
    assert waiting
    assert {delivery.tries for delivery in waiting} == {0}
    assert len(archive.claim_deliveries(datetime.now(UTC), "other", timedelta(1), channels=["c"])) == len(waiting)
    assert len(waiting) + len(one.requests) == 40


def test_what_a_judge_of_channels_raises_undoes_the_whole_settling(archive: Archive) -> None:
    """Nothing half done: the try is not noted either."""

    def judge(before: Trouble | None, end: Ended) -> tuple[Trouble | None, Sequence[tuple[str, dict[str, object]]]]:
        raise ValueError("a fault of ours")

    number = archive.owe_message("c", "notice", message_of_test("c", datetime.now(UTC)), datetime.now(UTC))
    with pytest.raises(ValueError, match="a fault of ours"):
        archive.settle(number, Told(Outcome.RETRY, "x"), datetime.now(UTC), None, judge)
    assert archive.delivery_tries(number) == []
