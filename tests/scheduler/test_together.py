"""Many wishes at the same time: one transaction, and nobody pays for another's fault."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from archive.errors import ArchiveBusyError
from scheduler.together import Together


async def test_who_asks_while_one_is_served_is_served_with_the_others() -> None:
    """The first alone and at once, the other ninety-nine together."""
    batches: list[Sequence[int]] = []
    go = threading.Event()

    def work(wishes: Sequence[int]) -> list[int]:
        batches.append(wishes)
        go.wait(30)
        return [2 * wish for wish in wishes]

    together = Together(work)
    asked = [asyncio.create_task(together(number)) for number in range(100)]
    while not batches:
        await asyncio.sleep(0.01)
    asked += [asyncio.create_task(together(number)) for number in range(100, 110)]
    await asyncio.sleep(0.05)
    go.set()
    assert await asyncio.gather(*asked) == [2 * number for number in range(110)]
    assert len(batches) == 2


async def test_one_wish_that_cannot_be_served_spoils_no_other() -> None:
    """They are served again one by one."""

    def work(wishes: Sequence[int]) -> list[int]:
        return [1 // (wish - 7) for wish in wishes]

    together = Together(work)
    answers = await asyncio.gather(*(together(number) for number in range(20)), return_exceptions=True)
    assert [number for number, answer in enumerate(answers) if isinstance(answer, ZeroDivisionError)] == [7]


async def test_an_archive_that_is_away_is_told_to_all_who_asked_and_they_may_ask_again() -> None:
    """Nobody waits for ever."""
    away = [True]

    def work(wishes: Sequence[int]) -> Sequence[int]:
        if away[0]:
            raise ArchiveBusyError("locked")
        return wishes

    together = Together(work)
    answers = await asyncio.gather(*(together(number) for number in range(9)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {ArchiveBusyError}
    away[0] = False
    assert await together(5) == 5


async def test_who_leaves_takes_nobody_along() -> None:
    """A cancelled caller; the others get their answers."""
    go = threading.Event()

    def work(wishes: Sequence[int]) -> Sequence[int]:
        go.wait(30)
        return wishes

    together = Together(work)
    asked = [asyncio.create_task(together(number)) for number in range(3)]
    await asyncio.sleep(0.05)
    asked[0].cancel()
    asked[1].cancel()
    go.set()
    assert await asked[2] == 2
    with pytest.raises(asyncio.CancelledError):
        await asked[0]
