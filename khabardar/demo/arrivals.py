"""What arrived at a receiver, read back into one shape: only from what was sent, as any recipient would see it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from lxml import html

ALSO_IN = re.compile(r"^\s*also in:?\s*(?P<outlets>.+)$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as it came in.

    ``kind`` is "alert" or what else the message says it is; ``problem`` says why it cannot be trusted (a signature that
    does not verify). ``sent_at`` is the time the message itself names, None when it names none.
    """

    channel: str
    medium: str
    delivery_id: str
    at: datetime
    kind: str = "alert"
    title: str = ""
    urls: tuple[str, ...] = ()
    source: str = ""
    place: str = ""
    published_at: datetime | None = None
    rules: tuple[str, ...] = ()
    also_in: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    sent_at: datetime | None = None
    problem: str | None = None


def from_webhook(body: Mapping[str, Any], delivery_id: str, channel: str) -> Arrival:
    """Reads the contract's webhook body; missing parts stay empty."""
    data = body.get("data") or {}
    stories = data.get("stories") or ()
    items = [item for story in stories for item in story.get("items") or ()]
    first = items[0] if items else {}
    return Arrival(
        channel=channel,
        medium="webhook",
        delivery_id=delivery_id,
        at=datetime.now(UTC),
        kind=str(body.get("type") or "unknown"),
        title=str(stories[0].get("title") or "") if stories else str(data.get("subject") or ""),
        urls=tuple(str(item["url"]) for item in items if item.get("url")),
        source=str(first.get("source") or ""),
        place=str(first.get("place") or ""),
        published_at=_moment(first.get("published_at")),
        rules=tuple(str(rule["name"]) for rule in data.get("rules") or ()),
        also_in=tuple(str(outlet) for story in stories for outlet in story.get("also_in") or ()),
        words=_distinct([str(m["text"]) for item in items for m in item.get("matches") or ()]),
        sent_at=_moment(body.get("timestamp")),
    )


def from_email(letter: EmailMessage, channel: str, rules: Collection[str], outlets: Collection[str]) -> Arrival:
    """Reads a mail: links and marked words from its HTML part, names of ``rules`` and ``outlets`` from its text."""
    text, page = _part(letter, "plain"), _part(letter, "html")
    subject = str(letter["subject"] or "")
    tree = html.document_fromstring(page) if page.strip() else None
    links = [link.get("href") or "" for link in tree.iter("a")] if tree is not None else []
    marked = ["".join(map(str, mark.itertext())) for mark in tree.iter("mark")] if tree is not None else []
    also = ALSO_IN.search(text)
    first_lines = text[: also.start()] if also else text
    return Arrival(
        channel=channel,
        medium="email",
        delivery_id=str(letter["message-id"] or "").strip("<> \t").partition("@")[0],
        at=datetime.now(UTC),
        kind="alert" if _named(subject + text, rules) and links else "notice",
        title=re.sub(r"^\[[^\]]*\]\s*", "", subject),
        urls=_distinct(links),
        source=next(iter(_named(first_lines, outlets)), ""),
        rules=tuple(_named(subject + "\n" + text, rules)),
        also_in=tuple(_named(also["outlets"], outlets)) if also else (),
        words=_distinct(marked),
    )


def _part(letter: EmailMessage, subtype: str) -> str:
    for part in letter.walk():
        if part.get_content_type() == f"text/{subtype}":
            return str(part.get_content())
    return ""


def _named(text: str, names: Collection[str]) -> list[str]:
    """The names that stand in the text as whole names, in the order of their first appearance."""
    found = {name: re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) for name in names}
    places = {name: match.start() for name, match in found.items() if match}
    return sorted(places, key=lambda name: places[name])


def _distinct(words: Sequence[str]) -> tuple[str, ...]:
    """Each once whatever its case, in order."""
    return tuple({word.casefold(): word for word in reversed(words) if word.strip()}.values())[::-1]


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
