"""The configuration file written anew: whole or not at all, by one writer at a time, with its mode and owner."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import hashlib
import os
import secrets
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ONE_AT_A_TIME = threading.Lock()  # in this process; flock keeps other processes of ours out


class FileChangedError(Exception):
    """The file is not any more what the change was made for; nothing was written."""


class FileNotWritableError(Exception):
    """The file cannot be replaced; the sentence says why. Nothing was written."""


@dataclass(frozen=True)
class ConfigFile:
    """What stands in the file. ``mark`` changes with every byte of it."""

    raw: bytes

    @property
    def mark(self) -> str:
        """A digest of the bytes."""
        return hashlib.sha256(self.raw).hexdigest()[:32]

    @property
    def text(self) -> str:
        """Without a byte order mark; line ends as they are. Raises ``UnicodeDecodeError``."""
        return self.raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")

    def saying(self, text: str) -> bytes:
        """The bytes of another text in this file, with the byte order mark if there was one."""
        bom = codecs.BOM_UTF8 if self.raw.startswith(codecs.BOM_UTF8) else b""
        return bom + text.encode("utf-8")


def read(path: Path) -> ConfigFile:
    """The file as it is now. Raises ``OSError``."""
    return ConfigFile(path.read_bytes())


def why_not_writable(path: Path) -> str | None:
    """What stands against replacing the file, as far as that can be seen without trying; None for nothing."""
    try:
        target = path.resolve(strict=True)
        mode = target.stat().st_mode
    except OSError as error:
        return f"the file cannot be read: {error.strerror}"
    if not mode & 0o222 or not os.access(target, os.W_OK):
        return "the file is read-only for the service"
    if not os.access(target.parent, os.W_OK):
        return "the folder of the file is read-only for the service"
    return None


def replace(path: Path, raw: bytes, was: str) -> None:
    """Puts ``raw`` in the place of the file whose ``mark`` was ``was``; a link stays, what it leads to is replaced.

    Raises ``FileChangedError`` and ``FileNotWritableError``; then the file is as it was.
    """
    if why := why_not_writable(path):
        raise FileNotWritableError(why)
    target = path.resolve(strict=True)
    try:
        with _alone(target.parent):
            if read(target).mark != was:
                raise FileChangedError
            _swap(target, raw, was)
    except OSError as error:
        raise FileNotWritableError(f"the file cannot be replaced: {error.strerror or error}") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with _ONE_AT_A_TIME:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with contextlib.suppress(OSError):  # a file system without locks: the mark is asked all the same
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
            with contextlib.suppress(OSError):
                os.fsync(handle)  # the new name is on disk as well
        finally:
            os.close(handle)


def _swap(target: Path, raw: bytes, was: str) -> None:
    known = target.stat()
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            if (known.st_uid, known.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), known.st_uid, known.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(known.st_mode))
            _same_attributes(target, fresh)
            os.fsync(file.fileno())
        if read(target).mark != was:  # an editor that knows nothing of our lock
            raise FileChangedError
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _same_attributes(target: Path, fresh: Path) -> None:
    """Access lists and labels, where the system has them."""
    if not hasattr(os, "listxattr"):
        return
    with contextlib.suppress(OSError):
        for name in os.listxattr(target):
            with contextlib.suppress(OSError):
                os.setxattr(fresh, name, os.getxattr(target, name))
