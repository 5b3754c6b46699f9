"""Bars as SVG, drawn here and not in the browser. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 90
_GAP = 0.2  # of a bar's room
_WIDEST = 40.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place in the drawing, and what it says."""

    x: float
    y: float
    width: float
    height: float
    label: str
    number: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from left to right; ``unit`` is what one stands for (day, week, month)."""

    bars: tuple[Bar, ...]
    unit: str
    most: int
    first: str
    last: str
    told: str


def chart_of(
    numbers: Sequence[tuple[str, int]], unit: str, noun: str, width: int = WIDTH, height: int = HEIGHT
) -> Chart:
    """A chart of labelled numbers. ``told`` says it in words, for whoever does not see it."""
    most = max((number for _, number in numbers), default=0)
    room = width / max(1, len(numbers))
    wide = min(room * (1 - _GAP), _WIDEST)
    bars = []
    for place, (label, number) in enumerate(numbers):
        tall = max(1.5, number / most * height) if number else 0.0
        left = place * room + (room - wide) / 2
        bars.append(Bar(round(left, 1), round(height - tall, 1), round(wide, 1), round(tall, 1), label, number))
    first, last = (numbers[0][0], numbers[-1][0]) if numbers else ("", "")
    plural = "matches" if noun == "match" else f"{noun}s"
    told = f"{plural.capitalize()} per {unit} from {first} to {last}, at most {most:,}."
    return Chart(tuple(bars), unit, most, first, last, told)


def outline_of(numbers: Sequence[int], width: int = 120, height: int = 28) -> str:
    """Bars as the path of one small drawing: a list of many sources stays light."""
    most = max(numbers, default=0)
    room = width / max(1, len(numbers))
    parts = []
    for place, number in enumerate(numbers):
        if number:
            tall = max(2.0, number / most * height)
            parts.append(f"M{place * room:.4g} {height}v-{tall:.3g}h{room * (1 - _GAP):.3g}v{tall:.3g}z")
    return "".join(parts)
