"""The engine of the timetable in one process: APScheduler with a memory job store, rebuilt from the configuration.

A job body only hands over: it starts a task of the service and returns. So a stop never cancels work half done
(APScheduler's own shutdown cancels running coroutine jobs), and a tick that comes late is run, once, not skipped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

logging.getLogger("apscheduler").setLevel(logging.WARNING)


class Engine:
    """Rings bells at their time. Not shared between processes, by APScheduler's own rule."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Starts ringing; called inside the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """No bell rings after this."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def every(self, name: str, seconds: float, ring: Callable[[], None]) -> None:
        """Rings ``name`` now and every ``seconds``; replaces an earlier plan of that name."""
        self._scheduler.add_job(
            _coroutine(ring),
            IntervalTrigger(seconds=seconds),
            id=name,
            next_run_time=datetime.now(UTC),
            replace_existing=True,
        )

    def at(self, name: str, when: datetime, ring: Callable[[], None]) -> None:
        """Rings ``name`` once at ``when`` (now, if that is past); replaces an earlier plan of that name."""
        self._scheduler.add_job(
            _coroutine(ring), DateTrigger(max(when, datetime.now(UTC))), id=name, replace_existing=True
        )

    def cancel(self, name: str) -> None:
        """Forgets a plan; one that is not there is fine."""
        if self._scheduler.get_job(name):
            self._scheduler.remove_job(name)

    @property
    def running(self) -> bool:
        """Whether bells ring."""
        return bool(self._scheduler.running)

    @property
    def planned(self) -> dict[str, datetime | None]:
        """Every plan and when it rings next."""
        return {job.id: job.next_run_time for job in self._scheduler.get_jobs()}


def _coroutine(ring: Callable[[], None]) -> Callable[[], object]:
    """APScheduler runs plain functions in a thread and coroutine functions in the loop, where our tasks live."""

    async def rung() -> None:
        ring()

    return rung
