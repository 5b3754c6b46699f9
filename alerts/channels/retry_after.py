"""The pause that a web server asks for."""

from __future__ import annotations

from datetime import UTC, datetime

_LONGEST_PAUSE = 86400.0


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3: seconds or a date), at most a day; None when
    it says nothing usable or a time gone by."""
    if value is None:
        return None
    text = value.strip()
    counted = text.isascii() and text.isdigit()
    seconds = float(text[:12]) if counted else _seconds_until(text, now or datetime.now(UTC))
    return min(seconds, _LONGEST_PAUSE) if seconds > 0 else None


def _seconds_until(text: str, now: datetime) -> float:
    from email.utils import parsedate_to_datetime

    try:
        then = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return 0.0
    return ((then if then.tzinfo else then.replace(tzinfo=UTC)) - now).total_seconds()
