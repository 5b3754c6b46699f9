"""Readers that loop, swell, die or raise: each job ends, and the next one is read."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator

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
