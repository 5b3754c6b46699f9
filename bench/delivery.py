"""Ten thousand deliveries due at once, to receivers of which a quarter misbehaves: ``python -m bench.delivery``.

A real service (``khabardar run``) finds 100 items owed to each of 100 webhook channels. First 75 healthy receivers
alone, then the same 75 beside 10 that hang, 10 that answer 500 and 5 that are dead. Figures are of one run: how long
the healthy ones took beside the others and alone, deliveries per second beside posts of plain httpx in a loop, and
the memory (RSS) of the service. ``--items N`` and ``--archive URL`` (an empty database) make it smaller or another.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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
    """One run of the service: seconds from the first healthy delivery to the last, MB of memory, posts to others."""

    seconds: float
    deliveries: int
    repeated: int
    memory: list[float]
    failed: int


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
            _watch(there, service, HEALTHY * items, memory)
        finally:
            service.terminate()
            service.wait()
        if there.count() < HEALTHY * items:
            print((folder / "log").read_text()[-3000:], file=sys.stderr)
        ok = there.account()
        failed = sum(sum(there.account(kind).ids.values()) for kind in ("hang", "broken"))
        return Course(ok.last - ok.first, len(ok.ids), sum(ok.ids.values()) - len(ok.ids), memory, failed)


def _watch(there: Receivers, service: subprocess.Popen[bytes], wanted: int, memory: list[float]) -> None:
    daemon = psutil.Process(service.pid)
    until = time.monotonic() + LONGEST
    while (done := there.count()) < wanted and time.monotonic() < until and service.poll() is None:
        if done:
            memory.append(daemon.memory_info().rss / 1e6)
        time.sleep(0.25)


async def plain(there: Receivers, body: bytes, *, close: bool) -> float:
    """Posts per second of an httpx client in a loop, with a new connection for each or with one for all."""
    headers = {"content-type": "application/json", **({"connection": "close"} if close else {})}
    async with httpx.AsyncClient(trust_env=False) as client:
        began = time.monotonic()
        for number in range(LOOP):
            await client.post(there.url("ok", 0), content=body, headers={**headers, "webhook-id": str(number)})
        return LOOP / (time.monotonic() - began)


def main() -> None:
    """One run, a few lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--archive", nargs=2, default=("", ""), help="two empty databases")
    asked = parser.parse_args()
    with receivers() as there:
        body = numbered(1).page.encode()
        loops = {close: asyncio.run(plain(there, body, close=close)) for close in (False, True)}
        alone = course(there, asked.items, others=False, archive=asked.archive[0])
        beside = course(there, asked.items, others=True, archive=asked.archive[1])
    total = asked.items * (HEALTHY + sum(OTHERS.values()))
    print(f"{alone.deliveries} deliveries to {HEALTHY} healthy receivers alone: {alone.seconds:.1f} s")
    print(
        f"the same beside {total - asked.items * HEALTHY} due to others "
        f"({', '.join(f'{many} {kind}' for kind, many in OTHERS.items())}; {beside.failed} posts to them): "
        f"{beside.seconds:.1f} s, {beside.seconds / alone.seconds:.2f} times as long"
    )
    rate = alone.deliveries / alone.seconds
    print(
        f"deliveries/s {rate:.0f}; httpx in a loop {loops[False]:.0f} posts/s on one connection, {loops[True]:.0f} "
        f"with one each: {rate / loops[False]:.2f} and {rate / loops[True]:.2f} times"
    )
    for what, one in (("alone", alone), ("beside", beside)):
        quarters = [one.memory[len(one.memory) * part // 4 - 1] for part in (1, 2, 3, 4)]
        shown = ", ".join(f"{megabytes:.0f}" for megabytes in quarters)
        print(f"memory {what}, after each quarter: {shown} MB; {max(one.memory):.0f} at most")
    print(f"repeated: {alone.repeated + beside.repeated}")


if __name__ == "__main__":
    main()
