"""The clock of a channel: what the service sends at which moment, by the settings of a configuration."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.channels import WebhookSettings
from alerts.match import match
from alerts.rules import Rules, RuleSettings
from alerts.send import Sender
from archive.model import Judged
from archive.store import Archive
from crawler.settings import CrawlSettings
from crawler.worker_process import Worker
from scheduler.line import Line
from scheduler.orders import Orders
from scheduler.route import deliver
from tests.alerts.receiver import Receiver, receiver
from tests.archive.samples import WIRE, item

EVENING = datetime(2025, 8, 15, 20, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Office:
    """A configuration at work on an archive, with a clock in hand."""

    archive: Archive
    there: Receiver
    now: datetime = EVENING
    rules: Sequence[RuleSettings] = ()
    keys: dict[str, Any] = field(default_factory=dict)
    numbers: int = 0

    def orders(self) -> Orders:
        values = {"name": "hook", "url": self.there.url, "allow_addresses": ["127.0.0.0/8"]}
        hook = WebhookSettings.model_validate(values | self.keys)
        rules = Rules(self.rules, None, "UTC", {"hook": hook.zone("UTC")})
        return Orders({}, {}, CrawlSettings(), rules, ("hook",), Sender({"hook": hook}), manners={"hook": hook})

    async def news(self, title: str, **more: Any) -> None:
        """An item comes in, and what is due is sent."""
        self.numbers += 1
        one = item(self.numbers, title=title, seen_at=self.now, published_at=more.pop("published_at", self.now), **more)
        judged: list[Judged] = match([one], self.orders().rules, self.now)
        self.archive.keep(judged, self.now, via="crawl")
        await self.at(self.now)

    async def at(self, moment: datetime) -> list[tuple[str, int]]:
        """It is that late now: the messages that are sent, as type and number of stories."""
        self.now = moment
        before = len(self.there.requests)
        orders = self.orders()
        await deliver(Line(self.archive, orders, Worker(), "me:1:1", clock=lambda: self.now), ["hook"])
        await orders.sender.aclose()
        bodies = [json.loads(one.body) for one in self.there.requests[before:]]
        return [(body["type"], len(body["data"]["stories"])) for body in bodies]

    @property
    def said(self) -> list[dict[str, Any]]:
        return [json.loads(one.body)["data"] for one in self.there.requests]


def rule(name: str, query: str, **more: Any) -> RuleSettings:
    return RuleSettings.model_validate({"name": name, "query": query, "channels": ["hook"], **more})


@pytest.fixture
def office(archive: Archive) -> Callable[..., Office]:
    return lambda there, *rules, **keys: Office(archive, there, rules=rules, keys=keys)


async def test_the_night_is_quiet_on_the_readers_clock_and_fire_breaks_through(office: Callable[..., Office]) -> None:
    """22:00 to 07:00 in Tokyo is 13:00 to 22:00 in UTC."""
    async with receiver() as there:
        desk = office(
            there,
            rule("cars", "car"),
            rule("fire", "fire", urgent=True),
            quiet_hours="22:00-07:00",
            timezone="Asia/Tokyo",
        )
        await desk.news("A car is sold")
        await desk.news("A fire burns")
        await desk.news("Another car is sold")
        assert [body["stories"][0]["title"] for body in desk.said] == ["A fire burns"]
        assert await desk.at(EVENING.replace(hour=21, minute=59, second=59)) == []
        assert await desk.at(EVENING.replace(hour=22, minute=0)) == [("digest", 2)]
    assert desk.said[-1]["note"] == "Held back until now: quiet hours 22:00-07:00."


async def test_the_rest_of_an_hour_is_one_digest_that_says_why(office: Callable[..., Office]) -> None:
    """Two alerts, then nothing, then all the others at once."""
    async with receiver() as there:
        desk = office(there, rule("cars", "car"), max_per_hour=2)
        for number in range(6):
            await desk.news(f"Car {number} is sold")
        assert len(there.requests) == 2
        assert await desk.at(EVENING + HOUR + MINUTE) == [("digest", 4)]
        assert await desk.at(EVENING + 9 * HOUR) == []
    assert desk.said[-1]["note"] == "Held back until now: more than 2 messages in an hour."


async def test_a_daily_digest_comes_at_eight_where_the_reader_is(office: Callable[..., Office]) -> None:
    """In the channel's zone; the service's clock is UTC."""
    async with receiver() as there:
        desk = office(there, rule("cars", "car", deliver="daily 08:00"), timezone="Asia/Karachi")
        await desk.news("A car is sold")
        await desk.news("Another car is sold")
        assert await desk.at(datetime(2025, 8, 16, 2, 59, tzinfo=UTC)) == []
        assert await desk.at(datetime(2025, 8, 16, 3, 0, tzinfo=UTC)) == [("digest", 2)]
        assert await desk.at(datetime(2025, 8, 17, 3, 0, tzinfo=UTC)) == []
    assert "note" not in desk.said[-1]


async def test_the_first_minutes_of_a_story_are_collected(office: Callable[..., Office]) -> None:
    """wait = "2m": one alert, with the reprints in its "also in"."""
    async with receiver() as there:
        desk = office(there, rule("policy", "industries", wait="2m"))
        await desk.news("Ministers meet makers", body=WIRE)
        desk.now += MINUTE
        await desk.news("Makers meet minister", body=WIRE, source="b")
        assert there.requests == []
        assert await desk.at(EVENING + 2 * MINUTE) == [("alert", 1)]
    assert desk.said[-1]["stories"][0]["also_in"] == ["b"]


async def test_late_news_is_labelled_late(office: Callable[..., Office]) -> None:
    """Seen more than six hours after its publication."""
    async with receiver() as there:
        desk = office(there, rule("cars", "car"))
        await desk.news("A car was sold", published_at=EVENING - 7 * HOUR)
        await desk.news("A car is sold", published_at=EVENING - 5 * HOUR)
    assert [body["stories"][0]["late"] for body in desk.said] == [True, False]


async def test_a_rule_just_added_tells_nothing_of_the_past(office: Callable[..., Office]) -> None:
    """Also when what it would have matched is seen again."""
    async with receiver() as there:
        desk = office(there)
        await desk.news("A car is sold")
        desk.rules = [rule("cars", "car")]
        judged = match([item(1, title="A car is sold", seen_at=desk.now)], desk.orders().rules, desk.now)
        desk.archive.keep(judged, desk.now, via="crawl")
        assert await desk.at(EVENING + HOUR) == []
        await desk.news("Another car is sold")
    assert [body["stories"][0]["title"] for body in desk.said] == ["Another car is sold"]


async def test_more_of_a_story_names_what_was_told_of_it(office: Callable[..., Office]) -> None:
    """The ids of the deliveries before: what mail programs make a thread of."""
    async with receiver() as there:
        desk = office(there, rule("policy", "industries", repeat="each"))
        await desk.news("Ministers meet makers", body=WIRE)
        await desk.news("Makers meet minister", body=WIRE, source="b")
    first, second = desk.said
    assert "earlier" not in first
    assert second["earlier"] == [first["delivery_id"]]
