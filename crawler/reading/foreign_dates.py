"""Dates in forms not known here, asked of the dateparser library: slow to load, strict, and never a bare number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from crawler.reading.moments import FIRST_YEAR, LAST_YEAR, ReadDate, zone_of

# Trying all 200 languages of the library costs twenty milliseconds a date, and most of them read nonsense as dates.
_USUAL = ["en", "ur", "ja", "ar", "fa", "hi", "zh", "ko", "de", "fr", "es", "pt", "it", "nl", "ru", "tr", "id", "ms"]
_LONGEST = 80  # characters
_WEEKDAY = re.compile(r"^[^\W\d]{2,12}\.?,\s*(?=\d)")
_RELATIVE = re.compile(r"\bago\b(?!\s*\d)|\byesterday\b|\btoday\b|قبل|پہلے|گزشتہ|前$|昨日|今日", re.IGNORECASE)


def by_library(text: str, zone: str | None, languages: Iterable[str], now: datetime | None) -> ReadDate | None:
    relative = bool(_RELATIVE.search(text))
    if len(text) > _LONGEST or (relative and now is None) or not (relative or _plausible(text)):
        return None
    known = [code for code in dict.fromkeys(one.split("-")[0].lower() for one in languages if one) if code.isalpha()]
    settings: dict[str, object] = {"DEFAULT_LANGUAGES": []}
    if relative and now is not None:
        local = now.astimezone(zone_of(zone) or UTC).replace(tzinfo=None)
        settings |= {"RELATIVE_BASE": local}
    else:
        text = _WEEKDAY.sub("", text)  # short forms of some languages are not known to it
        settings |= {"REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
    return _ask_library(text, known, settings)


def _plausible(text: str) -> bool:
    """A day and a year in digits, and a word between: what the library may be asked. Never a bare number."""
    return bool(
        re.search(r"(?<!\d)\d{4}(?!\d)", text)
        and re.search(r"(?<!\d)\d{1,2}(?!\d)", text)
        and re.search(r"[^\W\d]{3}", text)
    )


def _ask_library(text: str, languages: list[str], settings: dict[str, object]) -> ReadDate | None:
    import dateparser  # some 100 ms and 10 MB: only for forms not known here

    for codes in (languages, _USUAL) if languages else (_USUAL,):
        try:
            found = dateparser.parse(text, languages=codes, settings=settings)
        except (ValueError, OverflowError, TypeError, AttributeError, KeyError, IndexError):
            continue  # unknown language codes and the library's own corners
        if found and FIRST_YEAR <= found.year <= LAST_YEAR:
            wall = found.replace(tzinfo=None)
            return ReadDate(wall, found.tzinfo, (wall.hour, wall.minute) != (0, 0))
    return None
