"""Messages out: a claimed delivery is composed, frozen, sent and settled. Steps of ``route.deliver``."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from alerts.compose import compose, notice
from archive.errors import ArchiveError
from archive.model import Delivery, Outcome, Told, rfc3339
from scheduler import cadence
from scheduler.line import Line, finished, utc_now

log = structlog.get_logger()


async def send_all(line: Line, queue: Sequence[Delivery]) -> None:
    """Sends claimed deliveries of one channel; how many at a time is the sender's choice. One that fails in an
    unforeseen way is tried again later like any other and does not hold up the rest."""
    await asyncio.gather(*(_guarded(line, delivery) for delivery in queue))


async def _guarded(line: Line, delivery: Delivery) -> None:
    try:
        await _send_one(line, delivery)
    except ArchiveError:
        raise
    except Exception as error:
        log.exception("delivery failed unexpectedly", delivery=delivery.id, channel=delivery.channel)
        await _settle(line, delivery, Told(Outcome.RETRY, f"internal error: {type(error).__name__}"))


async def _send_one(line: Line, delivery: Delivery) -> None:
    if delivery.message is None:
        delivery = await asyncio.to_thread(_freeze, line, delivery)
    await _settle(line, delivery, await line.orders.sender.send(delivery))


def _freeze(line: Line, delivery: Delivery) -> Delivery:
    """Composes the message of a delivery and writes it down before anybody is told."""
    stories = [story for story in map(line.archive.story, delivery.stories) if story]
    spans = {item.id: line.archive.spans(item.id) for story in stories for item in story.items}
    message = compose(delivery, stories, spans, line.orders.stores, utc_now())
    return replace(delivery, message=line.archive.freeze(delivery.id, message))


async def _settle(line: Line, delivery: Delivery, told: Told) -> None:
    now = utc_now()
    again = cadence.next_try(delivery.tries + 1, now, told.retry_after) if told.outcome is Outcome.RETRY else None
    if told.outcome is Outcome.RETRY and again is None and not told.disable:
        told = replace(told, outcome=Outcome.GAVE_UP, answer=f"gave up after {delivery.tries + 1} tries: {told.answer}")
    await finished(asyncio.to_thread(line.archive.settle, delivery.id, told, now, again))
    log.info(
        "delivery",
        id=delivery.id,
        channel=delivery.channel,
        kind=delivery.kind,
        outcome=told.outcome.value,
        tries=delivery.tries + 1,
        rules=",".join(delivery.rules),
        answer=told.answer,
        **({"next": rfc3339(again)} if again else {}),
    )
    if told.disable or told.outcome is Outcome.GAVE_UP:
        await _tell_operator(line, delivery, told)


async def _tell_operator(line: Line, delivery: Delivery, told: Told) -> None:
    """Owes the operator a notice about a channel in trouble, through the operator's other channels."""
    if delivery.kind == "notice":  # a notice about a notice would go round in circles
        return
    state = "disabled" if told.disable else "gave-up"
    remedy = (
        f"What is owed stays owed. When the receiver is back: khabardar channel enable {delivery.channel}"
        if told.disable
        else f"To send it again: khabardar delivery retry {delivery.id}"
    )
    text = f"The channel {delivery.channel!r} answered: {told.answer}. {remedy}"
    subject = f"Channel {delivery.channel} {'is disabled' if told.disable else 'could not be told'}"
    now = utc_now()
    message = notice(subject, text, about=delivery.channel, state=state, since=now, now=now)
    for channel in line.orders.operator:
        if channel != delivery.channel:
            await finished(asyncio.to_thread(line.archive.owe_message, channel, "notice", message, now))
    line.ring()
