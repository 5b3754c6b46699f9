"""``reload`` finds the service that runs with a configuration, and never signals a stranger."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from khabardar import running
from khabardar.settings import Settings, load

HOLDER = r"""
import os, signal, sys, time
from khabardar import running
from khabardar.settings import load
signal.signal(signal.SIGHUP, lambda *_: os.write(1, b"reload\n"))
with running.hold(load(sys.argv[1], {})) as others:
    print("held", len(others), flush=True)
    while True:
        time.sleep(0.05)
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A configuration with an SQLite archive beside it."""
    file = tmp_path / "khabardar.toml"
    file.write_text('[archive]\nurl = "sqlite:///data.db"\n')
    return load(file, {})


@pytest.fixture
def holder(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs with it."""
    process = _hold(settings)
    yield process
    process.kill()
    process.communicate()


def _hold(settings: Settings) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(settings.path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("held")
    return process


def test_running_service_is_found_and_hears_of_a_reload(settings: Settings, holder: subprocess.Popen[str]) -> None:
    """By its lock, through SIGHUP."""
    found = running.find(settings)
    assert [one.pid for one in found] == [holder.pid]
    running.tell_to_reload(found[0])
    assert holder.stdout is not None
    assert holder.stdout.readline() == "reload\n"


def test_killed_service_leaves_nothing_to_signal(settings: Settings, holder: subprocess.Popen[str]) -> None:
    """Its file is a leftover and is cleared away, also when its pid is somebody else's now."""
    file = running.find(settings)[0].file
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    file.write_text(json.dumps({"pid": os.getpid(), "config": str(settings.path)}))
    assert running.find(settings) == []
    assert not file.exists()


def test_service_of_another_configuration_is_left_alone(
    settings: Settings, holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Also beside the same archive."""
    other = tmp_path / "other.toml"
    other.write_text('[archive]\nurl = "sqlite:///data.db"\n')
    assert running.find(load(other, {})) == []
    assert len(running.find(settings)) == 1


def test_two_services_of_one_configuration_are_both_found(settings: Settings, holder: subprocess.Popen[str]) -> None:
    """The second one is told of the first."""
    second = _hold(settings)
    try:
        assert {one.pid for one in running.find(settings)} == {holder.pid, second.pid}
    finally:
        second.kill()
        second.communicate()


def test_damaged_file_is_no_service(settings: Settings) -> None:
    """Whatever somebody else wrote there."""
    (settings.path.parent / "khabardar-1.run").write_text("{")
    assert running.find(settings) == []


def test_file_is_gone_after_a_clean_end(settings: Settings) -> None:
    """And may be held again."""
    for _ in range(2):
        with running.hold(settings) as others:
            assert others == []
            assert list(settings.path.parent.glob("khabardar-*.run"))
        assert not list(settings.path.parent.glob("khabardar-*.run"))
