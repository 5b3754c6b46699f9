"""Prints: what an outlet has published at a moment becomes the bytes of its feed, its pages and its robots.txt.

Values only: the newsroom decides what is out, the press says how it looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from khabardar.demo.content import Outlet, Piece
from khabardar.demo.dates import FILTERS, WEEKDAYS

CONTENT_TYPES = {
    "rss.xml.jinja": "application/rss+xml; charset=utf-8",
    "rdf.xml.jinja": "application/rdf+xml; charset=utf-8",
    "atom.xml.jinja": "application/atom+xml; charset=utf-8",
    "sitemap.xml.jinja": "application/xml; charset=utf-8",
    "listing.html.jinja": "text/html; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Printed:
    """A piece that is out: where it stands and since when (in the outlet's own time zone)."""

    piece: Piece
    path: str
    url: str
    published: datetime

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The paragraphs of the text, the weekday filled in."""
        day = WEEKDAYS[self.published.weekday()]
        return tuple(part.replace("{{ day }}", day) for part in self.piece.body.strip().split("\n\n"))

    def __getattr__(self, name: str) -> object:
        """Templates read the words of the piece as if they were here."""
        return getattr(self.piece, name)


def printed(outlet: Outlet, site: str, piece: Piece, published: datetime) -> Printed:
    """Gives a piece its address. ``site`` is the outlet's ``http://127.0.0.1:PORT``."""
    local = published.astimezone(ZoneInfo(outlet.timezone)).replace(microsecond=0)
    path = (piece.path or outlet.path).format(id=piece.id, slug=piece.slug, section=piece.section, year=local.year)
    return Printed(piece, path, site + path, local)


def door(outlet: Outlet, site: str, pieces: Sequence[Printed]) -> bytes:
    """The feed, sitemap or listing that a source checks, newest first."""
    newest_first = sorted(pieces, key=lambda piece: piece.published, reverse=True)
    return _render(outlet.door_template, outlet=outlet, site=site, pieces=newest_first)


def page(outlet: Outlet, site: str, piece: Printed, others: Sequence[Printed], now: datetime) -> bytes:
    """The article page with its furniture; ``others`` fill the sidebars."""
    local = now.astimezone(ZoneInfo(outlet.timezone))
    return _render(outlet.page_template, outlet=outlet, site=site, piece=piece, others=others, now=local)


def robots(outlet: Outlet, site: str) -> bytes:
    """The outlet's robots.txt."""
    return _render("robots.txt.jinja", outlet=outlet, site=site)


def configuration(values: Mapping[str, object]) -> str:
    """The ``khabardar.toml`` of the demo."""
    return _render("khabardar.toml.jinja", **values).decode()


def validators(outlet: Outlet, body: bytes, changed: datetime) -> dict[str, str]:
    """The ETag and Last-Modified headers with which the outlet marks a version of its door."""
    digest = hashlib.sha256(body).hexdigest()[:16]
    modified = {"last-modified": format_datetime(changed, usegmt=True)}
    return {
        "etag": {"etag": f'"{digest}"', **modified},
        "weak": {"etag": f'W/"{digest}"'},
        "modified": modified,
        "none": {},
    }[outlet.validators]


def not_modified(marks: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Whether the asker already has this version. If-None-Match decides alone when both are sent (RFC 9110, 13.1.3)."""
    if "if-none-match" in headers:
        return bool(marks.get("etag")) and headers["if-none-match"] == marks["etag"]
    return "last-modified" in marks and headers.get("if-modified-since") == marks["last-modified"]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("khabardar.demo"),
        autoescape=select_autoescape(["html.jinja", "xml.jinja"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    return environment


def _render(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(**values).encode()
