"""A consistent copy of an SQLite archive while it is in use."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from archive.database import Database
from archive.errors import ArchiveError, ArchiveFullError

_PAGES_AT_ONCE = 1000


def backup(database: Database, path: str | Path, *, compact: bool = False) -> None:
    """Copy the archive to ``path``; the copy takes its name only when it is whole. ``compact``: without free pages, and
    able to shrink in place from then on; slower.

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
        partial.unlink(missing_ok=True)
        (_compact if compact else _copy)(database.path, partial)
        shutil.copymode(database.path, partial)
        _to_disk(partial)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise ArchiveError(
            f"The copy {target} could not be written ({error}): check that its folder exists, may be written and has "
            "space.",
            database.place,
        ) from error
    finally:
        for companion in ("", "-journal", "-wal", "-shm"):
            partial.with_name(partial.name + companion).unlink(missing_ok=True)


def before_upgrade(database: Database, version: str) -> Path | None:
    """Copy an SQLite archive to a file beside it that is named after the version of its tables; None on PostgreSQL.

    To be called inside of the upgrade's own transaction: the copy is what was there before it, and nobody writes
    meanwhile. Raises ``ArchiveFullError`` where there is no room for the copy.
    """
    if database.path is None:
        return None
    target = database.path.with_name(f"{database.path.name}.{version}.backup")
    journal = database.path.with_name(f"{database.path.name}-wal")
    needed = sum(file.stat().st_size for file in (database.path, journal) if file.exists())
    free = shutil.disk_usage(database.path.parent).free
    if free < needed * 1.1:
        raise ArchiveFullError(
            f"The archive {database.place} has to be upgraded, and there is no room for a copy of it first: "
            f"{needed / 1e6:,.0f} MB are needed beside it, {free / 1e6:,.0f} MB are free. Make room, then start again.",
            database.place,
        )
    backup(database, target)
    return target


def _reading(source: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _copy(source: Path, target: Path) -> None:
    with contextlib.closing(_reading(source)) as reading, contextlib.closing(sqlite3.connect(target)) as writing:
        # Of one moment: without a view that is held, whoever writes meanwhile makes the copy begin again and again.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(writing, pages=_PAGES_AT_ONCE)
        # One file without companions: the copy is often carried elsewhere.
        writing.execute("PRAGMA journal_mode=DELETE")


def _compact(source: Path, target: Path) -> None:
    with contextlib.closing(_reading(source)) as reading:
        reading.execute("VACUUM INTO ?", (str(target),))
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as made:
        if made.execute("PRAGMA auto_vacuum").fetchone() == (0,):  # of an earlier version: only writing all anew helps
            made.execute("PRAGMA auto_vacuum=INCREMENTAL")
            made.execute("VACUUM")


def _to_disk(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())
