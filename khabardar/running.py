"""Which services run with a configuration, so that ``reload`` finds them and never signals a stranger.

A running service holds a POSIX lock on a small file beside its archive (``khabardar-PID.run``: one JSON object). The
lock ends with the process, however it dies, and is not inherited by its children: a file without a lock is a leftover
and is cleared away; only the holder of a lock is ever signalled. Several services may share a folder or an archive.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from khabardar.places import folders
from khabardar.settings import Settings

_PATTERN = "khabardar-*.run"


@dataclass(frozen=True, slots=True)
class Running:
    """One live service: its process id, and the file that says so."""

    pid: int
    file: Path


@contextmanager
def hold(settings: Settings) -> Iterator[list[Running]]:
    """Be found by ``reload`` while the block runs. Gives the other services of the same configuration."""
    others = find(settings)
    for folder in folders(settings.archive.url, settings.path):
        file = folder / f"khabardar-{os.getpid()}.run"
        try:
            handle = file.open("w+", encoding="utf-8")
        except OSError:
            continue
        break
    else:
        yield others  # nowhere to write: the service runs, only `reload` cannot find it (SIGHUP still works)
        return
    with handle:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        json.dump({"pid": os.getpid(), "config": str(settings.path.resolve())}, handle)
        handle.flush()
        try:
            yield others
        finally:
            with contextlib.suppress(OSError):
                file.unlink()


def find(settings: Settings) -> list[Running]:
    """The services that run with this configuration file on this machine; leftovers of dead ones are removed."""
    wanted = str(settings.path.resolve())
    found = []
    for folder in folders(settings.archive.url, settings.path):
        for file in sorted(folder.glob(_PATTERN)):
            pid = _holder(file, wanted)
            if pid is not None:
                found.append(Running(pid, file))
    return found


def tell_to_reload(running: Running) -> None:
    """Send SIGHUP. Raises PermissionError if the service belongs to somebody else, ProcessLookupError if it is gone."""
    os.kill(running.pid, signal.SIGHUP)


def _holder(file: Path, wanted: str) -> int | None:
    """The process that holds the file's lock and runs with the ``wanted`` configuration; None for a leftover.

    A shared lock is asked for: reading is enough for that, also where the service is another user's. Not to be asked by
    a process that holds such a lock itself: closing the file would let it go.
    """
    try:
        with file.open(encoding="utf-8") as handle:
            try:
                fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return _read(handle.read(), wanted)
            file.unlink(missing_ok=True)
    except OSError:
        return None
    return None


def _read(text: str, wanted: str) -> int | None:
    try:
        said = json.loads(text)
        return int(said["pid"]) if said["config"] == wanted else None
    except (ValueError, KeyError, TypeError):
        return None
