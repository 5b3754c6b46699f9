"""Readers that loop, swell, die or raise: each job ends, and the next one is read."""

from __future__ import annotations

import multiprocessing.forkserver
import os
import time
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from crawler.pool import ReadingFailed, ReadingPool

pytestmark = pytest.mark.asyncio(loop_scope="module")


def loop_for_ever() -> None:
    """Burn the processor."""
    while True:
        pass


def swell() -> int:
    """Take more memory than there may be."""
    return len(bytearray(4 * 1024**3))


def die() -> None:
    """End the reader."""
    os._exit(7)


def fail() -> None:
    """Raise something that has a long text."""
    raise ValueError("no " * 1000)


def double(number: int) -> int:
    """A job that goes well."""
    return 2 * number


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ReadingPool]:
    """One reader."""
    made = ReadingPool(readers=1)
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("job", "why"),
    [
        (loop_for_ever, "longer than"),
        (swell, "memory"),
        (die, "exit code 7"),
        (fail, "ValueError"),
    ],
)
async def test_a_job_that_goes_wrong_ends_alone(pool: ReadingPool, job: object, why: str) -> None:
    """Its failure is told in a sentence, and the reader after it works."""
    with pytest.raises(ReadingFailed, match=why) as failed:
        await pool.read(job, cpu=1.0)  # type: ignore[arg-type]
    assert len(str(failed.value)) <= 300
    assert await pool.read(double, 21) == 42


async def test_a_job_that_sleeps_for_ever_is_ended_by_the_clock(pool: ReadingPool) -> None:
    """Without any CPU time the wall clock counts."""
    with pytest.raises(ReadingFailed, match="longer than"):
        await pool.read(time.sleep, 600, cpu=0.3)
    assert await pool.read(double, 1) == 2


def maker_of_readers() -> psutil.Process:
    """The process that every reader is forked from."""
    return psutil.Process(multiprocessing.forkserver._forkserver._forkserver_pid)  # type: ignore[attr-defined]


async def test_idle_readers_that_are_all_killed_are_made_again(pool: ReadingPool) -> None:
    """The kernel may end what is idle when memory is short; the next page is read all the same."""
    for _ in range(3):
        assert await pool.read(double, 4) == 8
        killed = maker_of_readers().children()
        assert killed
        for reader in killed:
            reader.kill()
        assert await pool.read(double, 5) == 10


async def test_the_process_that_makes_readers_may_be_killed_with_them(pool: ReadingPool) -> None:
    """Also when nobody noticed before the next job came."""
    for wait in (0.0, 0.5):
        assert await pool.read(double, 4) == 8
        maker = maker_of_readers()
        killed = [maker, *maker.children()]
        for process in killed:
            process.kill()
        time.sleep(wait)
        assert await pool.read(double, 6) == 12
