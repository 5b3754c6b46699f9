"""Ten thousand deliveries due at once, to receivers of which a quarter misbehaves: ``python -m bench.delivery``.

A real service (``khabardar run``) finds 100 items owed to each of 100 webhook channels. First 75 healthy receivers
alone, then the same 75 beside 10 that hang, 10 that answer 500 and 5 that are dead. How long the healthy ones took
beside the others and alone, by the clock and by the processor time of the service, deliveries per second beside posts
of plain httpx in a loop, and the memory (RSS) of the service. On a machine that has other work the clock tells little,
so each is run ``--rounds`` times in turn, and what is told are the middle ones of the ratios within a round.
``--items N`` makes it smaller; ``--archive URL URL`` (two empty databases) is for one round.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil

from archive.identity import item_keys
from archive.model import Judged, MatchSpan, NewsItem, Promise
from archive.store import Archive
from bench.receivers import Receivers, receivers
from tests.route.articles import numbered
from tests.route.conftest import KHABARDAR, environment

HEALTHY = 75
OTHERS = {"hang": 10, "broken": 10, "dead": 5}
LONGEST = 1200.0
LOOP = 1000


@dataclass
class Course:
    """One run of the service: seconds from the first healthy delivery to the last, seconds of the processor from its
    start to then, MB of memory, posts to others."""

    seconds: float
    cpu: float
    deliveries: int
    repeated: int
    memory: list[float]
    failed: int

    @property
    def rate(self) -> float:
        """Deliveries per second."""
        return self.deliveries / self.seconds


def channels(there: Receivers, others: bool) -> dict[str, str]:
    """Name to address."""
    kinds = {"ok": HEALTHY, **(OTHERS if others else {})}
    return {f"{kind}{n}": there.url(kind, n) for kind, many in kinds.items() for n in range(many)}


def configured(folder: Path, url: str, names: dict[str, str]) -> Path:
    """The configuration: no sources, one rule for all channels."""
    parts = [f'[archive]\nurl = "{url}"\n[web]\nlisten = ""\n']
    for name, address in names.items():
        parts.append(
            f'[[channels]]\nname = "{name}"\nkind = "webhook"\nurl = "{address}"\n'
            f'secret = "whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0"\nallow_addresses = ["127.0.0.0/8"]\n'
        )
    quoted = ", ".join(f'"{name}"' for name in names)
    parts.append(f'[[rules]]\nname = "japan"\nquery = "japan"\nchannels = [{quoted}]\n')
    path = folder / "khabardar.toml"
    path.write_text("".join(parts))
    return path


def owe(url: str, names: Sequence[str], items: int) -> None:
    """Every item owed to every channel, due now."""
    archive = Archive.open(url)
    archive.migrate()
    now = datetime.now(UTC)
    for number in range(items):
        article = numbered(number)
        address = f"https://outlet.example/{number}"
        news = NewsItem(
            title=article.title, url=address, source="outlet", body=article.page, keys=item_keys("outlet", address)
        )
        promises = tuple(Promise("japan", "japan", name, due_at=now) for name in names)
        span = MatchSpan("japan", "title", 0, 5, article.title[:5])
        archive.keep([Judged(news, ("japan",), (span,), promises)], now, via="crawl")
    archive.close()


def course(there: Receivers, items: int, *, others: bool, archive: str) -> Course:
    """One service on one archive, until the healthy receivers have all."""
    there.forget()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = archive or f"sqlite:///{folder / 'news.db'}"
        names = channels(there, others)
        owe(url, list(names), items)
        config = configured(folder, url, names)
        memory: list[float] = []
        with (folder / "log").open("wb") as log:
            service = subprocess.Popen([*KHABARDAR, "-c", str(config), "run"], stderr=log, env=environment())
        try:
            cpu = _watch(there, service, HEALTHY * items, memory)
        finally:
            service.terminate()
            service.wait()
        if there.count() < HEALTHY * items:
            print((folder / "log").read_text()[-3000:], file=sys.stderr)
        ok = there.account()
        failed = sum(sum(there.account(kind).ids.values()) for kind in ("hang", "broken"))
        return Course(ok.last - ok.first, cpu, len(ok.ids), sum(ok.ids.values()) - len(ok.ids), memory, failed)


def _watch(there: Receivers, service: subprocess.Popen[bytes], wanted: int, memory: list[float]) -> float:
    daemon = psutil.Process(service.pid)
    until = time.monotonic() + LONGEST
    while (done := there.count()) < wanted and time.monotonic() < until and service.poll() is None:
        if done:
            memory.append(daemon.memory_info().rss / 1e6)
        time.sleep(0.25)
    used = daemon.cpu_times()
    return float(used.user + used.system)


async def plain(there: Receivers, body: bytes, *, close: bool) -> float:
    """Posts per second of an httpx client in a loop, with a new connection for each or with one for all."""
    headers = {"content-type": "application/json", **({"connection": "close"} if close else {})}
    async with httpx.AsyncClient(trust_env=False) as client:
        began = time.monotonic()
        for number in range(LOOP):
            await client.post(there.url("ok", 0), content=body, headers={**headers, "webhook-id": str(number)})
        return LOOP / (time.monotonic() - began)


@dataclass
class Round:
    """Posts per second of plain httpx (on one connection, with one each), and the two courses."""

    kept: float
    closed: float
    alone: Course
    beside: Course


def one_round(there: Receivers, items: int, archives: Sequence[str]) -> Round:
    """The plain loops, then the healthy ones alone, then beside the others."""
    body = numbered(1).page.encode()
    kept, closed = (asyncio.run(plain(there, body, close=close)) for close in (False, True))
    alone, beside = (course(there, items, others=others, archive=archives[others]) for others in (False, True))
    return Round(kept, closed, alone, beside)


def _middle(rounds: Sequence[Round], ratio: Callable[[Round], float]) -> str:
    ratios = sorted(ratio(one) for one in rounds)
    spread = f" ({ratios[0]:.2f} to {ratios[-1]:.2f})" if len(ratios) > 1 else ""
    return f"{statistics.median(ratios):.2f}{spread}"


def main() -> None:
    """Some rounds, a few lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--archive", nargs=2, default=("", ""), help="two empty databases")
    asked = parser.parse_args()
    with receivers() as there:
        rounds = [one_round(there, asked.items, asked.archive) for _ in range(asked.rounds)]
    others = sum(OTHERS.values()) * asked.items
    kinds = ", ".join(f"{many} {kind}" for kind, many in OTHERS.items())
    for one in rounds:
        print(
            f"{one.alone.deliveries} deliveries to {HEALTHY} healthy receivers alone {one.alone.seconds:.1f} s "
            f"({one.alone.cpu:.1f} s of processor), beside {others} due to others ({kinds}; {one.beside.failed} posts "
            f"to them) {one.beside.seconds:.1f} s ({one.beside.cpu:.1f} s)"
        )
    print(f"beside the others, times as long: {_middle(rounds, lambda one: one.beside.seconds / one.alone.seconds)}")
    print(f"of the processor, times as much: {_middle(rounds, lambda one: one.beside.cpu / one.alone.cpu)}")
    print(f"deliveries/s: {', '.join(f'{one.alone.rate:.0f}' for one in rounds)}")
    print(f"times httpx in a loop on one connection: {_middle(rounds, lambda one: one.alone.rate / one.kept)}")
    print(f"times httpx with a connection each: {_middle(rounds, lambda one: one.alone.rate / one.closed)}")
    for what, run in (("alone", rounds[-1].alone), ("beside", rounds[-1].beside)):
        quarters = [run.memory[len(run.memory) * part // 4 - 1] for part in (1, 2, 3, 4)]
        shown = ", ".join(f"{megabytes:.0f}" for megabytes in quarters)
        print(f"memory {what}, after each quarter: {shown} MB; {max(run.memory):.0f} at most")
    print(f"repeated: {sum(one.alone.repeated + one.beside.repeated for one in rounds)}")


if __name__ == "__main__":
    main()
