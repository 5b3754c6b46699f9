"""The worker is killed, hangs, is renewed and goes away; every errand has its one Visit."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from archive.model import NewsItem, Visit, VisitStatus
from crawler.crawl import crawl
from crawler.errand import Errand
from crawler.settings import CrawlSettings, SourceSettings
from crawler.worker_process import Worker
from tests.crawler.conftest import SETTINGS, look, look_at
from tests.crawler.sites import Site, entry, rss, site


@pytest.fixture
async def outlet() -> AsyncIterator[Site]:
    """A site without robots.txt, in the test's own loop."""
    async with site() as made:
        yield made


def feed_of(outlet: Site, path: str = "/feed") -> str:
    """A feed of one entry that needs no page."""
    outlet.answer(path, rss(entry("A report in the feed", f"{outlet.url}{path}/a-1")))
    return f"{outlet.url}{path}"


async def gone(pid: int) -> bool:
    """Whether a process and its whole group end within some seconds."""
    for _ in range(200):
        members = [p for p in psutil.process_iter(["pid", "status"]) if _group(p.pid) == pid]
        if not [p for p in members if p.info["status"] != psutil.STATUS_ZOMBIE]:
            return True
        await asyncio.sleep(0.05)
    return False


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except (ProcessLookupError, PermissionError):
        return None


async def test_a_killed_worker_fails_only_what_was_not_finished(outlet: Site) -> None:
    """What was seen before stays seen; the next errand gets a new worker."""
    worker = Worker(SETTINGS)
    outlet.raw("/hang", hang=True)
    settings = SETTINGS.model_copy(update={"timeout": 60.0})
    errands = [
        Errand(SourceSettings(name="quick", feed=feed_of(outlet), full_text="feed")),
        Errand(SourceSettings(name="stuck", feed=f"{outlet.url}/hang")),
    ]
    news: list[object] = []
    try:
        async for one in crawl(errands, settings, worker):
            news.append(one)
            if isinstance(one, Visit) and one.source == "quick":
                while "/hang" not in outlet.paths:
                    await asyncio.sleep(0.01)
                assert worker.pid is not None
                killed = worker.pid
                os.kill(killed, signal.SIGKILL)
        visits = {one.source: one for one in news if isinstance(one, Visit)}
        assert len([one for one in news if isinstance(one, Visit)]) == 2
        assert [one.source for one in news if isinstance(one, NewsItem)] == ["quick"]
        assert visits["quick"].status is VisitStatus.OK
        assert visits["stuck"].status is VisitStatus.FAILED
        assert "killed (SIGKILL)" in (visits["stuck"].error or "")
        assert await gone(killed), "the readers went with the worker"
        after = await look(worker, settings, feed=feed_of(outlet, "/again"), full_text="feed")
        assert after.visit.status is VisitStatus.OK
        assert worker.pid != killed
    finally:
        await worker.stop()


async def test_a_worker_that_stands_still_is_killed(outlet: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """No sign of life: its errand fails, and it and its readers are gone."""
    worker = Worker(SETTINGS)
    outlet.raw("/hang", hang=True)
    visiting = asyncio.create_task(look(worker, feed=f"{outlet.url}/hang"))
    try:
        async with asyncio.timeout(60):
            while "/hang" not in outlet.paths and not visiting.done():
                await asyncio.sleep(0.01)
        assert not visiting.done(), visiting.result()
        pid = worker.pid
        assert pid is not None
        monkeypatch.setattr(worker, "_silence", 2.0)  # only now: while it starts, a worker is silent for some seconds
        os.kill(pid, signal.SIGSTOP)
        seen = await asyncio.wait_for(visiting, 30)
        assert seen.visit.status is VisitStatus.FAILED
        assert "no sign of life" in (seen.visit.error or "")
        assert await gone(pid)
    finally:
        await worker.stop()


async def test_an_overdue_visit_is_ended_and_the_worker_lives(outlet: Site) -> None:
    """A visit that takes too long is asked to end, says so, and costs nobody else."""
    worker = Worker(SETTINGS, visit_budget=0.5, margin=0.1)
    outlet.raw("/hang", hang=True)
    outlet.raw("/robots.txt", hang=True)
    try:
        hasty = SETTINGS.model_copy(update={"timeout": 30.0})
        ended = await look(worker, hasty, feed=f"{outlet.url}/hang", timeout="20s")
        assert ended.visit.status is VisitStatus.FAILED
        pid = worker.pid
        async with site() as other:
            good = await look(worker, hasty, feed=feed_of(other), full_text="feed")
        assert good.visit.status is VisitStatus.OK
        assert worker.pid == pid
    finally:
        await worker.stop()


async def test_a_visit_without_time_left_keeps_what_the_feed_said(outlet: Site) -> None:
    """Pages whose turn would come after the budget are left for the next visit; the list is read and kept."""
    worker = Worker(SETTINGS, visit_budget=6.0)
    outlet.answer("/feed", rss(*[entry(f"Report number {n}", f"{outlet.url}/a-{n}") for n in range(30)]))
    settings = SETTINGS.model_copy(update={"delay": 1.0})
    try:
        seen = await look(worker, settings, feed=f"{outlet.url}/feed")
    finally:
        await worker.stop()
    assert seen.visit.status is VisitStatus.OK
    assert len(seen.items) == 30
    assert len([path for path in outlet.paths if path.startswith("/a-")]) <= 6
    assert seen.visit.etag is None


async def test_an_idle_worker_goes_away_and_comes_back(outlet: Site) -> None:
    """Nothing of it is left; the next errand starts another."""
    worker = Worker(SETTINGS, idle=0.3)
    try:
        await look(worker, feed=feed_of(outlet), full_text="feed")
        pid = worker.pid
        assert pid is not None
        assert await gone(pid)
        assert worker.pid is None
        seen = await look(worker, feed=feed_of(outlet), full_text="feed")
        assert seen.visit.status is VisitStatus.OK
    finally:
        await worker.stop()


async def test_a_worker_is_renewed_when_it_is_fat_or_made_for_other_settings(outlet: Site) -> None:
    """Between errands; the old one ends by itself."""
    feed = feed_of(outlet)
    worker = Worker(SETTINGS, max_memory=1)
    try:
        await look(worker, feed=feed, full_text="feed")
        first = worker.pid
        await asyncio.sleep(1.2)
        await look(worker, feed=feed, full_text="feed")
        assert worker.pid != first
    finally:
        await worker.stop()
    worker = Worker(SETTINGS)
    try:
        await look(worker, feed=feed, full_text="feed")
        first = worker.pid
        await look(worker, SETTINGS.model_copy(update={"user_agent": "Other/2.0"}), feed=feed, full_text="feed")
        assert worker.pid != first
        assert "user-agent: other/2.0" in outlet.asked[-1].decode().lower()
        assert first is not None
        assert await gone(first)
    finally:
        await worker.stop()


async def test_leaving_early_drops_the_errands_and_stopping_leaves_nothing(outlet: Site) -> None:
    """A consumer that stops listening is not waited for; stop() ends worker and readers."""
    worker = Worker(SETTINGS)
    outlet.raw("/hang", hang=True)
    errands = [
        Errand(SourceSettings(name="quick", feed=feed_of(outlet), full_text="feed")),
        Errand(SourceSettings(name="stuck", feed=f"{outlet.url}/hang")),
    ]
    stream = crawl(errands, SETTINGS, worker)
    async for _ in stream:
        break
    await stream.aclose()
    pid = worker.pid
    assert pid is not None
    await worker.stop()
    assert worker.pid is None
    assert await gone(pid)
    seen = await look(worker, feed=feed_of(outlet))
    assert "being stopped" in (seen.visit.error or "")


async def test_stopping_ends_visits_under_way_as_failed(outlet: Site) -> None:
    """Whoever waits for a visit gets one."""
    worker = Worker(SETTINGS)
    outlet.raw("/hang", hang=True)
    visiting = asyncio.create_task(
        look(worker, SETTINGS.model_copy(update={"timeout": 60.0}), feed=f"{outlet.url}/hang")
    )
    while "/hang" not in outlet.paths:
        await asyncio.sleep(0.01)
    await worker.stop()
    assert (await asyncio.wait_for(visiting, 10)).visit.status is VisitStatus.FAILED


async def test_a_worker_dies_with_its_parent(outlet: Site, tmp_path: Path) -> None:
    """kill -9 of the parent leaves neither worker nor readers, also when the worker stands still."""
    outlet.raw("/hang", hang=True)
    program = tmp_path / "parent.py"
    program.write_text(
        textwrap.dedent(
            f"""
            import asyncio
            from crawler.crawl import crawl
            from crawler.errand import Errand
            from crawler.settings import CrawlSettings, SourceSettings
            from crawler.worker_process import Worker

            async def main():
                settings = CrawlSettings(allow_addresses=["127.0.0.0/8"], timeout="60s")
                worker = Worker(settings)
                errand = Errand(SourceSettings(name="stuck", feed="{outlet.url}/hang", obey_robots=False))
                async def tell():
                    while worker.pid is None:
                        await asyncio.sleep(0.01)
                    print(worker.pid, flush=True)
                telling = asyncio.create_task(tell())
                async for _ in crawl([errand], settings, worker):
                    pass

            asyncio.run(main())
            """
        )
    )
    root = Path(__file__).resolve().parents[2]
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(program), stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(root)}
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    while "/hang" not in outlet.paths:
        await asyncio.sleep(0.01)
    os.kill(pid, signal.SIGSTOP)
    parent.kill()
    await parent.wait()
    assert await gone(pid)


async def test_turns_are_kept_over_all_sources_of_a_host(outlet: Site) -> None:
    """Requests of two sources to one host begin at least the delay apart."""
    times: list[float] = []

    async def note(writer: asyncio.StreamWriter) -> None:
        times.append(time.monotonic())
        body = rss().encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    for n in range(4):
        outlet.answers[f"/feed-{n}"] = note
    settings = SETTINGS.model_copy(update={"delay": 0.4, "obey_robots": False})
    errands = [Errand(SourceSettings(name=f"s{n}", feed=f"{outlet.url}/feed-{n}")) for n in range(4)]
    worker = Worker(settings)
    try:
        await look_at(worker, errands, settings)
    finally:
        await worker.stop()
    times.sort()
    assert len(times) == 4
    assert all(later - sooner > 0.3 for sooner, later in itertools.pairwise(times))


async def test_a_worker_that_cannot_start_fails_the_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says what it said last."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    worker = Worker(SETTINGS)
    seen = await look(worker, CrawlSettings(), feed="http://example.org/feed")
    assert seen.visit.status is VisitStatus.FAILED
    assert "broke down" in (seen.visit.error or "")
    await worker.stop()
