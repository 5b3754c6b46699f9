"""The worker's folder: gone with it, whatever ended it, and short enough for a socket."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from archive.model import VisitStatus
from crawler.worker_process import Worker
from crawler.workspace import Workspace
from tests.crawler.conftest import SETTINGS, look
from tests.crawler.sites import Site, entry, page, rss, site


@pytest.fixture
async def outlet() -> AsyncIterator[Site]:
    """A site with a feed and a page."""
    async with site() as made:
        made.answer("/feed", rss(entry("A report", f"{made.url}/a-1")))
        made.answer("/a-1", page("A report"))
        yield made


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files with a short path."""
    with tempfile.TemporaryDirectory(prefix="kh") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


async def test_a_folder_for_temporary_files_with_a_long_path_keeps_nobody_from_reading(
    outlet: Site, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address of a socket has about a hundred bytes; the worker works in a folder with a shorter path."""
    long = temporary / ("long" * 30)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    worker = Worker(SETTINGS)
    try:
        seen = await look(worker, feed=f"{outlet.url}/feed")
    finally:
        await worker.stop()
    assert seen.visit.status is VisitStatus.OK
    assert [item.complete for item in seen.items] == [True]
    assert list(long.iterdir()) == []


@pytest.mark.parametrize("killed", [False, True])
async def test_nothing_is_left_behind(outlet: Site, temporary: Path, *, killed: bool) -> None:
    """Neither by a worker that is stopped nor by one that is killed."""
    worker = Worker(SETTINGS)
    seen = await look(worker, feed=f"{outlet.url}/feed")
    assert [item.complete for item in seen.items] == [True]
    assert len(list(temporary.iterdir())) == 1
    if killed:
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        while worker.pid is not None:
            await asyncio.sleep(0.01)
    await worker.stop()
    assert list(temporary.iterdir()) == []


async def test_what_a_killed_parent_left_is_swept_and_what_others_use_is_not(temporary: Path) -> None:
    """A folder that nobody locks belonged to somebody who is gone; nobody else's folders are touched."""
    left, foreign = temporary / "khabardar-worker-left", temporary / "somebody-else"
    for folder in (left, foreign):
        (folder / "pymp-1").mkdir(parents=True)
    used = Workspace()
    assert used.path.is_dir()
    assert not left.exists()
    later = Workspace()
    assert used.path.is_dir()
    assert foreign.is_dir()
    for workspace in (used, later):
        workspace.remove()
    workspace.remove()
    assert list(temporary.iterdir()) == [foreign]
