"""The service as a process of its own on a free port of loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds until a service must be up, on a machine with much else to do."""


@dataclass(frozen=True)
class Service:
    """A running service: where its pages are, and its folder with ``khabardar.toml`` and ``log``."""

    url: str
    folder: Path

    @property
    def log(self) -> str:
        """What it said so far."""
        return (self.folder / "log").read_text(encoding="utf-8")


def command(folder: Path, *words: str) -> list[str]:
    """The command line of ``khabardar`` with the configuration in a folder."""
    return [sys.executable, "-m", "khabardar.cli", "-c", str(folder / "khabardar.toml"), *words]


def khabardar(folder: Path, *words: str, stdin: str | None = None) -> str:
    """Runs one command; returns its stdout."""
    done = subprocess.run(
        command(folder, *words), input=stdin, capture_output=True, text=True, timeout=120, env=_environment()
    )
    assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def running(folder: Path) -> Iterator[Service]:
    """``khabardar run`` in a folder whose configuration listens on port 0; it must end cleanly."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command(folder, "run"), stdout=log, stderr=log, env=_environment())
    try:
        yield Service(_address(process, folder / "log"), folder)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (folder / "log").read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + PATIENCE
    while not (found := re.search(r"event=listening\b.*?\baddress=(\S+)", text := log.read_text(encoding="utf-8"))):
        assert process.poll() is None, f"the service ended with {process.returncode}: {text}"
        assert time.monotonic() < end, f"the service does not listen: {text}"
        time.sleep(0.05)
    return f"http://{found[1]}"


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
