"""The whole demo as a user runs it: a process of its own, the real service, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from khabardar.demo.picture import standing_alone

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def demo(tmp_path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Starts ``khabardar demo`` with a temporary folder of its own, and proxies that lead nowhere."""
    environment = {
        **os.environ,
        "TMPDIR": str(tmp_path),
        "HTTP_PROXY": "http://127.0.0.1:1",
        "KHABARDAR_CONFIG": "/nowhere",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "khabardar.cli", "demo", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=tmp_path,
    )  # fmt: skip


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


def test_two_rounds_side_by_side_get_exactly_the_expected_alerts(tmp_path: Path) -> None:
    """Both exit with 0, say so, show the source that fails, and leave no file behind."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    both = [demo(tmp_path / name, "--once") for name in ("one", "two")]
    for name, process in zip(("one", "two"), both, strict=True):
        told, _ = process.communicate(timeout=120)
        assert process.returncode == 0, told
        assert "All 11 expected alerts arrived, each once, and nothing else" in told
        assert "failing" in told
        assert list((tmp_path / name).iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_demo_with_all_its_processes(tmp_path: Path, number: signal.Signals) -> None:
    """Cleanly: no traceback, no process, no file; a round that was not over is no success."""
    process = demo(tmp_path)
    started = wait_for_service(process)
    process.send_signal(number)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in told
    _, alive = psutil.wait_procs(started, timeout=15)
    assert alive == []
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_is_killed_outright_leaves_no_service_running(tmp_path: Path) -> None:
    """kill -9: the service notices that nobody holds its standard input any more."""
    process = demo(tmp_path)
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
