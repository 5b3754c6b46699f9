"""From the bytes of a feed to the webhook: ``python -m bench.latency [--rules 10000] [--rounds 100]``.

A real service (``khabardar run``) watches one full-text feed every second with ten thousand rules of which each new
article matches one, told to one webhook with ``wait = "0s"``. The time begins when the outlet has written the last
byte of the feed that holds a new article, and ends when the receiver has read the whole POST. Milliseconds, of one run;
after them what the plain parts cost alone on this machine: one commit (fsync), one POST.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import escape

import httpx

from tests.route.articles import WORDS
from tests.route.conftest import KHABARDAR, environment

LONGEST = 60.0


class Outlet:
    """A feed of full texts on loopback, and the receiver of the alerts about them."""

    def __init__(self) -> None:
        self.items: list[tuple[int, str]] = []
        self.written: dict[int, float] = {}
        self.arrived: dict[int, float] = {}
        self.news = threading.Condition()
        outlet = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body, numbers = outlet.feed() if self.path == "/feed.xml" else (b"", [])
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                outlet.wrote(numbers)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outlet.got(body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def publish(self, number: int, rules: int) -> None:
        """One more article, which matches one of the rules."""
        dice = random.Random(number)
        words = " ".join(dice.choice(WORDS) for _ in range(500))
        self.items.insert(0, (number, f"Lot {name_of(dice.randrange(rules))} came in. {words}."))
        del self.items[20:]

    def feed(self) -> tuple[bytes, list[int]]:
        """The feed and the numbers of its articles."""
        entries = "".join(
            f"<item><title>Report {number}</title><link>{self.url}/{number}</link><guid>{self.url}/{number}</guid>"
            f"<description>{escape(text)}</description></item>"
            for number, text in self.items
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Outlet</title>{entries}</channel></rss>'
        return body.encode(), [number for number, _ in self.items]

    def wrote(self, numbers: list[int]) -> None:
        """The feed has gone out."""
        now = time.monotonic()
        for number in numbers:
            self.written.setdefault(number, now)

    def got(self, body: bytes) -> None:
        """An alert came."""
        now = time.monotonic()
        number = int(body.partition(b'"title":"Report ')[2].partition(b'"')[0])
        with self.news:
            self.arrived.setdefault(number, now)
            self.news.notify_all()

    def close(self) -> None:
        """Shuts the door."""
        self._server.shutdown()
        self._server.server_close()


def name_of(number: int) -> str:
    """A word that only one rule has."""
    return "lot" + "".join("bcfhjkmpqv"[int(digit)] for digit in f"{number:05}")


def configured(folder: Path, outlet: Outlet, rules: int) -> Path:
    """One source, one webhook, many rules."""
    parts = [
        f'[archive]\nurl = "sqlite:///{folder / "news.db"}"\n[web]\nlisten = ""\n'
        '[crawl]\nevery = "1s"\ndelay = "0s"\nfirst_visit = "all"\nallow_addresses = ["127.0.0.0/8"]\n'
        f'[[sources]]\nname = "outlet"\nfeed = "{outlet.url}/feed.xml"\nfull_text = "feed"\nobey_robots = false\n'
        f'[[channels]]\nname = "hook"\nkind = "webhook"\nurl = "{outlet.url}/hook"\n'
        'allow_addresses = ["127.0.0.0/8"]\n'
    ]
    for number in range(rules):
        query = f"{name_of(number)} AND (came OR went) NOT section:sports"
        parts.append(f'[[rules]]\nname = "r{number}"\nquery = "{query}"\nchannels = ["hook"]\nwait = "0s"\n')
    path = folder / "khabardar.toml"
    path.write_text("".join(parts))
    return path


def rounds(outlet: Outlet, many: int, rules: int) -> list[float]:
    """One article after the other, the next when the alert of the last has come; milliseconds."""
    took: list[float] = []
    for number in range(many + 3):
        outlet.publish(number, rules)
        until = time.monotonic() + (600 if number == 0 else LONGEST)
        with outlet.news:
            while number not in outlet.arrived and time.monotonic() < until:
                outlet.news.wait(1)
        if number not in outlet.arrived:
            print(f"no alert of article {number}")
            continue
        if number > 2:  # the first ones also pay for what is loaded once
            took.append((outlet.arrived[number] - outlet.written[number]) * 1000)
        time.sleep(random.uniform(0, 0.3))
    return took


def commit_ms(folder: Path) -> float:
    """What one fsync costs."""
    with (folder / "probe").open("wb") as file:
        began = time.monotonic()
        for _ in range(50):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
    return (time.monotonic() - began) * 20


def post_ms(outlet: Outlet) -> float:
    """What one POST of plain httpx costs."""
    body = b'{"title":"Report 0"}'
    with httpx.Client(trust_env=False) as client:
        began = time.monotonic()
        for _ in range(50):
            client.post(f"{outlet.url}/hook", content=body, headers={"connection": "close"})
    return (time.monotonic() - began) * 20


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--log", type=Path, help="keep the service's log there")
    asked = parser.parse_args()
    outlet = Outlet()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = configured(folder, outlet, asked.rules)
        with (asked.log or folder / "log").open("wb") as log:
            service = subprocess.Popen([*KHABARDAR, "-c", str(config), "run"], stderr=log, env=environment())
        try:
            took = sorted(rounds(outlet, asked.rounds, asked.rules))
        finally:
            service.terminate()
            service.wait()
        print(f"from the feed's last byte to the webhook, {asked.rules} rules, {len(took)} articles, ms:")
        ninth = took[min(len(took) - 1, int(len(took) * 0.99))]
        print(f"p50 {statistics.median(took):.0f}, p99 {ninth:.0f}, most {took[-1]:.0f}, least {took[0]:.0f}")
        print(f"for comparison: one fsync {commit_ms(folder):.1f} ms, one POST of httpx {post_ms(outlet):.1f} ms")
    outlet.close()


if __name__ == "__main__":
    main()
