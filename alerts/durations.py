"""Durations in the settings of rules and channels."""

from __future__ import annotations

from net.units import parse_duration


def seconds_of(value: object) -> object:
    """Seconds of a duration as people write it (``"20s"``, ``"5m"``); ValueError says what would be right."""
    if isinstance(value, str):
        return parse_duration(value)
    if isinstance(value, float):
        return value  # a default, or settings that were read before
    raise ValueError(f'{value!r} is no duration; write a number and a unit in quotes, e.g. "30s" or "5m"')
