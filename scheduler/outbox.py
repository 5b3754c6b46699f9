"""The outbox as the channels' queues see it: what several of them want of the archive at once is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from archive.model import Delivery, Trouble
from archive.settling import Settlement
from scheduler.together import Together
from scheduler.trouble import News, judge_for

if TYPE_CHECKING:
    from scheduler.line import Line

log = structlog.get_logger()

Messages = Mapping[str, Mapping[str, Any]]

EACH = 16
"""Deliveries claimed at once for one channel; few, so that a lease outlives even slow receivers."""

DELIVERY_LEASE = timedelta(minutes=30)
"""Longer than a delivery may wait for its turn (``telling.FRESH``), be under way (a quarter of an hour at the most) and
wait for an archive that is away (``telling.WRITE_FOR``)."""


class Outbox:
    """``claim`` takes the name of a channel and gives what is due for it; ``freeze`` takes messages by delivery id and
    gives those that count; ``settle`` takes what came of a try and gives what there is to tell of its channel."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.claim: Together[str, list[Delivery]] = Together(self._claim)
        self.freeze: Together[Messages, dict[str, Mapping[str, Any]]] = Together(self._freeze)
        self.settle: Together[Settlement, News | None] = Together(self._settle)

    def _claim(self, channels: Sequence[str]) -> list[list[Delivery]]:
        claimed = self._line.claimed(channels, EACH, DELIVERY_LEASE)
        return [claimed.pop(channel, []) for channel in channels]

    def _freeze(self, wishes: Sequence[Messages]) -> list[dict[str, Mapping[str, Any]]]:
        frozen = self._line.archive.freeze_all({number: text for wish in wishes for number, text in wish.items()})
        return [{number: frozen[number] for number in wish if number in frozen} for wish in wishes]

    def _settle(self, settlements: Sequence[Settlement]) -> list[News | None]:
        heard: dict[str, News] = {}

        def hear(news: News, about: Trouble, delivery_id: str) -> None:
            heard[delivery_id] = news
            say = log.info if news is News.RECOVERED else log.warning
            say(f"channel {news.value}", channel=about.channel, failures=about.failures, why=about.why)

        for number in self._line.archive.settle_all(settlements, judge_for(self._line.orders.operator, hear)):
            log.error("what came of a delivery was not written down: the archive does not know it", id=number)
        return [heard.get(one.delivery_id) for one in settlements]
