"""A frozen message for a page: the stories it tells, and its words, as far as they may be shown. Values only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.storing import cut_text
from khabardar.web.desk import View

LONGEST_TEXT = 600
"""Code points shown of one text in a message."""
LONGEST = 60_000
"""And of all of it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A story in a message; ``item_id`` is the first item's, None for a notice."""

    title: str
    item_id: str | None = None
    items: int = 1


def told_in(message: Mapping[str, Any]) -> list[Told]:
    """The stories of a message; of a notice its subject."""
    data = message.get("data")
    if not isinstance(data, Mapping):
        return []
    found = []
    for story in _list(data.get("stories")):
        items = [item for item in _list(story.get("items")) if isinstance(item.get("id"), str)]
        found.append(Told(str(story.get("title") or ""), items[0]["id"] if items else None, max(1, len(items))))
    if not found and data.get("subject"):
        found.append(Told(str(data["subject"])))
    return found


def written(message: Mapping[str, Any], view: View) -> str:
    """The message as indented JSON: long texts cut, those that their source does not let be shown any more left out,
    secrets masked."""
    data = message.get("data")
    if isinstance(data, Mapping) and isinstance(data.get("stories"), list):
        message = {**message, "data": {**data, "stories": [_story(one, view) for one in data["stories"]]}}
    text = view.masked(json.dumps(_short(message), ensure_ascii=False, indent=2))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… and {len(text) - LONGEST:,} letters more"


def _story(story: Any, view: View) -> Any:
    if not isinstance(story, Mapping):
        return story
    return {**story, "items": [_item(one, view) for one in _list(story.get("items"))]}


def _item(item: Mapping[str, Any], view: View) -> Mapping[str, Any]:
    store = view.stores.get(str(item.get("source")), "full")
    texts = {name: cut_text(item[name], store) for name in ("summary", "body") if isinstance(item.get(name), str)}
    return {**item, **texts}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        more = len(value) - LONGEST_TEXT
        return value if more <= 0 else f"{value[:LONGEST_TEXT]}… ({more:,} letters more)"
    if isinstance(value, Mapping):
        return {name: _short(one) for name, one in value.items()}
    return [_short(one) for one in value] if isinstance(value, list) else value


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
