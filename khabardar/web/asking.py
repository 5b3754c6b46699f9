"""What a request asks for: moments, numbers, queries; errors are sentences with the remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from query import Query, QueryError

_AGO = re.compile(r"(?P<number>\d{1,9})(?P<unit>[smhdw])\Z", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
LONGEST_MOMENT = 40


def moment_of(text: str, zone: ZoneInfo, now: datetime | None = None) -> datetime:
    """``7d`` ago, a date (its beginning in the zone) or a time. Raises ``ValueError`` with a sentence."""
    text = text.strip()
    ago = _AGO.match(text)
    try:
        if ago:
            return (now or datetime.now(UTC)) - timedelta(seconds=int(ago["number"]) * _SECONDS[ago["unit"]])
        if len(text) > LONGEST_MOMENT:
            raise ValueError
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f'"{text[:LONGEST_MOMENT]}" is no time: write a date (2025-08-01), a time (2025-08-01T14:00) or how long '
            "ago (7d, 12h)."
        ) from None


def condition(field: str, value: str) -> str:
    """``field:value`` in the query language, quoted unless the value is plain."""
    plain = value.replace("-", "").replace("_", "").isalnum()
    return f"{field}:{value}" if plain else f'{field}:"{value.replace(chr(34), " ")}"'


_ALIKE = 0.7
_TOKEN = re.compile(r'"[^"]*"|[^\s()"]+')


def mended(error: QueryError, parse: Callable[[str], Query]) -> str | None:
    """The refused query with its suggestion in the place of what it is for; None where the suggestion is an example and
    no correction, or what comes of it would be refused too."""
    text, at, suggestion = error.text, error.column - 1, error.suggestion
    if not suggestion:
        return None
    token = _TOKEN.match(text, at)
    ends = [token.end()] if token else []
    if suggestion.endswith(":"):
        ends.insert(0, text.find(":", at) + 1)
    if text[at:].strip() == suggestion[:-1].strip():  # what was never closed
        ends.append(len(text))
    for end in ends:
        if end <= at or SequenceMatcher(None, text[at:end].lower(), suggestion.lower()).ratio() < _ALIKE:
            continue
        found = f"{text[:at]}{suggestion}{text[end:]}"
        try:
            parse(found)
        except QueryError:
            continue
        return found
    return None
