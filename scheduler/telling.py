"""Messages out: a claimed delivery is composed, frozen, sent and settled. Steps of ``route.deliver``."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from alerts.compose import compose, notice, span_of
from alerts.send import AT_ONCE
from archive.errors import (
    ArchiveBusyError,
    ArchiveError,
    ArchiveFullError,
    ArchiveReadOnlyError,
    ArchiveUnreachableError,
)
from archive.model import Delivery, Outcome, Told, rfc3339
from archive.outbox import Notices
from scheduler import cadence
from scheduler.line import Line, finished

log = structlog.get_logger()

AWAY = (ArchiveBusyError, ArchiveFullError, ArchiveReadOnlyError, ArchiveUnreachableError)
WRITE_AGAIN = 2.0
WRITE_FOR = 480.0
"""Seconds between, and for, the tries to write down what came of a sending: less than a delivery is leased."""


async def send_all(line: Line, queue: Sequence[Delivery]) -> None:
    """Sends claimed deliveries of one channel, a few side by side, and ends when none of them is under way any more.

    One that fails in an unforeseen way is tried again later like any other and does not hold up the rest. When the
    receiver wants no more, or the archive takes nothing (``ArchiveError``), the rest is given back untried.
    """
    waiting = deque(queue)
    ends = await asyncio.gather(*(_one_by_one(line, waiting) for _ in range(AT_ONCE)), return_exceptions=True)
    if waiting:
        await _written_down(line.archive.release_deliveries, [delivery.id for delivery in waiting], line.owner)
    for end in ends:
        if isinstance(end, BaseException):
            raise end


async def _one_by_one(line: Line, waiting: deque[Delivery]) -> None:
    while waiting:
        delivery = waiting.popleft()
        try:
            told = await _tried(line, delivery)
        except ArchiveError:
            waiting.append(delivery)  # it could not be frozen: nobody was told
            raise
        await _settle(line, delivery, told)
        if told.disable:
            return


async def _tried(line: Line, delivery: Delivery) -> Told:
    try:
        if delivery.message is None:
            delivery = await asyncio.to_thread(_freeze, line, delivery)
        return await line.orders.sender.send(delivery)
    except ArchiveError:
        raise
    except Exception as error:
        log.exception("delivery failed unexpectedly", delivery=delivery.id, channel=delivery.channel)
        return Told(Outcome.RETRY, f"internal error: {type(error).__name__}")


def _freeze(line: Line, delivery: Delivery) -> Delivery:
    """Composes the message of a delivery and writes it down before anybody is told."""
    stories = [story for story in map(line.archive.story, delivery.stories) if story]
    spans = {item.id: line.archive.spans(item.id) for story in stories for item in story.items}
    now = line.clock()
    span = span_of(delivery)
    watched = set(line.orders.enabled)
    outages = [one for one in line.archive.outages(now - span) if one.source in watched] if span else []
    message = compose(delivery, stories, spans, line.orders.stores, now, outages)
    return replace(delivery, message=line.archive.freeze(delivery.id, message))


async def _settle(line: Line, delivery: Delivery, told: Told) -> None:
    now = line.clock()
    again = cadence.next_try(delivery.tries + 1, now, told.retry_after) if told.outcome is Outcome.RETRY else None
    if told.outcome is Outcome.RETRY and again is None and not told.disable:
        told = replace(told, outcome=Outcome.GAVE_UP, answer=f"gave up after {delivery.tries + 1} tries: {told.answer}")
    notices = _notices(line, delivery, told, now)
    await _written_down(line.archive.settle, delivery.id, told, now, again, notices)
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
    if notices:
        line.ring()


async def _written_down(write: Callable[..., None], *what: object) -> None:
    """Writes, again and again while the archive is away: what was sent and is not settled would be sent again, what is
    not given back would wait for its lease to run out."""
    until = time.monotonic() + WRITE_FOR
    while True:
        try:
            return await finished(asyncio.to_thread(write, *what))
        except AWAY as error:
            if time.monotonic() > until:
                raise
            log.warning("what became of a delivery is not written down yet, tried again", error=str(error))
        await asyncio.sleep(WRITE_AGAIN)


def _notices(line: Line, delivery: Delivery, told: Told, now: datetime) -> Notices:
    """What the operator is to hear of a channel in trouble, through the operator's other channels."""
    if delivery.kind == "notice":  # a notice about a notice would go round in circles
        return ()
    if not told.disable and told.outcome is not Outcome.GAVE_UP:
        return ()
    state = "disabled" if told.disable else "gave-up"
    remedy = (
        f"What is owed stays owed. When the receiver is back: khabardar channel enable {delivery.channel}"
        if told.disable
        else f"To send it again: khabardar delivery retry {delivery.id}"
    )
    text = f"The channel {delivery.channel!r} answered: {told.answer}. {remedy}"
    subject = f"Channel {delivery.channel} {'is disabled' if told.disable else 'could not be told'}"
    message = notice(subject, text, about=delivery.channel, state=state, since=now, now=now)
    return tuple((channel, message) for channel in line.orders.operator if channel != delivery.channel)
