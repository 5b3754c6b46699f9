"""Reading hostile bytes in processes that can be killed.

A page can be made to cost minutes and gigabytes, and no reading library has a limit of its own. So feeds, lists and
pages are read in a few child processes with limits that really end: CPU time and memory by the kernel, the wall clock
by the pool. What dies takes only its own job along.

A reader holds at most 600 MB: its writable memory is limited (address space would count libraries that every process
shares), and what it maps besides is a few megabytes. CPU time is measured to the clock's tick, not to the second.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import math
import multiprocessing
import resource
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

_PRELOADED = ["crawler.reading_jobs", "crawler.finding_jobs", "trafilatura", "feedparser"]
_WRITABLE = 528 * 1024 * 1024  # bytes of memory that a reader may write to: with stack and libraries under 600 MB
_ADDRESS_SPACE = 1536 * 1024 * 1024  # where the system knows no limit of writable memory
_CPU_MARGIN = 2  # seconds after which a second limit ends a reader that the first did not
_WALL_FACTOR = 10.0
_LONGEST_WAIT = 120.0
_PR_SET_PDEATHSIG = 1


class ReadingFailed(Exception):  # noqa: N818  an outcome that is told, not a fault of ours
    """The bytes could not be read within the limits, or broke the reader; the text says which."""


class ReadingPool:
    """Reader processes, started at the first job and renewed now and then."""

    def __init__(self, readers: int = 2) -> None:
        self._readers = readers
        self._pool: ProcessPool | None = None

    def start(self) -> None:
        """Start the processes; they load their libraries while we do something else.

        A pool that lost all its readers at once, or the process they are made from, never recovers: it is replaced.
        """
        if self._pool is not None and self._pool.active:
            return
        self.stop()
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_PRELOADED)
        self._pool = ProcessPool(max_workers=self._readers, max_tasks=400, initializer=_limit_reader, context=context)
        self._pool.schedule(_nothing)

    async def read(self, job: Callable[..., T], *arguments: Any, cpu: float = 2.0) -> T:
        """The job's value. ``cpu`` is its limit in seconds of CPU time; the clock may run ten times as long.

        Raises ReadingFailed when a limit was met or the reader broke down.
        """
        try:
            return await self._read(job, arguments, cpu)
        except (RuntimeError, OSError):  # idle readers died, and the whole pool with them: not this job's doing
            _LOG.warning("the readers were killed or could not be made; they are made again")
        try:
            return await self._read(job, arguments, cpu)
        except (RuntimeError, OSError) as error:
            raise ReadingFailed(f"the readers cannot be kept running: {error}"[:300]) from None

    async def _read(self, job: Callable[..., T], arguments: tuple[Any, ...], cpu: float) -> T:
        self.start()
        assert self._pool is not None
        future = self._pool.schedule(_limited, args=[job, arguments, cpu], timeout=cpu * _WALL_FACTOR)
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            if not future.done():  # no reader ever took it: they cannot be started, or died in a way the pool missed
                self.stop()
                raise ReadingFailed(f"no reader answered within {_LONGEST_WAIT:g} seconds") from None
            raise ReadingFailed(f"reading it took longer than {cpu * _WALL_FACTOR:g} seconds") from None
        except BrokenProcessPool:
            raise
        except ProcessExpired as expired:
            raise ReadingFailed(_death(expired, cpu)) from None
        except MemoryError:
            raise ReadingFailed("reading it took too much memory") from None
        except (CancelledError, asyncio.CancelledError):
            future.cancel()  # type: ignore[no-untyped-call]
            raise
        except Exception as error:  # a reader that breaks on one page must not break the visit
            _LOG.warning("a reader broke down: %s", getattr(job, "__name__", job), exc_info=error)
            raise ReadingFailed(f"reading it failed: {type(error).__name__}: {error}"[:300]) from error

    def stop(self) -> None:
        """End all readers at once."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join(timeout=3)
            self._pool = None


def _limit_reader() -> None:
    """In the reader: no more memory than set, killed when its parent is gone, deaf to the terminal's Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # what the timer of a job sends: it ends the reader
    for kind, most in ((resource.RLIMIT_AS, _ADDRESS_SPACE), (resource.RLIMIT_DATA, _WRITABLE)):
        with contextlib.suppress(ValueError, OSError):  # not every system has both
            resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    die_with_parent()


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends; where it cannot (not Linux), closed pipes do."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return


def _limited(job: Callable[..., T], arguments: tuple[Any, ...], cpu: float) -> T:
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(used.ru_utime + used.ru_stime + cpu) + _CPU_MARGIN
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
    signal.setitimer(signal.ITIMER_PROF, cpu)
    try:
        return job(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)


def _nothing() -> None:
    """The first job of a pool: it makes the readers start."""


def _death(expired: ProcessExpired, cpu: float) -> str:
    if expired.exitcode in (-signal.SIGPROF, -signal.SIGXCPU):
        return f"reading it took longer than {cpu:g} seconds of CPU time"
    return f"the reader broke down (exit code {expired.exitcode})"
