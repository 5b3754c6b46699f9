"""A rule as the form shows it and sends it back, and what of it has to be written. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from khabardar.rule_edits import Keys, Value
from khabardar.web.saving import channels_of
from khabardar.web.security.forms import Form


@dataclass(frozen=True)
class Draft:
    """The fields of the form, as texts; ``channels`` by the names they have in force."""

    name: str = ""
    query: str = ""
    channels: tuple[str, ...] = ()
    deliver: str = "now"
    repeat: str = "story"
    wait: str = ""
    urgent: bool = False
    enabled: bool = True


def draft_of(rule: dict[str, Any]) -> Draft:
    """A rule of the file as the form shows it."""

    def text(key: str, default: str = "") -> str:
        return str(rule.get(key, default))

    return Draft(
        text("name"),
        text("query").strip(),
        tuple(channels_of(rule)),
        text("deliver", "now"),
        text("repeat", "story"),
        text("wait"),
        rule.get("urgent", False) is True,
        rule.get("enabled", True) is not False,
    )


def draft_in(form: Form) -> Draft:
    """What was sent."""

    def text(key: str) -> str:
        return form.get(key, "").replace("\r\n", "\n").strip()

    channels = tuple(name.removeprefix("channel:") for name in form if name.startswith("channel:"))
    return Draft(
        text("name"),
        text("query"),
        channels,
        text("deliver") or "now",
        text("repeat") or "story",
        text("wait"),
        "urgent" in form,
        "enabled" in form,
    )


def keys_of(draft: Draft, before: dict[str, Any] | None) -> Keys:
    """What has to be written: of a new rule all that is not the default, of a known one what differs."""
    was = Draft(channels=()) if before is None else draft_of(before)
    keys: dict[str, Value | None] = {}
    if before is None:
        keys = {"name": draft.name, "query": draft.query}
    for key in ("name", "query", "deliver", "repeat", "wait", "urgent", "enabled"):
        if getattr(draft, key) != getattr(was, key):
            keys[key] = getattr(draft, key)
    if keys.get("wait") == "":
        keys["wait"] = None
    if set(draft.channels) != set(was.channels):
        written = channels_of(before or {})
        keys["channels"] = tuple(str(written.get(name, name)) for name in draft.channels)
    return keys
