"""A second evaluator, written straight from the reference of the language, slow and without an index.

It shares the parser with the real one and nothing else: its phrases are found by comparing slices, its NEAR by trying
all pairs.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import re2

from query.inflections import blocked_pairs
from query.nodes import And, Date, Exact, Field, Named, Near, Node, Not, Or, Pattern, Phrase, Word
from query.query import Names, parse
from tests.query.naive_words import Seen, words

VOWELS = "aeiou"
ITEM_FIELD = {"lang": "language"}
WHOLE = ("section", "source", "language")

# Inflections


def plurals(word: str) -> set[str]:
    found = set()
    if word.endswith(("s", "x", "z", "ch", "sh", "o")) and not word.endswith("es"):
        found.add(word + "es")
    if word[-1] == "y" and word[-2] not in VOWELS:
        found.add(word[:-1] + "ies")
    if not word.endswith(("s", "x", "z", "sh")):
        found.add(word + "s")
    return found


def verb_forms(word: str) -> set[str]:
    if word[-1] == "y" and word[-2] not in VOWELS:
        return {word[:-1] + "ied", word + "ing"}
    if word[-1] == "e":
        return {word + "d", word + "ing" if word[-2] in "eoy" else word[:-1] + "ing"}
    sounds = word.replace("qu", "q")
    doubles = len(sounds) > 2 and sounds[-1] not in "aeiouwxy" and sounds[-2] in VOWELS and sounds[-3] not in VOWELS
    syllables = len(re.findall("[aeiouy]+", sounds))
    stems = set()
    if doubles or (word[-1] == "l" and word[-2] in VOWELS):
        stems.add(word + word[-1])
    if not (doubles and syllables <= 1):
        stems.add(word)
    return {stem + ending for stem in stems for ending in ("ed", "ing")}


def inflects(word: str, other: str) -> bool:
    """Whether the query word finds the other one."""
    if word == other:
        return True
    if not re.fullmatch("[a-z]{3,}", word) or other in blocked_pairs().get(word, ()):
        return False
    if other in plurals(word):
        return True
    plural = word[-1] == "s" and word[-2] not in "aious"
    if len(word) > 3 and not plural and other in verb_forms(word):
        return True
    return len(other) >= 3 and other.isascii() and not word.endswith("ss") and word in plurals(other)


# Judging


@dataclass
class Naive:
    values: dict[str, str | None]
    published_at: datetime | None
    seen_at: datetime | None
    now: datetime
    names: Names

    def judge(self, node: Node, fields: tuple[str, ...] = ("title", "summary", "body")) -> bool:
        match node:
            case And(parts):
                return all(self.judge(part, fields) for part in parts)
            case Or(parts):
                return any(self.judge(part, fields) for part in parts)
            case Not(part):
                return not self.judge(part, fields)
            case Field(name, part):
                return self.judge(part, (ITEM_FIELD.get(name, name),))
            case Named(kind, name):
                return self.judge(self.named(kind, name), fields)
            case Date(side, value):
                return self.date(side, value)
            case Pattern(text):
                return any(re2.search(f"(?i:{text})", self.values.get(field) or "") for field in fields)
        return any(self.places(node, field) for field in fields)

    def named(self, kind: str, name: str) -> Node:
        return parse((self.names.topics if kind == "topic" else self.names.rules)[name], self.names).node

    def date(self, side: str, value: str) -> bool:
        known = [moment for moment in (self.published_at, self.seen_at) if moment]
        if not known:
            return False
        if value[-1] in "smhdw":
            seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[value[-1]]
            limit = self.now - timedelta(seconds=int(value[:-1]) * seconds)
        else:
            limit = datetime.fromisoformat(value).replace(tzinfo=ZoneInfo(self.names.timezone)).astimezone(UTC)
        return min(known) >= limit if side == "after" else min(known) < limit

    def places(self, node: Node, field: str) -> list[tuple[int, int]]:
        """First and last word of each place."""
        text = words(self.values.get(field) or "")
        match node:
            case Or(parts):
                return [place for part in parts for place in self.places(part, field)]
            case Named(kind, name):
                return self.places(self.named(kind, name), field)
            case Near(left, right, distance):
                return [
                    (min(a, c), max(b, d))
                    for (a, b), (c, d) in itertools.product(self.places(left, field), self.places(right, field))
                    if (b < c or d < a)
                    and max(a, c) - min(b, d) - 1 <= distance
                    and text[a].paragraph == text[c].paragraph
                ]
            case Word() | Phrase() | Exact():
                if field in WHOLE:
                    return [(0, 0)] if text and self.whole(node, field, text) else []
                return phrase(node, field, text)
        raise AssertionError(node)

    def whole(self, node: Word | Phrase | Exact, field: str, text: list[Seen]) -> bool:
        asked = words(" ".join(node.text.split()))
        if isinstance(node, Exact):
            return [word.cased for word in text] == [word.cased for word in asked]
        if node.prefix:
            value, begin = " ".join(word.token for word in text), " ".join(word.token for word in asked)
            return value.startswith(begin if node.text[-1].isalnum() else begin + " ")
        if isinstance(node, Word) and len(asked) == len(text) == 1 and field == "section":
            return inflects(asked[0].token, text[0].token)
        return [word.token for word in text] == [word.token for word in asked]


def phrase(node: Word | Phrase | Exact, field: str, text: list[Seen]) -> list[tuple[int, int]]:
    asked = words(" ".join(node.text.split()))
    inflected = isinstance(node, Word) and not node.prefix and len(asked) == 1 and field in ("title", "summary", "body")
    prefixed = not isinstance(node, Exact) and node.prefix

    def stands(first: int) -> bool:
        for number, ask in enumerate(asked):
            word = text[first + number]
            if number and not word.glued and not (word.parted and ask.parted):
                return False
            if isinstance(node, Exact):
                fits = word.cased == ask.cased
            elif prefixed and number == len(asked) - 1:
                fits = word.token.startswith(ask.token)
            else:
                fits = inflects(ask.token, word.token) if inflected else word.token == ask.token
            if not fits:
                return False
        return True

    return [(at, at + len(asked) - 1) for at in range(len(text) - len(asked) + 1) if stands(at)]
