"""The child process in which Scrapy runs: ``python -m crawler.worker PARENT``, JSON lines in and out.

Many visits in its life, several side by side, politeness over all of them. It ends when its parent closes stdin, and
the kernel ends it when the parent dies. What goes wrong with one errand is told as that errand's end; the loop goes on.

Imports are made late: the reader processes are forked while Scrapy is still loading.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from crawler.pool import ReadingPool, die_with_parent
from crawler.settings import CrawlSettings
from crawler.wire import Message, line, message

if TYPE_CHECKING:
    from crawler.tools import Tools

_LOG = logging.getLogger("crawler.worker")
_LONGEST_LINE = 256 * 1024 * 1024
_SIDE_BY_SIDE = 16
_STATM = Path("/proc/self/statm")


def main() -> int:
    """Run until stdin ends; the exit code is 0, or 1 when the parent is not the one that started us."""
    parent = int(sys.argv[1]) if len(sys.argv) > 1 else os.getppid()
    die_with_parent()
    if os.getppid() != parent:  # it died before we could ask to die with it
        return 1
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", force=True
    )
    logging.getLogger("scrapy").setLevel(logging.ERROR)  # its warnings about answers are told by the visits
    asyncio.run(_serve())
    return 0


async def _serve() -> None:
    incoming, outgoing = await _pipes()
    received = await incoming.readline()
    if not received:
        return
    told = message(received)
    settings = CrawlSettings.model_validate(told["settings"])
    pool = ReadingPool()
    pool.start()

    from crawler.reactor import install
    from crawler.robots import RobotsFiles
    from crawler.tools import Tools
    from net.addresses import Gate

    install(Gate(settings.allow_addresses))
    robots = RobotsFiles(told.get("robots"), lambda copy: _say(outgoing, {"robots": copy}))
    worker = _Errands(Tools(settings, pool, robots=robots), outgoing)
    beating = asyncio.create_task(worker.beat())
    try:
        while received := await incoming.readline():
            worker.take(message(received))
    finally:
        beating.cancel()
        await worker.end()
        pool.stop()
        _leave()


def _leave() -> NoReturn:
    """End now: Twisted's threads may wait for a name server, and its reactor cannot be ended within asyncio.run."""
    logging.shutdown()
    os._exit(0)


class _Errands:
    """The errands under way, and what is said of them."""

    def __init__(self, tools: Tools, outgoing: asyncio.StreamWriter) -> None:
        self._tools = tools
        self._outgoing = outgoing
        self._places = asyncio.Semaphore(_SIDE_BY_SIDE)
        self._running: dict[int, asyncio.Task[None]] = {}

    def take(self, told: Message) -> None:
        """An errand to begin or to drop."""
        if "cancel" in told:
            if (task := self._running.get(told["cancel"])) is not None:
                task.cancel()
            return
        number = told["errand"]
        task = asyncio.create_task(self._run(number, told))
        self._running[number] = task
        task.add_done_callback(lambda _: self._running.pop(number, None))

    async def beat(self) -> None:
        """A sign of life every second."""
        while True:
            self._say({"beat": _memory(), "busy": len(self._running)})
            await asyncio.sleep(1.0)

    async def end(self) -> None:
        """Drop what is under way; the parent is gone or does not want it any more."""
        for task in tuple(self._running.values()):
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _say(self, told: Message) -> None:
        _say(self._outgoing, told)

    async def _run(self, number: int, told: dict[str, Any]) -> None:
        def say(said: Message) -> None:
            self._say({"errand": number, **said})

        try:
            from crawler.probing import find, read
            from crawler.visiting import visit

            async with self._places:
                say({"started": True})
                await {"visit": visit, "read": read, "find": find}[told["do"]](told, self._tools, say)
        except asyncio.CancelledError:
            say({"failed": "it took too long and was ended", "done": True})
            raise
        except Exception as error:  # one errand that breaks must not take the others along
            _LOG.exception("an errand broke down")
            say({"failed": f"the crawl worker failed: {type(error).__name__}: {error}", "done": True})


def _say(outgoing: asyncio.StreamWriter, told: Message) -> None:
    if not outgoing.is_closing():
        outgoing.write(line(told))


async def _pipes() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """stdin to read from, and what was stdout to write to; anything that prints now prints to the log."""
    loop = asyncio.get_running_loop()
    incoming = asyncio.StreamReader(limit=_LONGEST_LINE)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(incoming), sys.stdin)
    private = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, private)
    return incoming, asyncio.StreamWriter(transport, protocol, None, loop)


def _memory() -> int:
    """Resident memory of this process in bytes."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(_STATM.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main())
