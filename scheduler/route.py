"""The way of an item, from a source to the people who wait for it: the map of the whole program.

::

    collect   archive.claim_sources       leased to us; each carries what we know of it (etag, known keys)
              | crawler.crawl             pages in; items out as they are read, the visit's end last
              | archive.lesson            lines that recur under other titles of the outlet leave the text
              | sift                      the source's own filter (``only``); what it leaves out is accounted for
              | alerts.match              items × rules -> what is owed; before the write lock is taken
              | archive.keep              identity and story judged again inside; only fresh items and what they owe:
                                          one transaction a batch
              | archive.checked           etag, next check, health: last, so that a crash repeats the visit
    deliver   archive.claim_deliveries    what is owed and due becomes deliveries with an id; leased
              | compose, archive.freeze   in the same commit: the message is frozen before the first try
              | alerts.send               sent | retry | gave up
              | archive.settle            after the act, never before

A crash between any two steps loses nothing: what was not kept is seen again at the next visit, what was kept is owed,
what was sent and not settled is sent again under the same id.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

import anyio

from archive.errors import ArchiveError
from archive.model import NewsItem, Rejected, Visit
from crawler.crawl import crawl
from scheduler.afterwards import errand_of
from scheduler.intake import FirstVisit, account, checked, take_in
from scheduler.line import Line, finished, utc_now
from scheduler.telling import send_due

News: TypeAlias = NewsItem | Rejected | Visit

BATCH = 50
SOURCE_LEASE = timedelta(minutes=30)


async def collect(line: Line, names: Sequence[str], *, scheduled: bool = True) -> list[Visit]:
    """Visits the named sources and keeps what is new; returns the visits that ended, in the order they ended.

    Names that another process is visiting right now are left to it and are missing from the answer. ``scheduled`` is
    False for a visit somebody asked for out of turn: it does not count missed ticks.
    """
    orders = line.orders
    now = utc_now()
    known = await asyncio.to_thread(line.archive.claim_sources, names, now, line.owner, SOURCE_LEASE)
    if not known:
        return []
    errands = [await errand_of(line, orders, name, known[name], scheduled=scheduled) for name in known]
    visits: list[Visit] = []
    first = FirstVisit(known)
    fresh: Counter[str] = Counter()
    try:
        async for batch in _batches(crawl(errands, orders.crawl, line.worker)):
            await take_in(line, orders, known, first.released(batch), fresh)
            await account(line, [got for got in batch if isinstance(got, Rejected)])
            for visit in batch:
                if isinstance(visit, Visit):
                    visits.append(await checked(line, orders, replace(visit, new=fresh[visit.source]), scheduled))
    finally:
        unfinished = set(known) - {visit.source for visit in visits}
        if unfinished:  # cancelled, or the archive refused: the next visit sees the same news again
            with suppress(ArchiveError):  # then the lease stays ours, and is no hindrance to ourselves
                await finished(asyncio.to_thread(line.archive.release_sources, sorted(unfinished), line.owner))
    return visits


async def _batches(stream: AsyncGenerator[News]) -> AsyncIterator[list[News]]:
    """What has arrived by now, at once: one item when they trickle, up to ``BATCH`` when they pour."""
    send, receive = anyio.create_memory_object_stream[News](2 * BATCH)

    async def pump() -> None:
        async with send, aclosing(stream) as arriving:
            async for item in arriving:
                await send.send(item)

    pumping = asyncio.create_task(pump())
    try:
        async for item in receive:
            batch = [item]
            with suppress(anyio.WouldBlock, anyio.EndOfStream):
                while len(batch) < BATCH:
                    batch.append(receive.receive_nowait())
            yield batch
        await pumping
    finally:
        pumping.cancel()
        await asyncio.gather(pumping, return_exceptions=True)
        receive.close()


async def deliver(line: Line, channels: Collection[str]) -> int:
    """Sends what is due to the named channels, side by side, until nothing is due or the channel fails; returns how
    many were tried."""
    return sum(await asyncio.gather(*(_deliver_to(line, channel) for channel in channels)))


async def _deliver_to(line: Line, channel: str) -> int:
    tried = 0
    while (sending := await send_due(line, channel)).tried:
        tried += sending.tried
        if sending.failing:
            break
    return tried
