"""What goes over the pipe between the daemon and the crawl worker: one JSON object a line.

To the worker: ``{"settings": {...}, "robots": {origin: copy}}`` first, then ``{"do": "visit"|"read"|"find",
"errand": n, ...}`` and ``{"cancel": n}``. From the worker: ``{"beat": bytes of memory, "busy": n}`` every second,
``{"robots": copy}`` for each robots.txt that it fetched, and for an errand
``{"errand": n, "item"|"rejected"|"visit"|"found"|"failed": ...}``; ``visit`` and ``done`` end it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from archive.model import Known, Look, NewsItem, Pace, Rejected, Visit, VisitStatus
from crawler.errand import Errand, Way
from crawler.leads import Found
from crawler.settings import SourceSettings

Message = dict[str, Any]

_ITEM_FIELDS = tuple(field.name for field in fields(NewsItem))
_REJECTED_FIELDS = tuple(field.name for field in fields(Rejected))


def line(message: Mapping[str, Any]) -> bytes:
    """The message as one line; letters that no encoding carries (lone surrogates) stay readable as escapes."""
    return json.dumps(message, ensure_ascii=True, separators=(",", ":"), default=_written).encode("ascii") + b"\n"


def message(received: bytes) -> Message:
    """The message of one line. Raises ValueError for anything but a JSON object."""
    parsed = json.loads(received)
    if not isinstance(parsed, dict):
        raise ValueError("a line of the crawl worker is not an object")
    return parsed


def errand_out(errand: Errand) -> Message:
    """An errand as an object."""
    known = errand.known
    return {
        "source": errand.source.model_dump(mode="json"),
        "known": {
            "etag": known.etag,
            "last_modified": known.last_modified,
            "keys": list(known.keys),
            "first_visit": known.first_visit,
            "since": known.since,
        },
        "ways": [asdict(way) for way in errand.ways],
    }


def errand_in(received: Mapping[str, Any]) -> Errand:
    """The errand of an object."""
    known = received["known"]
    return Errand(
        SourceSettings.model_validate(received["source"]),
        Known(
            known["etag"],
            known["last_modified"],
            frozenset(known["keys"]),
            known["first_visit"],
            _moment(known["since"]),
        ),
        tuple(
            Way(way["index"], _moment(way["stale_before"]), _moment(way["newest_at"]))
            for way in received.get("ways", ())
        ),
    )


def news_out(news: NewsItem | Rejected | Visit) -> Message:
    """An item, a rejection or a visit under its name."""
    if isinstance(news, Visit):
        return {"visit": asdict(news)}
    name, fields = ("item", _ITEM_FIELDS) if isinstance(news, NewsItem) else ("rejected", _REJECTED_FIELDS)
    return {name: {field: getattr(news, field) for field in fields}}  # flat: asdict would copy every text


def news_in(received: Mapping[str, Any]) -> NewsItem | Rejected | Visit | None:
    """What a message carries, None when it is about something else."""
    if "item" in received:
        said = dict(received["item"])
        for name in ("published_at", "seen_at"):
            said[name] = _moment(said[name])
        return NewsItem(**said | {"rules": tuple(said["rules"]), "keys": tuple(said["keys"])})
    if "rejected" in received:
        said = dict(received["rejected"])
        return Rejected(**said | {"keys": tuple(said["keys"])})
    if "visit" in received:
        return _visit(dict(received["visit"]))
    return None


def _visit(fields: dict[str, Any]) -> Visit:
    for name in ("started_at", "ended_at"):
        fields[name] = _moment(fields[name])
    pace = fields["pace"]
    if pace is not None:
        pace = Pace(**pace | {name: tuple(pace[name]) for name in ("skip_hours", "skip_days")})
    looks = tuple(_look(dict(look)) for look in fields["looks"])
    return Visit(**fields | {"status": VisitStatus(fields["status"]), "looks": looks, "pace": pace})


def _look(fields: dict[str, Any]) -> Look:
    published = [_moment(text) for text in fields["published"]]
    known = tuple(moment for moment in published if moment is not None)
    return Look(**fields | {"published": known, "newest_at": _moment(fields["newest_at"])})


def found_out(found: Found) -> Message:
    """A feed or sitemap that was found, as an object."""
    return asdict(found)


def found_in(received: Mapping[str, Any]) -> Found:
    """The feed or sitemap of an object."""
    return Found(**{**received, "newest": _moment(received["newest"])})


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot go over the pipe")
