"""Memory of the running service, from outside: ``.venv/bin/python -m bench.memory``.

A real service watches one outlet on loopback whose twenty articles all alert. Resident memory (RSS) of the daemon and
of the crawl worker with its readers is read while it works and after the worker went home; figures in MB, of one run.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.route.articles import numbered
from tests.route.conftest import Town, environment
from tests.route.newsroom import Hook, Mailbox, Outlet

ARTICLES = 20
WORKER_GOES_HOME = 90.0


def megabytes(processes: list[psutil.Process]) -> float:
    """The resident memory of live processes together, in MB."""
    return sum(process.memory_info().rss for process in processes if process.is_running()) / 1e6


def watched(town: Town, log: Path) -> Iterator[tuple[str, float, float, int]]:
    """Moments of a service: what, MB of the daemon, MB of its children, number of children."""
    with log.open("wb") as stderr:
        service = subprocess.Popen(town.command("run"), stdout=stderr, stderr=stderr, env=environment())
    daemon = psutil.Process(service.pid)

    def moment(what: str) -> tuple[str, float, float, int]:
        children = daemon.children(recursive=True)
        return what, megabytes([daemon]), megabytes(children), len(children)

    try:
        until = time.monotonic() + 60
        while len(town.hook.calls) < len(town.outlet.articles) and time.monotonic() < until:
            time.sleep(0.1)
        yield moment(f"{len(town.hook.calls)} alerts sent")
        until = time.monotonic() + WORKER_GOES_HOME
        while daemon.children() and time.monotonic() < until:
            time.sleep(0.5)
        yield moment("idle, worker gone")
    finally:
        service.terminate()
        service.wait()


def main() -> None:
    """One run on a fresh archive: the most the daemon loads, since the tables are made too."""
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Outlet(), Hook(), Mailbox(), Path(folder) / "khabardar.toml")
        town.configure(crawl='first_visit = "all"')
        town.config.write_text(
            town.config.read_text().replace('"1s"', '"1h"').replace('listen = ""', 'listen = "127.0.0.1:0"')
        )
        for number in range(ARTICLES):
            town.outlet.publish(numbered(number))
        print(f"{'':24}{'daemon MB':>12}{'children MB':>14}{'children':>10}")
        for what, own, others, count in watched(town, Path(folder) / "log"):
            print(f"{what:24}{own:12.0f}{others:14.0f}{count:10}")
        for part in (town.outlet, town.hook, town.mailbox):
            part.close()


if __name__ == "__main__":
    main()
