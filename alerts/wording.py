"""The words a message is known by: its subject, its one line for logs, its times and the direction of its script.

Values only; everything that came from outside passes ``alerts.inert``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from alerts.inert import host_of, one_line

_RTL_LANGUAGES = frozenset(("ar", "ckb", "dv", "fa", "he", "ks", "pnb", "ps", "sd", "ug", "ur", "yi"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def subject_of(message: Mapping[str, Any]) -> str:
    """The line a message is known by: ``[rule] title``, ``[rule] Digest: 12 stories`` or a notice's own subject.

    What tells more of a story that was told before is a reply to it: the same words behind ``Re:``, for mail programs
    that go by the subject as well.
    """
    data = message["data"]
    if "stories" not in data:
        return one_line(data.get("subject", ""), 200) or "Khabardar"
    names = one_line(", ".join(rule["name"] for rule in data["rules"]), 80)
    stories = data["stories"]
    if message["type"] == "alert" and stories:
        title = one_line(stories[0]["title"], 150) or "(no title)"
        others = f" (and {len(stories) - 1} more)" if len(stories) > 1 else ""
        again = "Re: " if data.get("earlier") else ""
        late = "Late: " if all(story["late"] for story in stories) and not again else ""
        return f"{again}[{names}] {late}{title}{others}"
    return f"[{names}] Digest: {count(len(stories), 'story', 'stories')}"


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


def script_of(text: str, language: str | None = None) -> str:
    """Which typeface a text needs: ``urdu``, ``arabic``, ``japanese`` or, for all that any font has, nothing."""
    arabic = kana = han = letters = 0
    for letter in text:
        at = ord(letter)
        arabic += 0x0600 <= at <= 0x06FF or 0x0750 <= at <= 0x077F or 0xFB50 <= at <= 0xFEFF
        kana += 0x3040 <= at <= 0x30FF
        han += 0x4E00 <= at <= 0x9FFF
        letters += letter.isalpha()
    tongue = (language or "").lower().split("-")[0]
    if arabic * 2 > letters:
        own = any(letter in text for letter in "ٹڈڑںھہےیکگچپ")
        return "urdu" if tongue in ("ur", "pnb", "ks") or (not tongue and own) else "arabic"
    return "japanese" if kana or (han and tongue == "ja") else ""


def count(number: int, one: str, many: str) -> str:
    """``1 story``, ``3 stories``."""
    return f"{number} {one if number == 1 else many}"
