"""A private folder for each crawl worker: its readers are reached over a socket there.

The worker is often killed and cannot tidy up, so its parent makes the folder and removes it. A parent that is itself
killed leaves it behind with its lock released; the next one takes such folders away. The path is short, for an address
of a socket may have about a hundred bytes, which a long ``TMPDIR`` would fill.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PREFIX = "khabardar-worker-"
_LONGEST = 70  # bytes; what multiprocessing appends has 32, and macOS takes 103 in all
_ELSEWHERE = ("/tmp", "/var/tmp", "/dev/shm", "/run/shm")  # noqa: S108  mkdtemp makes a folder that only we can open


class Workspace:
    """The folder, locked as long as this object is not removed. Raises OSError when none can be made."""

    def __init__(self) -> None:
        self.path, self._lock = _made()

    def remove(self) -> None:
        """Take the folder away; again is no error."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _made() -> tuple[Path, int]:
    refused: OSError = OSError("no folder for temporary files can be written")
    for base in _bases():
        try:
            _sweep(base)
            return _locked(base)
        except OSError as error:
            refused = error
    raise refused


def _bases() -> Iterator[str]:
    """Folders for temporary files whose path is short enough, the user's own choice first."""
    yours = (tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR", ""))
    for base in dict.fromkeys((*yours, *_ELSEWHERE)):
        if base and len(os.fsencode(base)) + len(_PREFIX) + 9 <= _LONGEST:
            yield base


def _locked(base: str) -> tuple[Path, int]:
    for _ in range(10):
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
        if (lock := _lock(path)) is None:
            continue
        if path.is_dir():
            return path, lock
        os.close(lock)  # another worker's parent has swept it away before it was locked
    raise OSError(f"no folder of our own could be kept in {base}")


def _sweep(base: str) -> None:
    """Remove what parents left that did not live to do it: folders of ours that nobody locks."""
    for path in Path(base).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if path.stat().st_uid == os.getuid() and (lock := _lock(path)) is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _lock(path: Path) -> int | None:
    """The descriptor that holds the lock of a folder; None when it is locked already or gone."""
    lock = -1
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if lock >= 0:
            os.close(lock)
        return None
    return lock
