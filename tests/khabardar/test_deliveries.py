"""``khabardar delivery`` and ``channel list``: what waits, since when and why; drop and retry by hand."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.model import Outcome, Told
from archive.store import Archive
from scheduler.trouble import judge_for
from tests.archive.samples import item, judged, promise
from tests.khabardar.conftest import Shell

CONFIG = """
[[channels]]
name = "desk"
kind = "email"
to = ["desk@example.org"]
from = "k@example.org"
server = "smtp://127.0.0.1:9"

[[channels]]
name = "hook"
kind = "webhook"
url = "http://127.0.0.1:9/"
"""
BUSY = Told(Outcome.RETRY, "503 Service Unavailable: the database is being upgraded, come back tomorrow at nine")
NOW = datetime.now(UTC).replace(microsecond=0)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def waiting(shell: Shell) -> Shell:
    """Three deliveries for a webhook that fails since forty minutes, one for the desk."""
    config = shell.folder / "khabardar.toml"
    config.write_text(config.read_text(encoding="utf-8") + CONFIG, encoding="utf-8")
    assert shell("migrate") == 0
    archive = Archive.open(f"sqlite:///{shell.folder / 'khabardar.db'}")
    began = NOW - timedelta(minutes=40)
    batch = [
        judged(item(n, title=f"The {n} lot of car parts came in", seen_at=began), promise(channel="hook"))
        for n in range(3)
    ]
    archive.keep([*batch, judged(item("x", seen_at=began), promise(channel="desk"))], began, via="crawl")
    for minutes in (0, 20, 40):
        at = began + timedelta(minutes=minutes)
        for one in archive.claim_deliveries(at, "me", timedelta(hours=1), channels=["hook"]):
            archive.freeze(one.id, {"type": "alert", "data": {"stories": [{"title": "The lot of car parts came in"}]}})
            archive.settle(one.id, BUSY, at, at + timedelta(minutes=20), judge_for(["desk"]))
    archive.claim_deliveries(NOW, "nobody", timedelta(0), channels=["desk"])
    archive.close()
    return shell


def test_channel_list_says_which_fail_since_when_and_why(waiting: Shell) -> None:
    """In a pipe as columns, with --json as objects."""
    assert waiting("channel", "list", "--json") == 0
    desk, hook = waiting.lines
    assert (desk["name"], desk["state"], desk["owed"], desk["since"]) == ("desk", "ok", 2, None)
    assert (hook["kind"], hook["state"], hook["owed"], hook["failures"]) == ("webhook", "failing", 3, 9)
    assert hook["since"] == f"{NOW - timedelta(minutes=40):%Y-%m-%dT%H:%M:%SZ}"
    assert str(hook["why"]).startswith("503 Service Unavailable")
    assert waiting("channel", "list") == 0
    assert waiting.out.splitlines()[0].split("\t") == ["channel", "kind", "state", "owed", "since", "failures", "why"]


def test_delivery_list_is_filtered_and_names_the_trouble(waiting: Shell) -> None:
    """By channel, rule, age, state, and what is tried in vain."""
    for words, many in (
        (("--failing",), 3),
        (("--channel", "desk"), 2),
        (("--rule", "cars"), 4),
        (("--rule", "boats"), 0),
        (("--since", "35m"), 2),
        (("--state", "sent"), 0),
    ):
        assert waiting("delivery", "list", "--json", *words) == 0
        assert len(waiting.lines) == many, words
    assert waiting("delivery", "list") == 0
    assert "channel hook is failing since" in waiting.err
    assert "(9 failed tries): 503 Service Unavailable" in waiting.err


def test_drop_wants_a_reason_and_explain_shows_it(waiting: Shell) -> None:
    """The state is gave-up; `retry --all` leaves it alone, its own id takes it back."""
    waiting("delivery", "list", "--json", "--channel", "hook")
    first = str(waiting.lines[0]["id"])
    assert waiting("delivery", "drop", first) == 2
    assert waiting("delivery", "drop", "--why", "x") == 2
    assert waiting("delivery", "drop", first, "d0", "--why", "the desk has it from elsewhere") == 1
    assert "d0 is not owed" in waiting.err
    waiting("delivery", "list", "--json", "--state", "gave-up")
    assert [(one["id"], one["dropped"]) for one in waiting.lines] == [(first, "the desk has it from elsewhere")]
    assert waiting("search", "lot", "--format", "jsonl") == 0
    told = ""
    for one in waiting.lines:
        assert waiting("explain", str(one["id"])) == 0
        told += waiting.out
    assert told.count("dropped by hand: the desk has it from elsewhere") == 1
    assert waiting("delivery", "drop", "--channel", "hook", "--why", "old") == 0
    assert waiting.out == "2 deliveries will not be sent.\n"
    assert waiting("delivery", "retry", "--all") == 0
    assert waiting.out == "0 deliveries will be tried again.\n"
    assert waiting("delivery", "retry", first) == 0


def test_on_a_terminal_of_eighty_columns_nothing_is_lost_or_cut(waiting: Shell) -> None:
    """Ids can be copied whole, errors are readable, no line is longer."""
    for words in (("delivery", "list"), ("channel", "list")):
        shown = on_a_terminal(waiting.folder, *words)
        assert max(len(line) for line in shown.splitlines()) <= 80, shown
        assert "…" not in shown
    waiting("delivery", "list", "--json")
    ids = [str(one["id"]) for one in waiting.lines]
    shown = on_a_terminal(waiting.folder, "delivery", "list")
    assert all(number in shown for number in ids)
    assert "come back tomorrow" in " ".join(re.sub(r"[^\w\s]", " ", shown).split())


def on_a_terminal(folder: Path, *words: str) -> str:
    """What a command shows on a terminal of 80 columns; stderr is thrown away."""
    here, there = pty.openpty()
    environment = {**os.environ, "COLUMNS": "80", "TERM": "dumb", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "khabardar.cli", *words]
    done = subprocess.Popen(command, cwd=folder, stdout=there, stderr=subprocess.DEVNULL, env=environment)
    os.close(there)
    shown = bytearray()
    try:
        while part := os.read(here, 65536):
            shown += part
    except OSError:
        pass  # the other end was closed
    finally:
        os.close(here)
    assert done.wait(60) == 0
    return shown.decode().replace("\r\n", "\n")
