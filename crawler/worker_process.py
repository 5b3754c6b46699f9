"""The crawl worker, supervised: started on demand, watched, killed when it hangs, renewed, gone when idle.

Supervision is outside the worker because nothing inside a process can end a stuck one. The worker beats every second;
silence, or an errand that outlives its deadline and ignores a request to end, gets it killed together with its readers.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncGenerator

from crawler.process import WorkerGone, WorkerProcess
from crawler.settings import CrawlSettings
from crawler.wire import Message

_LOG = logging.getLogger(__name__)
VISIT_BUDGET = 600.0
"""Seconds within which a visit starts its requests; what is left over then is left to the next visit."""
_READING_MARGIN = 120.0
_CANCEL_MARGIN = 10.0


class Worker:
    """The one crawl worker of a daemon or command.

    ``idle``: seconds without an errand after which it is stopped; ``silence``: seconds without a sign of life after
    which it is killed; ``max_age`` in seconds and ``max_memory`` in bytes: when it is renewed, between errands;
    ``visit_budget`` and ``margin``: seconds a visit may take, and beyond that. Belongs to one event loop.
    """

    def __init__(
        self,
        settings: CrawlSettings | None = None,
        *,
        idle: float = 60.0,
        silence: float = 60.0,
        max_age: float = 6 * 3600.0,
        max_memory: int = 600 * 1024 * 1024,
        visit_budget: float = VISIT_BUDGET,
        margin: float = _READING_MARGIN,
    ) -> None:
        self._settings = settings or CrawlSettings()
        self._idle = idle
        self._silence = silence
        self._max_age = max_age
        self._max_memory = max_memory
        self._visit_budget = visit_budget
        self._margin = margin
        self._numbers = itertools.count(1)
        self._robots: dict[str, Message] = {}
        self._current: WorkerProcess | None = None
        self._made_for: CrawlSettings | None = None
        self._processes: set[WorkerProcess] = set()
        self._starting = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def pid(self) -> int | None:
        """The process id of the running worker, None when there is none."""
        return self._current.pid if self._current is not None and self._current.alive else None

    @property
    def memory(self) -> int:
        """Bytes that the running worker last said it holds, without its readers; 0 when there is none."""
        return self._current.memory if self._current is not None and self._current.alive else 0

    async def ask(
        self,
        do: str,
        errand: Message,
        settings: CrawlSettings | None = None,
        *,
        timeout: float = 20.0,  # noqa: ASYNC109  not ours to wait: it sets a deadline
    ) -> AsyncGenerator[Message]:
        """What the worker answers to one errand, to the last message, which holds ``visit`` or ``done``.

        ``timeout``: of one answer of the source, in seconds; two of them and the reading of what came last are allowed
        beyond the budget before the worker counts as stuck. Raises WorkerGone when the worker ended before; leaving the
        loop early makes the worker drop the errand.
        """
        process = await self._process(settings or self._settings)
        number = next(self._numbers)
        inbox = process.open(number)
        finished = False
        try:
            process.send({"do": do, "errand": number, "budget": self._visit_budget, **errand})
            while (heard := await inbox.get()) is not None:
                if "started" in heard:
                    process.deadlines[number] = process.beat_at + self._visit_budget + 2 * timeout + self._margin
                    continue
                finished = "visit" in heard or "done" in heard
                yield heard
                if finished:
                    return
            raise WorkerGone(process.ending or "the crawl worker is gone")
        finally:
            process.close(number)
            if not finished and process.alive:
                process.send({"cancel": number})

    async def stop(self, grace: float = 3.0) -> None:
        """End the worker; errands that are not finished end as failed."""
        self._stopping = True
        await asyncio.gather(*(process.stop(grace) for process in self._processes))
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _process(self, settings: CrawlSettings) -> WorkerProcess:
        async with self._starting:
            if self._stopping:
                raise WorkerGone("the crawl worker is being stopped")
            current = self._current
            if current is not None and current.alive and self._made_for == settings and not self._worn(current):
                return current
            if current is not None:
                current.retired = True
            self._current = await WorkerProcess.start(settings.model_dump(mode="json"), self._robots)
            self._made_for = settings
            self._processes.add(self._current)
            if self._watching is None or self._watching.done():
                self._watching = asyncio.create_task(self._watch())
            return self._current

    def _worn(self, process: WorkerProcess) -> bool:
        age = asyncio.get_running_loop().time() - process.started_at
        return process.retired or age > self._max_age or process.memory > self._max_memory

    async def _watch(self) -> None:
        """Look after all workers, the current one and those that only finish what they have, until none is left."""
        while self._processes:
            await asyncio.sleep(min(1.0, self._silence / 4, self._idle / 2 + 0.05))
            now = asyncio.get_running_loop().time()
            for process in tuple(self._processes):
                await self._look_after(process, now)

    async def _look_after(self, process: WorkerProcess, now: float) -> None:
        if not process.alive:
            self._processes.discard(process)
            await process.kill(None)
        elif now - process.beat_at > self._silence:
            _LOG.error("the crawl worker %d gave no sign of life and is killed", process.pid)
            await process.kill(f"the crawl worker gave no sign of life for {self._silence:g} seconds and was killed")
        elif not process.inboxes and (process.retired or now - process.idle_since > self._idle):
            process.retired = True
            await process.stop(grace=3.0)
        else:
            await self._hold_to_deadlines(process, now)

    async def _hold_to_deadlines(self, process: WorkerProcess, now: float) -> None:
        for errand, deadline in tuple(process.deadlines.items()):
            if now > deadline + _CANCEL_MARGIN:
                _LOG.error("the crawl worker %d did not end an overdue errand and is killed", process.pid)
                await process.kill("the crawl worker did not end an overdue visit and was killed")
                return
            if now > deadline:
                process.send({"cancel": errand})
