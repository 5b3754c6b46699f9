"""The tests' own PostgreSQL: real, empty, and gone when the tests are gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import tests.postgres as postgres

ROOT = Path(__file__).parents[2]


def _servers_in(folder: str) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(folder in part for part in process.info["cmdline"] or ())
    ]


def _gone_soon(folder: str) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not _servers_in(folder) and not Path(folder).exists():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def foreign_run() -> subprocess.Popen[bytes]:
    """Another test process that has started a server and told us its folder."""
    if os.environ.get(postgres.VARIABLE):
        pytest.skip("a server that was given is not started by us")
    script = (
        "import sys, tests.postgres as p; s = p.start();print(s.base.split('host=')[1], flush=True); sys.stdin.read()"
    )
    return subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def test_a_killed_test_run_leaves_no_server_and_no_folder(foreign_run: subprocess.Popen[bytes]) -> None:
    """kill -9 of the test process: the watchdog sees its pipe end."""
    assert foreign_run.stdout is not None
    folder = foreign_run.stdout.readline().decode().strip()
    assert _servers_in(folder)
    foreign_run.kill()
    foreign_run.communicate()
    assert _gone_soon(folder)


def test_a_killed_watchdog_takes_the_server_with_it(foreign_run: subprocess.Popen[bytes]) -> None:
    """kill -9 of the watchdog: the kernel ends the server."""
    assert foreign_run.stdout is not None
    folder = foreign_run.stdout.readline().decode().strip()
    watchdog = next(p for p in _servers_in(folder) if any("watchdog" in part for part in p.cmdline()))
    os.kill(watchdog.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(p.is_running() for p in _servers_in(folder)):
        time.sleep(0.1)
    assert not _servers_in(folder)
    foreign_run.communicate(b"")
    subprocess.run(["rm", "-rf", folder], check=True)


def test_without_any_server_the_sentence_names_the_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Debian package and no wheel: the error says what to install or set."""
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    with pytest.raises(postgres.NoPostgresError, match="KHABARDAR_TEST_POSTGRES"):
        postgres.binaries()


def test_the_database_is_fresh_and_empty(postgres_url: str) -> None:
    """Each test has a database of its own with no tables."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(postgres_url)
    with engine.connect() as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == []
        assert connection.exec_driver_sql("SHOW server_encoding").scalar() == "UTF8"
    engine.dispose()
