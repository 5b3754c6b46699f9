"""What the steps of the route are handed, and how they touch the archive without being torn apart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from archive.store import Archive
from crawler.worker_process import Worker
from scheduler.orders import Orders

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


async def finished(work: Awaitable[T]) -> T:
    """Waits for work that must not be left half known: a cancellation is taken up after it has ended."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)
        raise
