"""The service: start, run until told to stop, drain, stop. It owns the tasks; the engine only rings."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from alerts.match import warm
from archive.claims import SourceState
from archive.errors import ArchiveError
from archive.model import Delivery, rfc3339
from scheduler import cadence, upkeep
from scheduler.afterwards import tell_operator
from scheduler.inprocess import Engine
from scheduler.jobs import TIMETABLE
from scheduler.line import Line, utc_now
from scheduler.orders import Orders
from scheduler.outbox import DELIVERY_LEASE, EACH
from scheduler.ping import Ping
from scheduler.route import collect
from scheduler.telling import send_due

log = structlog.get_logger()

VISITS_AT_ONCE = 32
AGAIN = timedelta(seconds=30)
"""When a visit is tried again that could not be made: leased by another process, or the archive refused."""

STAGGER = timedelta(milliseconds=200)
"""Between the first visits after a start, so that forty sources do not ring at once."""

DRAIN = 4.0
"""Seconds that running work has to end by itself when the service stops; with what follows it is under ten."""

CLOCK_JUMP = 20.0
CLOCK_LOOK = 5.0
"""Seconds by which the wall clock must have been set to be noticed, and between two looks at it."""

LOOK_AGAIN = 60.0
"""Seconds until the orders are looked at again for somebody to call outside."""

SOON = 5.0
"""Seconds that a channel waits whose deliveries the archive would not take in."""


class Service:
    """Visits every source at its time and sends what is due, until stopped.

    ``line.orders`` is replaced as a whole by ``reload``; what runs already ends under the old orders.
    """

    def __init__(self, line: Line, load: Callable[[], Orders]) -> None:
        self._line = line
        self._load = load
        self._engine = Engine()
        self._tasks: set[asyncio.Task[None]] = set()
        self._visiting: set[str] = set()
        self._busy: set[str] = set()
        self._resting: dict[str, tuple[int, float]] = {}  # channel to how often in a row, and until when (monotonic)
        self._planned_from: dict[str, datetime | None] = {}
        self._places = asyncio.Semaphore(VISITS_AT_ONCE)
        self._claiming = False
        self._rung_again = False
        self._reloading = asyncio.Lock()
        self._reload_waits: asyncio.Task[bool] | None = None
        self._wall_minus_monotonic = time.time() - time.monotonic()
        self._last_tick = time.monotonic()
        line.ring = self.ring

    # -- life ---------------------------------------------------------------------------------------------------------

    async def run(self, stop: asyncio.Event, started: Callable[[], None] = lambda: None) -> None:
        """Runs until ``stop`` is set, then ends within ten seconds with nothing half done. ``started`` is called when
        everything is under way."""
        await asyncio.to_thread(upkeep.drop_dead_leases, self._line.archive, utc_now())
        await asyncio.to_thread(upkeep.warn_of_strangers, self._line.archive, self._line.orders.channels)
        await asyncio.to_thread(upkeep.trust_no_other_clock, self._line.archive, self._line.clock())
        self._engine.start()
        self._plan_timetable()
        self._start(self.watch_clock, "watch")
        self._start(self.call_outside, "watch:outside")
        await self._make_ready(stop)
        await self._plan_sources()
        log.info("started", sources=len(self._line.orders.enabled), rules=len(self._line.orders.rules.rules))
        started()
        try:
            await stop.wait()
        finally:
            await self._stop()

    async def _make_ready(self, stop: asyncio.Event) -> None:
        """The first visits wait for the index of the rules; what is due, the web and the word to stop do not."""
        orders = self._line.orders
        self._start(partial(asyncio.to_thread, orders.sender.warm), "watch: what channels need")
        ready = asyncio.create_task(asyncio.to_thread(warm, orders.rules))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({ready, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if ready.done() and (error := ready.exception()) is not None:
            log.error("the rules could not be made ready beforehand", error=f"{type(error).__name__}: {error}")

    async def reload(self) -> bool:
        """Takes up the configuration anew; a bad one is refused whole and the running one stays in force.

        One at a time, or an older reading of the file could end up in force; while one is under way the next waits, and
        serves all who ask meanwhile: each of them hears what came of it, when it has come.
        """
        waiting = self._reload_waits
        if waiting is None:
            waiting = self._reload_waits = asyncio.create_task(self._reloaded())
        return await asyncio.shield(waiting)

    async def _reloaded(self) -> bool:
        async with self._reloading:
            self._reload_waits = None  # who asks from now on may have written the file after it was read
            return not self._stopping and await self._taken_up()

    async def _taken_up(self) -> bool:
        try:
            orders = await asyncio.to_thread(self._load)
            await asyncio.to_thread(warm, orders.rules)
        except Exception as error:
            log.error("reload refused, the running configuration stays in force", error=str(error))
            self._line.counts.reloads["refused"] += 1
            return False
        old, self._line.orders = self._line.orders, orders
        self._resting.clear()  # perhaps it was an address that has been put right
        self._start(partial(self._close_when_idle, old))
        await self._plan_sources()
        await asyncio.to_thread(upkeep.warn_of_strangers, self._line.archive, orders.channels)
        self._line.counts.reloads["done"] += 1
        log.info("reloaded", sources=len(orders.enabled), rules=len(orders.rules.rules))
        self.ring()
        return True

    def alive(self) -> bool:
        """Whether the timetable still ticks."""
        return time.monotonic() - self._last_tick < 30

    async def _stop(self) -> None:
        log.info("stopping", visits=len(self._visiting), channels=len(self._busy))
        self._engine.stop()
        for task in self._tasks:
            if task.get_name().startswith(("visit:", "watch")):
                task.cancel()
        ending = asyncio.create_task(self._line.worker.stop())
        _, slow = await asyncio.wait({ending, *self._tasks}, timeout=DRAIN)
        for task in slow - {ending}:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        await self._line.orders.sender.aclose()
        try:
            await asyncio.to_thread(self._line.archive.drop_lease, self._line.owner)
        except ArchiveError as error:
            log.warning("leases could not be given back, they run out by themselves", error=str(error))
        log.info("stopped")

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]], name: str = "") -> None:
        task = asyncio.create_task(self._guarded(work), name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """A task that fails is logged and the service goes on."""
        try:
            await work()
        except ArchiveError as error:
            log.error("the archive cannot be used now, tried again", error=str(error))
        except Exception:
            log.exception("unexpected, the service goes on")

    def _plan_timetable(self) -> None:
        for job in TIMETABLE:
            self._engine.every(f"job:{job.work}", job.seconds, partial(self._start, getattr(self, job.work)))

    # -- sources ------------------------------------------------------------------------------------------------------

    async def _plan_sources(self) -> None:
        """One plan per source, from what the archive knows; sources that left the configuration lose theirs."""
        states = await asyncio.to_thread(self._line.archive.source_states)
        now, enabled = utc_now(), self._line.orders.enabled
        for plan in self._engine.planned:
            kind, _, name = plan.partition(":")
            if kind == "visit" and name not in enabled:
                self._engine.cancel(plan)
        overdue = 0
        for name in enabled:
            if name in self._visiting:
                continue
            due = self._due(name, states.get(name), now)
            if due <= now:
                due, overdue = now + overdue * STAGGER, overdue + 1
            self._plan(name, due)

    def _due(self, name: str, state: SourceState | None, now: datetime) -> datetime:
        self._planned_from[name] = state.checked_at if state else None
        if state is None:
            return now
        every = self._line.orders.every(name) or timedelta(seconds=self._line.orders.crawl.max_every)
        return cadence.first_due(state.next_check_at, state.checked_at, state.failures, every, now)

    def _plan(self, name: str, due: datetime) -> None:
        self._engine.at(f"visit:{name}", due, partial(self._start, partial(self._visit, name), f"visit:{name}"))

    def visit_now(self, name: str) -> bool:
        """Plans a visit that somebody asked for, out of turn: it takes the place of the next one. False for a source
        that is not visited at all; one that is being visited now is left at that. Belongs into the service's loop."""
        if self._stopping or name not in self._line.orders.enabled:
            return False
        if name not in self._visiting:
            visit = partial(self._visit, name, asked=True)
            self._engine.at(f"visit:{name}", utc_now(), partial(self._start, visit, f"visit:{name}"))
        return True

    async def _visit(self, name: str, asked: bool = False) -> None:
        """One visit of one source, which is never visited twice at once; then the plan for the next. ``asked``:
        somebody wants it now, whether it is due or not."""
        if name in self._visiting or name not in self._line.orders.enabled:
            return
        self._visiting.add(name)
        again = AGAIN
        try:
            async with self._places:
                elsewhere = not asked and await self._visited_elsewhere(name)
                if elsewhere or await collect(self._line, [name], scheduled=not asked):
                    again = timedelta(0)
        finally:
            self._visiting.discard(name)
            if name in self._line.orders.enabled and not self._stopping:
                await self._plan_next(name, again)

    async def _visited_elsewhere(self, name: str) -> bool:
        """Whether another service on this archive was there since we planned, and the source is not due any more."""
        state = (await asyncio.to_thread(self._line.archive.source_states)).get(name)
        if state is None or state.checked_at == self._planned_from.get(name):
            return False
        now = utc_now()
        return self._due(name, state, now) > now

    async def _plan_next(self, name: str, again: timedelta) -> None:
        due = utc_now() + AGAIN
        try:
            if not again:
                states = await asyncio.to_thread(self._line.archive.source_states)
                due = self._due(name, states.get(name), utc_now())  # by the orders in force now
        finally:  # a source without a plan would be silent for ever
            self._plan(name, due)

    @property
    def _stopping(self) -> bool:
        return not self._engine.running

    # -- deliveries ---------------------------------------------------------------------------------------------------

    def ring(self) -> None:
        """Something may be due: look now instead of at the next tick."""
        if not self._stopping:
            self._start(self.deliver)

    async def deliver(self) -> None:
        """Starts what is due, channel by channel: one that hangs delays no other."""
        self._last_tick = time.monotonic()
        self._rung_again = True
        if self._claiming:
            return
        self._claiming = True
        try:
            while self._rung_again:
                self._rung_again = False
                idle = [name for name in self._line.orders.channels if self._may_be_told(name)]
                claimed = await asyncio.to_thread(self._line.claimed, idle, EACH, DELIVERY_LEASE) if idle else {}
                for channel, queue in claimed.items():
                    self._busy.add(channel)
                    self._start(partial(self._send, channel, queue), f"send:{channel}")
        finally:
            self._claiming = False

    def _may_be_told(self, channel: str) -> bool:
        return channel not in self._busy and self._resting.get(channel, (0, 0.0))[1] <= time.monotonic()

    async def _send(self, channel: str, claimed: list[Delivery]) -> None:
        try:
            if (await send_due(self._line, channel, claimed)).failing:
                times = self._resting.get(channel, (0, 0.0))[0] + 1
                self._resting[channel] = times, time.monotonic() + cadence.rest(times)
            else:
                self._resting.pop(channel, None)
        except ArchiveError:  # it took the claim and not the rest: asked again at once, it would go round and round
            await asyncio.sleep(SOON)
            raise
        finally:
            self._busy.discard(channel)
            self.ring()

    async def _close_when_idle(self, old: Orders) -> None:
        sending = {task for task in self._tasks if task.get_name().startswith("send:")}
        if sending:
            await asyncio.wait(sending)
        await old.sender.aclose()

    # -- upkeep -------------------------------------------------------------------------------------------------------

    async def watch_clock(self) -> None:
        """Notices that the wall clock was set, and plans everything anew: APScheduler waits for wall times."""
        while True:
            await asyncio.sleep(CLOCK_LOOK)
            drift = time.time() - time.monotonic()
            moved = drift - self._wall_minus_monotonic
            if abs(moved) < CLOCK_JUMP:
                continue
            log.warning("the clock was set", seconds=round(moved), now=rfc3339(datetime.now(UTC)))
            self._plan_timetable()
            try:
                await self._plan_sources()
                await asyncio.to_thread(upkeep.trust_no_other_clock, self._line.archive, self._line.clock())
                self._wall_minus_monotonic = drift
            except ArchiveError as error:
                log.error("nothing can be planned by the new time, tried again", error=str(error))

    async def call_outside(self) -> None:
        """Calls whom the orders name, as often as they ask, while all is well; see ``ping``."""
        ping = Ping(self._line, self.alive)
        while True:
            orders = self._line.orders.ping
            if orders is not None:
                try:
                    await ping.call(orders)
                except Exception:
                    log.exception("the outside watch was not called, tried again")
            await asyncio.sleep(orders.every if orders is not None else LOOK_AGAIN)

    async def drop_dead_leases(self) -> None:
        """See ``upkeep.drop_dead_leases``."""
        if await asyncio.to_thread(upkeep.drop_dead_leases, self._line.archive, utc_now()):
            self.ring()

    async def tell_operator(self) -> None:
        """See ``afterwards.tell_operator``."""
        await tell_operator(self._line, self._line.orders)

    async def forget_texts(self) -> None:
        """See ``upkeep.cut_texts`` and ``upkeep.forget_texts``."""
        await asyncio.to_thread(upkeep.cut_texts, self._line.archive, self._line.orders.stores, utc_now())
        await asyncio.to_thread(upkeep.forget_texts, self._line.archive, self._line.orders.keep_days, utc_now())

    async def prune(self) -> None:
        """See ``upkeep.prune``."""
        await asyncio.to_thread(upkeep.prune, self._line.archive, utc_now())

    async def tidy(self) -> None:
        """See ``upkeep.tidy``."""
        await asyncio.to_thread(upkeep.tidy, self._line.archive)
