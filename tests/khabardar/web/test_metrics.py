"""What ``/metrics`` says, and that its reference says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as parsed
from starlette.requests import Request

from alerts.rules import Rules, RuleSettings
from alerts.send import Sender
from archive.model import Keeping, Kept, Outcome, Told, Visit, VisitStatus
from archive.store import Archive
from crawler.settings import CrawlSettings, SourceSettings
from crawler.worker_process import Worker
from khabardar.web.metrics import Metrics
from scheduler.counts import Counts
from scheduler.line import Line
from scheduler.orders import Orders
from tests.archive.samples import item, judged, promise
from tests.route.articles import numbered
from tests.route.conftest import Town, town
from tests.route.test_service import free_port, running, until

__all__ = ["town"]

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def _rules(number: int) -> Rules:
    return Rules([RuleSettings(name=f"rule{n}", query="japan") for n in range(number)])


@pytest.fixture
def line(archive: Archive) -> Iterator[Line]:
    """A service that watches dawn for one rule and tells desk."""
    source = SourceSettings.model_validate({"name": "dawn", "feed": "http://127.0.0.1:9/feed"})
    orders = Orders({"dawn": source}, {}, CrawlSettings(), _rules(1), ("desk",), Sender({}))
    return Line(archive, orders, Worker(), "me:1:1")


async def _asked(line: Line, accept: str = "") -> str:
    request = Request({"type": "http", "headers": [(b"accept", accept.encode())]})
    return bytes((await Metrics(line, lambda: True).served(request)).body).decode()


async def _samples(line: Line) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every sample by its name and the values of its labels, in the order of the labels' names."""
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in parsed(await _asked(line))
        for sample in family.samples
    }


async def test_every_metric_is_in_the_reference_and_the_reference_names_no_other(line: Line) -> None:
    """With its labels."""
    line.counts.visited(Visit("dawn", VisitStatus.OK, NOW, NOW), 0)
    line.counts.kept([judged(item(1))], [None])
    line.archive.checked(Visit("dawn", VisitStatus.OK, NOW, NOW), NOW)
    served = {}
    for family in parsed(await _asked(line)):
        sample = family.samples[0]
        name = family.name if family.type == "histogram" else sample.name
        served[name] = {label for one in family.samples for label in one.labels} - {"le"}
    rows = re.findall(r"^\| `(khabardar_\w+)` \| (.*?) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert served == {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


async def test_it_says_what_was_done_and_what_waits(line: Line) -> None:
    """Visits, items, matches, tries, lag, queues, states, the archive's items."""
    one = judged(replace(item(1), published_at=NOW - HOUR), promise(channel="desk"))
    line.counts.kept([replace(one, rules=("rule0",))], [Kept(Keeping.NEW, "n", "s")])
    line.counts.visited(Visit("dawn", VisitStatus.FAILED, NOW, NOW), 3)
    line.archive.keep([one, judged(item(2), promise(channel="desk", due_at=NOW + HOUR))], NOW, via="crawl")
    claimed = line.archive.claim_deliveries(NOW, "me", HOUR, channels=["desk"])
    message = {"type": "alert", "data": {"stories": [{"items": [{"published_at": (NOW - HOUR).isoformat()}]}]}}
    line.counts.tried("desk", "sent", message, NOW)
    line.archive.settle(claimed[0].id, Told(Outcome.RETRY, "451"), NOW, NOW - HOUR)
    found = await _samples(line)
    assert found["khabardar_visits_total", ("failed", "dawn")] == 1
    assert found["khabardar_visits_total", ("ok", "dawn")] == 0
    assert found["khabardar_missed_ticks_total", ("dawn",)] == 3
    assert found["khabardar_items_total", ("new", "dawn")] == 1
    assert found["khabardar_matches_total", ("rule0",)] == 1
    assert found["khabardar_deliveries_total", ("desk", "sent")] == 1
    assert found["khabardar_lag_seconds_bucket", ("alert", "3600.0")] == 1
    assert found["khabardar_lag_seconds_bucket", ("alert", "1800.0")] == 0
    assert found["khabardar_lag_seconds_count", ("alert",)] == 1
    assert [found["khabardar_queue", ("desk", name)] for name in ("owed", "held", "due", "later")] == [1, 0, 1, 0]
    assert found["khabardar_queue_overdue_seconds", ("desk",)] > 3000
    assert found["khabardar_channel_state", ("desk", "ok")] == 1
    assert found["khabardar_source_state", ("dawn", "ok")] == 1
    assert found["khabardar_archive_items", ()] == 2
    assert found["khabardar_archive_bytes", ("used",)] > 4096
    assert found["khabardar_memory_bytes", ("daemon",)] > 1e7


async def test_names_that_are_not_in_the_configuration_make_no_series(line: Line) -> None:
    """Imported items may name any source; a channel that was taken out leaves what it is owed behind."""
    line.counts.kept([judged(replace(item(1), source=f"x{n}")) for n in range(5)], [None] * 5)
    line.archive.owe_message("gone", "notice", {}, NOW)
    assert not {label for _, labels in await _samples(line) for label in labels} & {"x0", "gone"}


async def test_very_many_rules_are_one_series(line: Line) -> None:
    """Their matches are counted together."""
    line.orders = replace(line.orders, rules=_rules(501))
    both = replace(judged(item(1)), rules=("rule0", "rule400"))
    line.counts.kept([both], [Kept(Keeping.NEW, "n", "s")])
    matches = {labels: value for (name, labels), value in (await _samples(line)).items() if "matches" in name}
    assert matches == {("",): 2}


async def test_a_scraper_that_asks_for_openmetrics_gets_it(line: Line) -> None:
    """And a strict parser of it has nothing to complain of."""
    text = await _asked(line, "application/openmetrics-text; version=1.0.0")
    assert {family.name for family in openmetrics(text)} >= {"khabardar_visits", "khabardar_lag_seconds"}


def test_lags_are_counted_of_what_was_sent_at_once_or_as_a_digest_and_has_a_date() -> None:
    """Notices, tests and failures are not; a publication in the future counts as no lag."""
    counts, future = Counts(), (NOW + HOUR).isoformat()
    alert = {"type": "alert", "data": {"stories": [{"items": [{"published_at": None}, {"published_at": future}]}]}}
    counts.tried("desk", "retry", alert, NOW)
    counts.tried("desk", "sent", None, NOW)
    counts.tried("desk", "sent", {"type": "notice", "data": {"subject": "x"}}, NOW)
    assert sum(counts.lags["alert"].parts) == 0
    counts.tried("desk", "sent", alert, NOW)
    assert (counts.lags["alert"].parts[0], sum(counts.lags["alert"].parts), counts.lags["alert"].seconds) == (1, 1, 0)


def test_known_items_are_no_new_matches() -> None:
    """The rules that an item matched are counted when it is kept, filled or edited."""
    counts = Counts()
    again = replace(judged(item(1)), rules=("rule0",))
    counts.kept([again] * 3, [Kept(Keeping.KNOWN, "n", "s"), Kept(Keeping.EDITED, "n", "s"), None])
    assert counts.matches == {"rule0": 1}
    assert counts.items == {("dawn", "known"): 1, ("dawn", "edited"): 1, ("dawn", "refused"): 1}


def test_a_running_service_serves_what_it_has_done_and_has_called_outside(town: Town, tmp_path: Path) -> None:
    """From the news to the mail: the counters of the real route, the worker's memory, and a ping that was answered."""
    port = free_port()
    pinged = f'ping = "{town.hook.url}/s3cret"\nping_allow_addresses = ["127.0.0.0/8"]'
    town.configure(crawl='first_visit = "all"', service=pinged)
    text = town.config.read_text().replace('listen = ""', f'listen = "127.0.0.1:{port}"')
    town.config.write_text(text)
    town.outlet.publish(numbered(1))
    log = tmp_path / "log"
    with running(town, log) as service:
        until(lambda: town.mailbox.mails and town.hook.calls, "the alert", service, 90)

        def sent() -> dict[str, float]:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
                families = parsed(answer.read().decode())
            return {f"{one.name} {one.labels}": one.value for family in families for one in family.samples}

        done = "khabardar_deliveries_total {'channel': 'desk', 'outcome': 'sent'}"
        until(lambda: sent()[done] == 1, "the counter", service, 90)
        found = sent()
    assert found["khabardar_items_total {'outcome': 'new', 'source': 'outlet'}"] == 1
    assert found["khabardar_matches_total {'rule': 'japan-automotive'}"] == 1
    assert found["khabardar_lag_seconds_count {'kind': 'alert'}"] == 2
    assert found["khabardar_visits_total {'outcome': 'ok', 'source': 'outlet'}"] >= 1
    assert found["khabardar_memory_bytes {'process': 'worker'}"] > 1e7
    assert "s3cret" not in log.read_text()
    assert "outside watch" in log.read_text()  # the receiver takes POST only: called, and in vain
