"""What a later report of a story says that the earlier ones did not. Values only."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from alerts.excerpt import Range, sentences

# A Han or Kana character is a word of its own, as in the query language; a figure keeps its point and commas.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\d[\d.,]*\d|(?:(?![\u3040-\u30ff\u3400-\u9fff])\w)+")
_SAID = 0.5
"""Share of its pairs of neighbouring words from which on a sentence counts as said before."""
_SHORT = 4
"""Words below which a sentence tells nothing by itself."""


def new_sentences(text: str, earlier: Iterable[str]) -> list[Range]:
    """The sentences of ``text`` that none of the earlier texts has, not even in like words; nothing when there are no
    earlier texts. A sentence with a figure that was never told is new, however little else is."""
    pairs: set[tuple[str, str]] = set()
    figures: set[str] = set()
    for told in earlier:
        words = _words(told)
        pairs.update(_pairs(words))
        figures.update(_figures(words))
    if not pairs:
        return []
    return [each for each in sentences(text) if _is_new(_words(text[slice(*each)]), pairs, figures)]


def _is_new(words: Sequence[str], pairs: set[tuple[str, str]], figures: set[str]) -> bool:
    if len(words) < _SHORT:
        return False
    own = list(_pairs(words))
    return sum(pair in pairs for pair in own) < _SAID * len(own) or not figures.issuperset(_figures(words))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    return itertools.pairwise(words)


def _figures(words: Iterable[str]) -> Iterator[str]:
    return (word for word in words if word[0].isdigit())
