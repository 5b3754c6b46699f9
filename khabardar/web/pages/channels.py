"""How the channels stand, as Deliveries and Status show it. Put one back to work, try again what was given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.figures import Queue
from archive.model import DeliveryState
from archive.store import Archive
from khabardar.terminal import plural
from khabardar.web.desk import View
from khabardar.web.pages.layout import desk_of, page, told
from khabardar.web.problems import ProblemError
from khabardar.web.security.forms import Form, form_route

MOST = 1000


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel; ``kind`` is None for one that the configuration does not name. ``state`` is ok, failing or
    disabled; ``given_up`` is counted up to ``MOST``; ``why`` with the secrets masked."""

    name: str
    kind: str | None
    state: str
    queue: Queue
    given_up: int
    since: datetime | None = None
    failures: int = 0
    why: str = ""

    @property
    def waits(self) -> int:
        """All that it is still owed."""
        return self.queue.owed + self.queue.due + self.queue.later

    @property
    def is_well(self) -> bool:
        """Nothing to be done about it."""
        return self.state == "ok" and self.kind is not None


def channels_of(archive: Archive, view: View, now: datetime) -> list[Channel]:
    """Those of the configuration in its order, then those that are owed something and are not in it; the ones in
    trouble first."""
    troubles, disabled, queues = archive.channel_troubles(), archive.disabled_channels(), archive.queues(now)
    kinds: Mapping[str, str] = {channel.name: channel.kind for channel in view.settings.channels}
    found = []
    for name in (*kinds, *sorted(set(queues) - set(kinds))):
        trouble = troubles.get(name)
        why = disabled.get(name) if name in disabled else trouble.why if trouble else ""
        found.append(
            Channel(
                name,
                kinds.get(name),
                "disabled" if name in disabled else "failing" if trouble else "ok",
                queues.get(name, Queue()),
                min(archive.count_deliveries(DeliveryState.GAVE_UP, name, most=MOST), MOST),
                trouble.since if trouble else None,
                trouble.failures if trouble else 0,
                view.masked(why),
            )
        )
    return sorted(found, key=lambda one: one.is_well)


async def ask_enable(request: Request) -> Response:
    """Whether a disabled channel is to be put back to work."""
    desk, name = desk_of(request), _name(request.query_params.get("name"))
    reason = (await desk.ask(desk.archive.disabled_channels)).get(name)
    if reason is None:
        raise ProblemError(404, "Not disabled", "There is no disabled channel of this name.")
    waits = (await desk.ask(desk.archive.waiting)).get(name, 0)
    reason = desk.view.masked(reason)
    return page(request, "enable.html.jinja", name=name, reason=reason, waits=waits)


async def enable(request: Request, form: Form) -> Response:
    """Put back to work; what is owed is sent."""
    desk, name = desk_of(request), _name(form.get("name"))
    changed = await desk.ask(desk.archive.enable_channel, name)
    _ring(request)
    sentence = f"{name} is enabled again; what is owed will be sent." if changed else f"{name} was not disabled."
    return told(request, "/deliveries", sentence)


async def ask_retry(request: Request) -> Response:
    """Whether all that was given up for a channel is to be tried again."""
    desk, name = desk_of(request), _name(request.query_params.get("name"))
    number = await desk.ask(desk.archive.count_deliveries, DeliveryState.GAVE_UP, name, most=MOST)
    return page(request, "retry.html.jinja", name=name, number=min(number, MOST), more=number > MOST)


async def retry(request: Request, form: Form) -> Response:
    """All that was given up for a channel, but what somebody dropped."""
    desk, name = desk_of(request), _name(form.get("name"))
    number = await desk.ask(desk.archive.retry, None, datetime.now(UTC), name)
    _ring(request)
    return told(request, "/deliveries", f"{plural(number, 'delivery')} to {name} will be tried again.")


def _name(name: str | None) -> str:
    if not name:
        raise ProblemError(400, "No channel", "Name a channel.")
    return name[:200]


def _ring(request: Request) -> None:
    works = desk_of(request).works
    if works is not None:
        works.ring()


ROUTES: list[BaseRoute] = [
    Route("/channels/enable", ask_enable, name="enable_channel"),
    form_route("/channels/enable", enable),
    Route("/channels/retry", ask_retry, name="retry_channel"),
    form_route("/channels/retry", retry),
]
