"""What was, is and could not be delivered: to whom, how often tried, when again, with the last error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.model import Delivery, DeliveryState
from archive.promised import Promised
from archive.store import Archive
from archive.tables import micros_of, moment_of_micros
from khabardar.web.api.lists import bad_cursor
from khabardar.web.api.standing import MOST_COUNTED, cursor_after, place_of
from khabardar.web.desk import View
from khabardar.web.pages.channels import Channel, channels_of
from khabardar.web.pages.layout import desk_of, page
from khabardar.web.pages.message import Told, told_in
from khabardar.web.problems import ProblemError

SHOWN = 30
STATES = {  # in the address -> on the page
    "": "all messages",
    "owed": "owed",
    "failing": "owed, tried in vain",
    "waiting": "in no message yet",
    "sent": "sent",
    "gave-up": "given up",
}
_CURSOR = re.compile(r"p(?P<micros>\d{1,17})\.(?P<id>\d{1,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; "" is anything."""

    state: str
    channel: str
    rule: str


@dataclass(frozen=True, slots=True)
class Line:
    """A delivery in the list, with the stories that it tells and what went wrong."""

    delivery: Delivery
    told: Sequence[Told]
    error: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list: ``lines``, or ``promises`` where these are asked for; ``number`` is how many there are in
    all, None where that is not counted."""

    lines: Sequence[Line]
    promises: Sequence[Promised]
    number: int | None
    cursor: str | None
    channels: Sequence[Channel]


async def deliveries(request: Request) -> Response:
    """Newest first; what is in no message yet by when it is due."""
    desk = desk_of(request)
    view = desk.view
    asked = Asked(*(request.query_params.get(name, "").strip()[:200] for name in ("state", "channel", "rule")))
    if asked.state not in STATES:
        raise ProblemError(404, "No such state", f"A state is one of {', '.join(filter(None, STATES))}.")
    cursor = request.query_params.get("cursor") or None
    listed = await desk.ask(_listed, desk.archive, view, asked, cursor)
    return page(
        request,
        "deliveries.html.jinja",
        view=view,
        asked=asked,
        listed=listed,
        states=STATES,
        first=cursor is None,
        any=asked == Asked("", "", ""),
        most=MOST_COUNTED,
        settings=view.settings,
        rules=view.rules,
    )


def _listed(archive: Archive, view: View, asked: Asked, cursor: str | None) -> Listed:
    channels = channels_of(archive, view, datetime.now(UTC))
    channel, rule = asked.channel or None, asked.rule or None
    if asked.state == "waiting":
        after = _promise_after(cursor)
        promises = archive.promised(SHOWN + 1, channel, rule, after)
        number = archive.count_promised(channel, rule, most=MOST_COUNTED)
        more = _promise_cursor(promises[SHOWN - 1]) if len(promises) > SHOWN else None
        return Listed((), promises[:SHOWN], number, more, channels)
    failing = asked.state == "failing"
    state = None if failing or not asked.state else DeliveryState(asked.state)
    found = archive.deliveries(state, SHOWN + 1, channel, rule=rule, failing=failing, after=place_of(cursor))
    counted = None if failing else archive.count_deliveries(state, channel, rule=rule, most=MOST_COUNTED)
    shown = found[:SHOWN]
    more = cursor_after(shown[-1].created_at, shown[-1].id) if len(found) > SHOWN else None
    return Listed(lines_of(archive, view, shown), (), counted, more, channels)


def lines_of(archive: Archive, view: View, found: Sequence[Delivery]) -> list[Line]:
    """Deliveries with what they tell; of one that is not composed yet, the stories that it will."""
    bare = [story for one in found if one.message is None for story in one.stories]
    members = archive.also_in(bare) if bare else {}
    titles: Mapping[str, Told] = {
        story: Told(items[0].title, items[0].id, len(items)) for story, items in members.items() if items
    }
    return [
        Line(
            one,
            told_in(one.message) if one.message is not None else [titles[s] for s in one.stories if s in titles],
            view.masked(one.dropped if one.dropped is not None else one.last_error),
        )
        for one in found
    ]


def _promise_cursor(last: Promised) -> str:
    return f"p{micros_of(last.owed.due_at)}.{last.owed.id}"


def _promise_after(cursor: str | None) -> tuple[datetime, int] | None:
    if cursor is None:
        return None
    found = _CURSOR.fullmatch(cursor)
    try:
        if found is None:
            raise bad_cursor(cursor)
        return moment_of_micros(int(found["micros"])), int(found["id"])
    except OverflowError:
        raise bad_cursor(cursor) from None


ROUTES: list[BaseRoute] = [Route("/deliveries", deliveries, name="deliveries")]
