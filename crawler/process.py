"""One running crawl worker as its parent sees it: start it, talk to it, hear it, end it for certain.

The worker leads a process group of its own, so that it and its readers can be ended together. What it logs comes over
stderr and is logged here, under the logger ``crawler.worker``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from crawler.wire import Message, line, message
from crawler.workspace import Workspace

_LOG = logging.getLogger("crawler.worker")
_ROOT = str(Path(__file__).resolve().parent.parent)
_LONGEST_LINE = 64 * 1024 * 1024
_MOST_COPIES = 500
# The worker handles hostile bytes: of the environment, where passwords live, it gets only what it needs to run.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_PASSED_ON_WORDS = ("PYTHON", "SSL_CERT_", "COV")


class WorkerGone(Exception):  # noqa: N818  an outcome that is told, not a fault of ours
    """The crawl worker ended before it had finished what it was asked; the text says how."""


class WorkerProcess:
    """A crawl worker. ``beat_at`` and ``idle_since`` are event loop times, ``memory`` is in bytes.

    Every errand has an inbox; when the worker is gone, each open inbox gets None and ``ending`` says why.
    """

    def __init__(
        self, running: asyncio.subprocess.Process, workspace: Workspace, robots: dict[str, Message] | None = None
    ) -> None:
        self._robots = robots if robots is not None else {}
        self._running = running
        self._workspace = workspace
        self._clock = asyncio.get_running_loop().time
        self.pid = running.pid
        self.started_at = self.beat_at = self.idle_since = self._clock()
        self.memory = 0
        self.retired = False
        self.ending: str | None = None
        self.inboxes: dict[int, asyncio.Queue[Message | None]] = {}
        self.deadlines: dict[int, float] = {}
        self._last_words = ""
        self._hearing = asyncio.create_task(self._hear())
        self._logging = asyncio.create_task(self._log())

    @classmethod
    async def start(cls, settings: Message, robots: dict[str, Message] | None = None) -> WorkerProcess:
        """Start a worker with the settings of ``[crawl]`` and the robots.txt files that workers before it
        fetched; those that it fetches are added to them. Raises WorkerGone when the process cannot be made."""
        try:
            workspace = Workspace()
        except OSError as error:
            raise WorkerGone(f"the crawl worker has no folder to work in; is TMPDIR writable? {error}") from error
        try:
            running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "crawler.worker", str(os.getpid())),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=_environment(workspace),
                limit=_LONGEST_LINE,
                start_new_session=True,
            )
        except OSError as error:
            workspace.remove()
            raise WorkerGone(f"the crawl worker could not be started: {error}") from error
        process = cls(running, workspace, robots)
        process.send({"settings": settings, "robots": robots or {}})
        return process

    @property
    def alive(self) -> bool:
        """Whether it still runs and can be asked."""
        return self.ending is None and self._running.returncode is None

    def send(self, told: Message) -> None:
        """Tell the worker something; a worker that is gone is found out by hearing."""
        stdin = self._running.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(line(told))

    def open(self, errand: int) -> asyncio.Queue[Message | None]:
        """The inbox of a new errand."""
        inbox: asyncio.Queue[Message | None] = asyncio.Queue()
        self.inboxes[errand] = inbox
        if self.ending is not None:  # else its burial, which knows how it ended, is still to come
            inbox.put_nowait(None)
        return inbox

    def close(self, errand: int) -> None:
        """The errand is over, or nobody waits for it any more."""
        self.inboxes.pop(errand, None)
        self.deadlines.pop(errand, None)
        if not self.inboxes:
            self.idle_since = self._clock()

    async def stop(self, grace: float) -> None:
        """Let it end by itself within ``grace`` seconds, else end it."""
        if self._running.stdin is not None:
            self._running.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await asyncio.shield(self._hearing)
        await self.kill("the crawl worker was stopped")

    async def kill(self, reason: str | None) -> None:
        """SIGTERM, and SIGKILL when that does not help, to the worker and its readers; returns when it is gone.

        ``reason``: what those who wait for it are told; None when it ended by itself, and its end tells.
        """
        self.ending = self.ending or reason
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                await self._running.wait()
        self._signal(signal.SIGKILL)
        await self._running.wait()
        await asyncio.gather(self._hearing, self._logging, return_exceptions=True)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    async def _hear(self) -> None:
        stdout = self._running.stdout
        assert stdout is not None
        try:
            while received := await stdout.readline():
                self._take(message(received))
        except ValueError as error:  # a line too long or no JSON: it cannot be trusted any further
            self.ending = self.ending or f"the crawl worker spoke nonsense: {error}"
        finally:
            await self._bury()

    def _take(self, heard: dict[str, Any]) -> None:
        self.beat_at = self._clock()
        if "beat" in heard:
            self.memory = int(heard["beat"])
        elif "robots" in heard:
            self._keep(heard["robots"])
        elif (inbox := self.inboxes.get(heard.get("errand", -1))) is not None:
            inbox.put_nowait(heard)

    def _keep(self, copy: Message) -> None:
        """A host's robots.txt, for the next worker; of too many the oldest go."""
        self._robots.pop(copy["origin"], None)
        self._robots[copy["origin"]] = copy
        while len(self._robots) > _MOST_COPIES:
            del self._robots[next(iter(self._robots))]

    async def _bury(self) -> None:
        """The worker is silent for ever: end what is left of its group, and tell everybody who waits."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._running.wait()
        self._signal(signal.SIGKILL)
        code = await self._running.wait()
        await asyncio.wait({self._logging}, timeout=1.0)  # for its last words
        self._workspace.remove()
        self.ending = self.ending or _how(code, self._last_words)
        for inbox in self.inboxes.values():
            inbox.put_nowait(None)

    async def _log(self) -> None:
        stderr = self._running.stderr
        assert stderr is not None
        level = logging.WARNING
        while True:
            try:
                received = await stderr.readline()
            except ValueError:  # longer than any line that is worth logging
                continue
            if not received:
                return
            text = received.decode("utf-8", "replace").rstrip()
            named, _, rest = text.partition(" ")
            if (known := logging.getLevelNamesMapping().get(named)) is not None:
                level, text = known, rest
            _LOG.log(level, "%s", text)  # a line without a level goes on with the one before
            self._last_words = text[-300:]


def _how(code: int, last_words: str) -> str:
    if code < 0:
        return f"the crawl worker was killed ({signal.Signals(-code).name})"
    if code == 0:
        return "the crawl worker ended early"
    return f"the crawl worker broke down (exit code {code}): {last_words or 'it said nothing'}"


def _environment(workspace: Workspace) -> dict[str, str]:
    passed_on = {
        name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith(_PASSED_ON_WORDS)
    }
    python_path = [_ROOT, *(part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part)]
    return passed_on | {"TMPDIR": str(workspace.path), "PYTHONPATH": os.pathsep.join(python_path)}
