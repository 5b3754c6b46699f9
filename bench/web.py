"""How long pages take at a million items while news are kept, as a reader on this machine sees it.

    python -m bench.web --items 1000000                # fills an archive of made-up items first
    python -m bench.web --archive FILE                 # takes one that is there

The server and the writer are one process, as in the service; whoever asks is another. The writer keeps twenty new items
and settles, again and again, five times a second. Every page is asked with other words each time. The goal for Stories,
Search and Item is 100 ms for 95 of 100.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote_plus

GOAL = 0.100
_WRITES_A_SECOND = 5
_CONFIG = """\
[topics]
japan = 'japan OR japanese OR tokyo OR 日本'
trade = 'tariff OR export OR import OR duty'

[[sources]]
name = "paper-7"
feed = "https://paper-7.example/feed"

[[rules]]
name = "trade"
query = 'topic:japan topic:trade'

[archive]
url = "sqlite:///{path}"
"""
_WORDS = ["japan", "tariff", "export", "steel", "cotton", "automotive", "energy", "pakistan", "textile", "rice"]


def main() -> None:
    """Fills or opens, asks, and prints a line per page."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        path = options.archive or Path(folder) / "archive.db"
        if not options.archive:
            _fill(path, options.items)
        config = Path(folder) / "khabardar.toml"
        config.write_text(_CONFIG.format(path=path.absolute()), encoding="utf-8")
        here, there = multiprocessing.Pipe()
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(config, there, options.write))
        server.start()
        try:
            port, ids = here.recv()
            _measure(port, ids, options.rounds)
        finally:
            here.send("stop")
            print(f"writer: {here.recv()} items kept meanwhile; memory of the server {here.recv():.0f} MB")
            server.join()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--archive", type=Path, help="an SQLite archive that is there; it is written to")
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--no-writer", dest="write", action="store_false")
    return parser.parse_args()


def _fill(path: Path, total: int) -> None:
    from archive.store import Archive
    from bench.load import fill

    archive = Archive.open(f"sqlite:///{path}")
    archive.migrate()
    for done in fill(archive, [], total, seed=7):
        print(f"\r{done:,} items", end="", flush=True)
    print()
    while not archive.tidy(5):
        pass
    archive.close()


def _serve(config: Path, pipe: object, write: bool) -> None:
    asyncio.run(_serving(config, pipe, write))


async def _serving(config: Path, pipe: object, write: bool) -> None:
    from archive.store import Archive
    from khabardar.settings import load
    from khabardar.web.application import application
    from khabardar.web.desk import Desk
    from khabardar.web.server import Web

    settings = load(config)
    archive = Archive.open(settings.archive.url)
    archive.migrate()
    web = Web(application(Desk(archive, settings)), "127.0.0.1:0")
    web.start()
    newest = [item.id for item in archive.search(None, limit=2000)]
    stop, kept = threading.Event(), [0]
    writer = threading.Thread(target=_keep, args=(archive, stop, kept))
    if write:
        writer.start()
    pipe.send((web.address[1], newest[::7]))  # type: ignore[attr-defined]
    await asyncio.to_thread(pipe.recv)  # type: ignore[attr-defined]
    stop.set()
    if write:
        writer.join()
    await web.stop()
    pipe.send(kept[0])  # type: ignore[attr-defined]
    pipe.send(_memory())  # type: ignore[attr-defined]
    archive.close()


def _keep(archive: object, stop: threading.Event, kept: list[int]) -> None:
    """What a crawl writes: batches of new items of some hundred words."""
    from archive.identity import item_keys
    from archive.model import Judged, NewsItem

    draw = random.Random(time.time())
    while not stop.wait(1 / _WRITES_A_SECOND):
        now = datetime.now(UTC)
        batch = []
        for _ in range(20):
            url = f"https://paper-7.example/{draw.random()}"
            body = " ".join(f"{draw.choice(_WORDS)} w{draw.randrange(20_000)}" for _ in range(200))
            batch.append(
                Judged(
                    NewsItem(
                        title=body[:60],
                        url=url,
                        source="paper-7",
                        body=body,
                        seen_at=now,
                        keys=item_keys("paper-7", url),
                    )
                )
            )
        archive.keep(batch, now, via="crawl")  # type: ignore[attr-defined]
        kept[0] += len(batch)


def _pages(ids: list[str], rounds: int) -> Iterator[tuple[str, list[str]]]:
    draw = random.Random(3)
    word = lambda: draw.choice(_WORDS)  # noqa: E731
    searches = [
        lambda: word(),
        lambda: f"{word()} {word()}",
        lambda: f'"{word()} {word()}" OR {word()}',
        lambda: f"{word()} NOT {word()}",
        lambda: f"title:{word()} after:300d",
        lambda: f"{word()[:4]}*",
        lambda: "topic:japan topic:trade",
    ]
    yield "Stories", ["/"] * rounds
    filters = ["/?lang=ja", "/?lang=en", "/?source=paper-7", "/?topic=japan", "/?rule=trade"]
    yield "Stories, filtered", [draw.choice(filters) for _ in range(rounds)]
    yield "Search", [f"/search?q={quote_plus(draw.choice(searches)())}" for _ in range(rounds)]
    yield (
        "Search, best first",
        [f"/search?sort=relevance&q={quote_plus(draw.choice(searches)())}" for _ in range(rounds)],
    )
    yield "Item", [f"/items/{draw.choice(ids)}" for _ in range(rounds)]
    yield "(after the page) facets", [f"/search/facets?q={quote_plus(word())}" for _ in range(rounds // 4)]
    yield "(API) items", [f"/api/v1/items?q={quote_plus(draw.choice(searches)())}" for _ in range(rounds)]


def _measure(port: int, ids: list[str], rounds: int) -> None:
    print(f"{'page':26} {'p50 ms':>8} {'p95 ms':>8} {'most ms':>8} {'KB':>6}")
    asking = HTTPConnection("127.0.0.1", port, timeout=120)
    for name, paths in _pages(ids, rounds):
        took, size = [], 0
        for path in paths:
            began = time.perf_counter()
            asking.request("GET", path)
            answer = asking.getresponse()
            size = max(size, len(answer.read()))
            took.append(time.perf_counter() - began)
            assert answer.status == 200, (path, answer.status)
        p95 = statistics.quantiles(took, n=20)[-1]
        sign = "" if name.startswith("(") or p95 <= GOAL else "  above the goal"
        figures = f"{statistics.median(took) * 1e3:8.1f} {p95 * 1e3:8.1f} {max(took) * 1e3:8.1f} {size / 1000:6.0f}"
        print(f"{name:26} {figures}{sign}")


def _memory() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
