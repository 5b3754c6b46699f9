"""New deliveries and what the archive knows of their stories become messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from alerts.compose import compose, span_of
from archive.model import Delivery
from archive.standing import Outage

if TYPE_CHECKING:
    from scheduler.line import Line

log = structlog.get_logger()


def composed(line: Line, deliveries: Sequence[Delivery]) -> dict[str, dict[str, object]]:
    """The messages of new deliveries by id; one that cannot be composed is logged and missing."""
    stories, spans = line.archive.told_of(deliveries)
    messages: dict[str, dict[str, object]] = {}
    now = line.clock()
    for delivery in deliveries:
        outages = _outages(line, delivery, now)
        told = [stories[number] for number in delivery.stories if number in stories]
        try:
            messages[delivery.id] = compose(delivery, told, spans, line.orders.stores, now, outages)
        except Exception:
            log.exception("message could not be composed", delivery=delivery.id, channel=delivery.channel)
    return messages


def _outages(line: Line, delivery: Delivery, now: datetime) -> list[Outage]:
    """For a digest: the sources that were dark in the time it tells of."""
    span = span_of(delivery)
    watched = set(line.orders.enabled)
    return [one for one in line.archive.outages(now - span) if one.source in watched] if span else []
