"""A call to an outside address while all is well: whoever waits for it notices when we cannot speak any more.

All is well when the timetable ticks, the archive takes a word, and no channel is stuck: disabled by its receiver,
failing for so long that the operator is told (``trouble.for_long``), or with a message that nobody tries though it has
been due for a quarter of an hour. One call that is not made, or not answered, is logged once, and its end once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from archive.errors import ArchiveError
from scheduler.line import Line
from scheduler.orders import PingOrders
from scheduler.trouble import for_long

log = structlog.get_logger()

OVERDUE = timedelta(minutes=15)
ANSWER_WITHIN = 20.0
_LONGEST_ANSWER = 64 * 1024


class Ping:
    """Calls outside, and remembers what was said of it."""

    def __init__(self, line: Line, alive: Callable[[], bool]) -> None:
        self._line = line
        self._alive = alive
        self._silent_for = ""

    async def call(self, orders: PingOrders) -> bool:
        """One call, if all is well; whether it was answered."""
        wrong = await asyncio.to_thread(ailments, self._line, self._alive)
        why = "; ".join(wrong) or await _called(orders, self._line.orders.crawl.user_agent)
        event = "the outside watch is not called: all is not well" if wrong else "the outside watch was called in vain"
        if why and not self._silent_for:
            log.warning(event, why=why)
        elif self._silent_for and not why:
            log.info("the outside watch is called again")
        self._silent_for = why
        return not why


def ailments(line: Line, alive: Callable[[], bool]) -> list[str]:
    """What is not well, as sentences without an end; nothing when all is."""
    now = line.clock()
    found = [] if alive() else ["the timetable does not tick"]
    try:
        line.archive.beat(now)
        return found + _stuck(line, now)
    except ArchiveError as error:
        return [*found, f"the archive takes nothing: {error}"]


def _stuck(line: Line, now: datetime) -> list[str]:
    disabled, troubles = line.archive.disabled_channels(), line.archive.channel_troubles()
    queues, bounds = line.archive.queues(now), line.orders.bounds(now, line.orders.channels)
    found = []
    for name in line.orders.channels:
        since = queues[name].due_since if name in queues else None
        if name in disabled:
            found.append(f"channel {name} is disabled")
        elif name in troubles and for_long(troubles[name]):
            found.append(f"channel {name} fails")
        elif since is not None and now - since > OVERDUE and not (name in bounds and bounds[name].quiet):
            found.append(f"channel {name} has messages that nobody tries")
    return found


async def _called(orders: PingOrders, user_agent: str) -> str:
    """Why the call was in vain; "" when it was answered with 2xx."""
    from net.addresses import Gate
    from net.http import AddressRefused, AnswerError, client, fetch

    gate = Gate(orders.allow)
    try:
        async with client(gate, timeout=ANSWER_WITHIN, max_body=_LONGEST_ANSWER, user_agent=user_agent) as caller:
            answer = await fetch(caller, orders.url)
    except AddressRefused as error:
        return str(error).replace("allow_addresses", "[service] ping_allow_addresses")
    except AnswerError as error:
        return str(error)
    return "" if 200 <= answer.status < 300 else f"it answered {answer.status}"
