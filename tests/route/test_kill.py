"""``kill -9`` at random moments: every item kept once, every alert received, repeats only under the same id."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.route.articles import numbered
from tests.route.conftest import Town, environment
from tests.route.test_service import running, until

ROUNDS = int(os.environ.get("KHABARDAR_KILLS", "8"))


STANDSTILL = 120.0
"""Seconds without anything new being told after which something counts as lost: longer than a first retry waits. On a
busy machine hundreds of articles take minutes, and that is no loss."""


def killed(town: Town, log: Path, dice: random.Random) -> None:
    """Runs the service and kills it without a word: while it starts, after it asked for the feed, or while it tells."""
    asked, told = town.outlet.asked["/feed.xml"], len(town.hook.calls)
    signs: tuple[tuple[Callable[[], bool], float], ...] = (
        (lambda: True, 3.0),
        (lambda: town.outlet.asked["/feed.xml"] > asked, 1.5),
        (lambda: len(town.hook.calls) > told, 0.4),
    )
    sign, longest = dice.choices(signs, (2, 3, 5))[0]
    with log.open("ab") as stderr:
        service = subprocess.Popen(town.command("run"), stdout=stderr, stderr=stderr, env=environment())
    until(sign, "a sign of life", service, STANDSTILL)
    time.sleep(dice.uniform(0.0, longest))
    service.send_signal(signal.SIGKILL)
    service.wait()


def all_told(town: Town, what: Callable[[], int], wanted: int, service: subprocess.Popen[bytes]) -> None:
    """Waits as long as more and more is told; what stands still is said with all that is known of it."""
    most, since = what(), time.monotonic()
    while most < wanted:
        assert service.poll() is None, f"the service ended with {service.returncode}"
        time.sleep(0.1)
        if (now := what()) > most:
            most, since = now, time.monotonic()
        if time.monotonic() - since > STANDSTILL:
            waiting = town.khabardar("delivery", "list", "--state", "owed", "--json")
            sources = town.khabardar("source", "list")
            pytest.fail(f"{most} of {wanted} told, and nothing new since {STANDSTILL} s\n{waiting}\n{sources}")


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_killed_service_loses_nothing_and_repeats_only_under_the_same_id(
    town: Town, tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    """New articles before each of the rounds; the last service is left alone until all is told."""
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    log = tmp_path / "log"
    published = 0
    url = "sqlite:///news.db" if database == "sqlite" else str(request.getfixturevalue("postgres_url"))
    town.configure(archive=url, crawl='first_visit = "all"')
    town.outlet.window = 3 * ROUNDS  # on a busy machine many rounds pass before the first article is read
    for _ in range(ROUNDS):
        for _ in range(3):
            published += 1
            town.outlet.publish(numbered(published))
        killed(town, log, dice)
    with running(town, log) as service:
        told = lambda: {title for call in town.hook.calls for title in call.titles}  # noqa: E731
        all_told(town, lambda: len(told()), published, service)
        all_told(town, lambda: len({str(mail["Message-ID"]) for mail in town.mailbox.mails}), published, service)
        time.sleep(2)
    kept = Counter(item["title"] for item in town.json_lines("export"))
    assert sorted(kept) == sorted(told()), f"seed {seed}"
    assert set(kept.values()) == {1}, f"seed {seed}"
    ids = defaultdict(set)
    for call in town.hook.calls:
        for title in call.titles:
            ids[title].add(call.id)
    assert all(len(same) == 1 for same in ids.values()), f"seed {seed}: {dict(ids)}"
    mail_ids = defaultdict(set)
    for mail in town.mailbox.mails:
        mail_ids[" ".join(mail["Subject"].split())].add(str(mail["Message-ID"]))
    assert len(mail_ids) == published
    assert all(len(same) == 1 for same in mail_ids.values()), f"seed {seed}"


def cut_off(town: Town, silent: socket.socket, *words: str) -> None:
    """Starts a command and kills it without a word while it waits for the answer of the silent side."""
    command = subprocess.Popen(town.command(*words), stdout=subprocess.DEVNULL, env=environment())
    try:
        connection, _ = silent.accept()
    finally:
        command.kill()
        command.wait()
    connection.close()


def test_what_a_killed_command_had_claimed_is_free_for_the_next_one(town: Town) -> None:
    """No service runs: `crawl` killed in its visit, then `import --alert` killed while a receiver keeps it waiting."""
    town.configure(crawl='first_visit = "all"')
    good = town.config.read_text()
    items = town.config.with_name("items.jsonl")
    items.write_text(json.dumps({"url": "https://example.org/2", "title": "Japan sells automotive parts"}))
    town.outlet.publish(numbered(1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        town.config.write_text(good.replace(town.outlet.url, f"http://{address}"))
        cut_off(town, silent, "crawl")
        town.config.write_text(good)
        assert town.json_lines("crawl", "--json")[0]["status"] == "ok"
        assert len(town.hook.calls) == len(town.mailbox.mails) == 1
        town.config.write_text(good.replace(town.hook.url, f"http://{address}/hook"))
        cut_off(town, silent, "import", "--alert", str(items))
    town.config.write_text(good)
    town.khabardar("import", "--alert", str(items))
    assert len(town.hook.calls) == 2
