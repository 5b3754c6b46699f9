"""Many tasks that want something written at the same time: one transaction for all of them.

A commit waits for the disk, whether it holds one line or a hundred. The first to ask is served at once; who asks while
that is under way waits for its end, and then all who wait are served together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from archive.errors import ArchiveError

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")

_MOST = 500


class Together(Generic[Wish, Answer]):
    """``work`` is handed wishes and returns an answer for each, in order; it runs in a thread, never twice at the same
    time. One wish that cannot be served does not spoil the others."""

    def __init__(self, work: Callable[[Sequence[Wish]], Sequence[Answer]]) -> None:
        self._work = work
        self._waiting: list[tuple[Wish, asyncio.Future[Answer]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def __call__(self, wish: Wish) -> Answer:
        """Raises what ``work`` raises. A caller that is cancelled leaves its wish to be served all the same."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((wish, answer))
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await answer

    async def _serve(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            await self._serve_batch(batch)

    async def _serve_batch(self, batch: list[tuple[Wish, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await asyncio.to_thread(self._work, [wish for wish, _ in batch])
        except Exception as error:
            if len(batch) == 1 or isinstance(error, ArchiveError):
                for _, asked in batch:
                    if not asked.done():
                        asked.set_exception(error)
                return
            for one in batch:
                await self._serve_batch([one])
            return
        except BaseException:
            for _, asked in batch:
                asked.cancel()
            raise
        for (_, asked), answer in zip(batch, answers, strict=True):
            if not asked.done():
                asked.set_result(answer)
