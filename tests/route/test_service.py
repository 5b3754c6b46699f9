"""The running service: on time, reloaded, stopped, two at once."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest

from tests.route.articles import numbered
from tests.route.conftest import Town, environment

PATIENCE = 30.0


def until(
    true: Callable[[], object], what: str, service: subprocess.Popen[bytes] | None = None, patience: float = PATIENCE
) -> None:
    """Waits for something to become true; a service that died meanwhile is said at once."""
    end = time.monotonic() + patience
    while not true():
        assert service is None or service.poll() is None, f"the service ended with {service.returncode}"
        assert time.monotonic() < end, f"waited in vain for: {what}"
        time.sleep(0.05)


@contextmanager
def running(town: Town, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A service, stopped with SIGTERM at the end and expected to end cleanly."""
    with log.open("ab") as stderr:
        service = subprocess.Popen(town.command("run"), stdout=stderr, stderr=stderr, env=environment())
    try:
        yield service
        service.send_signal(signal.SIGTERM)
        assert service.wait(10) == 0, log.read_text()
    finally:
        service.kill()
        service.wait()


def family(service: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes the service started, children of children too."""
    return psutil.Process(service.pid).children(recursive=True)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_news_that_appears_while_it_runs_is_told_once_and_nothing_is_left_behind(town: Town, tmp_path: Path) -> None:
    """Two articles, one after the other; then SIGTERM, and no process of it stays."""
    with running(town, tmp_path / "log") as service:
        until(lambda: town.outlet.asked["/feed.xml"], "the first visit", service)
        town.outlet.publish(numbered(1))
        until(lambda: len(town.hook.calls) == 1 and len(town.mailbox.mails) == 1, "the first alert", service)
        town.outlet.publish(numbered(2))
        until(lambda: len(town.hook.calls) == 2 and len(town.mailbox.mails) == 2, "the second alert", service)
        asked = town.outlet.asked["/feed.xml"]
        until(lambda: town.outlet.asked["/feed.xml"] > asked + 2, "two more rounds", service)
        children = family(service)
    assert len(town.hook.calls) == 2
    _, alive = psutil.wait_procs(children, timeout=5)
    assert not alive


def test_a_good_reload_takes_effect_and_a_bad_one_is_refused_whole(town: Town, tmp_path: Path) -> None:
    """SIGHUP by `khabardar reload`; the running configuration stays in force when the new one is wrong."""
    log = tmp_path / "log"
    with running(town, log) as service:
        until(lambda: town.outlet.asked["/feed.xml"], "the first visit", service)
        good = town.config.read_text()
        town.config.write_text(good.replace("japan AND automotive", "japan AND ("))
        town.khabardar("reload", status=2)
        os.kill(service.pid, signal.SIGHUP)
        until(lambda: "reload refused" in log.read_text(), "the refusal", service)
        town.config.write_text(good.replace("japan AND automotive", "cotton AND harvest"))
        town.khabardar("reload")
        until(lambda: "reloaded" in log.read_text(), "the reload", service)
        town.outlet.publish(numbered(1))
        town.outlet.publish(numbered(2, matching=False))
        until(lambda: town.hook.calls, "the alert of the new rule", service)
        assert town.hook.calls[0].titles == ["Cotton harvest report of lot 2"]


def test_what_is_owed_to_a_channel_that_was_renamed_is_said_and_not_lost(town: Town, tmp_path: Path) -> None:
    """By `crawl`, by the service at its start and at a reload; when the old name is back it is told."""
    town.configure(crawl='first_visit = "all"', rule='wait = "3s"')
    good = town.config.read_text()
    town.outlet.publish(numbered(1))
    town.khabardar("crawl")
    assert not town.hook.calls
    town.config.write_text(good.replace('"hook"', '"renamed"'))
    done = subprocess.run(town.command("crawl"), capture_output=True, text=True, timeout=60, env=environment())
    assert "channel=hook owed=1" in done.stderr
    log = tmp_path / "log"
    with running(town, log) as service:
        until(lambda: "event=started" in log.read_text(), "the start", service)
        town.khabardar("reload")
        until(lambda: log.read_text().count("channel=hook owed=1") == 2, "both warnings", service)
        town.config.write_text(good)
        town.khabardar("reload")
        until(lambda: town.hook.calls, "the alert under the old name", service)


def test_two_services_on_one_archive_tell_nothing_twice(town: Town, tmp_path: Path) -> None:
    """Leases keep them apart; when one is killed the other goes on."""
    log = tmp_path / "second"
    with running(town, tmp_path / "first") as first:
        until(lambda: town.outlet.asked["/feed.xml"], "the first visit", first)
        with log.open("ab") as stderr:
            second = subprocess.Popen(town.command("run"), stdout=stderr, stderr=stderr, env=environment())
        until(lambda: "started" in log.read_text(), "the second service", second)
        assert str(first.pid) in log.read_text()
        for number in range(6):
            town.outlet.publish(numbered(number))
            if number == 3:
                second.kill()
                second.wait()
            until(lambda n=number: len(town.hook.calls) > n and len(town.mailbox.mails) > n, "the alert", first)
    titles = [title for call in town.hook.calls for title in call.titles]
    assert len(titles) == len(set(titles)) == len(town.mailbox.mails) == 6


def test_crawl_beside_a_running_service_tells_nothing_twice(town: Town, tmp_path: Path) -> None:
    """The command and the service share the archive; leases keep them apart."""
    with running(town, tmp_path / "log") as service:
        until(lambda: town.outlet.asked["/feed.xml"], "the first visit", service)
        for number in range(5):
            town.outlet.publish(numbered(number))
            done = subprocess.run(town.command("crawl"), capture_output=True, timeout=60, env=environment())
            assert done.returncode in {0, 1}, done.stderr
        until(lambda: len(town.hook.calls) >= 5, "five alerts", service)
    titles = [title for call in town.hook.calls for title in call.titles]
    assert len(titles) == len(set(titles)) == 5


@pytest.mark.parametrize("hang", ["feed", "page", "hook"])
def test_it_stops_within_ten_seconds_though_the_other_side_hangs(town: Town, tmp_path: Path, hang: str) -> None:
    """SIGTERM while a feed, a page or a receiver keeps us waiting."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        town.outlet.publish(numbered(1))
        if hang == "feed":
            town.config.write_text(town.config.read_text().replace(town.outlet.url, f"http://{address}"))
        elif hang == "hook":
            town.config.write_text(town.config.read_text().replace(town.hook.url, f"http://{address}/hook"))
        else:
            article = numbered(2)
            town.outlet.publish(article)
            real, town.outlet.url = town.outlet.url, f"http://{address}"
            town.config.write_text(town.config.read_text().replace(town.outlet.url, real))
        with running(town, tmp_path / "log") as service:
            silent.settimeout(PATIENCE)
            connection, _ = silent.accept()
            with connection:
                time.sleep(0.3)
                service.send_signal(signal.SIGTERM)
                assert service.wait(10) == 0
                assert not (tmp_path / "log").read_text().count("Traceback")
                service.send_signal(0) if service.poll() is None else None


def test_it_stops_within_ten_seconds_though_somebody_else_holds_the_archive(town: Town, tmp_path: Path) -> None:
    """SIGTERM while another process keeps the write lock: at work, and while the archive is being opened."""
    log = tmp_path / "log"
    with closing(sqlite3.connect(tmp_path / "news.db", isolation_level=None)) as other:
        with running(town, log) as service:
            until(lambda: town.outlet.asked["/feed.xml"], "the first visit", service)
            other.execute("BEGIN IMMEDIATE")
            time.sleep(1.5)
        with log.open("ab") as stderr:
            waiting = subprocess.Popen(town.command("run"), stdout=stderr, stderr=stderr, env=environment())
        time.sleep(2.5)
        waiting.send_signal(signal.SIGTERM)
        assert waiting.wait(15) == 0
        other.execute("ROLLBACK")
    assert "Traceback" not in log.read_text()
    town.khabardar("stats")


def test_two_services_visit_a_source_no_more_often_than_one(town: Town, tmp_path: Path) -> None:
    """The interval is the source's, however many watch it."""
    town.config.write_text(town.config.read_text().replace('every = "1s"', 'every = "1h"'))
    with running(town, tmp_path / "first") as first:
        until(lambda: "event=visit" in (tmp_path / "first").read_text(), "the first visit", first)
        with running(town, tmp_path / "second") as second:
            until(lambda: "started" in (tmp_path / "second").read_text(), "the second service", second)
            time.sleep(2)
    assert town.outlet.asked["/feed.xml"] == 1


def test_an_archive_that_vanishes_is_missed_and_nothing_is_written_into_the_void(town: Town, tmp_path: Path) -> None:
    """Its file is moved away while the service runs: not ready; put back, the alert comes."""
    port, archive = free_port(), tmp_path / "news.db"
    town.config.write_text(town.config.read_text().replace('listen = ""', f'listen = "127.0.0.1:{port}"'))

    def ready() -> int:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
                return int(answer.status)
        except HTTPError as refused:
            refused.close()
            return refused.code

    with running(town, tmp_path / "log") as service:
        until(lambda: town.outlet.asked["/feed.xml"], "the first visit", service)
        assert ready() == 200
        archive.rename(tmp_path / "away")
        assert ready() == 503
        town.outlet.publish(numbered(1))
        until(lambda: "put it back" in (tmp_path / "log").read_text(), "the sentence", service)
        assert not archive.exists()
        (tmp_path / "away").rename(archive)
        assert ready() == 200
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_health_pages_answer_loopback_names_only(town: Town, tmp_path: Path) -> None:
    """/healthz and /readyz; a foreign Host header learns nothing."""
    port = free_port()
    town.config.write_text(town.config.read_text().replace('listen = ""', f'listen = "127.0.0.1:{port}"'))
    with running(town, tmp_path / "log") as service:
        until(lambda: town.outlet.asked["/feed.xml"], "the first visit", service)
        for path in ("healthz", "readyz"):
            with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5) as answer:
                assert answer.status == 200
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": "evil.example"}), timeout=5)
        assert refused.value.code == 421
        refused.value.close()
        with pytest.raises(HTTPError) as missing:
            urlopen(f"http://127.0.0.1:{port}/nothing", timeout=5)
        assert missing.value.headers["Content-Type"] == "application/problem+json"
        missing.value.close()
