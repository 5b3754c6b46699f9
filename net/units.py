"""Durations and sizes as people write them in a configuration: ``"15m"``, ``"8MiB"``. Values only."""

from __future__ import annotations

import math
import re

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_BYTES = {
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_QUANTITY = re.compile(r"\s*(?P<number>\d{1,15}(?:\.\d{1,20})?)\s*(?P<unit>[A-Za-z]*)\s*", re.ASCII)
_LONGEST = 10 * 365 * 86400.0
_BIGGEST = 1 << 40


def parse_duration(text: str) -> float:
    """Seconds of a duration such as ``"90s"``, ``"15m"``, ``"1.5h"`` or ``"2d"``; ``"0"`` needs no unit.

    Raises ValueError with a sentence that says what would be right.
    """
    number, unit = _split(text, "a duration", '"30s", "15m", "2h" or "1d"')
    if not unit and number == 0:
        return 0.0
    if unit not in _SECONDS:
        raise ValueError(_unknown_unit(text, unit, '"30s", "15m", "2h" or "1d"'))
    seconds = number * _SECONDS[unit]
    if seconds > _LONGEST:
        raise ValueError(f"{text!r} is longer than ten years; write a shorter duration")
    return seconds


def parse_size(text: str) -> int:
    """Bytes of a size such as ``"8MiB"`` (1024²) or ``"500kB"`` (1000); a bare number or ``B`` is bytes.

    Raises ValueError with a sentence that says what would be right.
    """
    number, unit = _split(text, "a size", '"500kB" or "8MiB"')
    factor = _BYTES.get(unit or "b")
    if factor is None:
        raise ValueError(_unknown_unit(text, unit, '"500kB" or "8MiB"'))
    size = math.floor(number * factor)
    if size > _BIGGEST:
        raise ValueError(f"{text!r} is more than 1024GiB; write a smaller size")
    return size


def _split(text: str, what: str, examples: str) -> tuple[float, str]:
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is not {what}; write a number and a unit, e.g. {examples}")
    return float(match["number"]), match["unit"].lower()


def _unknown_unit(text: str, unit: str, examples: str) -> str:
    if not unit:
        return f"{text!r} has no unit; write e.g. {examples}"
    return f"{text[:40]!r} has the unknown unit {unit!r}; write e.g. {examples}"
