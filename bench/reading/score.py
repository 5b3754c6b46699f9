"""How near a reading is to its labels."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bench.reading.dress import Page

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
FIELDS = ("title", "author", "time", "place")


@dataclass(frozen=True)
class Read:
    """What a reader saw; ``day_only``: it tells no time of day."""

    title: str | None
    author: str | None
    published: datetime | None
    place: str | None
    body: str | None
    day_only: bool = False


@dataclass(frozen=True)
class Score:
    """One page: F1 of the body's words, whether each field is right, how many foreign strings its body holds."""

    f1: float
    right: dict[str, bool]
    furniture: int


def scored(page: Page, read: Read) -> Score:
    """A reading against the page's labels."""
    wanted, body = "\n".join(page.body), read.body or ""
    squeezed = _squeezed(body)
    return Score(
        f1=f1(wanted, body),
        right={
            "title": _same(page.title, read.title),
            "author": _same(page.author, read.author),
            "time": _on_time(page, read),
            "place": _same(page.place, read.place),
        },
        furniture=sum(_squeezed(one) in squeezed for one in page.furniture),
    )


def _on_time(page: Page, read: Read) -> bool:
    if read.published is None:
        return False
    return read.published.date() == page.published.date() if read.day_only else read.published == page.published


def f1(wanted: str, found: str) -> float:
    """Of the words of both texts, each as often as it stands there; a Han or Kana sign is a word."""
    one, other = _words(wanted), _words(found)
    common = sum((one & other).values())
    return 2 * common / (sum(one.values()) + sum(other.values())) if common else 0.0


def mean(values: Iterable[float]) -> float:
    """The mean; 0 of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _squeezed(text: str) -> str:
    return "".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _same(wanted: str | None, found: str | None) -> bool:
    return _squeezed(wanted or "") == _squeezed(found or "")
