"""Who waits outside is called while all is well, and only then; on a real receiver and a real archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alerts.channels.webhook import WebhookSettings
from alerts.rules import Rules
from alerts.send import Sender
from archive.errors import ArchiveReadOnlyError
from archive.model import Outcome, Told
from archive.store import Archive
from crawler.settings import CrawlSettings
from crawler.worker_process import Worker
from scheduler.line import Line
from scheduler.orders import Orders, PingOrders
from scheduler.ping import Ping, ailments
from scheduler.trouble import judge_for
from tests.alerts.receiver import receiver, reply

NOW = datetime.now(UTC)
LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
def line(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Line]:
    """A service with one channel."""
    (tmp_path / "a.db").write_bytes(migrated_sqlite.read_bytes())
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}")
    hook = WebhookSettings.model_validate({"name": "hook", "url": "http://127.0.0.1:9/"})
    orders = Orders({}, {}, CrawlSettings(), Rules([]), ("hook",), Sender({}), manners={"hook": hook})
    yield Line(archive, orders, Worker(), "me:1:1", clock=lambda: NOW)
    archive.close()


def _failed(line: Line, times: int, since: timedelta) -> None:
    """A message of the channel that was tried in vain so often, first so long ago."""
    first = NOW - since
    number = line.archive.owe_message("hook", "notice", {"subject": "x"}, first)
    for n in range(times):
        at = first + since * n / max(1, times - 1)
        line.archive.settle(number, Told(Outcome.RETRY, "503"), at, NOW + timedelta(hours=1), judge_for(()))


async def test_it_is_called_while_all_is_well_and_its_silence_is_logged_once(line: Line) -> None:
    """Refused or not answered with 2xx: one line when it begins and one when it ends, without the address."""
    ping = Ping(line, lambda: True)
    answers = [reply("204 No Content"), reply("500 Oh"), reply("302 Found", b"", "Location: /other"), reply("200 OK")]
    async with receiver(*answers) as outside:
        secret = f"{outside.url}/s3cret-id"
        orders = PingOrders(secret, 60.0, LOOPBACK)
        with capture_logs() as events:
            said = [await ping.call(orders) for _ in range(2)]
            said += [await ping.call(replace(orders, allow=())) for _ in range(2)]
            said += [await ping.call(orders) for _ in range(3)]
    assert said == [True, False, False, False, False, True, True]
    assert [(one["log_level"], one.get("why")) for one in events] == [("warning", "it answered 500"), ("info", None)]
    assert [request.line.split()[:2] for request in outside.requests] == [["GET", "/hook/s3cret-id"]] * 5
    assert "s3cret" not in f"{events}{orders}"


async def test_an_address_inside_is_refused_unless_it_is_allowed(line: Line) -> None:
    """By the one gate; the sentence names the key."""
    async with receiver() as outside:
        with capture_logs() as events:
            assert not await Ping(line, lambda: True).call(PingOrders(outside.url, 60.0))
    assert outside.requests == []
    assert "[service] ping_allow_addresses" in events[0]["why"]


async def test_nobody_is_called_when_something_is_wrong(line: Line) -> None:
    """Whoever waits for the call is the one who notices; the log says what it was."""
    async with receiver() as outside:
        with capture_logs() as events:
            ping = Ping(line, lambda: False)
            assert not await ping.call(PingOrders(outside.url, 60.0, LOOPBACK))
            assert not await ping.call(PingOrders(outside.url, 60.0, LOOPBACK))
    assert outside.requests == []
    assert [one["why"] for one in events] == ["the timetable does not tick"]


def test_all_is_well_with_a_new_archive_and_with_a_channel_that_failed_just_now(line: Line) -> None:
    """A try that fails now and then is nobody's concern."""
    assert ailments(line, lambda: True) == []
    _failed(line, 2, timedelta(minutes=10))
    assert ailments(line, lambda: True) == []


def test_a_channel_that_fails_for_long_or_is_disabled_is_stuck(line: Line) -> None:
    """As long as the operator would be told of it; one that left the configuration troubles nobody."""
    _failed(line, 4, timedelta(hours=1))
    assert ailments(line, lambda: True) == ["channel hook fails"]
    number = line.archive.owe_message("hook", "notice", {"subject": "x"}, NOW)
    line.archive.settle(number, Told(Outcome.RETRY, "410", disable=True), NOW, None)
    assert ailments(line, lambda: True) == ["channel hook is disabled"]
    line.orders = replace(line.orders, channels=(), manners={})
    assert ailments(line, lambda: True) == []


def test_a_message_that_nobody_tries_is_noticed_but_not_in_quiet_hours(line: Line) -> None:
    """Fifteen minutes after it was due."""
    line.archive.owe_message("hook", "notice", {"subject": "x"}, NOW - timedelta(minutes=14))
    assert ailments(line, lambda: True) == []
    line.archive.owe_message("hook", "notice", {"subject": "y"}, NOW - timedelta(hours=1))
    assert ailments(line, lambda: True) == ["channel hook has messages that nobody tries"]
    always = line.orders.manners["hook"].model_copy(update={"quiet_hours": "00:00-23:59"})
    line.orders = replace(line.orders, manners={"hook": always})
    line.clock = lambda: NOW.replace(hour=12)
    assert ailments(line, lambda: True) == []


def test_an_archive_that_takes_nothing_is_noticed(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full, a file that may only be read."""

    def refused(_: datetime) -> None:
        raise ArchiveReadOnlyError("it can be read but not written.")

    monkeypatch.setattr(line.archive, "beat", refused)
    assert ailments(line, lambda: True) == ["the archive takes nothing: it can be read but not written."]
