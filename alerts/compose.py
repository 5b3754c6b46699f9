"""What is sent: the frozen message of a delivery, in the one shape that webhooks carry as it is and mails are made of.

``{"type": …, "timestamp": …, "data": {…}}``; everything in it is a JSON value. Values only, no I/O.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.excerpt import cut_before
from alerts.inert import encodable, host_of
from alerts.novelty import new_sentences
from archive.json_item import item_json
from archive.model import Delivery, MatchSpan, NewsItem, Owed, Story, rfc3339
from archive.standing import Outage

LATE = timedelta(hours=6)
"""An item seen this long after its publication is labelled late."""
REPLAY = "replay"
"""The digest of what a rule is told of the past (``khabardar rule replay``)."""
EXCERPT = 400
"""Code points of summary and of body that a source with ``store = "excerpt"`` lets out."""

_FIELD_ORDER = ("title", "summary", "body")
_KEY_ORDER = (
    *(
        "type",
        "timestamp",
        "data",
        "delivery_id",
        "channel",
        "note",
        "earlier",
        "rules",
        "stories",
        "story_id",
        "title",
        "late",
    ),
    *("also_in", "items", "id", "url", "source", "author", "summary", "body", "language", "section", "place"),
    *("credit", "published_at", "seen_at", "new", "matches", "rule", "name", "query", "field", "start", "end"),
    *("dark", "subject", "text", "about", "state", "since", "until", "why"),
)


def compose(
    delivery: Delivery,
    stories: Sequence[Story],
    spans: Mapping[str, Sequence[MatchSpan]],
    sources_store: Mapping[str, str],
    now: datetime,
    outages: Sequence[Outage] = (),
) -> dict[str, Any]:
    """The message of an alert or digest made of what is owed.

    ``stories`` hold the owed items among their items; ``spans`` are by item id; ``sources_store`` says per source what
    may leave the house: "full" (the default), "excerpt" or "link". Offsets of matches are right for the text that is
    sent; matches in a part that is not sent are left out. A digest says which sources were dark in its time. Beside the
    keys that are always there, ``note`` says why a message comes late or as a digest, ``earlier`` names the deliveries
    that told of the same story before, and ``new`` of an item then says which sentences of its body are new.
    """
    kind = _kind(delivery)
    data: dict[str, Any] = {
        "delivery_id": delivery.id,
        "channel": delivery.channel,
        "rules": _rules(delivery.owed),
        "stories": _stories(delivery.owed, stories, spans, sources_store),
    }
    if delivery.earlier:
        _mark_new(data["stories"], stories)
    if notes := notes_of(delivery):
        data["note"] = " ".join(notes)
    if delivery.earlier:
        data["earlier"] = list(delivery.earlier)
    if kind == "digest":
        data["dark"] = [_dark(outage) for outage in outages]
    return {"type": kind, "timestamp": rfc3339(now), "data": data}


def notes_of(delivery: Delivery) -> list[str]:
    """Why this comes now and in this form, in sentences: what was held back, what was replayed."""
    held = dict.fromkeys(row.held for row in delivery.owed if row.held)
    notes = [f"Held back until now: {'; '.join(map(encodable, held))}."] if held else []
    if any(row.bundle == REPLAY for row in delivery.owed):
        notes.append("Told after the fact: the rule was replayed over what had come before.")
    return notes


def _dark(outage: Outage) -> dict[str, Any]:
    return {
        "source": encodable(outage.source),
        "since": rfc3339(outage.since),
        "until": rfc3339(outage.until),
        "why": encodable(outage.why),
    }


def span_of(delivery: Delivery) -> timedelta:
    """The time a digest tells of: an hour, a day or a week before it is made; nothing for an alert."""
    lengths = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}
    named = [lengths.get(owed.bundle.split(" ")[0]) for owed in delivery.owed]
    return max((length for length in named if length), default=timedelta(0))


def test_message(channel: str, now: datetime) -> dict[str, Any]:
    """What ``channel test`` sends: no news, and it says so."""
    text = f"This is a test of the channel {channel!r}. Whoever reads it will also get the alerts sent there."
    return {
        "type": "test",
        "timestamp": rfc3339(now),
        "data": {"channel": channel, "subject": "Khabardar: test message", "text": text},
    }


def notice(subject: str, text: str, *, about: str, state: str, since: datetime | None, now: datetime) -> dict[str, Any]:
    """What the operator hears about Khabardar itself: ``about`` names a source or channel, ``state`` how it is now,
    ``since`` from when on."""
    data = {"subject": subject, "text": text, "about": about, "state": state, "since": rfc3339(since)}
    return {
        "type": "notice",
        "timestamp": rfc3339(now),
        "data": {key: encodable(value) if value else value for key, value in data.items()},
    }


def canonical(message: Mapping[str, Any]) -> bytes:
    """The message as JSON in UTF-8: the same bytes on every try, in whatever order an archive gave the keys back."""
    return json.dumps(_ordered(message), ensure_ascii=False, separators=(",", ":")).encode()


def _ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        known = [key for key in _KEY_ORDER if key in value]
        return {key: _ordered(value[key]) for key in [*known, *sorted(value.keys() - set(known))]}
    if isinstance(value, (list, tuple)):
        return [_ordered(part) for part in value]
    return encodable(value) if isinstance(value, str) else value


def _kind(delivery: Delivery) -> str:
    bundled = any(owed.bundle != "now" for owed in delivery.owed)
    return "digest" if bundled or delivery.kind == "digest" else "alert"


def _rules(owed: Sequence[Owed]) -> list[dict[str, str]]:
    """Each rule once, in the order it came to be owed; of a query changed meanwhile the later text."""
    queries = {row.rule: row.query for row in owed}
    return [{"name": encodable(name), "query": encodable(query)} for name, query in queries.items()]


def _stories(
    owed: Sequence[Owed],
    stories: Sequence[Story],
    spans: Mapping[str, Sequence[MatchSpan]],
    sources_store: Mapping[str, str],
) -> list[dict[str, Any]]:
    """The stories in the order they came to be owed; one known under two ids since it was joined appears once."""
    place = {row.item_id: number for number, row in reversed(list(enumerate(owed)))}
    told: dict[str, tuple[int, dict[str, Any]]] = {}
    for story in stories:
        shown = [item for item in story.items if item.id in place]
        if shown and story.id not in told:
            first = min(place[item.id] for item in shown)
            told[story.id] = first, _story(story, shown, owed, spans, sources_store)
    return [told_story for _, told_story in sorted(told.values(), key=lambda pair: pair[0])]


def _story(
    story: Story,
    shown: Sequence[NewsItem],
    owed: Sequence[Owed],
    spans: Mapping[str, Sequence[MatchSpan]],
    sources_store: Mapping[str, str],
) -> dict[str, Any]:
    items = [
        _item(
            item,
            {row.rule for row in owed if row.item_id == item.id},
            spans.get(item.id, ()),
            sources_store.get(item.source, "full"),
        )
        for item in shown
    ]
    return {
        "story_id": story.id,
        "title": encodable(story.title or shown[0].title),
        "late": any(is_late(item) for item in shown),
        "also_in": also_in(story, shown),
        "items": items,
    }


def _mark_new(told: Sequence[dict[str, Any]], stories: Sequence[Story]) -> None:
    """Each item that is told with what the reports before it did not say."""
    items = {story.id: story.items for story in stories}
    for story in told:
        shown = {item["id"]: item for item in story["items"]}
        before: list[str] = []
        for item in items[story["story_id"]]:  # first seen first
            if item.id not in shown:
                before.append(item.body or item.summary or "")
            elif new := new_sentences(shown[item.id]["body"] or "", before):
                shown[item.id]["new"] = [{"start": start, "end": end} for start, end in new]


def is_late(item: NewsItem) -> bool:
    """Whether the item was seen more than six hours after its publication; unknown times are not late."""
    return bool(item.published_at and item.seen_at and item.seen_at - item.published_at > LATE)


def also_in(story: Story, shown: Collection[NewsItem]) -> list[str]:
    """The other outlets that have the story, each once, first seen first."""
    told = {_outlet(item) for item in shown}
    ids = {item.id for item in shown}
    others = [_outlet(item) for item in story.items if item.id not in ids]
    return [encodable(outlet) for outlet in dict.fromkeys(others) if outlet and outlet not in told]


def _outlet(item: NewsItem) -> str:
    return item.source or host_of(item.url or "")


def _item(item: NewsItem, rules: set[str], spans: Sequence[MatchSpan], store: str) -> dict[str, Any]:
    """The item's JSON as far as its source lets it out, with the matches of the rules that are told."""
    shape = {key: _ordered(value) for key, value in item_json(item).items()}
    shape["rules"] = [*item.rules, *sorted(rules - set(item.rules))]
    if store != "full":
        for key in ("summary", "body"):
            shape[key] = None if store == "link" else _excerpt(shape[key])
    shape["matches"] = _matches(shape, rules, spans)
    return shape


def _excerpt(text: str | None) -> str | None:
    if text is None or len(text) <= EXCERPT:
        return text
    return text[: cut_before(text, EXCERPT)] + "…"


def _matches(shape: Mapping[str, Any], rules: set[str], spans: Sequence[MatchSpan]) -> list[dict[str, Any]]:
    fitting = {span for span in spans if span.rule in rules and _fits(span, shape.get(span.field))}
    return [
        {
            "rule": encodable(span.rule),
            "field": span.field,
            "start": span.start,
            "end": span.end,
            "text": shape[span.field][span.start : span.end],
        }
        for span in sorted(fitting, key=lambda span: (_place(span.field), span.start, span.end, span.rule))
    ]


def _fits(span: MatchSpan, sent: Any) -> bool:
    """Whether the text that is sent holds the match at that place: it may be shortened, or newer than the match."""
    return (
        isinstance(sent, str)
        and 0 <= span.start < span.end <= len(sent)
        and sent[span.start : span.end] == encodable(span.text)
    )


def _place(field: str) -> tuple[int, str]:
    return (_FIELD_ORDER.index(field) if field in _FIELD_ORDER else len(_FIELD_ORDER)), field
