"""What runs, what waits, how large it all is; first of all what an operator should see to."""

from __future__ import annotations

import os
import platform
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.figures import Size, Span
from archive.yields import Lately
from khabardar import running
from khabardar.commands.sources import known_of
from khabardar.memory import resident
from khabardar.terminal import plural
from khabardar.web.desk import Desk, View
from khabardar.web.pages.channels import Channel, channels_of
from khabardar.web.pages.concerns import Concern, Facts, concerns_of
from khabardar.web.pages.layout import desk_of, page

DAY, WEEK = timedelta(days=1), timedelta(days=7)
GIVEN_UP = 50
"""Deliveries given up in a week that are counted; more are "at least"."""


@dataclass(frozen=True, slots=True)
class Room:
    """The disk an archive of one file lies on: bytes that are free, and the newest copy beside it, if there is one."""

    free: int
    copy: Path | None = None
    copied_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the page shows of the archive's side."""

    concerns: Sequence[Concern]
    channels: Sequence[Channel]
    states: Mapping[str, int]
    stats: Mapping[str, int]
    size: Size
    room: Room | None
    seen: tuple[datetime | None, datetime | None]
    spans: Mapping[str, Span]
    visits: Lately
    services: Sequence[int]


async def status(request: Request) -> Response:
    """Asked of the archive at this moment; counts are some seconds old."""
    desk = desk_of(request)
    view = desk.view
    standing = await desk.ask(_standing, desk, view)
    return page(
        request,
        "status.html.jinja",
        view=view,
        standing=standing,
        program=_program(desk, view),
        settings=view.settings,
        taken_up_at=view.taken_up_at,
        bytes_of=bytes_of,
        length_of=lambda seconds: length_of(timedelta(seconds=seconds)),
        archive_place=desk.archive.place,
    )


def _program(desk: Desk, view: View) -> list[tuple[str, str]]:
    """What runs, in words."""
    worker = desk.works.worker if desk.works else None
    pid = worker.pid if worker else None
    visits = f"process {pid}, {bytes_of(worker.memory)}" if worker and pid else "none now: started when a visit is due"
    web = view.settings.web
    return [
        ("Version", f"{version('khabardar')} on Python {platform.python_version()}, {platform.system()}"),
        ("Runs for", length_of(datetime.now(UTC) - desk.started_at)),
        ("Service", f"process {os.getpid()}, {bytes_of(resident())}"),
        ("Crawl worker", visits),
        ("Clock", "ticks" if desk.alive() else "stands still"),
        ("Time zone", view.settings.service.timezone),
        ("Web page", f"{web.listen}, {'with a password' if web.password else 'for this machine only, no password'}"),
    ]


def _standing(desk: Desk, view: View) -> Standing:
    archive, now = desk.archive, datetime.now(UTC)
    channels = channels_of(archive, view, now)
    known = known_of(archive, view.settings.sources)
    lately = archive.lately(now - DAY)
    given_up = archive.deliveries("gave-up", GIVEN_UP, since=now - WEEK)
    room = _room(view)
    services = sorted(one.pid for one in running.find(view.settings))
    facts = Facts(
        alive=desk.alive(),
        known=known,
        channels=channels,
        given_up=sum(one.dropped is None for one in given_up),
        given_up_most=GIVEN_UP,
        missed=sum(one.missed for one in lately.values()),
        free=room.free if room else None,
        services=len(services),
        file_newer=_changed_since(view),
    )
    sums = [sum(getattr(one, name) for one in lately.values()) for name in ("visits", "failed", "new", "missed")]
    return Standing(
        concerns_of(facts, view, now),
        channels,
        Counter(one.word for one in known),
        desk.stats(),
        archive.size(),
        room,
        archive.extent(),
        {"the last day": archive.since(now - DAY), "the last week": archive.since(now - WEEK)},
        Lately(*sums),
        services,
    )


def _changed_since(view: View) -> bool:
    """Whether the file is younger than what is in force: a reload was forgotten, or refused."""
    try:
        changed = datetime.fromtimestamp(view.settings.path.stat().st_mtime, UTC)
    except OSError:
        return False
    return changed > view.taken_up_at + timedelta(seconds=1)


def _room(view: View) -> Room | None:
    """None for an archive that is no file of this machine."""
    url = view.settings.archive.url
    file = Path(url.removeprefix("sqlite:///").partition("?")[0])
    if not url.startswith("sqlite:///") or not file.is_file():
        return None
    free = shutil.disk_usage(file.parent).free
    copies = [
        (one.stat().st_mtime, one)
        for one in file.parent.glob(f"{_plain(file.stem)}*")
        if "backup" in one.name and "partial" not in one.name and one.is_file()
    ]
    if not copies:
        return Room(free)
    at, newest = max(copies)
    return Room(free, newest, datetime.fromtimestamp(at, UTC))


def _plain(name: str) -> str:
    """A name that a pattern takes as it is."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def bytes_of(number: int) -> str:
    """``1.2 GB``."""
    for unit, least in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= least:
            return f"{number / least:,.1f} {unit}"
    return f"{number} B"


def length_of(span: timedelta) -> str:
    """``2 days, 3 hours``, down to minutes."""
    minutes = int(span.total_seconds()) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{plural(days, 'day')}, {plural(hours, 'hour')}"
    return f"{plural(hours, 'hour')}, {plural(minutes % 60, 'minute')}" if hours else plural(minutes, "minute")


ROUTES: list[BaseRoute] = [Route("/status", status, name="status")]
