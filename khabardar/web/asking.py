"""What a request asks for: moments, numbers, queries; errors are sentences with the remedy."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

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
