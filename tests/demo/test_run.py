"""The whole demo as a user runs it: a process of its own, the real service, nothing left behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from khabardar.demo.picture import standing_alone, with_wide_letters

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


@pytest.fixture
def short() -> Iterator[Path]:
    """A temporary folder with a short path: what the service lays down there are sockets too."""
    folder = Path(tempfile.mkdtemp(prefix="kd-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


COMMAND = ("-m", "khabardar.cli", "demo")
PATIENT = ("-c", "import sys, khabardar.demo.run as run; run.ROUND_LIMIT = 150; sys.exit(run.main(once=True))")
"""A whole round with all the time it takes: tests run on busy machines."""


@contextmanager
def demo(folder: Path, arguments: Sequence[str] = COMMAND) -> Iterator[subprocess.Popen[str]]:
    """Runs a demo with ``folder`` for temporary files; proxies and configuration lead nowhere."""
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:1", "KHABARDAR_CONFIG": "/nowhere.toml"}
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
        env={**os.environ, **nowhere, "TMPDIR": str(folder)},
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def descendants(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Every process that the demo has started so far."""
    return psutil.Process(process.pid).children(recursive=True)


def wait_for_service(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Waits until the service and its crawl worker run."""
    limit = time.monotonic() + 40
    while time.monotonic() < limit:
        found = descendants(process)
        if len(found) >= 2:
            return found
        time.sleep(0.1)
    raise AssertionError("the service did not start its crawl worker")


def test_two_rounds_side_by_side_get_exactly_the_expected_alerts(short: Path) -> None:
    """Both exit with 0, say so, show the source that fails, and leave no file behind."""
    with demo(short, PATIENT) as one, demo(short, PATIENT) as two:
        for process in (one, two):
            told, _ = process.communicate(timeout=240)
            assert process.returncode == 0, told
            assert "All 11 expected alerts arrived, each once, and nothing else" in told
            assert "failing" in told
            assert re.search(r"on\s+the\s+web\s+page\s+http://127\.0\.0\.1:\d+/", told), told
    assert list(short.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_demo_with_all_its_processes(short: Path, number: signal.Signals) -> None:
    """Cleanly: no traceback, no process, no file; a round that was not over is no success."""
    with demo(short) as process:
        started = wait_for_service(process)
        process.send_signal(number)
        told, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "Traceback" not in told
    _, alive = psutil.wait_procs(started, timeout=15)
    assert alive == []
    assert list(short.iterdir()) == []


def test_a_demo_that_is_killed_outright_leaves_no_service_running(short: Path) -> None:
    """kill -9: the service notices that nobody holds its standard input any more."""
    with demo(short) as process:
        started = wait_for_service(process)
        process.kill()
        process.communicate(timeout=60)
    _, alive = psutil.wait_procs(started, timeout=30)
    assert alive == []


def test_a_picture_names_no_outside_host() -> None:
    """Only the name of the SVG language remains, which nobody fetches."""
    font = '@font-face { src: url("https://x/y"); }\n'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><!-- x --><style>{font} a {{}}</style>'
    assert standing_alone(svg) == '<svg xmlns="http://www.w3.org/2000/svg"><style>a {}</style>'
    picture = Path(__file__).parents[2].joinpath("docs/images/demo.svg").read_text("utf-8")
    assert picture.replace("http://www.w3.org/2000/svg", "").replace("http://127.0.0.1", "").count("://") == 0


def test_a_picture_gives_han_and_kana_two_columns() -> None:
    """Latin text stays as it is."""
    svg = '<text x="0" textLength="24.4" y="1">自動</text><text x="0" textLength="24.4" y="1">ab</text>'
    assert with_wide_letters(svg) == svg.replace('"24.4" y="1">自', '"48.8" y="1">自')
