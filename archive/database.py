"""The one place that opens the database: read and write transactions, the same on SQLite and PostgreSQL.

SQLite: WAL, ``synchronous=FULL`` (``NORMAL`` loses acknowledged commits at a power cut), foreign keys on, ``BEGIN
IMMEDIATE`` for writes. PostgreSQL: every write takes one transaction-wide advisory lock, so that on both databases
there is one writer at a time, and identity and story are judged on what is really there.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, create_engine, event, exc, inspect
from sqlalchemy.engine import URL, Connection, Engine, make_url

from archive.errors import ArchiveError, ArchiveReadOnlyError, ArchiveUnreachableError, explained, place_of

BUSY_SECONDS = 30
_WRITER_LOCK = 0x6B686162  # "khab"; advisory locks are per database
_WRITING = "khabardar_writing"
_AFTERWARDS = "khabardar_afterwards"


class Database:
    """An engine with two ways in: ``read()`` and ``write()``; safe to use from several threads."""

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        """Raises ``ArchiveUnreachableError`` for an address that cannot be meant; connects to nothing yet."""
        self.url = _checked(url)
        self.read_only = read_only
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url, read_only) if self.sqlite else _postgres_engine(self.url)
        self.path = Path(self.url.database) if self.sqlite and self.url.database else None
        """The file of an SQLite archive."""
        self._one_writer = threading.Lock()
        self._file: tuple[int, int] | None = None

    @property
    def place(self) -> str:
        """The address without the password, for messages."""
        return place_of(self.url)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view; database errors come out as ``ArchiveError``."""
        try:
            with self.engine.connect() as connection, connection.begin():
                self._still_there()
                yield connection
        except exc.SQLAlchemyError as error:
            raise explained(error, self.url) from error

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction of the one writer: committed whole at the end, nothing of it after an error."""
        if self.read_only:
            raise ArchiveReadOnlyError(f"The archive {self.place} was opened for reading only.", self.place)
        try:
            # Threads of one process queue here instead of polling the file's lock.
            with self._one_writer, self.engine.connect() as opened:
                connection = opened.execution_options(**{_WRITING: True})
                opened.info[_AFTERWARDS] = []
                with connection.begin():
                    self._still_there()
                    yield connection
                for note in opened.info[_AFTERWARDS]:
                    note()
        except exc.SQLAlchemyError as error:
            raise explained(error, self.url) from error

    def run_script(self, statement: str) -> None:
        """SQLite only: run a statement to its end, which is a transaction by itself, as the one writer."""
        try:
            with self._one_writer, contextlib.closing(self.engine.raw_connection()) as opened:
                opened.driver_connection.executescript(statement)  # type: ignore[union-attr]
        except sqlite3.Error as error:
            raise explained(exc.OperationalError(statement, None, error), self.url) from error

    def _still_there(self) -> None:
        """The file that is open is the one that has the name: one that was removed or replaced still takes all that is
        written, and nobody ever reads it again."""
        if self.path is None:
            return
        try:
            facts = self.path.stat()
            found = (facts.st_dev, facts.st_ino)
        except OSError:
            found = None
        self._file = self._file or found
        if found is None or found != self._file:
            raise ArchiveUnreachableError(
                f"The archive {self.place} was moved, removed or replaced while it was in use: put it back, or start "
                "anew to go on with what is there now.",
                self.place,
            )

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def after_commit(connection: Connection, note: Callable[[], None]) -> None:
    """Have something called when this write is in the file, and not if it is rolled back."""
    connection.info.setdefault(_AFTERWARDS, []).append(note)


def rows_of(connection: Connection, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement, straight from the driver and with its signs for values. For what a search asks: over a
    few rows SQLAlchemy takes longer than the database. Errors are SQLAlchemy's."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, values) if values else cursor.execute(statement)
        return list(cursor.fetchall())
    except Exception as error:
        known = connection.dialect.loaded_dbapi.Error
        if not isinstance(error, known):
            raise
        raise exc.DBAPIError.instance(statement, tuple(values), error, known, dialect=connection.dialect) from error
    finally:
        cursor.close()


def run(connection: Connection, statement: str, values: Sequence[Any] = ()) -> CursorResult[Any]:
    """One of the statements that every batch needs, as text with ``?`` for its values, which are as the database keeps
    them: building it anew of its parts takes longer than SQLite takes to answer."""
    written = statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")
    return connection.exec_driver_sql(written, tuple(values))


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Many small rows, with values as the database keeps them: SQLAlchemy takes longer over each than SQLite."""
    if rows:
        sign = "?" if connection.dialect.name == "sqlite" else "%s"
        signs = ", ".join([sign] * len(columns))
        statement = f"INSERT INTO {table}({', '.join(columns)}) VALUES ({signs})"  # noqa: S608 - our own names
        connection.exec_driver_sql(statement, list(rows))


def _checked(url: str) -> URL:
    forms = "use sqlite:///file.db or postgresql+psycopg://user:pass@host/db"
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (exc.ArgumentError, ValueError) as error:
        raise ArchiveUnreachableError(f"[archive] url is no address of a database: {forms}.") from error
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ArchiveUnreachableError(f"The archive cannot be kept in {backend}: {forms}.")
    if not parsed.database or parsed.database == ":memory:":
        raise ArchiveUnreachableError(
            f"[archive] url names no file, and memory forgets everything at the end: {forms}."
        )
    return parsed


def _sqlite_engine(url: URL, read_only: bool) -> Engine:
    path = Path(str(url.database)).absolute()
    if read_only and not path.exists():
        raise ArchiveUnreachableError(
            f"There is no archive at {path}: check [archive] url, or run `khabardar migrate`."
        )
    if not path.parent.is_dir():
        raise ArchiveUnreachableError(f"The folder {path.parent} of the archive does not exist: create it.")
    mode = "ro" if read_only else "rwc"
    address = f"{path.as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=True)

    engine = create_engine(url, creator=connect, pool_size=4, max_overflow=12)
    event.listen(engine, "connect", _sqlite_pragmas)
    if read_only:
        event.listen(engine, "connect", _sqlite_reading)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    for pragma in ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_reading(connection: Any, _record: Any) -> None:
    # Whoever only reads, searches: with the usual 2 MB the pages of an index of gigabytes are read again and again.
    connection.execute("PRAGMA cache_size=-32000")


def _sqlite_begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _postgres_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_size=4,
        max_overflow=12,
        pool_pre_ping=True,
        connect_args={"connect_timeout": 10, "options": "-c timezone=UTC", "client_encoding": "utf-8"},
    )
    event.listen(engine, "begin", _postgres_begin)
    return engine


def _postgres_begin(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITING):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def make_writable(database: Database) -> None:
    """See that it can be written, and switch an SQLite file to WAL, which stays with the file.

    Raises ``ArchiveReadOnlyError``, ``ArchiveUnreachableError`` or ``ArchiveBusyError``.
    """
    if database.sqlite:
        _switch_to_wal(database)
    with database.write() as connection:
        # SQLite begins even an IMMEDIATE transaction on a file it may only read; a statement that would write tells.
        if database.sqlite and inspect(connection).has_table("alembic_version"):
            connection.exec_driver_sql("DELETE FROM alembic_version WHERE 0")


def _switch_to_wal(database: Database) -> None:
    # The switch wants the file for itself and does not wait for the busy time; two processes may start at once.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            with contextlib.closing(database.engine.raw_connection()) as connection:
                # Only an empty file takes this up; it lets an archive shrink again (archive.vacuum).
                if connection.cursor().execute("PRAGMA page_count").fetchone()[0] == 0:
                    connection.cursor().execute("PRAGMA auto_vacuum=INCREMENTAL")
                mode = connection.cursor().execute("PRAGMA journal_mode=WAL").fetchone()[0]
                if mode != "wal":
                    raise ArchiveError(f"The archive {database.place} lies on a file system without WAL: move it.")
                return
        except (sqlite3.Error, exc.DBAPIError) as error:
            cause = error if isinstance(error, exc.DBAPIError) else exc.OperationalError("PRAGMA", None, error)
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise explained(cause, database.url) from error
            time.sleep(0.05)
