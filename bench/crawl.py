"""A newsroom on loopback, crawled: ``.venv/bin/python -m bench.crawl`` (``--items 200``, ``--rules 10000``).

Three sources of so many items each: a feed with the whole text, a feed of summaries whose pages are read, a sitemap.
Of more than 500, Khabardar keeps 500: a visit looks at the newest of a list. Pages are as heavy as those of large
outlets (``bench.outlet``); with ``--light`` they are of 33 KB.
``khabardar crawl`` visits them with an empty archive until all is durable, indexed, and matched against all rules.
Starting ends with the first request; rules are made ready before it, as in a service, and do not count. Beside it
``bench.plain_spider``, and news-please where ``--news-please PYTHON`` names a Python that has it; both know no rules,
no identity, no furniture. news-please takes no text from feeds, and is asked for the items that have pages only. All
ask as fast as they may. CPU seconds are those of all processes from the first request on, memory the most that all of
them held together at one look; the newsroom runs beside and is not counted.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bench.outlet import outlet_page
from bench.rules import Language, generated

_DATE = "Fri, 15 Aug 2025 18:00:00 +0500"


def newsroom(items: int, seed: int, *, light: bool = False) -> dict[str, str]:
    """Path to document: two feeds, a sitemap, and a page for every item that needs one."""
    language = Language(seed)
    whole, brief, addresses = [], [], []
    documents: dict[str, str] = {}
    for number in range(3 * items):
        title, body = language.item()
        paragraphs = [line for line in body.split("\n") if line.strip()]
        path, html = f"/news/{10_000 + number}/report", "".join(f"<p>{escape(line)}</p>" for line in paragraphs)
        item = f"<item><title>{escape(title)}</title><link>SITE{path}</link><pubDate>{_DATE}</pubDate>"
        if number < items:
            whole.append(f"{item}<content:encoded><![CDATA[{html}]]></content:encoded></item>")
            continue
        documents[path] = light_page(title, html) if light else outlet_page(title, paragraphs, 10_000 + number)
        if number < 2 * items:
            brief.append(f"{item}<description>{escape(paragraphs[0][:200])}</description></item>")
        else:
            addresses.append(f"<url><loc>SITE{path}</loc><lastmod>2025-08-15T13:00:00Z</lastmod></url>")
    for name, entries in (("/whole.xml", whole), ("/brief.xml", brief)):
        documents[name] = (
            '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f"<channel><title>Sample</title><link>SITE/</link>{''.join(entries)}</channel></rss>"
        )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    documents["/sitemap.xml"] = f'<?xml version="1.0"?><urlset xmlns="{space}">{"".join(addresses)}</urlset>'
    return documents


def light_page(title: str, html: str) -> str:
    """A small outlet's page, 33 KB: one menu, scripts, structured data without the text, some cards, a footer."""
    said = {"@type": "NewsArticle", "headline": title, "datePublished": "2025-08-15T18:00:00+05:00"}
    menu = "".join(f'<li><a href="/section-{n}">Section number {n}</a></li>' for n in range(60))
    cards = "".join(f'<div class="card"><a href="/news/{n}"><h4>Card of story {n}</h4></a></div>' for n in range(20))
    script = "<script>" + "window.queue=window.queue||[];" * 400 + "</script>"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - Sample</title>{script}'
        f'<script type="application/ld+json">{json.dumps(said)}</script></head><body><nav><ul>{menu}</ul></nav>'
        f'<main><article><h1>{escape(title)}</h1><div class="body">{html}</div></article>'
        f'<aside class="related">{cards}</aside></main><footer>All rights reserved</footer>{script}</body></html>'
    )


def serve(items: int, seed: int, light: bool, said: Connection, first: Synchronized[float]) -> None:
    """The newsroom's process: tells its address and the mean size of its pages, and when it was first asked."""
    documents = newsroom(items, seed, light=light)
    bodies: dict[str, bytes] = {}

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the library's name
            body = bodies.get(self.path)
            if body is not None and not first.value:
                first.value = time.monotonic()
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "application/xml" if self.path.endswith(".xml") else "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Nothing is written."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    bodies.update({path: document.replace("SITE", url).encode() for path, document in documents.items()})
    pages = [len(body) for path, body in bodies.items() if not path.endswith(".xml")]
    said.send((url, sum(pages) // max(len(pages), 1)))
    server.serve_forever()


@dataclass(frozen=True)
class Run:
    """Of one crawler: items kept, seconds and CPU seconds from the first request on, MB at most.

    ``parts`` are the CPU seconds by what a process is, ``held`` the MB of each at the look when all held most."""

    items: int
    seconds: float
    parts: dict[str, float]
    held: dict[str, float]

    @property
    def cpu(self) -> float:
        return sum(self.parts.values())

    @property
    def megabytes(self) -> float:
        return sum(self.held.values())


def part_of(process: psutil.Process, root: int) -> str:
    """What a process of a crawler is: ``daemon`` is the one that was started."""
    if process.pid == root:
        return "daemon"
    return "worker" if "crawler.worker" in process.cmdline() else "readers"


def watched(command: list[str], first: Synchronized[float], count: str, file: Path) -> Run:
    """Run a crawler to its end and look at all its processes every few hundredths of a second."""
    first.value = 0.0
    crawler = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(Path.cwd())})
    root, parts, most = psutil.Process(crawler.pid), dict[int, str](), dict[str, float]()
    used, before = dict[int, float](), dict[int, float]()
    while crawler.poll() is None:
        held = dict[str, float]()
        with suppress(psutil.Error):
            for process in (root, *root.children(recursive=True)):
                with suppress(psutil.Error):
                    times = process.cpu_times()
                    used[process.pid] = times.user + times.system
                    part = parts.setdefault(process.pid, part_of(process, root.pid))
                    held[part] = held.get(part, 0.0) + process.memory_info().rss / 1e6
        most = max(most, held, key=lambda one: sum(one.values()))
        if not first.value:
            before = dict(used)
        time.sleep(0.02)
    ended = time.monotonic()
    if crawler.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {crawler.returncode}")
    with closing(sqlite3.connect(file)) as archive:
        (items,) = archive.execute(count).fetchone()
    spent = dict[str, float]()
    for pid, part in parts.items():
        spent[part] = spent.get(part, 0.0) + used[pid] - before.get(pid, 0.0)
    return Run(items, ended - first.value, spent, most)


def configured(folder: Path, url: str, rules: int, seed: int) -> Path:
    """The configuration of a service that watches the newsroom with so many rules."""
    lines = [
        f"[archive]\nurl = {json.dumps('sqlite:///' + str(folder / 'ours.db'))}",
        '[crawl]\ndelay = "0s"\nallow_addresses = ["127.0.0.0/8"]\nfirst_visit = "all"',
        f'[[sources]]\nname = "whole"\nfeed = "{url}/whole.xml"',
        f'[[sources]]\nname = "brief"\nfeed = "{url}/brief.xml"',
        f'[[sources]]\nname = "map"\nsitemap = "{url}/sitemap.xml"',
    ]
    for number, one in enumerate(generated(Language(seed), rules)):
        lines.append(f'[[rules]]\nname = "rule {number}"\nquery = {json.dumps(one.query)}')
    file = folder / "khabardar.toml"
    file.write_text("\n\n".join(lines))
    return file


def main() -> None:
    """Both crawlers, one after the other, and their ratio per second of CPU."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=200, help="items of each of the three sources")
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--light", action="store_true", help="pages of 33 KB, as small outlets have")
    parser.add_argument("--news-please", metavar="PYTHON", help="a Python that has news-please, to run it as well")
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    first = context.Value("d", 0.0, lock=False)
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(asked.items, asked.seed, asked.light, there, first), daemon=True)
    server.start()
    url, size = here.recv()
    with TemporaryDirectory() as name:
        folder, python = Path(name), sys.executable
        config = configured(folder, url, asked.rules, asked.seed)
        commands = {
            "khabardar": ([python, "-m", "khabardar.cli", "-c", str(config), "crawl"], folder / "ours.db"),
            "plain spider": ([python, "-m", "bench.plain_spider", url, str(folder / "plain.db")], folder / "plain.db"),
        }
        if asked.news_please:
            file = folder / "please.db"
            script = str(Path(__file__).with_name("news_please.py"))
            commands["news-please"] = ([asked.news_please, script, url, str(file)], file)
        print(
            f"{3 * asked.items} items, {'light' if asked.light else 'full'} pages of {size / 1000:.0f} KB, "
            f"{asked.rules} rules (the plain spider has none), load {os.getloadavg()[0]:.1f}"
        )
        print(f"{'':14}{'items':>7}{'items/s':>10}{'CPU s':>8}{'items/CPU s':>13}{'MB':>7}")
        runs = {}
        for who, (command, file) in commands.items():
            run = runs[who] = watched(command, first, "select count(*) from items", file)
            per_core = run.items / run.cpu
            rate = run.items / run.seconds
            print(f"{who:14}{run.items:7}{rate:10.1f}{run.cpu:8.1f}{per_core:13.1f}{run.megabytes:7.0f}", flush=True)
            for part, spent in run.parts.items() if who == "khabardar" else ():
                milliseconds = 1000 * spent / max(run.items, 1)
                print(
                    f"  {part:12}{'':17}{spent:8.1f}{milliseconds:10.2f} ms{run.held.get(part, 0.0):7.0f}", flush=True
                )
        ours, *others = (run.items / run.cpu for run in runs.values())
        for who, theirs in zip(list(runs)[1:], others, strict=True):
            goal = " (goal 3.00)" if who == "plain spider" else ""
            print(f"khabardar / {who} per core: {ours / theirs:.2f}{goal}")
    server.terminate()


if __name__ == "__main__":
    main()
