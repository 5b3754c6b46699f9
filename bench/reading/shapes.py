"""All shapes of pages, and every story in each shape of its language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bench.reading.asian import boeki, jarida, khabarnama, shimbun
from bench.reading.dress import Page, Story, stories
from bench.reading.english import (
    beacon,
    courier,
    gazette,
    ledger,
    morning,
    ravipoint,
    republic,
    signal,
    signal_amp,
    tiles,
)
from bench.reading.newsstand import STANDS

Dress = Callable[[str, Story, Sequence[str], datetime], Page]
SHAPES: dict[str, tuple[str, Dress]] = {
    "ravipoint": ("en", ravipoint),
    "morning": ("en", morning),
    "ledger": ("en", ledger),
    "courier": ("en", courier),
    "republic": ("en", republic),
    "beacon": ("en", beacon),
    "signal": ("en", signal),
    "signal-amp": ("en", signal_amp),
    "gazette": ("en", gazette),
    "tiles": ("en", tiles),
    "jarida": ("ur", jarida),
    "khabarnama": ("ur", khabarnama),
    "boeki": ("ja", boeki),
    "shimbun": ("ja", shimbun),
    **STANDS,
}


def pages() -> Iterator[Page]:
    """Every story in every shape of its language."""
    known = stories()
    for name, (language, dress) in SHAPES.items():
        own = [story for story in known if story.language == language]
        for number, story in enumerate(own):
            others = [other.title for other in own if other is not story]
            at = datetime(2025, 8, 4, 13, 5, tzinfo=UTC) + number * timedelta(days=3, hours=5, minutes=17)
            yield dress(name, story, others[number % 2 :], at)
