"""The real service as a process of its own, with its configuration in a folder that ends with the demo."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path

LONGEST_FOLDER = 70
"""Sockets that lie under a folder have paths of 103 bytes at most (macOS; Linux 107), of which Python's own take 32."""

STOP_WITHIN = 12.0
"""Seconds the service gets to stop by itself; it promises ten."""


class Service:
    """``khabardar run`` in ``folder``; what it logs goes to ``folder/service.log``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "service.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Starts it; the configuration must lie in the folder."""
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "khabardar.demo.tethered", "--config", str(self.folder / "khabardar.toml"), "run",
                stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log, env=environment(self.folder),
                start_new_session=True,  # Ctrl-C is for the demo, which then stops the service in good order
            )  # fmt: skip

    @property
    def ended(self) -> int | None:
        """The exit code if it has ended, which it should not before it is told to."""
        return self._process.returncode if self._process else None

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        try:
            with self.log.open(encoding="utf-8", errors="replace") as log:
                return "".join(deque(log, lines))
        except OSError:
            return ""

    async def stop(self) -> int | None:
        """Tells it to stop and waits; one that does not listen is killed. Returns its exit code."""
        process = self._process
        if process is None:
            return None
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_WITHIN)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        return process.returncode


def environment(folder: Path) -> Mapping[str, str]:
    """The environment of the service: nothing that would lead it to another configuration or through a proxy, and the
    demo's own folder for whatever it lays down for a while."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    for name in ("KHABARDAR_CONFIG", "KHABARDAR_LOG", "XDG_RUNTIME_DIR"):
        kept.pop(name, None)
    if len(str(folder)) <= LONGEST_FOLDER:
        kept["TMPDIR"] = str(folder)
    return {**kept, "PYTHONUNBUFFERED": "1"}
