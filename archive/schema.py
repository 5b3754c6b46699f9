"""Bring an archive's tables up to what this program needs, and say clearly when that is not possible."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from archive import backup, fulltext, print_rows
from archive.database import Database
from archive.errors import ArchiveNewerError, ArchiveOutdatedError
from archive.migrations import HEAD, REVISIONS
from archive.tables import marks

_BEAT = "beat"


def version_of(connection: Connection) -> str | None:
    """The name of the last upgrade that was run; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def check_version(database: Database, *, must_be_current: bool) -> None:
    """Raises ``ArchiveNewerError`` for an archive of a later program, ``ArchiveOutdatedError`` if asked and it is."""
    with database.read() as connection:
        version = version_of(connection)
        if must_be_current and version == HEAD:
            fulltext.require_current(connection)
    if version is not None and version not in REVISIONS:
        raise ArchiveNewerError(
            f"The archive {database.place} was written by a later Khabardar (schema {version}; this one knows up to "
            f"{HEAD}): upgrade the program, or restore a backup made with this version.",
            database.place,
        )
    if must_be_current and version != HEAD:
        raise ArchiveOutdatedError(
            f"The archive {database.place} has {'no tables yet' if version is None else 'older tables'}: run "
            "`khabardar migrate`.",
            database.place,
        )


def migrate(database: Database, copied: Callable[[Path], None] = lambda _: None) -> list[str]:
    """Run the missing upgrades in one transaction; their names, oldest first. Two processes may do it at once: the
    second waits for the first and finds nothing to do. "fulltext" among the names: the index was built anew for
    a new analyser.

    An SQLite archive that holds something is copied to a file beside it before; ``copied`` hears which.
    """
    check_version(database, must_be_current=False)
    with database.write() as connection:
        before = version_of(connection)
        missing = list(REVISIONS[REVISIONS.index(before) + 1 :] if before else REVISIONS)
        if missing:
            if before and (copy := backup.before_upgrade(database, before)):
                copied(copy)
            _upgrade(connection)
        print_rows.ensure_current(connection)
        if fulltext.ensure_current(connection) and not missing:
            missing.append("fulltext")
    return missing


def beat(database: Database, now: datetime) -> None:
    """Write and commit a word: whoever says that all is well has seen the archive take something."""
    with database.write() as connection:
        if connection.execute(marks.update().where(marks.c.name == _BEAT).values(value=now.isoformat())).rowcount == 0:
            connection.execute(marks.insert().values(name=_BEAT, value=now.isoformat()))


def _upgrade(connection: Connection) -> None:
    # Alembic and Mako are loaded only when there is something to upgrade.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
