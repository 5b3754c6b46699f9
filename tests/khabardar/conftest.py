"""What a command sets for its whole process is put back after each test that runs one in this process."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.khabardar.shell import Shell


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sends logs to the stderr of its test, which is closed when that test ends."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A folder with a configuration and four items."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KHABARDAR_CONFIG", raising=False)
    return Shell(tmp_path, capsys)


@pytest.fixture
def filled(shell: Shell) -> Shell:
    """The same, with the items in the archive."""
    assert shell("import", "items.jsonl") == 0
    assert shell.lines == [{"read": 4, "new": 4, "known": 0, "rejected": 0}]
    return shell
