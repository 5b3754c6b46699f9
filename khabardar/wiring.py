"""The one place where concrete things meet: archive, crawl worker, rules, channels, engine and web server."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from alerts.compose import test_message
from alerts.match import match
from alerts.send import Sender
from archive.errors import ArchiveError
from archive.json_item import item_from_json
from archive.model import Delivery, Keeping, NewsItem, Told, Visit
from archive.store import Archive
from crawler.worker_process import Worker
from khabardar import logs
from khabardar.arenas import few_arenas
from khabardar.rules_file import rules_of
from khabardar.settings import Settings, load
from khabardar.systemd import Supervisor
from scheduler.afterwards import tell_operator
from scheduler.intake import correct, keep, learned
from scheduler.line import Line, utc_now
from scheduler.orders import Orders, PingOrders, owner_name
from scheduler.route import collect, deliver
from scheduler.service import Service
from scheduler.upkeep import drop_dead_leases, trust_no_other_clock, warn_of_strangers

if TYPE_CHECKING:
    from khabardar.web.desk import Desk

log = structlog.get_logger()

IMPORT_BATCH = 200
THREADS = 16
"""At the most, for the archive's short transactions and for looking up mail servers: names that nobody answers for must
not keep the archive waiting. A thread is started when all others are at work."""

STOP_WITHIN = 9.0
"""Seconds from the word to stop to the end of the process; a clean stop takes less, unless the archive is stuck."""


@dataclass(frozen=True, slots=True)
class VisitLine:
    """What ``khabardar crawl`` prints of one source; ``status`` is ok, not-modified, failed or busy."""

    source: str
    status: str
    items: int = 0
    new: int = 0
    error: str | None = None


def open_archive(settings: Settings) -> Archive:
    """The archive of a configuration, its schema brought up to date."""
    archive = Archive.open(settings.archive.url)
    try:
        upgrades = archive.migrate(lambda copy: log.info("archive copied before its upgrade", copy=str(copy)))
        if archive.is_new(upgrades):
            log.info("archive made", at=archive.place)
        else:
            for upgrade in upgrades:
                log.info("archive upgraded", to=upgrade)
    except BaseException:
        archive.close()
        raise
    return archive


def orders_of(settings: Settings) -> Orders:
    """What the configuration asks of the clock."""
    zone = settings.service.timezone
    return Orders(
        sources={source.name: source for source in settings.sources},
        only=settings.only,
        crawl=settings.crawl,
        rules=rules_of(settings),
        channels=tuple(channel.name for channel in settings.channels),
        sender=Sender({channel.name: channel for channel in settings.channels}, zone, settings.web.url),
        operator=tuple(settings.service.operator),
        keep_days=settings.archive.keep_days,
        stores={source.name: source.store for source in settings.sources},
        manners={channel.name: channel for channel in settings.channels},
        timezone=zone,
        ping=_ping(settings),
    )


def _ping(settings: Settings) -> PingOrders | None:
    service = settings.service
    if service.ping is None:
        return None
    return PingOrders(service.ping.get_secret_value(), service.ping_every, service.ping_allow_addresses)


def _ready_orders(settings: Settings) -> Orders:
    """The same, with the rules ready for the first item: making their index would hold up its alert."""
    orders = orders_of(settings)
    orders.rules.make_ready()
    return orders


@contextmanager
def _opened(settings: Settings) -> Iterator[Archive]:
    archive = open_archive(settings)
    try:
        yield archive
    finally:
        archive.close()


@asynccontextmanager
async def _line(settings: Settings) -> AsyncIterator[Line]:
    """A line for one command: leases and worker are given back at the end, whatever happens.

    What a killed process had claimed is free at once: no service may be there to clear it away.
    """
    with _opened(settings) as archive:
        drop_dead_leases(archive, utc_now())
        line = Line(archive, _ready_orders(settings), Worker(settings.crawl), owner_name())
        warn_of_strangers(archive, line.orders.channels)
        trust_no_other_clock(archive, line.clock())
        try:
            yield line
        finally:
            await line.worker.stop()
            await line.orders.sender.aclose()
            with suppress(ArchiveError):
                archive.drop_lease(line.owner)


# -- the service ------------------------------------------------------------------------------------------------------


async def serve(settings: Settings) -> None:
    """Runs the service until SIGTERM or SIGINT; SIGHUP takes up the configuration anew.

    Signals are heard from the first moment on, also while the archive is opened and its schema brought up to date. Ten
    seconds after the word to stop the process is gone, whatever the archive does meanwhile.
    """
    few_arenas()
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    threads = ThreadPoolExecutor(THREADS, "archive")
    loop.set_default_executor(threads)
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)  # until there is something to reload
    serving = asyncio.create_task(_serve(settings, stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    ended = loop.time() + STOP_WITHIN
    await asyncio.wait({serving}, timeout=STOP_WITHIN)
    if stop.is_set():
        await _let_go(serving, threads, ended)
    stopping.cancel()
    serving.result()


async def _let_go(serving: asyncio.Task[None], threads: ThreadPoolExecutor, ended: float) -> None:
    """Ends the process at ``ended`` (loop time) if a thread still waits for the archive, locked or gone: a thread
    cannot be ended, and would hold up the end of the process until it is served. Its transaction is rolled back."""
    closing = threading.Thread(target=threads.shutdown, daemon=True)
    closing.start()
    loop = asyncio.get_running_loop()
    while closing.is_alive() or not serving.done():
        if loop.time() > ended:
            log.warning("the archive does not answer; what waited for it is dropped, nothing half done is kept")
            logging.shutdown()
            os._exit(0)
        await asyncio.sleep(0.02)


async def _serve(settings: Settings, stop: asyncio.Event) -> None:
    supervisor = Supervisor()
    async with supervisor.patient():
        archive = await asyncio.to_thread(open_archive, settings)
    try:
        if stop.is_set():
            return
        line = Line(archive, orders_of(settings), Worker(settings.crawl), owner_name())
        desks: list[Desk] = []

        def fresh_orders() -> Orders:
            fresh = _reloaded(settings)
            orders = orders_of(fresh)
            for desk in desks:
                desk.take_up(fresh)
            return orders

        service = Service(line, fresh_orders)
        loop, reloads = asyncio.get_running_loop(), set[asyncio.Task[bool]]()

        def reload() -> None:
            task = loop.create_task(supervisor.reloading(service.reload()))
            reloads.add(task)
            task.add_done_callback(reloads.discard)

        loop.add_signal_handler(signal.SIGHUP, reload)
        telling = loop.create_task(_tell_when_stopping(stop, supervisor))
        async with _web(settings, line, service) as desk, supervisor.watched(service.alive):
            desks += [desk] if desk else []
            await service.run(stop, lambda: supervisor.ready(f"{len(line.orders.enabled)} sources are watched"))
        telling.cancel()
    finally:
        archive.close()


async def _tell_when_stopping(stop: asyncio.Event, supervisor: Supervisor) -> None:
    await stop.wait()
    supervisor.stopping()


def _reloaded(running: Settings) -> Settings:
    """The configuration as the file has it now; what only a restart can change is pointed out."""
    fresh = load(running.path)
    logs.add_secrets(fresh.secrets)
    if fresh.archive.url != running.archive.url:
        log.warning("this change needs a restart", key="archive.url")
    if fresh.web != running.web:
        log.warning("this change needs a restart", key="web")
    if (fresh.service.log, fresh.service.log_level) != (running.service.log, running.service.log_level):
        log.warning("this change needs a restart", key="service.log")
    return fresh


@asynccontextmanager
async def _web(settings: Settings, line: Line, service: Service) -> AsyncIterator[Desk | None]:
    if not settings.web.listen:
        yield None
        return
    from khabardar.web.application import application
    from khabardar.web.desk import Desk, Works
    from khabardar.web.metrics import Metrics
    from khabardar.web.server import Web

    works = Works(line.worker, service.visit_now, service.ring)
    desk = Desk(line.archive, settings, service.alive, service.reload, works)
    password = settings.web.password
    more = [Metrics(line, service.alive).route]
    web = Web(application(desk, password.get_secret_value() if password else None, more), settings.web.listen)
    web.start()
    log.info("listening", address="{}:{}".format(*web.address))
    try:
        yield desk
    finally:
        await web.stop()
        desk.close()


# -- single commands --------------------------------------------------------------------------------------------------


async def crawl_once(
    settings: Settings, names: Iterable[str], on_visit: Callable[[VisitLine], None] = lambda _: None
) -> list[VisitLine]:
    """Visits the named sources now, whether due or not, matches, and delivers what is due. ``on_visit`` hears of every
    source as it ends."""
    lines: list[VisitLine] = []
    async with _line(settings) as line:

        async def visit(name: str) -> None:
            lines.append(_visit_line(name, await collect(line, [name], scheduled=False)))
            on_visit(lines[-1])

        async with asyncio.TaskGroup() as visits:
            for name in names:
                visits.create_task(visit(name))
        await tell_operator(line, line.orders)
        await deliver(line, line.orders.channels)
    return lines


def _visit_line(name: str, visits: list[Visit]) -> VisitLine:
    if not visits:
        return VisitLine(name, "busy", error="another process is visiting this source right now")
    visit = visits[0]
    return VisitLine(name, visit.status.value, visit.items, visit.new, visit.error)


async def import_lines(
    settings: Settings, lines: Iterable[str], *, alert: bool, on_bad: Callable[[int, str], None]
) -> dict[str, int]:
    """Puts items from JSON lines into the archive by the same way as crawled ones.

    ``on_bad`` hears the number of every line that cannot be taken, and why. With ``alert`` what is due is delivered at
    the end; without, nothing is owed to anybody. Answers with the counts read, new, known and rejected.
    """
    counts = {"read": 0, "new": 0, "known": 0, "rejected": 0}
    async with _line(settings) as line:
        batch: list[tuple[int, NewsItem]] = []
        for number, text in enumerate(lines, start=1):
            if not text.strip():
                continue
            counts["read"] += 1
            try:
                batch.append((number, item_from_json(_object(text))))
            except ValueError as error:
                counts["rejected"] += 1
                on_bad(number, str(error))
            if len(batch) >= IMPORT_BATCH:
                await _import(line, batch, alert, counts, on_bad)
                batch = []
        await _import(line, batch, alert, counts, on_bad)
        if alert:
            await deliver(line, line.orders.channels)
    return counts


def _object(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("not an item: nested too deep") from error


async def _import(
    line: Line,
    batch: Sequence[tuple[int, NewsItem]],
    alert: bool,
    counts: dict[str, int],
    on_bad: Callable[[int, str], None],
) -> None:
    if not batch:
        return
    quiet, now = None if alert else "imported without --alert", utc_now()
    lesson = await learned(line, [item for _, item in batch], now)
    await correct(line, lesson, line.orders, now)
    judged = [replace(one, quiet=quiet) for one in match(lesson.items, line.orders.rules, now)]
    for (number, _), kept in zip(batch, await keep(line, judged, via="import", lesson=lesson), strict=True):
        if kept is None:
            counts["rejected"] += 1
            on_bad(number, "the archive could not take it; see the log")
        else:
            counts["known" if kept.keeping in (Keeping.KNOWN, Keeping.EDITED) else "new"] += 1


async def test_channel(settings: Settings, name: str) -> Told:
    """Sends one test message and reports what the other side answered; nothing of it is kept."""
    sender = orders_of(settings).sender
    now = utc_now()
    try:
        return await sender.send(
            Delivery(
                f"test_{secrets.token_hex(10)}", name, kind="test", message=test_message(name, now), created_at=now
            )
        )
    finally:
        await sender.aclose()
