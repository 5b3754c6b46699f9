"""The sample newsroom: one HTTP server per outlet, a timetable of stories, and a record of what was asked for."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from khabardar.demo import press
from khabardar.demo.content import Content, Outlet, Piece, edited
from khabardar.demo.loopback import Loopback, bound, port_of
from khabardar.demo.press import Printed

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

HTML = {"content-type": "text/html; charset=utf-8"}


@dataclass(slots=True)
class Asked:
    """What was asked of one outlet so far. ``visits`` counts requests for its door, ``forbidden`` requests for what
    its robots.txt closes; ``read`` says when each piece was first handed out with its text."""

    visits: int = 0
    unchanged: int = 0
    pages: int = 0
    robots: int = 0
    forbidden: int = 0
    read: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """Something the newsroom does on its timetable: ``what`` is "publishes" or "edits the headline of"."""

    at: float
    what: str
    piece: Piece


class Newsroom:
    """Starts with the stories of the day; ``play`` brings the rest.

    ``told`` is called with every event of the timetable as it happens.
    """

    def __init__(self, content: Content, told: Callable[[Event], None] = lambda event: None) -> None:
        self.content = content
        self.asked = {outlet.name: Asked() for outlet in content.outlets}
        self.opened_at = datetime.now(UTC)
        self.events = sorted(_events(content), key=lambda event: event.at)
        self.happened = 0
        self.visited = asyncio.Event()  # every outlet that works has been visited
        self._told = told
        self._out = {
            piece.key: self.opened_at - piece.age for piece in content.pieces.values() if piece.age is not None
        }
        self._changed = {outlet.name: self.opened_at - timedelta(minutes=20) for outlet in content.outlets}
        self._edition: float | None = None
        self._closing = asyncio.Event()
        sockets = {outlet.name: bound() for outlet in content.outlets}
        self.sites = {name: f"http://127.0.0.1:{port_of(taken)}" for name, taken in sockets.items()}
        self._pieces = dict(self._addresses())
        self._server = Loopback({sockets[o.name]: partial(self._answer, o) for o in content.outlets})

    async def start(self) -> None:
        """Opens every outlet's port."""
        await self._server.start()

    async def stop(self) -> None:
        """Closes them; whoever waits for the dark outlet is released."""
        self._closing.set()
        await self._server.stop()

    async def play(self, pace: float = 1.0) -> None:
        """Plays the timetable from its first second; ``pace`` 2 takes twice as long. Ends with the last event."""
        began = time.monotonic()
        for event in self.events:
            await asyncio.sleep(max(0.0, began + event.at * pace - time.monotonic()))
            self._happen(event)

    def printed(self, outlet: Outlet) -> list[Printed]:
        """What an outlet has out now, oldest first."""
        site = self.sites[outlet.name]
        out = [
            press.printed(outlet, site, edited(piece, self._edition), self._out[piece.key])
            for piece in outlet.pieces
            if piece.key in self._out
        ]
        return sorted(out, key=lambda piece: piece.published)

    def piece_at(self, url: str) -> Piece | None:
        """The piece that stands at an address, also at one it had before its headline was edited."""
        return self._pieces.get(re.split(r"[?#]", url, maxsplit=1)[0])

    def address(self, key: str) -> str:
        """Where a piece stood when it came out, ``key`` being outlet/name; KeyError for one that is not ours."""
        return {piece.key: url for url, piece in reversed(self._pieces.items())}[key]

    def outlet_at(self, url: str) -> Outlet | None:
        """The outlet to whose server an address belongs."""
        return next((o for o in self.content.outlets if url.startswith(self.sites[o.name] + "/")), None)

    def visits(self) -> dict[str, int]:
        """How often each outlet that is not broken was checked."""
        return {o.name: self.asked[o.name].visits for o in self.content.outlets if not o.broken}

    def totals(self) -> Counter[str]:
        """Figures over all outlets: visits, unchanged, pages, forbidden."""
        sums: Counter[str] = Counter()
        for asked in self.asked.values():
            sums.update(visits=asked.visits, unchanged=asked.unchanged, pages=asked.pages, forbidden=asked.forbidden)
        return sums

    def _addresses(self) -> Iterator[tuple[str, Piece]]:
        for piece in self.content.pieces.values():
            outlet = self.content.outlet(piece.outlet)
            published = self._out.get(piece.key, self.opened_at)
            for moment in (None, *(edit.at for edit in piece.edits)):
                yield press.printed(outlet, self.sites[outlet.name], edited(piece, moment), published).url, piece

    def _happen(self, event: Event) -> None:
        now = datetime.now(UTC)
        self._edition = event.at
        self._out.setdefault(event.piece.key, now)
        # Last-Modified counts whole seconds: two changes within one must still differ
        name = event.piece.outlet
        self._changed[name] = max(now, self._changed[name] + timedelta(seconds=1))
        self.happened += 1
        self._told(event)

    async def _answer(self, outlet: Outlet, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._respond(outlet, request)
        await response(scope, receive, send)

    async def _respond(self, outlet: Outlet, request: Request) -> Response:
        asked, path = self.asked[outlet.name], request.url.path
        if path == "/robots.txt":
            asked.robots += 1
            return Response(press.robots(outlet, self.sites[outlet.name]), media_type="text/plain")
        if path == outlet.door:
            asked.visits += 1
            if min(self.visits().values()):
                self.visited.set()
            return await (self._gone_dark(asked) if outlet.broken else self._door(outlet, request))
        if any(path.startswith(closed) for closed in (*outlet.disallow, "/print/")):
            asked.forbidden += 1
        return self._page(outlet, path)

    async def _door(self, outlet: Outlet, request: Request) -> Response:
        asked, pieces = self.asked[outlet.name], self.printed(outlet)
        body = press.door(outlet, self.sites[outlet.name], pieces)
        marks = press.validators(outlet, body, self._changed[outlet.name])
        if press.not_modified(marks, request.headers):
            asked.unchanged += 1
            return Response(status_code=304, headers=marks)
        if outlet.feed.text == "full":
            self._note_read(asked, pieces)
        headers = {"content-type": press.CONTENT_TYPES[outlet.door_template], **marks}
        return Response(body, headers=headers)

    def _page(self, outlet: Outlet, path: str) -> Response:
        pieces, asked = self.printed(outlet), self.asked[outlet.name]
        for piece in pieces:
            # the number decides and the slug may be anything, as at real outlets
            if path == piece.path or str(piece.piece.id) in re.findall(r"\d+", path):
                asked.pages += 1
                self._note_read(asked, [piece])
                others = [other for other in pieces if other is not piece]
                site = self.sites[outlet.name]
                return Response(press.page(outlet, site, piece, others, datetime.now(UTC)), headers=HTML)
        return Response(
            f"<html><title>Not found</title><h1>{outlet.title}</h1><p>This page has moved.</p></html>",
            404,
            headers=HTML,
        )

    async def _gone_dark(self, asked: Asked) -> Response:
        if asked.visits % 2:
            return Response("<html><h1>Internal Server Error</h1></html>", 500, headers=HTML)
        await self._closing.wait()
        return Response(status_code=503)

    def _note_read(self, asked: Asked, pieces: list[Printed]) -> None:
        for piece in pieces:
            asked.read.setdefault(piece.piece.key, datetime.now(UTC))


def _events(content: Content) -> list[Event]:
    pieces = content.pieces.values()
    new = [Event(piece.at, "publishes", piece) for piece in pieces if piece.at is not None]
    edits = [Event(edit.at, "edits the headline of", piece) for piece in pieces for edit in piece.edits]
    return new + edits
