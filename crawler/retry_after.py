"""The ``Retry-After`` header (RFC 9110, section 10.2.3): how long a server asks us to stay away."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 86400.0
_SECONDS = re.compile(r"\d{1,300}(?:\.\d{1,9})?", re.ASCII)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to stay away, at most a day; None when nothing usable, nothing positive or nothing at all was said."""
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        moment = _date(text)
        if moment is None:
            return None
        seconds = (moment - now).total_seconds()
    return min(seconds, LONGEST) if seconds > 0 else None


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
