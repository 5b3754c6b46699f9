"""What the sample newsroom prints, read from ``outlets/*.toml`` and ``expected.toml`` into frozen values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any


@dataclass(frozen=True, slots=True)
class Edit:
    """A headline changed after publication, ``at`` seconds into the timetable, and with it the slug of the URL."""

    at: float
    slug: str
    title: str
    again: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One story as one outlet prints it.

    Either ``age`` says how long before the demo it appeared, or ``at`` how many seconds into the timetable it appears.
    ``again`` is the headline in sentence case, repeated above the text by outlets that do so. ``path`` overrides the
    outlet's pattern.
    """

    outlet: str
    name: str
    id: int
    section: str
    slug: str
    title: str
    author: str
    place: str
    credit: str
    summary: str
    body: str
    age: timedelta | None = None
    at: float | None = None
    again: str = ""
    topics: tuple[str, ...] = ()
    path: str = ""
    edits: tuple[Edit, ...] = ()

    @property
    def key(self) -> str:
        """``outlet/name``, as ``expected.toml`` names it."""
        return f"{self.outlet}/{self.name}"


@dataclass(frozen=True, slots=True)
class FeedStyle:
    """What the outlet's feed tells: ``text`` is "full", "summary" or "none"; ``tracking`` is added to its links."""

    text: str
    dates: bool
    tracking: str


@dataclass(frozen=True, slots=True)
class Outlet:
    """One outlet. ``kind`` is the configuration key of its ``door`` (feed, sitemap, listing), the path that a source
    checks. ``validators``: "etag", "weak", "modified" or "none". ``config`` are further lines of its source."""

    name: str
    title: str
    kind: str
    door: str
    door_template: str
    page_template: str
    path: str
    language: str
    timezone: str
    validators: str
    feed: FeedStyle
    config: str = ""
    disallow: tuple[str, ...] = ()
    broken: bool = False
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """One story that must be told: ``rules`` maps a channel to the rules its one message must name."""

    story: str
    pieces: tuple[str, ...]
    rules: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Silent:
    """A piece that must alert nobody, and why."""

    piece: str
    why: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that the newsroom prints in the course of a demo, and what should come of it."""

    outlets: tuple[Outlet, ...]
    expected: tuple[Expected, ...]
    silent: tuple[Silent, ...]
    pieces: Mapping[str, Piece] = field(default_factory=dict)

    def outlet(self, name: str) -> Outlet:
        """The outlet of that name; KeyError otherwise."""
        return {outlet.name: outlet for outlet in self.outlets}[name]

    def closed(self, key: str) -> bool:
        """Whether the outlet's robots.txt closes the page of a piece."""
        piece = self.pieces[key]
        return bool(piece.path) and piece.path.startswith(self.outlet(piece.outlet).disallow)


CHANNELS = {"desk": "email", "hook": "webhook"}
"""The channels of the demo's configuration and their kinds."""


def folder() -> Traversable:
    """Where the data of the demo lies."""
    return files("khabardar.demo")


@cache
def load() -> Content:
    """The content shipped with the program."""
    sheets = (sheet for sheet in folder().joinpath("outlets").iterdir() if sheet.name.endswith(".toml"))
    read = (_outlet(tomllib.loads(sheet.read_text("utf-8"))) for sheet in sheets)
    outlets = tuple(sorted(read, key=lambda outlet: (outlet.broken, outlet.name)))
    told = tomllib.loads(folder().joinpath("expected.toml").read_text("utf-8"))
    return Content(
        outlets,
        tuple(_expected(alert) for alert in told["alert"]),
        tuple(Silent(**silent) for silent in told["silent"]),
        {piece.key: piece for outlet in outlets for piece in outlet.pieces},
    )


def edited(piece: Piece, seconds: float | None) -> Piece:
    """The piece as it reads ``seconds`` into the timetable (None: before it began), later edits applied."""
    for edit in piece.edits:
        if seconds is not None and edit.at <= seconds:
            piece = replace(piece, slug=edit.slug, title=edit.title, again=edit.again)
    return piece


def _expected(alert: Mapping[str, Any]) -> Expected:
    rules = {channel: tuple(alert[channel]) for channel in CHANNELS if channel in alert}
    return Expected(alert["story"], tuple(alert["pieces"]), rules)


def _outlet(sheet: dict[str, Any]) -> Outlet:
    pieces = tuple(_piece(sheet["name"], told) for told in sheet.pop("pieces"))
    style = FeedStyle(**sheet.pop("feed"))
    return Outlet(**{**sheet, "disallow": tuple(sheet.pop("disallow", ()))}, feed=style, pieces=pieces)


def _piece(outlet: str, told: dict[str, Any]) -> Piece:
    edits = tuple(Edit(**edit) for edit in told.pop("edits", ()))
    age = _age(told.pop("age")) if "age" in told else None
    topics = tuple(told.pop("topics", ()))
    return Piece(outlet=outlet, age=age, topics=topics, edits=edits, **told)


def _age(text: str) -> timedelta:
    """``50m``, ``2h``, ``3d``."""
    unit = {"m": "minutes", "h": "hours", "d": "days"}[text[-1]]
    return timedelta(**{unit: float(text[:-1])})
