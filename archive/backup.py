"""A consistent copy of an SQLite archive while it is in use."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from archive.database import Database
from archive.errors import ArchiveError

_PAGES_AT_ONCE = 1000


def backup(database: Database, path: str | Path) -> None:
    """Copy the archive to ``path`` by SQLite's online backup; the copy takes its name only when it is whole.

    Raises ``ArchiveError`` on PostgreSQL (which has its own tool), for the archive's own path, and when the copy cannot
    be written.
    """
    if database.path is None:
        raise ArchiveError(
            "An archive on PostgreSQL is copied with its own tool: `pg_dump --format=custom --file=FILE DATABASE`, and "
            "brought back with `pg_restore`.",
            database.place,
        )
    target = Path(path).absolute()
    if target.exists() and target.samefile(database.path):
        raise ArchiveError(f"{target} is the archive itself: name another file for the copy.", database.place)
    partial = target.with_name(f"{target.name}.partial-{os.getpid()}")
    try:
        _copy(database.path, partial)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(
            f"The copy {target} could not be written ({error}): check that its folder exists, may be written and has "
            "space.",
            database.place,
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
        contextlib.closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing, pages=_PAGES_AT_ONCE)
        # One file without companions: the copy is often carried elsewhere.
        writing.execute("PRAGMA journal_mode=DELETE")
    with target.open("rb") as written:
        os.fsync(written.fileno())
