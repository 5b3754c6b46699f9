"""What a person reads: a frozen message as text and as HTML with the same content.

``letter_of`` makes the view out of the message alone (values, so it says the same on every try), ``render`` fills the
templates. Everything that came from outside passes ``alerts.inert``; the HTML template escapes; only http(s) links
become links.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.excerpt import Piece, Range, cut_before, joined, passages, pieces
from alerts.inert import host_of, one_line, visible, web_address

if TYPE_CHECKING:
    from jinja2 import Environment

IN_FULL = 50
"""Stories of a digest shown with their text; the ones after them are listed by title and link."""
LEAD = 300
WHY = 6
"""Code points of a story's lead; matched words named per rule."""

_RTL_LANGUAGES = frozenset(("ar", "ckb", "dv", "fa", "he", "ks", "pnb", "ps", "sd", "ug", "ur", "yi"))
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text with its matched words marked, and how it is to be set."""

    pieces: tuple[Piece, ...]
    direction: str = "ltr"
    language: str = ""
    opened: bool = False  # text was left out before it
    cut: bool = False  # text was left out after it


@dataclass(frozen=True, slots=True)
class Why:
    """A rule that matched, and the words it matched by; none when it asked for a field or a date only."""

    rule: str
    words: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """One item of a story as it is shown. ``link`` is None when the URL is nothing to click on."""

    title: Passage
    outlet: str
    facts: str
    published: str
    seen: str
    link: str | None
    address: str
    host: str
    passages: tuple[Passage, ...]
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """A story as it is shown."""

    reports: tuple[Report, ...]
    late: bool
    also_in: str


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a mail says. ``paragraphs`` are those of a test or a notice, ``stories`` those of an alert or digest,
    ``dark`` the sources from which nothing came in a digest's time."""

    subject: str
    heading: str
    delivery_id: str
    rules: tuple[tuple[str, str], ...] = ()
    stories: tuple[Telling, ...] = ()
    rest: tuple[Telling, ...] = ()
    paragraphs: tuple[str, ...] = ()
    dark: tuple[str, ...] = ()


def letter_of(message: Mapping[str, Any], zone: tzinfo) -> Letter:
    """The view of a message; times are shown in ``zone``."""
    data = message["data"]
    if "stories" not in data:
        return _word(data, zone)
    stories = [_telling(story, data, zone) for story in data["stories"]]
    rules = tuple((one_line(rule["name"]), one_line(rule["query"], 500)) for rule in data["rules"])
    heading = "New report" if message["type"] == "alert" else f"Digest: {_count(len(stories), 'story', 'stories')}"
    return Letter(
        subject=subject_of(message),
        heading=heading,
        delivery_id=one_line(data.get("delivery_id", "")),
        rules=rules,
        stories=tuple(stories[:IN_FULL]),
        rest=tuple(stories[IN_FULL:]),
        dark=tuple(_dark(one, zone) for one in data.get("dark", ())),
    )


def _dark(outage: Mapping[str, Any], zone: tzinfo) -> str:
    """A source from which no news came for a time."""
    until = f" until {shown_time(outage['until'], zone)}" if outage.get("until") else ""
    since = shown_time(outage.get("since"), zone)
    return one_line(f"{outage['source']}, since {since}{until}: {outage.get('why') or 'unknown'}", 400)


def render(letter: Letter) -> tuple[str, str]:
    """The letter as plain text and as HTML."""
    text = _templates().get_template("letter.txt").render(letter=letter)
    html = _templates().get_template("letter.html").render(letter=letter)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html


def subject_of(message: Mapping[str, Any]) -> str:
    """The line a message is known by: ``[rule] title``, ``[rule] Digest: 12 stories`` or a notice's own subject."""
    data = message["data"]
    if "stories" not in data:
        return one_line(data.get("subject", ""), 200) or "Khabardar"
    names = one_line(", ".join(rule["name"] for rule in data["rules"]), 80)
    stories = data["stories"]
    if message["type"] == "alert" and stories:
        title = one_line(stories[0]["title"], 150) or "(no title)"
        others = f" (and {len(stories) - 1} more)" if len(stories) > 1 else ""
        return f"[{names}] {title}{others}"
    return f"[{names}] Digest: {_count(len(stories), 'story', 'stories')}"


def summary_line(message: Mapping[str, Any]) -> str:
    """The message on one line for logs and terminals: kind, subject, outlets."""
    outlets: list[str] = []
    for story in message["data"].get("stories", ()):
        outlets += [item["source"] or host_of(item["url"] or "") for item in story["items"]]
        outlets += story["also_in"]
    told = one_line(", ".join(dict.fromkeys(outlets)), 80)
    return one_line(f"{message['type']} {subject_of(message)}" + (f" ({told})" if told else ""))


def shown_time(moment: str | None, zone: tzinfo) -> str:
    """``Fri 15 Aug 2025, 18:00 PKT`` of an RFC 3339 time; empty when unknown."""
    if not moment:
        return ""
    try:
        local = datetime.fromisoformat(moment).astimezone(zone)
    except (ValueError, OverflowError):
        return ""
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[local.weekday()]
    return f"{day} {local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M} {local.tzname() or ''}".strip()


def direction_of(text: str, language: str | None = None) -> str:
    """``rtl`` or ``ltr``: by the first letter that has a direction (Unicode bidi rule P2), else by the language."""
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "rtl" if (language or "").lower().split("-")[0] in _RTL_LANGUAGES else "ltr"


def _word(data: Mapping[str, Any], zone: tzinfo) -> Letter:
    """A test or a notice."""
    lines = [visible(line).strip() for line in str(data.get("text", "")).splitlines()]
    about, state = one_line(data.get("about") or ""), one_line(data.get("state") or "")
    since = shown_time(data.get("since"), zone)
    if about:
        lines.append(f"About: {about}" + (f" ({state})" if state else "") + (f", since {since}" if since else ""))
    subject = subject_of({"data": data})
    delivery_id = one_line(data.get("delivery_id") or "")
    return Letter(subject, subject, delivery_id, paragraphs=tuple(line for line in lines if line))


def _telling(story: Mapping[str, Any], data: Mapping[str, Any], zone: tzinfo) -> Telling:
    told = [rule["name"] for rule in data["rules"]]
    return Telling(
        reports=tuple(_report(item, told, zone) for item in story["items"]),
        late=bool(story["late"]),
        also_in=one_line(", ".join(story["also_in"]), 500),
    )


def _report(item: Mapping[str, Any], told: Sequence[str], zone: tzinfo) -> Report:
    url = item["url"]
    link = web_address(url)
    facts = [one_line(item[key] or "", 80) for key in ("place", "credit", "author")]
    return Report(
        title=_passage(item, "title", (0, len(item["title"]))),
        outlet=one_line(item["source"] or "", 80) or host_of(link or ""),
        facts=" · ".join(fact for fact in facts if fact),
        published=shown_time(item["published_at"], zone),
        seen=shown_time(item["seen_at"], zone),
        link=link,
        address=link or one_line(url or "", 200),
        host=one_line(host_of(link or ""), 80),
        passages=tuple(_text(item)),
        why=tuple(_why(item, told)),
    )


def _text(item: Mapping[str, Any]) -> list[Passage]:
    """The lead (the summary, else the first lines of the body) and the places of the body that matched elsewhere."""
    lead, text = ("summary", item["summary"]) if item["summary"] else ("body", item["body"])
    if not text:
        return []
    window = (0, cut_before(text, LEAD))
    if lead == "summary":
        found = passages(item["body"] or "", _marks(item, "body"))
        return [_passage(item, "summary", window), *(_passage(item, "body", each) for each in found)]
    outside = [mark for mark in _marks(item, "body") if mark[1] > window[1]]
    windows = joined([window, *passages(text, outside)])
    return [_passage(item, "body", each) for each in windows]


def _passage(item: Mapping[str, Any], field: str, window: Range) -> Passage:
    text = item[field] or ""
    parts = [Piece(_flat(part.text), part.marked) for part in pieces(text, _marks(item, field), window)]
    shown = _trimmed([part for part in parts if part.text])
    language = item["language"] or ""
    return Passage(
        pieces=shown,
        direction=direction_of("".join(part.text for part in shown), language),
        language=language if _LANGUAGE.fullmatch(language) else "",
        opened=bool(text[: window[0]].strip()),
        cut=bool(text[window[1] :].strip()),
    )


def _marks(item: Mapping[str, Any], field: str) -> list[Range]:
    return [(match["start"], match["end"]) for match in item["matches"] if match["field"] == field]


def _flat(text: str) -> str:
    """``visible`` with every run of white space one space; the ones at the ends stay, neighbours need them."""
    return re.sub(r"\s+", " ", visible(text))


def _trimmed(parts: Sequence[Piece]) -> tuple[Piece, ...]:
    shown = list(parts)
    if shown:
        shown[0] = Piece(shown[0].text.lstrip(), shown[0].marked)
        shown[-1] = Piece(shown[-1].text.rstrip(), shown[-1].marked)
    return tuple(part for part in shown if part.text)


def _why(item: Mapping[str, Any], told: Sequence[str]) -> list[Why]:
    """Per rule that is told and matched this item: the words, each once."""
    matched = {match["rule"] for match in item["matches"]} | set(item["rules"])
    reasons = []
    for rule in told:
        if rule in matched:
            words = dict.fromkeys(one_line(m["text"], 60) for m in item["matches"] if m["rule"] == rule)
            distinct = list({word.casefold(): word for word in reversed(words) if word}.values())[::-1]
            reasons.append(Why(one_line(rule), tuple(distinct[:WHY]), max(0, len(distinct) - WHY)))
    return reasons


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
