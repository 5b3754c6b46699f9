"""Messages out: deliveries are claimed, composed, frozen, sent and settled. Steps of ``route.deliver``.

Every channel has a queue of its own and takes from the archive by itself what is due for it: one that hangs, or has
thousands waiting, delays no other. What many channels want written at the same time is one transaction.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import structlog

from alerts.send import AT_ONCE
from archive.errors import (
    ArchiveBusyError,
    ArchiveFullError,
    ArchiveReadOnlyError,
    ArchiveUnreachableError,
)
from archive.model import Delivery, Outcome, Told, rfc3339
from archive.settling import Settlement
from scheduler import cadence
from scheduler.composing import composed
from scheduler.line import Line, finished

log = structlog.get_logger()
T = TypeVar("T")

AWAY = (ArchiveBusyError, ArchiveFullError, ArchiveReadOnlyError, ArchiveUnreachableError)
WRITE_AGAIN = 2.0
WRITE_FOR = 480.0
"""Seconds between, and for, the tries to write down what came of a sending."""

FRESH = 60.0
"""Seconds after its claim in which a delivery is begun, else it is given back: with the longest deadline of a channel
(a quarter of an hour) and ``WRITE_FOR`` this is less than it is leased."""


IN_VAIN = AT_ONCE
"""Tries of a channel that fail one after the other until it is left alone for a while (``cadence.rest``): what else
waits for it keeps its tries, and a receiver in trouble is not pressed."""


@dataclass(slots=True)
class Queue:
    """What was claimed for one channel and is not begun. ``until`` (monotonic) ends the time to begin it; ``dry`` when
    nothing more was due; ``stopped`` when the receiver wants no more. ``in_vain`` counts the last tries that failed."""

    channel: str
    waiting: deque[Delivery] = field(default_factory=deque)
    until: float = 0.0
    dry: bool = False
    stopped: bool = False
    tried: int = 0
    in_vain: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def failing(self) -> bool:
        """Whether the channel is to be left alone now."""
        return self.in_vain >= IN_VAIN

    def fill(self, claimed: Sequence[Delivery]) -> None:
        """Put in what was claimed just now, already composed."""
        self.waiting.extend(claimed)
        self.until = time.monotonic() + FRESH


@dataclass(frozen=True, slots=True)
class Sending:
    """How it went with one channel: how many were tried, and whether it fails so that it should be left alone."""

    tried: int
    failing: bool


async def send_due(line: Line, channel: str, claimed: Sequence[Delivery] = ()) -> Sending:
    """Sends what is due for one channel, a few deliveries side by side, until nothing is or one after the other fails.

    ``claimed`` is what was claimed for it already. A delivery that fails in an unforeseen way is tried again later like
    any other and does not hold up the rest. When the receiver wants no more, or the archive takes nothing
    (``ArchiveError``), what was not tried is given back.
    """
    queue = Queue(channel)
    queue.fill(claimed)
    try:
        queue.waiting = deque(await _ready(line, claimed))
        ends = await asyncio.gather(*(_one_by_one(line, queue) for _ in range(AT_ONCE)), return_exceptions=True)
    except Exception:
        await _give_back(line, queue)
        raise
    await _give_back(line, queue)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return Sending(queue.tried, queue.failing)


async def _give_back(line: Line, queue: Queue) -> None:
    if left := [delivery.id for delivery in queue.waiting]:
        await _written_down(lambda: asyncio.to_thread(line.archive.release_deliveries, left, line.owner))


async def _one_by_one(line: Line, queue: Queue) -> None:
    try:
        while (delivery := await _next(line, queue)) is not None:
            queue.tried += 1
            told = await _tried(line, delivery)
            await _settle(line, delivery, told)
            queue.stopped |= told.disable
            queue.in_vain = queue.in_vain + 1 if told.outcome is Outcome.RETRY else 0
    except BaseException:
        queue.stopped = True
        raise


async def _next(line: Line, queue: Queue) -> Delivery | None:
    async with queue.turn:
        if queue.failing:
            return None
        if not queue.waiting and not queue.dry and not queue.stopped and queue.channel in line.orders.channels:
            claimed = await line.outbox.claim(queue.channel)
            queue.dry = not claimed
            if claimed:
                queue.fill(claimed)
                queue.waiting = deque(await _ready(line, claimed))
        if queue.channel not in line.orders.channels:  # looked at last: the archive was waited for
            queue.stopped = True  # a reload took it out of the configuration: what is owed waits for it
        if queue.stopped or not queue.waiting or time.monotonic() > queue.until:
            return None
        return queue.waiting.popleft()


async def _ready(line: Line, claimed: Sequence[Delivery]) -> list[Delivery]:
    """What was claimed, each composed and written down before anybody is told; most were when they were claimed. One
    that cannot be composed is handed on as it is: sending it fails, and is written down like any other failure."""
    new = [delivery for delivery in claimed if delivery.message is None]
    if not new:
        return list(claimed)
    messages = await asyncio.to_thread(composed, line, new)
    frozen = await line.outbox.freeze(messages) if messages else {}
    return [replace(one, message=frozen.get(one.id, one.message)) for one in claimed]


async def _tried(line: Line, delivery: Delivery) -> Told:
    if delivery.message is None:
        return Told(Outcome.RETRY, "internal error: the message could not be composed")
    try:
        return await line.orders.sender.send(delivery)
    except Exception as error:
        log.exception("delivery failed unexpectedly", delivery=delivery.id, channel=delivery.channel)
        return Told(Outcome.RETRY, f"internal error: {type(error).__name__}")


async def _settle(line: Line, delivery: Delivery, told: Told) -> None:
    now = line.clock()
    again = cadence.next_try(delivery.tries + 1, now, told.retry_after) if told.outcome is Outcome.RETRY else None
    if told.outcome is Outcome.RETRY and again is None and not told.disable:
        told = replace(told, outcome=Outcome.GAVE_UP, answer=f"gave up after {delivery.tries + 1} tries: {told.answer}")
    settlement = Settlement(delivery.id, told, now, again)
    news = await _written_down(lambda: line.outbox.settle(settlement))
    line.counts.tried(delivery.channel, told.outcome.value, delivery.message, now)
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
    if news is not None:
        line.ring()


async def _written_down(write: Callable[[], Awaitable[T]]) -> T:
    """Writes, again and again while the archive is away: what was sent and is not settled would be sent again, what is
    not given back would wait for its lease to run out."""
    until = time.monotonic() + WRITE_FOR
    while True:
        try:
            return await finished(write())
        except AWAY as error:
            if time.monotonic() > until:
                raise
            log.warning("what became of a delivery is not written down yet, tried again", error=str(error))
        await asyncio.sleep(WRITE_AGAIN)
