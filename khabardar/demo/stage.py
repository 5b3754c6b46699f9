"""The stage of a demo: its folder, its servers, the service, and what has arrived so far."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from khabardar.demo import press
from khabardar.demo.arrivals import Arrival
from khabardar.demo.content import CHANNELS, Content
from khabardar.demo.loopback import free_port
from khabardar.demo.newsroom import Event, Newsroom
from khabardar.demo.receivers import Hook, Mailbox
from khabardar.demo.service import Service
from khabardar.demo.verdict import Facts, owing
from khabardar.demo.view import View, bottom_line

WAIT = 4
"""Seconds for which the demo's rules collect a story's first moments, so that "also in" is known."""

QUIET = WAIT + 2.0
"""A round is over when for so long nothing was read and nothing arrived: whatever was owed would have come by then."""

PATIENCE = 20
"""Seconds after the end of the timetable until commands to try are shown, whatever is still owed."""

TOGETHER = 0.8
"""Messages about one story that come within so many seconds are shown as one."""


class Stage:
    """Everything that a demo consists of. ``folder`` exists and is empty."""

    def __init__(self, folder: Path, content: Content, shown: Console) -> None:
        self.folder = folder
        self.console = shown
        self.content = content
        self.arrivals: list[Arrival] = []
        self.newsroom = Newsroom(content, self._happened)
        self.service = Service(folder)
        self.view = View(shown, self._title_of, self._standing)
        self.web = ""  # the address of the service's web page, once it is known
        outlets = [outlet.name for outlet in content.outlets]
        self._hook = Hook(folder / "webhooks", "hook", self._arrived)
        text = self._configuration()
        self._rules = tomllib.loads(text)["rules"]
        names = [rule["name"] for rule in self._rules]
        self._mailbox = Mailbox(folder / "mailbox", "desk", self._arrived, names, outlets)
        self._began = self._last_arrival = time.monotonic()
        self._before_last_event: dict[str, int] = {}
        self._together: dict[str, list[Arrival]] = {}
        self._shown: set[str] = set()

    async def open(self) -> None:
        """Opens the newsroom and the receivers, writes the configuration and starts the service."""
        await asyncio.gather(self.newsroom.start(), self._hook.start(), self._mailbox.start())
        config = self.folder / "khabardar.toml"
        web_port = free_port()
        config.write_text(self._configuration(self._mailbox.port, web_port), "utf-8")
        rules = [(rule["name"], rule["query"], ", ".join(rule["channels"])) for rule in self._rules]
        self.web = f"http://127.0.0.1:{web_port}/"
        self.view.opening(self.content, rules, str(self.folder), self.web)
        await self.service.start()

    async def close(self) -> None:
        """Stops whatever runs, in the order that leaves nobody waiting."""
        await self.service.stop()
        await asyncio.gather(self.newsroom.stop(), self._hook.stop(), self._mailbox.stop())

    async def play(self, pace: float) -> None:
        """Plays the timetable once every outlet that works was visited; says at its end what to try."""
        await self.newsroom.visited.wait()
        self.view.said("every outlet was visited: news of today alert, older ones do not", "green")
        await self.newsroom.play(pace)
        if pace > 1:
            for _ in range(PATIENCE):  # the last alert comes first, but commands to try come in any case
                await asyncio.sleep(1)
                if not owing(self.arrivals, self.facts()) and not self._together:
                    break
            self.view.next_steps(self.commands(), "The service goes on. In another terminal, try")

    def facts(self) -> Facts:
        """What the newsroom knows, for the verdict."""
        read = {key: at for asked in self.newsroom.asked.values() for key, at in asked.read.items()}
        return Facts(self.content, self._piece_of, read)

    def lacking(self) -> list[str]:
        """What a whole round still lacks, as sentences; nothing when it is over. Facts decide, not time."""
        facts, visits = self.facts(), self.newsroom.visits()
        rest = len(self.newsroom.events) - self.newsroom.happened
        if rest:
            return [f"{rest} stories of the timetable have not come out: some outlet was never visited"]
        lacking = [f"{story.story}: not arrived at {channel}" for channel, story in owing(self.arrivals, facts)]
        lacking += [
            f"{name} was visited {visits[name] - before} times since the last story came out, not twice"
            for name, before in self._before_last_event.items()
            if visits[name] < before + 2
        ]
        silent = [silent.piece for silent in self.content.silent if not self.content.closed(silent.piece)]
        lacking += [f"the text of {piece} was not asked for" for piece in silent if piece not in facts.read]
        last_read = (datetime.now(UTC) - max(facts.read.values(), default=datetime.now(UTC))).total_seconds()
        if min(time.monotonic() - self._last_arrival, last_read) < QUIET:
            lacking.append(f"it has not been quiet for {QUIET:.0f} seconds")
        return lacking

    def commands(self) -> list[tuple[str, str]]:
        """Commands to try, with the real addresses, and what they show."""
        khabardar = self._command()
        battery = self.newsroom.address("indus-point/battery-venture")
        hockey = self.newsroom.address("maidan-sports/hockey-final")
        return [
            (f"cd {shlex.quote(str(self.folder))}", "the demo's folder, with its khabardar.toml, mailbox and webhooks"),
            (f"{khabardar} search 'topic:japan NOT section:sports'", "the archive, in the language of the rules"),
            (f"{khabardar} rule test 'گاڑی* OR 自動車'", "what a new rule would have found, in Urdu and Japanese"),
            (f"{khabardar} explain {battery}", "who was told of this item, and why"),
            (f"{khabardar} explain {hockey}", "why this one alerted nobody"),
            (f"{khabardar} source list", "the sources and their health: one fails"),
            (f"{khabardar} delivery list", "every message and what became of it"),
            (f"xdg-open {self.web}", "stories, search, rules, sources, deliveries in a browser"),
        ]

    def _command(self) -> str:
        """How the user types the command: a link to this very one is laid into the folder, so that it is short."""
        installed = Path(sys.executable).parent / "khabardar"
        if not installed.exists():
            return f"{shlex.quote(sys.executable)} -m khabardar.cli"
        link = self.folder / "khabardar"
        if not link.is_symlink():
            link.symlink_to(installed)
        # a configuration named in the user's environment would come before the one in the folder
        return "./khabardar -c khabardar.toml" if "KHABARDAR_CONFIG" in os.environ else "./khabardar"

    def _configuration(self, smtp_port: int = 1, web_port: int = 1) -> str:
        return press.configuration(
            {
                "outlets": self.content.outlets,
                "site": self.newsroom.sites,
                "web_port": web_port,
                "smtp_port": smtp_port,
                "hook_port": self._hook.port,
                "secret": self._hook.secret,
                "wait": WAIT,
            }
        )

    def _happened(self, event: Event) -> None:
        self._before_last_event = self.newsroom.visits()
        self.view.event(event)

    def _arrived(self, arrival: Arrival) -> None:
        self._last_arrival = time.monotonic()
        self.arrivals.append(arrival)
        story = next((piece for url in arrival.urls if (piece := self._piece_of(url))), arrival.title)
        if story in self._shown:
            self.view.again(arrival)
        elif story in self._together:
            self._together[story].append(arrival)
        else:
            self._together[story] = [arrival]
            asyncio.get_running_loop().call_later(TOGETHER, self._show, story)

    def _show(self, story: str) -> None:
        self._shown.add(story)
        self.view.alerts(self._together.pop(story))

    def flush(self) -> None:
        """Shows what still waits for company."""
        for story in list(self._together):
            self._show(story)

    def _piece_of(self, url: str) -> str | None:
        piece = self.newsroom.piece_at(url)
        return piece.key if piece else None

    def _title_of(self, url: str) -> str:
        outlet = self.newsroom.outlet_at(url)
        return outlet.title if outlet else ""

    def _standing(self) -> Text:
        totals = self.newsroom.totals()
        told = {channel: sum(a.channel == channel for a in self.arrivals) for channel in CHANNELS}
        figures = [
            (str(told["desk"]), "mails"), (str(told["hook"]), "webhooks"), (str(totals["visits"]), "visits"),
            (str(totals["unchanged"]), "unchanged (304)"), (str(totals["pages"]), "pages read"),
        ]  # fmt: skip
        rest = len(self.newsroom.events) - self.newsroom.happened
        note = f"{rest} more to come" if rest else "all news are out"
        note = note if totals["visits"] else "the service starts"
        return bottom_line(self.console.width, self._began, figures, note)
