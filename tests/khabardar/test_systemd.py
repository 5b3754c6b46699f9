"""What a supervisor is told, on a real socket."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from khabardar.systemd import Supervisor
from tests.route.conftest import Town, environment, town

__all__ = ["town"]


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    """A supervisor's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(30)
        yield sock


def _heard(ear: socket.socket, what: str) -> list[str]:
    """The datagrams up to the one that says so."""
    heard: list[str] = []
    while not heard or what not in heard[-1].splitlines():
        heard.append(ear.recv(4096).decode())
    return heard


def test_a_service_tells_its_supervisor_when_it_is_ready_reloads_lives_and_ends(
    town: Town, tmp_path: Path, ear: socket.socket
) -> None:
    """While it starts it asks for time, then it feeds the watchdog; a refused reload ends too."""
    log = tmp_path / "log"
    told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "900000"}
    with log.open("wb") as out:
        service = subprocess.Popen(town.command("run"), stdout=out, stderr=out, env=environment() | told)
    try:
        start = _heard(ear, "READY=1")
        assert any(one.startswith("EXTEND_TIMEOUT_USEC=") for one in start[:-1])
        assert "STATUS=1 sources are watched" in start[-1]
        _heard(ear, "WATCHDOG=1")
        good = town.config.read_text()
        town.config.write_text(good + "[[rules]]\nname = 'x'\n")
        service.send_signal(signal.SIGHUP)
        begun = next(one for one in _heard(ear, "RELOADING=1")[-1:])
        usec = int(begun.partition("MONOTONIC_USEC=")[2])
        assert usec <= time.monotonic_ns() // 1000
        _heard(ear, "READY=1")
        assert "reload refused" in log.read_text()
        service.send_signal(signal.SIGTERM)
        _heard(ear, "STOPPING=1")
        assert service.wait(15) == 0, log.read_text()
    finally:
        service.kill()
        service.wait()


async def test_the_watchdog_starves_when_the_clock_stands_still_or_the_loop_is_stuck(
    tmp_path: Path, ear: socket.socket
) -> None:
    """It is fed by the loop itself, not by a thread."""
    environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000", "WATCHDOG_PID": str(os.getpid())}
    supervisor = Supervisor(environ)
    assert environ == {}
    alive = True
    async with supervisor.watched(lambda: alive):
        await asyncio.sleep(0.1)
        assert ear.recv(4096) == b"WATCHDOG=1"
        alive = False
        await asyncio.sleep(0.05)
        _drain(ear)
        await asyncio.sleep(0.1)
        assert _drain(ear) == []
        alive = True
        await asyncio.sleep(0.1)
        assert _drain(ear)
        time.sleep(0.2)  # nothing in the loop runs
        assert _drain(ear) == []
    _drain(ear)
    await asyncio.sleep(0.1)
    assert _drain(ear) == []


def _drain(ear: socket.socket) -> list[bytes]:
    ear.setblocking(False)
    heard = []
    try:
        while True:
            heard.append(ear.recv(4096))
    except BlockingIOError:
        return heard
    finally:
        ear.settimeout(30)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"WATCHDOG_USEC": "1000000"},
        {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"},
        {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "soon"},
    ],
    ids=["no supervisor", "no socket", "of another process", "nonsense"],
)
async def test_without_a_watchdog_of_ours_nobody_is_fed(environ: dict[str, str]) -> None:
    """And telling somebody who is not there is no error."""
    supervisor = Supervisor(environ)
    assert supervisor.watchdog is None
    async with supervisor.watched(lambda: True), supervisor.patient():
        supervisor.ready("runs")
        supervisor.stopping()


def test_an_abstract_socket_is_understood() -> None:
    """Containers' supervisors use them: the name begins with @."""
    name = f"khabardar-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0{name}")
        sock.settimeout(5)
        Supervisor({"NOTIFY_SOCKET": f"@{name}"}).ready("runs")
        assert sock.recv(100) == b"READY=1\nSTATUS=runs"
