"""How outlets dress a story: shapes met in the field, filled with stories of our own. Each page knows its labels.

The outlets, agencies and captions are invented; what is real is where things stand, how dates and datelines are
written, and what is missing.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

PAKISTAN, JAPAN = ZoneInfo("Asia/Karachi"), ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True)
class Story:
    """What happened, before any outlet dresses it."""

    language: str
    title: str
    author: str
    section: str
    place: str
    summary: str
    body: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """A page and what a reader should see on it; ``furniture`` are strings that are not the article's."""

    shape: str
    url: str
    html: str
    title: str
    body: tuple[str, ...]
    author: str | None
    published: datetime
    place: str | None
    timezone: str
    language: str
    furniture: tuple[str, ...] = ()
    select: dict[str, list[str]] = field(default_factory=dict)


def stories() -> list[Story]:
    """All stories of ``texts.toml``."""
    found = tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))["stories"]
    return [Story(**{**one, "body": tuple(one["body"])}) for one in found]


def page_of(name: str, story: Story, html: str, at: datetime, path: str, **more: Any) -> Page:
    labels: dict[str, Any] = {
        "title": story.title,
        "author": story.author,
        "place": story.place,
        "body": story.body,
        "timezone": "Asia/Tokyo" if story.language == "ja" else "Asia/Karachi",
    } | more
    url = f"https://www.{name}.example/{path}"
    return Page(shape=name, url=url, html=html, published=at.replace(second=0), language=story.language, **labels)


def document(head: str, body: str, language: str = "en", title: str = "") -> str:
    direction = ' dir="rtl"' if language == "ur" else ""
    return (
        f'<!doctype html><html lang="{language}"{direction}><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"{head}</head><body>{body}</body></html>"
    )


def jsonld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value, ensure_ascii=False)}</script>'


def as_html(texts: Sequence[str]) -> str:
    return "\n".join(f"<p>{escape(text)}</p>" for text in texts)


def led(story: Story, lead: str) -> list[str]:
    """The paragraphs, a dateline before the first."""
    return [lead + story.body[0], *story.body[1:]]


def in_zone(at: datetime, zone: ZoneInfo = PAKISTAN) -> datetime:
    return at.astimezone(zone)


def nth(day: int) -> str:
    return f"{day}{'th' if 10 <= day % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


def menu(*names: str) -> str:
    items = "".join(f'<li><a href="/{n}">{name}</a></li>' for n, name in enumerate(names))
    return f"<div class='top'><ul>{items}</ul></div>"
