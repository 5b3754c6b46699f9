"""An outlet of our own making that puts captions of its other stories under every article. Texts are drawn, seeded."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from archive.identity import item_keys
from archive.model import NewsItem
from tests.archive.samples import NOW

_WORDS = """
minister engineer council farmer trader judge teacher nurse pilot mayor banker weaver driver editor
opens reviews delays orders inspects praises rejects widens repairs measures counts defends
canal bridge school harbour market clinic railway foundry orchard library airport stadium refinery terminal museum
Sukkur Multan Gwadar Lahore Quetta Swat Thatta Kasur Okara Jhelum Bannu Chaman
budget winter survey tender report inquiry deadline contract petition audit harvest repair
"""
_WHO, _DOES, _WHAT, _WHERE, _ADD = (line.split() for line in _WORDS.strip().splitlines())
CALL = "Follow our channel for the latest from every city"
LABEL = "Open Menu"


def articles(number: int, seed: int = 1, captions: int = 6) -> tuple[list[NewsItem], list[NewsItem]]:
    """(the items as a reader would hand them on, the same without captions), oldest first."""
    rng = random.Random(seed)
    titles = [_title(rng) for _ in range(number)]
    dirty, clean = [], []
    for n, title in enumerate(titles):
        body = [_sentence(rng, title) for _ in range(rng.randint(4, 7))]
        recent = [other for other in titles[max(0, n - captions) : n + 3] if other != title]
        rng.shuffle(recent)
        dirty.append(_item(n, title, [LABEL, *body, CALL, *recent[:captions]]))
        clean.append(_item(n, title, body))
    return dirty, clean


def _title(rng: random.Random) -> str:
    return f"{rng.choice(_WHERE)} {rng.choice(_WHO)} {rng.choice(_DOES)} {rng.choice(_WHAT)} {rng.choice(_ADD)}"


def _sentence(rng: random.Random, title: str) -> str:
    said = f"The {rng.choice(_WHO)} said the {rng.choice(_WHAT)} would need {rng.randint(100, 999)} workers"
    return f"{said} before the {rng.choice(_ADD)}, as {title.split()[0]} had asked in item {rng.randint(1000, 9999)}."


def _item(number: int, title: str, lines: Sequence[str]) -> NewsItem:
    url = f"https://www.outlet.example/news/{number}"
    at = NOW + number * timedelta(minutes=20)
    return NewsItem(
        title=title,
        url=url,
        source="outlet",
        body="\n\n".join(lines),
        published_at=at,
        seen_at=at,
        keys=item_keys("outlet", url),
    )
