"""Memory of the running service, from outside: ``.venv/bin/python -m bench.memory [--crawls 200]``.

A real service watches one outlet on loopback whose twenty articles all alert. Resident memory (RSS) of the daemon and
of the crawl worker with its readers is read while it works, while it makes so many visits (every second one with a new
article that alerts), and after the worker went home; then ``/metrics`` is asked for. Figures in MB, of one run. Exits 1
if between the tenth part of the visits and the last the daemon or the worker grew by more than a tenth.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import psutil

from tests.route.articles import numbered
from tests.route.conftest import Town, environment
from tests.route.newsroom import Hook, Mailbox, Outlet
from tests.route.test_service import free_port

ARTICLES = 20
PATIENCE = 120.0
WORKER_GOES_HOME = 90.0
MOST_GROWTH = 0.10


def megabytes(processes: list[psutil.Process]) -> float:
    """The resident memory of live processes together, in MB."""
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


class Watched:
    """A service under observation; every look at it prints a line."""

    def __init__(self, town: Town, log: Path) -> None:
        self.town = town
        with log.open("wb") as stderr:
            self.service = subprocess.Popen(town.command("run"), stdout=stderr, stderr=stderr, env=environment())
        self.daemon = psutil.Process(self.service.pid)

    def look(self, what: str) -> tuple[float, float]:
        """MB of the daemon, and of the crawl worker alone."""
        children = self.daemon.children(recursive=True)
        own, worker = megabytes([self.daemon]), megabytes(self.daemon.children())
        print(f"{what:26}{own:12.0f}{worker:12.0f}{megabytes(children):14.0f}{len(children):10}", flush=True)
        return own, worker

    def until(self, true: Callable[[], object], patience: float = PATIENCE) -> bool:
        """Waits for something; whether it came."""
        end = time.monotonic() + patience
        while not true():
            if self.service.poll() is not None or time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def crawls(self, number: int) -> list[tuple[float, float]]:
        """Makes so many visits, each with a new article; the looks at every tenth part."""
        looks = []
        for n in range(1, number + 1):
            asked = self.town.outlet.asked["/feed.xml"]
            if n % 2:
                self.town.outlet.articles.pop(0)  # a feed has a length
                self.town.outlet.publish(numbered(1000 + n))
            self.until(lambda asked=asked: self.town.outlet.asked["/feed.xml"] > asked)
            if n % max(1, number // 10) == 0:
                looks.append(self.look(f"{n} visits"))
        return looks

    def stop(self) -> None:
        """Ends the service."""
        self.service.terminate()
        self.service.wait()


def measured(watched: Watched, crawls: int, port: int) -> bool:
    """The whole course; whether nothing grew beyond measure."""
    articles = len(watched.town.outlet.articles)
    watched.until(lambda: len(watched.town.hook.calls) >= articles)
    watched.look(f"{len(watched.town.hook.calls)} alerts sent")
    looks = watched.crawls(crawls)
    text = watched.town.config.read_text().replace('every = "1s"', 'every = "1h"')
    watched.town.config.write_text(text)
    watched.town.khabardar("reload")
    watched.until(lambda: not watched.daemon.children(), WORKER_GOES_HOME)
    watched.look("idle, worker gone")
    for _ in range(20):
        urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read()
    watched.look("/metrics asked for 20 times")
    growth = [after / before - 1 for before, after in zip(looks[0], looks[-1], strict=True)]
    print(f"growth over the visits: daemon {growth[0]:+.1%}, worker {growth[1]:+.1%}")
    return max(growth) <= MOST_GROWTH


def main() -> None:
    """One run on a fresh archive: the most the daemon loads, since the tables are made too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crawls", type=int, default=200)
    crawls = parser.parse_args().crawls
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Outlet(), Hook(), Mailbox(), Path(folder) / "khabardar.toml")
        town.configure(crawl='first_visit = "all"')
        port = free_port()
        town.config.write_text(town.config.read_text().replace('listen = ""', f'listen = "127.0.0.1:{port}"'))
        for number in range(ARTICLES):
            town.outlet.publish(numbered(number))
        print(f"{'':26}{'daemon MB':>12}{'worker MB':>12}{'children MB':>14}{'children':>10}")
        watched = Watched(town, Path(folder) / "log")
        try:
            well = measured(watched, crawls, port)
        finally:
            watched.stop()
            for part in (town.outlet, town.hook, town.mailbox):
                part.close()
    sys.exit(not well)


if __name__ == "__main__":
    main()
