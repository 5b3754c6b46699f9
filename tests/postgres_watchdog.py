"""Starts one PostgreSQL server, and stops it when its own standard input ends. Run by ``tests.postgres``, alone.

Arguments: FOLDER PROGRAMS UID GID. Writes ``ready`` on standard output when the server answers, else what went wrong.
Uses only the standard library: it must work whatever the tests have done.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_START_SECONDS = 60


def main() -> int:
    """Initialise, start, wait for the end of standard input, stop, remove."""
    folder, programs = Path(sys.argv[1]), Path(sys.argv[2])
    uid, gid = int(sys.argv[3]), int(sys.argv[4])
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # only the pipe decides, else a Ctrl-C leaves the folder behind
    server = None
    try:
        _initialise(folder, programs, uid, gid)
        server = _start(folder, programs, uid, gid)
        _tell("ready")
        sys.stdin.buffer.read()
        return 0
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        _tell(f"{error}")
        return 1
    finally:
        if server is not None:
            _stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def _tell(text: str) -> None:
    with contextlib.suppress(OSError):  # whoever asked may be gone
        print(" ".join(text.split()), flush=True)


def _run_as(uid: int, gid: int) -> dict[str, object]:
    """Arguments for ``Popen``: as that user, in no other group, ended by the kernel if this process dies."""
    libc = ctypes.CDLL(None)

    def die_with_parent() -> None:
        # After the change of user, which would clear it. SIGQUIT is "stop at once" to PostgreSQL.
        if hasattr(libc, "prctl"):
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)

    user: dict[str, object] = {"user": uid, "group": gid, "extra_groups": []} if os.geteuid() == 0 else {}
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    return {**user, "preexec_fn": die_with_parent, "env": environment, "stdin": subprocess.DEVNULL}


def _initialise(folder: Path, programs: Path, uid: int, gid: int) -> None:
    command = [programs / "initdb", "-D", folder / "data", "-U", "tester", "-A", "trust", "-E", "UTF8"]
    command += ["--no-locale", "--no-sync"]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder, timeout=120, **_run_as(uid, gid)
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed: {done.stdout.decode(errors='replace')[-1500:]}")


def _start(folder: Path, programs: Path, uid: int, gid: int) -> subprocess.Popen[bytes]:
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",  # the data lives as long as the tests; what is tested is our order of commits
        "full_page_writes": "off",
        "shared_buffers": "16MB",
        "max_connections": "60",
        "autovacuum": "off",
        "log_min_messages": "fatal",
    }
    command = [str(programs / "postgres"), "-D", str(folder / "data")]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    log_path = folder / "log"
    with log_path.open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **_run_as(uid, gid))
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if _answers(folder):
            return server
        time.sleep(0.05)
    _stop(server)
    raise RuntimeError(f"postgres did not start: {log_path.read_text(errors='replace')[-1500:]}")


def _answers(folder: Path) -> bool:
    """``postmaster.pid`` says "ready" in its last line once the server takes connections."""
    try:
        lines = (folder / "data" / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return bool(lines) and lines[-1].strip() == "ready"


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGQUIT)
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main())
