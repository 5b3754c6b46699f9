"""Many rules, one item: ``.venv/bin/python -m bench.rules`` (``--rules 1000 10000``, ``--items 1000``, ``--check 20``).

Generated rules (a third phrases, the rest boolean of 2-8 words, some with NEAR, a beginning or NOT; about 1.5 matches
per item and thousand rules) by generated items of 400-700 words. On one core, in one run: the index of rules, the plain
loop over all rules with the same judge, a loop of compiled regular expressions (``re``), which finds words without
their other forms, and the naive evaluator that the tests hold against the judge. Loops see the first items only, the
naive evaluator every rule that matched and as many that did not; figures are items per second. Which rules match is
timed, from the raw text on, and apart from it the places in those that do. Loading and memory are those of a process
that does nothing else, without and with the file of compiled rules.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import psutil

from alerts.match import matching_names
from alerts.rules import MANY, Rules, RuleSettings
from query import Document, Names, judge, matches
from tests.query.naive import Naive

NOW = datetime(2025, 8, 15, tzinfo=UTC)
VOCABULARY = 40_000
_LEARNED = 600  # items in which the index has learned what is rare
_CONSONANTS = [*"bcdfghklmnprstvwz", "st", "tr", "pl"]
_VOWELS = [*"aeiou", "ai", "on", "er"]
_SYLLABLES = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]


class Language:
    """Words by Zipf's law, and phrases that come back: what makes news of words."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        made: dict[str, None] = {}
        while len(made) < VOCABULARY:
            made["".join(self.random.choices(_SYLLABLES, k=self.random.choice((1, 2, 2, 3, 3, 4))))] = None
        self.words = sorted(made, key=len)[:200] + self.random.sample(sorted(made, key=len)[200:], VOCABULARY - 200)
        self._weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
        self._topical_weights = list(accumulate((rank + 2.7) ** -0.5 for rank in range(VOCABULARY)))
        self.phrases = [[self.topical() for _ in range(self.random.choice((2, 2, 3, 4)))] for _ in range(VOCABULARY)]
        self._asked_weights = list(accumulate((rank + 20) ** 0.1 for rank in range(VOCABULARY)))
        self._phrase_weights = list(accumulate(1 / (rank + 20) for rank in range(VOCABULARY)))

    def _fresh(self, number: int) -> list[str]:
        return self.random.choices(self.words, cum_weights=self._weights, k=number)

    def phrase(self) -> list[str]:
        """A phrase that others use too."""
        return self.random.choices(self.phrases, cum_weights=self._phrase_weights)[0]

    def topical(self) -> str:
        """A word that rules ask for: common ones seldom."""
        return self.random.choices(self.words, cum_weights=self._topical_weights)[0]

    def asked(self) -> list[str]:
        """A phrase that rules ask for."""
        return self.random.choices(self.phrases, cum_weights=self._asked_weights)[0]

    def item(self) -> tuple[str, str]:
        """Title and body of an item: sentences, paragraphs, capitals, numbers, an abbreviation, curly quotes."""
        length = self.random.randint(400, 700)
        sentences: list[str] = []
        while length > 0:
            words: list[str] = []
            while len(words) < self.random.randint(8, 28):
                words += self.phrase() if self.random.random() < 0.15 else self._fresh(1)
            length -= len(words)
            sentences.append(self._written(words))
        body = "".join(f"{sentence}{self.random.choice((' ', ' ', chr(10)))}" for sentence in sentences)
        return self._written(self._fresh(9)), body

    def _written(self, words: list[str]) -> str:
        signs = [
            self.random.choices(("", ",", "'s", "’s", " 6.5", " 1,895", "-"), (80, 8, 2, 2, 1, 1, 1))[0] for _ in words
        ]
        text = " ".join(word + sign for word, sign in zip(words, signs, strict=True))
        return text[:1].upper() + text[1:] + self.random.choice((".", ".", ".”", " U.S."))


@dataclass(frozen=True)
class Generated:
    """A query and a regular expression that asks about the same; NOT and AND as further expressions."""

    query: str
    every: tuple[str, ...]
    never: tuple[str, ...] = ()


def generated(language: Language, number: int) -> Iterator[Generated]:
    """Rules: a third phrases; of the others a tenth each with NEAR, a beginning, NOT."""
    pick = language.random
    for at in range(number):
        if at % 3 == 0:
            words = language.asked()
            yield Generated(f'"{" ".join(words)}"', (r"\W+".join(words),))
            continue
        words = [language.topical() for _ in range(pick.choice((2, 2, 2, 3, 3, 4, 5, 6, 7, 8)))]
        kind = pick.random()
        if kind < 0.1:
            left, *_, right = language.asked()
            near = rf"{left}\W+(?:\w+\W+){{0,8}}?{right}\b|\b{right}\W+(?:\w+\W+){{0,8}}?{left}"
            yield Generated(f"{left} NEAR/8 {right}", (near,))
        elif kind < 0.2 and max(map(len, words)) >= 4:
            stem = max(words, key=len)[:5]
            yield Generated(f"{words[0]} {stem}*", (words[0], rf"{stem}\w*"))
        elif kind < 0.3:
            yield Generated(f"{words[0]} {words[1]} NOT {words[-1]}x", tuple(words[:2]), (f"{words[-1]}x",))
        elif len(words) <= 3:
            yield Generated(" ".join(words), tuple(words))
        else:
            every, group = words[: len(words) // 2], words[len(words) // 2 :]
            query = f"{' AND '.join(every)} AND ({' OR '.join(group)})"
            yield Generated(query, (*every, f"(?:{'|'.join(group)})"))


def settings_of(made: Iterable[Generated]) -> list[RuleSettings]:
    """As the configuration gives them."""
    return [RuleSettings.model_construct(name=str(at), query=one.query) for at, one in enumerate(made)]


Expressions: TypeAlias = tuple[list[re.Pattern[str]], list[re.Pattern[str]]]


def expressions(made: Sequence[Generated]) -> list[Expressions]:
    """The same questions as compiled expressions."""
    return [(_compiled(one.every), _compiled(one.never)) for one in made]


def _compiled(texts: Sequence[str]) -> list[re.Pattern[str]]:
    return [re.compile(rf"\b(?:{text})\b", re.IGNORECASE) for text in texts]


def documents(items: Sequence[tuple[str, str]]) -> list[Document]:
    """Items that nobody has looked at."""
    return [Document.of(title=title, body=body, seen_at=NOW) for title, body in items]


def rate(number: int, work: Callable[[], object]) -> float:
    """Items per second of this process: what others do on the machine does not count."""
    began = time.process_time()
    work()
    return number / (time.process_time() - began)


def megabytes() -> float:
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


@dataclass(frozen=True)
class Loaded:
    """Seconds of this process from settings to the first answer, and MB that stay; ``native``: those of native code."""

    seconds: float
    megabytes: float
    native: tuple[float, float]


def load(number: int, seed: int, file: Path) -> Loaded:
    """Loads the rules in this process, which has done nothing before."""
    settings = settings_of(generated(Language(seed), number))
    document = Document.of(title="nothing", seen_at=NOW)
    gc.collect()
    before, began = megabytes(), time.process_time()
    few = Rules(settings[:MANY])
    few.index.candidates(document)
    native = time.process_time() - began, megabytes() - before
    del few
    before, began = megabytes(), time.process_time()
    rules = Rules(settings, file=file)
    rules.index.candidates(document)
    return Loaded(time.process_time() - began, megabytes() - before, native)


def loads(number: int, seed: int, file: Path) -> None:
    """Loading without and with the file, each in a fresh process."""
    found = []
    for _ in range(2):
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            found.append(process.submit(load, number, seed, file).result())
    each = 1e4 / number
    print(
        f"{'':>15} loaded in {found[0].seconds:.1f} s, from the file ({file.stat().st_size / 1e6:.1f} MB) in"
        f" {found[1].seconds:.1f} s; MB per 10,000 rules {found[0].megabytes * each:.1f}, from the file"
        f" {found[1].megabytes * each:.1f}; beside them the native code takes {found[1].native[1]:.0f} MB and"
        f" {found[1].native[0]:.1f} s",
        flush=True,
    )


def race(number: int, items: Sequence[tuple[str, str]], check: int, seed: int, file: Path) -> None:
    """One size: figures on some lines."""
    made = list(generated(Language(seed), number))
    rules = Rules(settings_of(made), file=file)
    gc.collect()
    gc.freeze()

    def all_asked() -> list[list[str]]:
        return [matching_names(each, rules, NOW) for each in documents(items)]

    for _ in range(-(-_LEARNED // len(items))):
        all_asked()
    answers: list[list[str]] = []
    quick = rate(len(items), lambda: answers.extend(all_asked()))
    part = documents(items[:20])
    by_name = rules.by_name
    found = [(by_name[name].query, one) for one, names in zip(part, answers, strict=False) for name in names]
    for query, _ in found:
        _ = query.part
    spans = rate(len(part), lambda: [judge(query, one, NOW) for query, one in found])
    print(
        f"{number:>8,} rules: index {quick:8,.0f} items/s; {sum(map(len, answers)) / len(items) / number * 1000:.2f}"
        f" matches per item and thousand; places of all matches {spans:,.0f} items/s",
        flush=True,
    )
    if some := max(1, min(check, len(items)) * 1000 // max(number, 1000)) if check else 0:
        compare(made, rules, items[:some], answers[:some], quick, seed)
    gc.unfreeze()


def compare(
    made: Sequence[Generated],
    rules: Rules,
    items: Sequence[tuple[str, str]],
    answers: Sequence[list[str]],
    quick: float,
    seed: int,
) -> None:
    """The loops over all rules, and whether they find the same."""
    each_rule = rules.rules
    for rule in each_rule:
        _ = rule.query.part
    looped: list[list[str]] = []
    texts = documents(items)
    loop = rate(
        len(items),
        lambda: looped.extend([rule.name for rule in each_rule if matches(rule.query, one, NOW)] for one in texts),
    )
    compiled = expressions(made)
    bare = rate(len(items), lambda: [_searched(compiled, f"{title}\n{body}") for title, body in items])
    picked = random.Random(seed)
    judged, same = 0, looped == list(answers)
    began = time.process_time()
    for (title, body), names in zip(items[:3], answers, strict=False):
        naive = Naive({"title": title, "body": body}, None, NOW, NOW, Names())
        found = set(names)
        for rule in picked.sample(each_rule, min(200, len(each_rule))) + [each_rule[int(name)] for name in names[:200]]:
            same = same and naive.judge(rule.query.node) == (rule.name in found)
            judged += 1
    slow = judged / (time.process_time() - began) / len(each_rule)
    print(
        f"{'':>15} loop {loop:8,.1f} items/s (index {quick / loop:,.0f} times faster); expressions {bare:,.2f}"
        f" ({quick / bare:,.0f}); naive {slow:,.3f} ({quick / slow:,.0f}, by {judged} rules and items); identical"
        f" matches on {len(items)} items: {'yes' if same else 'NO'}",
        flush=True,
    )


def _searched(compiled: Sequence[Expressions], text: str) -> int:
    return sum(
        all(one.search(text) for one in every) and not any(one.search(text) for one in never)
        for every, never in compiled
    )


def main() -> None:
    """The race, size by size."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rules", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    arguments.add_argument("--items", type=int, default=1_000)
    arguments.add_argument("--check", type=int, default=20, help="items per thousand rules for the loops; 0: none")
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    language = Language(asked.seed)
    items = [language.item() for _ in range(asked.items)]
    print(f"load average {os.getloadavg()[0]:.2f}", flush=True)
    with TemporaryDirectory() as folder:
        for number in asked.rules:
            file = Path(folder) / f"{number}.rules"
            race(number, items, asked.check, asked.seed, file)
            file.unlink(missing_ok=True)
            loads(number, asked.seed, file)


if __name__ == "__main__":
    main()
