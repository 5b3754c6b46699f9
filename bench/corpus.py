"""A made-up archive of any size for ``bench.search``: words by Zipf's law in three scripts, phrases that come back.

Nine tenths of the items look like English (capitals, names, numbers, paragraphs), the others like Urdu and Japanese.
The same seed gives the same items. Items are about a minute apart, the newest last.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from archive import fulltext
from archive.document import document_of
from archive.model import NewsItem
from query import Document
from query.plan import BREAK

BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
APART = timedelta(seconds=67)
VOCABULARY = 120_000
SECTIONS = ("business", "world", "sports", "opinion", "city")
SOURCES = tuple(f"paper-{number}" for number in range(200))
# Words of the queries, and in how many items of a thousand they stand, once or more often.
PLANTED = {
    "en": {
        "export": 80,
        "exports": 40,
        "tariff": 60,
        "Japan": 50,
        "automotive": 20,
        "textile": 20,
        "refinery": 2,
        "IT services": 5,
        "S.R.O. 1125": 1,
        "auto industry": 15,
        "quibblement": 0.02,
    },
    "ur": {"پاکستان": 300, "گاڑیاں": 40, "جاپان": 60},
    "ja": {"自動車": 80, "日本": 300, "パキスタン": 30},
}
_CASED = "x¦"  # what the index puts before words with capitals
_CONSONANTS = [*"bcdfghklmnprstvwz", "st", "tr", "pl", "ch"]
_VOWELS = [*"aeiou", "ai", "on", "er", "in"]
_URDU = "ابپتجچدرزسشعفقکگلمنوہی"
_JAPANESE = [chr(code) for code in (*range(0x3042, 0x3093), *range(0x30A2, 0x30F3), *range(0x4E00, 0x5000))]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text with its words as the index keeps them; ``cased`` are those with capitals."""

    text: str
    words: tuple[str, ...]
    cased: frozenset[str]


class Corpus:
    """Items one after another, each with the words that the index holds of it.

    Most paragraphs come out of a pool and are analysed once; ``fulltext.entry_of`` says the same of the whole, only
    later (``bench.load`` checks).
    """

    def __init__(self, seed: int = 1, pool: int = 40_000) -> None:
        self.chance = chance = random.Random(seed)
        self.words = _vocabulary(chance, [c + v for c in _CONSONANTS for v in _VOWELS], VOCABULARY, (1, 2, 2, 3, 3, 4))
        self.urdu = _vocabulary(chance, list(_URDU), 20_000, (2, 3, 4, 5, 6))
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
        self.pools = {
            "en": [_analysed(self._english()) for _ in range(pool)],
            "ur": [_analysed(self._urdu_text()) for _ in range(pool // 10)],
            "ja": [_analysed(self._japanese()) for _ in range(pool // 10)],
        }

    def item(self, number: int) -> tuple[NewsItem, fulltext.Entry]:
        """The next item, and what the index holds of it."""
        chance = self.chance
        language = chance.choices(("en", "ur", "ja"), (90, 5, 5))[0]
        paragraphs = chance.choices(self.pools[language], k=chance.randint(3, 8))
        first = self._news(language)
        seen_at = BEGIN + APART * number
        source = SOURCES[int(len(SOURCES) * chance.random() ** 2)]
        item = NewsItem(
            id=f"b{number}",
            url=f"https://{source}.example/{language}/{number}",
            title=self._title(language),
            body=first,
            source=source,
            language=language,
            section=chance.choice(SECTIONS),
            author=" ".join(chance.choices(self.words[:3000], k=2)).title(),
            published_at=seen_at - timedelta(seconds=chance.randrange(60)),
            seen_at=seen_at,
            story_id=f"s{number - number % chance.choice((1, 1, 1, 2, 5))}",
        )
        entry = _joined(fulltext.entry_of(document_of(item)), paragraphs)
        return replace(item, body="\n\n".join([first, *[one.text for one in paragraphs]])), entry

    def _title(self, language: str) -> str:
        words = [*self._drawn(language, 9)]
        _plant(words, PLANTED[language], self.chance, 0.3)
        text = ("" if language == "ja" else " ").join(words)
        return text[:1].upper() + text[1:]

    def _news(self, language: str) -> str:
        words = [*self._drawn(language, 25)]
        _plant(words, PLANTED[language], self.chance, 1.0)
        return ("" if language == "ja" else " ").join(words)

    def _drawn(self, language: str, number: int) -> list[str]:
        words = {"en": self.words, "ur": self.urdu, "ja": _JAPANESE}[language]
        return self.chance.choices(words, cum_weights=self._weights[: len(words)], k=number)

    def _english(self) -> str:
        """Some sentences with names, figures and abbreviations."""
        words = self._drawn("en", self.chance.randint(40, 90))
        for _ in range(len(words) // 12):
            at = self.chance.randrange(len(words))
            words[at] = words[at].title()
        words[self.chance.randrange(len(words))] = self.chance.choice(
            ("6.5", "1,895", "Pakistan’s", "U.S.", "it", "it")
        )
        return " ".join(" ".join(words[at : at + 17]).capitalize() + "." for at in range(0, len(words), 17))

    def _urdu_text(self) -> str:
        words = self._drawn("ur", self.chance.randint(30, 70))
        return "۔ ".join(" ".join(words[at : at + 15]) for at in range(0, len(words), 15))

    def _japanese(self) -> str:
        letters = self._drawn("ja", self.chance.randint(60, 120))
        return "。".join("".join(letters[at : at + 30]) for at in range(0, len(letters), 30))


def _analysed(text: str) -> Paragraph:
    entry = fulltext.entry_of(Document.of(body=text))
    return Paragraph(text, entry.columns["body"], frozenset(entry.columns["meta"]))


def _joined(entry: fulltext.Entry, paragraphs: list[Paragraph]) -> fulltext.Entry:
    body = list(entry.columns["body"])
    meta = list(entry.columns["meta"])
    cased = {word for word in meta if word.startswith(_CASED)}.union(*[one.cased for one in paragraphs])
    fields = [word for word in meta if not word.startswith(_CASED)]
    if fields[-1:] != [BREAK]:
        fields.append(BREAK)
    for one in paragraphs:
        body.append(BREAK)
        body += one.words
    # The index sorts words as they stand in the text, before they are encoded; capitals keep their order.
    found = (*fields, *sorted(cased)) if cased else tuple(fields[:-1])
    return fulltext.Entry({**entry.columns, "body": tuple(body), "meta": found})


def _plant(words: list[str], planted: dict[str, float], chance: random.Random, share: float) -> None:
    for word, per_mille in planted.items():
        if chance.random() * 1000 < per_mille * share:
            for _ in range(chance.choice((1, 1, 2, 4))):
                words[chance.randrange(len(words))] = word


def _vocabulary(chance: random.Random, pieces: list[str], number: int, lengths: tuple[int, ...]) -> list[str]:
    """Different words, the common ones short."""
    made: dict[str, None] = {}
    while len(made) < number:
        made["".join(chance.choices(pieces, k=chance.choice(lengths)))] = None
    short = sorted(made, key=len)[:200]
    common = set(short)
    rest = [word for word in made if word not in common]
    return short + rest
