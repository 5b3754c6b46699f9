"""What the steps of the route are handed, and how they touch the archive without being torn apart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from archive.model import Delivery
from archive.store import Archive
from crawler.worker_process import Worker
from scheduler.composing import composed
from scheduler.counts import Counts
from scheduler.orders import Orders
from scheduler.outbox import Outbox

T = TypeVar("T")


def utc_now() -> datetime:
    """The time, in one place."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Line:
    """What the steps are handed: the archive, the crawl worker, the orders in force, and who we are."""

    archive: Archive
    orders: Orders
    worker: Worker
    owner: str
    ring: Callable[[], None] = lambda: None
    """Called when something new is owed."""
    clock: Callable[[], datetime] = utc_now
    """What deliveries take for the time."""
    counts: Counts = field(default_factory=Counts)
    """What was done since the start."""
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self)

    def claimed(self, channels: Sequence[str], each: int, lease: timedelta) -> dict[str, list[Delivery]]:
        """Leases what is due for the named channels, a few deliveries of each, in a thread of the caller's.

        New ones are composed and frozen with the same commit: nobody waits for the disk twice before an alert goes out.
        """
        now = self.clock()
        claimed = self.archive.claim_deliveries(
            now,
            self.owner,
            lease,
            channels=channels,
            limit=each * len(channels),
            each=each,
            bounds=self.orders.bounds(now, channels),
            compose=partial(composed, self),
        )
        per_channel: dict[str, list[Delivery]] = {}
        for delivery in claimed:
            per_channel.setdefault(delivery.channel, []).append(delivery)
        return per_channel


async def finished(work: Awaitable[T]) -> T:
    """Waits for work that must not be left half known: a cancellation is taken up after it has ended."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
