"""What a person reads: the view of a frozen message, from which text and HTML with the same content are made.

``letter_of`` makes it out of the message alone (values, so it says the same on every try); ``alerts.rendering`` fills
the templates. Everything that came from outside passes ``alerts.inert``; only http(s) links become links.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from alerts.excerpt import Piece, Range, cut_before, joined, passages, pieces
from alerts.inert import host_of, one_line, visible, web_address
from alerts.wording import count, direction_of, script_of, shown_time, subject_of

IN_FULL = 20
"""Stories of a digest shown with their text; the ones after them are listed by title and link. A large mail service
cuts off what is longer than about 100 KB: so many leave room for some forty more."""
LEAD = 300
WHY = 6
NEWS = 3
"""Code points of a story's lead; matched words named per rule; stretches of what is new in a further report."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text with its matched words marked, and how it is to be set: ``script`` names the typeface."""

    pieces: tuple[Piece, ...]
    direction: str = "ltr"
    language: str = ""
    script: str = ""
    opened: bool = False  # text was left out before it
    cut: bool = False  # text was left out after it

    @property
    def words(self) -> str:
        """All of it as one text."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Why:
    """A rule that matched, and the words it matched by; none when it asked for a field or a date only."""

    rule: str
    words: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """One item of a story as it is shown. ``link`` is None when the URL is nothing to click on; ``explain`` is the
    command that shows the item's ledger, ``news`` what the reports told before did not say."""

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
    explain: str = ""
    news: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """A story as it is shown."""

    reports: tuple[Report, ...]
    late: bool
    also_in: str


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a mail says. ``paragraphs`` are those of a test or a notice, ``stories`` those of an alert or digest,
    ``dark`` the sources from which nothing came in a digest's time.

    ``note`` says why it comes late or as a digest, ``warning`` what is wrong with how it looks, ``silence`` are the
    commands that keep its rules quiet for a while.
    """

    subject: str
    heading: str
    delivery_id: str
    rules: tuple[tuple[str, str], ...] = ()
    stories: tuple[Telling, ...] = ()
    rest: tuple[Telling, ...] = ()
    paragraphs: tuple[str, ...] = ()
    dark: tuple[str, ...] = ()
    note: str = ""
    warning: str = ""
    silence: tuple[str, ...] = ()


def letter_of(message: Mapping[str, Any], zone: tzinfo) -> Letter:
    """The view of a message; times are shown in ``zone``."""
    data = message["data"]
    if "stories" not in data:
        return _word(data, zone)
    stories = [_telling(story, data, zone) for story in data["stories"]]
    return Letter(
        subject=subject_of(message),
        heading=_heading(message, len(stories)),
        delivery_id=one_line(data.get("delivery_id", "")),
        rules=tuple((one_line(rule["name"]), one_line(rule["query"], 500)) for rule in data["rules"]),
        stories=tuple(stories[:IN_FULL]),
        rest=tuple(stories[IN_FULL:]),
        dark=tuple(_dark(one, zone) for one in data.get("dark", ())),
        note=one_line(data.get("note", ""), 500),
        silence=tuple(f"khabardar silence {shlex.quote(one_line(rule['name']))} 4h" for rule in data["rules"]),
    )


def _dark(outage: Mapping[str, Any], zone: tzinfo) -> str:
    """A source from which no news came for a time."""
    until = f" until {shown_time(outage['until'], zone)}" if outage.get("until") else ""
    since = shown_time(outage.get("since"), zone)
    return one_line(f"{outage['source']}, since {since}{until}: {outage.get('why') or 'unknown'}", 400)


def _heading(message: Mapping[str, Any], stories: int) -> str:
    """The first line: what kind of message this is, and for which rules."""
    kind = "New report"
    if message["type"] != "alert":
        kind = f"Digest: {count(stories, 'story', 'stories')}"
    elif message["data"].get("earlier"):
        kind = "More on a story you were told of"
    names = one_line(", ".join(rule["name"] for rule in message["data"]["rules"]), 200)
    return f"{kind} · {names}" if names else kind


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
    news = [
        (start, start + cut_before(item["body"][start:end], LEAD))
        for start, end in joined(((each["start"], each["end"]) for each in item.get("new", ())), gap=1)[:NEWS]
    ]
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
        passages=tuple(_text(item, news)),
        news=tuple(_passage(item, "body", each) for each in news),
        why=tuple(_why(item, told)),
        explain=f"khabardar explain {shlex.quote(one_line(item['id'], 200))}" if item["id"] else "",
    )


def _text(item: Mapping[str, Any], news: Sequence[Range]) -> list[Passage]:
    """The lead (the summary, else the first lines of the body) and the sentences of the body that matched elsewhere
    (many outlets' summaries are the first sentence of the body: it is shown once); what is shown as ``news`` is not
    shown again for its matches."""
    lead, text = ("summary", item["summary"]) if item["summary"] else ("body", item["body"])
    if not text:
        return []
    window = (0, cut_before(text, LEAD))
    marks = [mark for mark in _marks(item, "body") if not any(start <= mark[0] < end for start, end in news)]
    if lead == "summary":
        shown = _passage(item, "summary", window)
        found = [_passage(item, "body", at) for at in passages(item["body"] or "", marks)]
        return [shown, *(each for each in found if each.words not in shown.words)]
    windows = joined([window, *passages(text, [mark for mark in marks if mark[1] > window[1]])])
    return [_passage(item, "body", each) for each in windows]


def _passage(item: Mapping[str, Any], field: str, window: Range) -> Passage:
    text = item[field] or ""
    parts = [Piece(_flat(part.text), part.marked) for part in pieces(text, _marks(item, field), window)]
    shown = _trimmed([part for part in parts if part.text])
    words = "".join(part.text for part in shown)
    language = item["language"] or ""
    return Passage(
        pieces=shown,
        direction=direction_of(words, language),
        language=language if _LANGUAGE.fullmatch(language) else "",
        script=script_of(words, language),
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
