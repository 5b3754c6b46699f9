"""The service's own decisions, on a real archive: clocks that are set, several services, reloads in a row."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from alerts.rules import Rules
from alerts.send import Sender
from archive.model import Outcome, Told, Visit, VisitStatus
from archive.store import Archive
from crawler.settings import CrawlSettings, SourceSettings
from crawler.worker_process import Worker
from scheduler import service as module
from scheduler.line import Line
from scheduler.orders import Orders
from scheduler.service import Service

HOUR = timedelta(hours=1)


def orders(every: str = "15m") -> Orders:
    """One source, no rules, no channels."""
    source = SourceSettings.model_validate({"name": "dawn", "feed": "http://127.0.0.1:9/feed", "every": every})
    return Orders({"dawn": source}, {}, CrawlSettings(), Rules([]), (), Sender({}))


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'news.db'}")
    archive.migrate()
    yield Line(archive, orders(), Worker(), "me:1:1")
    archive.close()


def visited(at: datetime) -> Visit:
    return Visit("dawn", VisitStatus.OK, at, at)


def test_a_clock_set_back_silences_neither_the_timetable_nor_the_sources(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything planned under the old time is an hour away: it is planned anew by the new one."""
    monkeypatch.setattr(module, "CLOCK_LOOK", 0.05)
    now = datetime.now(UTC)
    line.archive.checked(visited(now + HOUR), now + HOUR + timedelta(minutes=15))

    async def course() -> dict[str, datetime | None]:
        service, stop = Service(line, orders), asyncio.Event()
        running = asyncio.create_task(service.run(stop))
        while not service._engine.planned:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        for name in list(service._engine.planned):
            service._engine.at(name, now + HOUR, lambda: None)
        service._wall_minus_monotonic += 3600
        await asyncio.sleep(1)
        planned = service._engine.planned
        stop.set()
        await running
        return planned

    planned = asyncio.run(course())
    assert {"job:deliver", "visit:dawn"} <= set(planned)
    assert all(
        at is not None and at < now + timedelta(minutes=20) for name, at in planned.items() if name != "job:prune"
    )


def test_a_clock_set_back_lets_no_delivery_wait_for_the_whole_jump(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its retry was reckoned by a clock a day ahead; noticed while the service runs, and at the next start."""
    monkeypatch.setattr(module, "CLOCK_LOOK", 0.05)
    ahead = datetime.now(UTC) + timedelta(days=1)

    def strand() -> str:
        number = line.archive.owe_message("gone", "notice", {}, ahead)
        line.archive.settle(number, Told(Outcome.RETRY, "503"), ahead, ahead + timedelta(seconds=5))
        return number

    def waits(number: str) -> float:
        due = {one.id: one.next_try_at for one in line.archive.deliveries()}[number]
        assert due is not None
        return (due - datetime.now(UTC)).total_seconds()

    async def course() -> tuple[str, str]:
        before = strand()
        service, stop = Service(line, orders), asyncio.Event()
        running = asyncio.create_task(service.run(stop))
        while not service._engine.planned:
            await asyncio.sleep(0.02)
        during = strand()
        service._wall_minus_monotonic += 86400
        for _ in range(600):
            await asyncio.sleep(0.05)
            if waits(during) < 60:
                break
        stop.set()
        await running
        return before, during

    assert all(waits(number) < 60 for number in asyncio.run(course()))


def test_of_many_reloads_at_once_the_file_as_it_is_last_counts(line: Line) -> None:
    """A storm of SIGHUP: read one after the other, and not once for each."""
    read: list[str] = []

    def load() -> Orders:
        read.append(f"{len(read) + 1}m")
        return orders(read[-1])

    async def course() -> None:
        service = Service(line, load)
        service._engine.start()
        assert all(await asyncio.gather(*(service.reload() for _ in range(50))))
        service._engine.stop()

    asyncio.run(course())
    assert len(read) <= 3
    assert line.orders.sources["dawn"].every == 60.0 * len(read)


def test_nobody_hears_that_a_reload_is_in_force_before_it_is(line: Line) -> None:
    """While one is under way, all who ask wait for the next, and hear when and how it ended."""
    first, loads = threading.Event(), count(1)

    def load() -> Orders:
        number = next(loads)
        if number == 1:
            assert first.wait(30)
            return orders("1m")
        raise ValueError("a bad file")

    async def course() -> None:
        service = Service(line, load)
        service._engine.start()
        under_way = asyncio.create_task(service.reload())
        await asyncio.sleep(0)
        meanwhile = [asyncio.create_task(service.reload()) for _ in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not any(one.done() for one in meanwhile)
        first.set()
        assert await under_way
        assert await asyncio.gather(*meanwhile) == [False] * 3
        service._engine.stop()

    asyncio.run(course())


def test_a_lease_of_our_own_that_could_not_be_given_back_keeps_us_out_of_nothing(line: Line) -> None:
    """The archive was away while a visit ended: the next one by the same service is not refused for half an hour."""
    now = datetime.now(UTC)
    assert line.archive.claim_sources(["dawn"], now, line.owner, HOUR)
    assert line.archive.claim_sources(["dawn"], now, line.owner, HOUR)
    assert not line.archive.claim_sources(["dawn"], now, "other:2:2", HOUR)


def test_a_visit_out_of_turn_is_made_at_once_and_takes_the_place_of_the_next(line: Line) -> None:
    """Without a late tick, of a source that is visited at all, and not once the service stops."""
    now = datetime.now(UTC)
    line.archive.checked(visited(now), now + HOUR)

    async def course() -> tuple[bool, bool, bool]:
        service, stop = Service(line, orders), asyncio.Event()
        running = asyncio.create_task(service.run(stop))
        while "visit:dawn" not in service._engine.planned:
            await asyncio.sleep(0.02)
        known, unknown = service.visit_now("dawn"), service.visit_now("nobody")
        while len(line.archive.visits("dawn")) < 2 or "visit:dawn" not in service._engine.planned:
            await asyncio.sleep(0.05)
        stop.set()
        await running
        return known, unknown, service.visit_now("dawn")

    assert asyncio.run(course()) == (True, False, False)
    state = line.archive.source_states()["dawn"]
    assert (state.failures, state.missed) == (1, 0)
    assert state.next_check_at
    assert state.next_check_at > now + timedelta(minutes=5)
