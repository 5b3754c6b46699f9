"""The words of a text: ``.venv/bin/python -m bench.analysis`` (``--articles 300``).

MB of UTF-8 a second on one core, in one run, beside a bare ``re.findall(r"\\w+")`` that knows nothing of folding,
abbreviations or Japanese, where it takes a whole run of letters for one word. Generated articles of some 550 words in
English, Urdu and Japanese, with the punctuation, numbers and Latin names of news. ``words`` is what matching and the
archive need, ``places`` also where each word stands, ``bytes`` what the index of very many rules reads. As many
articles went before, and pieces of text that were met are remembered, as in a service.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import time
from collections.abc import Callable, Sequence

from bench.rules import Language
from query import Document
from query.tape import tape_of
from query.words import analyse

_URDU = list("ابپتٹجچحخدڈرزسشعغفقکگلمنوہیے")
_KANJI = [chr(code) for code in range(0x4E00, 0x5600)]
_HIRAGANA = [chr(code) for code in range(0x3042, 0x3094)]
_KATAKANA = [chr(code) for code in range(0x30A2, 0x30F4)]


def english(number: int) -> list[str]:
    """By Zipf's law, as for the bench of rules."""
    language = Language(1)
    return ["\n".join(language.item()) for _ in range(number)]


def urdu(number: int) -> list[str]:
    """By Zipf's law, too; some harakat, joiners, Urdu digits and Latin abbreviations."""
    pick = random.Random(1)
    words = ["".join(pick.choices(_URDU, k=pick.choice((2, 3, 3, 4, 5, 6, 7)))) for _ in range(20_000)]
    weights = [1 / (rank + 2.7) for rank in range(len(words))]
    found = []
    for _ in range(number):
        text = pick.choices(words, weights, k=550)
        for at in range(0, 550, pick.randint(9, 25)):
            text[at] += pick.choice(("۔", "۔\n", "،", "؟", " ۲۰۲۵", " IMF", " ۱٬۸۹۵", "\u200cیں", "ِ"))
        found.append(" ".join(text))
    return found


def japanese(number: int) -> list[str]:
    """Kanji, kana and some Latin and digits without spaces, about as many letters as an article has."""
    pick = random.Random(1)
    found = []
    for _ in range(number):
        pieces: list[str] = []
        for _ in range(330):
            pieces.append("".join(pick.choices(_KANJI, k=pick.choice((1, 2, 2, 4)))))
            pieces.append("".join(pick.choices(_HIRAGANA, k=pick.choice((1, 1, 2, 3)))))
            if pick.random() < 0.12:
                pieces.append("".join(pick.choices(_KATAKANA, k=pick.randint(3, 6))))
            if pick.random() < 0.12:
                pieces.append(pick.choice(("、", "。", "。\n", "「", "」", "2025年", "１５", "IT", "・")))
        found.append("".join(pieces))
    return found


def speed(texts: Sequence[str], work: Callable[[str], object]) -> float:
    """MB of UTF-8 a second of this process."""
    size = sum(len(text.encode()) for text in texts) / 1e6
    began = time.process_time()
    for text in texts:
        work(text)
    return size / (time.process_time() - began)


def main() -> None:
    """One line for each language."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--articles", type=int, default=300)
    number = arguments.parse_args().articles
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"MB/s; load average {os.getloadavg()[0]:.2f}")
    for name, written in (("English", english), ("Urdu", urdu), ("Japanese", japanese)):
        texts = written(2 * number)
        for text in texts[number:]:  # the caches of letters and the native code
            analyse(text).stream, tape_of(Document.of(body=text), ("body",))
        texts = texts[:number]
        bare = speed(texts, lambda text: re.findall(r"\w+", text))
        words = speed(texts, lambda text: analyse(text).stream)
        places = speed(texts, lambda text: analyse(text).starts)
        tape = speed(texts, lambda text: tape_of(Document.of(body=text), ("body",), with_case=False))
        print(
            f"{name:>9}: re.findall {bare:6.1f}; words {words:6.1f} ({words / bare:.2f} of it); places {places:6.1f}"
            f" ({places / bare:.2f}); bytes {tape:6.1f} ({tape / bare:.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
