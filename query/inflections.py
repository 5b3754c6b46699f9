"""Regular English forms of a word: what an unquoted word finds beside itself.

Only forms that the rules of spelling give: plural, -ed, -ing; never derivations (export does not find exporter). Pairs
that the rules would join by mistake are kept apart by ``blocked_pairs.txt``.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

_ASCII_WORD = re.compile(r"[a-z]{3,}\Z")
_TAKES_ES = re.compile(r"(?:s|x|z|ch|sh|o)\Z")
_TAKES_ONLY_ES = re.compile(r"(?:s|x|z|sh)\Z")
_CONSONANT_Y = re.compile(r"[^aeiou]y\Z")
_PLURAL = re.compile(r"[^s]s\Z")  # status and crisis too: they give no words, and Pakistanis, menus do
_SURELY_PLURAL = re.compile(r"[^aious]s\Z")  # exports, duties; but focus, bias have plurals and -ed
_ONE_VOWEL_BEFORE_CONSONANT = re.compile(r"(?:[^aeiou]|qu)[aeiou][^aeiouwxy]\Z")
_VOWELS_BEFORE_L = re.compile(r"[aeiou]l\Z")  # fuelled, dialled
_VOWELS = re.compile(r"(?<!q)[aeiouy]+|(?<=qu)[aeio]")


@functools.lru_cache(maxsize=65536)
def forms(token: str) -> frozenset[str]:
    """The folded word and its regular English forms; just the word when it is not made of three or more ASCII letters.

    >>> sorted(forms("duty"))
    ['dutied', 'duties', 'duty', 'dutying', 'dutys']
    """
    if not _ASCII_WORD.match(token):
        return frozenset((token,))
    found = {token, *_plurals(token), *_singulars(token)}
    if len(token) >= 4 and not _SURELY_PLURAL.search(token):
        found.update(_verb_forms(token))
    return frozenset(found - blocked_pairs().get(token, frozenset()))


def _plurals(word: str) -> list[str]:
    plurals = [word + "es"] if _TAKES_ES.search(word) and not word.endswith("es") else []
    if _CONSONANT_Y.search(word):
        plurals.append(word[:-1] + "ies")
    if not _TAKES_ONLY_ES.search(word):
        plurals.append(word + "s")
    return plurals


def _singulars(word: str) -> list[str]:
    """What the word may be a plural of; a singular has three letters at least."""
    if not _PLURAL.search(word):
        return []
    singulars = [word[:-1]]
    if word.endswith("ies"):
        singulars.append(word[:-3] + "y")
    elif word.endswith("es") and _TAKES_ES.search(word[:-2]):
        singulars.append(word[:-2])
    return [singular for singular in singulars if len(singular) >= 3]


def _verb_forms(word: str) -> list[str]:
    if _CONSONANT_Y.search(word):
        return [word[:-1] + "ied", word + "ing"]
    if word.endswith("e"):
        stem = word if word[-2] in "eoy" else word[:-1]  # agreeing, dyeing; else trading
        return [word + "d", stem + "ing"]
    stems = []
    if doubles := _ONE_VOWEL_BEFORE_CONSONANT.search(word) or _VOWELS_BEFORE_L.search(word):
        stems.append(word + word[-1])
    if not doubles or len(_VOWELS.findall(word)) > 1 or not _ONE_VOWEL_BEFORE_CONSONANT.search(word):
        stems.append(word)  # plan gives planned, never planed; visit gives visited, refer gives referred
    return [stem + ending for stem in stems for ending in ("ed", "ing")]


@functools.lru_cache(maxsize=1)
def blocked_pairs() -> dict[str, frozenset[str]]:
    """Word -> words that it never finds, both ways, from ``blocked_pairs.txt``."""
    pairs: dict[str, set[str]] = {}
    text = Path(__file__).with_name("blocked_pairs.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        one, *others = line.partition("#")[0].split() or [""]
        for other in others:
            pairs.setdefault(one, set()).add(other)
            pairs.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in pairs.items()}
