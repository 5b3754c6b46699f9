"""The town and a configuration that watches it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.route.newsroom import Hook, Mailbox, Outlet

KHABARDAR = [sys.executable, "-m", "khabardar.cli"]


@dataclass
class Town:
    """An outlet, the receivers, and the configuration between them."""

    outlet: Outlet
    hook: Hook
    mailbox: Mailbox
    config: Path

    def configure(self, *, archive: str = "sqlite:///news.db", crawl: str = "", source: str = "", **parts: str) -> None:
        """Writes the configuration; the arguments are TOML lines put into the tables of that name."""
        self.config.write_text(
            f"""
[archive]
url = "{archive}"
[crawl]
every = "1s"
delay = "0s"
allow_addresses = ["127.0.0.0/8"]
{crawl}
[web]
listen = ""
[service]
timezone = "Asia/Karachi"
{parts.get("service", "")}
[[sources]]
name = "outlet"
feed = "{self.outlet.url}/feed.xml"
language = "en"
timezone = "Asia/Karachi"
{source}
[[channels]]
name = "desk"
kind = "email"
to = ["desk@example.org"]
from = "khabardar@example.org"
server = "{self.mailbox.server}"
[[channels]]
name = "hook"
kind = "webhook"
url = "{self.hook.url}"
allow_addresses = ["127.0.0.0/8"]
{parts.get("hook", "")}
[[rules]]
name = "japan-automotive"
query = 'japan AND automotive'
channels = ["desk", "hook"]
{parts.get("rule", "")}
"""
        )

    def command(self, *words: str) -> list[str]:
        """The command line of ``khabardar`` with this configuration."""
        return [*KHABARDAR, "-c", str(self.config), *words]

    def khabardar(self, *words: str, stdin: str | None = None, status: int = 0) -> str:
        """Runs one command; returns its stdout."""
        done = subprocess.run(
            self.command(*words), input=stdin, capture_output=True, text=True, timeout=120, env=environment()
        )
        assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json_lines(self, *words: str) -> list[dict[str, Any]]:
        """Runs one command that prints JSON lines."""
        return [json.loads(line) for line in self.khabardar(*words).splitlines()]


def environment() -> dict[str, str]:
    """An environment in which the packages of this clone are found."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A configured town."""
    outlet, hook, mailbox = Outlet(), Hook(), Mailbox()
    here = Town(outlet, hook, mailbox, tmp_path / "khabardar.toml")
    here.configure()
    yield here
    for part in (outlet, hook, mailbox):
        part.close()
