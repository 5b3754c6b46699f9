"""Letters as the language sees them: one normal form for queries and items, with the way back to the original text.

The normal form is NFKC without marks on Latin, Greek and Cyrillic letters, with Arabic letters folded and all digits
written 0-9. Case stays: it is folded word by word (``query.words``). What is not part of a word becomes a separator:
a space, a line break or ``;``. So English text with curly quotes and accents becomes plain ASCII.

Two facts of Unicode shape the code. A letter and the marks behind it have to be normalised together (カ + ﾞ = ガ), and
the length may change (ﷺ, ½, soft hyphens). So text is cut into clusters, and each remembers where it came from.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import regex

_APOSTROPHES = "'’‘‛`´ʼʻʾʿ′＇"
_COMMAS = ",٬،"  # Urdu keyboards write the thousands of a number with the Arabic comma
_LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"
_FIXED = (
    dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_COMMAS, ",")
    | dict.fromkeys(_LINE_BREAKS, "\n")
    | {"٫": ".", "・": " ", "･": " "}
)

_FORMAT = r"[\p{Cf}\p{Default_Ignorable_Code_Point}]"
_TATWEEL = r"\u0640"
# What belongs to the character before it: marks, half-width voicing marks, and what vanishes.
_FOLLOWERS = rf"[[\p{{M}}\uff9e\uff9f{_TATWEEL}\u06e5\u06e6\p{{Cf}}\p{{Default_Ignorable_Code_Point}}]--[\u200b\u200c]]"
_JAMO = r"\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb\u3131-\u318e\uffa0-\uffdc"

_COMPLEX = "\uffff"  # a noncharacter: "this one needs a look at its neighbours, or changes length"
_COMPLEX_RUN = regex.compile(rf"(?s).?{_COMPLEX}+")
_IS_COMPLEX = regex.compile(rf"(?V1){_FOLLOWERS}|[\u200b\u200c{_JAMO}{_COMPLEX}]")
_FOLLOWS = regex.compile(rf"(?V1){_FOLLOWERS}")
_CLUSTER = regex.compile(rf"(?sV1)[\u200b\u200c]+|[가-힣]?[{_JAMO}]+{_FOLLOWERS}*|.{_FOLLOWERS}*")
_VANISHES = regex.compile(rf"(?V1)[{_FORMAT}{_TATWEEL}\u06e5\u06e6]")
_TRAILING_FORMAT = regex.compile(rf"{_FORMAT}+$")
_WORD_LETTER = regex.compile(r"[\p{L}\p{M}\p{Nd}\p{Nl}]")
_MARK_LOSERS = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}]")
_ARABIC = regex.compile(r"\p{Arabic}")
_IN_ARABIC = regex.compile(r"[\p{Arabic}\u0600-\u06ff]")  # with the marks and digits that other scripts share
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_CHARACTER = regex.compile(r"(?V1)[[\p{Han}\p{Hiragana}\p{Katakana}ー〆〱-〵]&&[\p{L}\p{Nl}]]")
_VOICING = "\u3099\u309a"

# Unicode composes ي + hamza to ئ, but not the yeh that Urdu keyboards write.
_YEH_WITH_HAMZA = regex.compile(r"[یيى](\p{M}*?)\u0654")
_ARABIC_LETTERS = str.maketrans(
    {
        **dict.fromkeys("يى", "ی"),
        "ك": "ک",
        **dict.fromkeys("هةۃۂۀ", "ہ"),
        **dict.fromkeys("أإٱ", "ا"),
        "ؤ": "و",
        "ۓ": "ئ",
    }
)


class Normal(NamedTuple):
    """A text in normal form. ``starts[i]`` and ``ends[i]`` are the code points of the original that letter ``i`` came
    from; None means that nothing moved."""

    text: str
    starts: Sequence[int] | None
    ends: Sequence[int] | None


class _Letters(dict[int, str]):
    """The normal form of single code points, filled as they are met; for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        form = _COMPLEX if _IS_COMPLEX.match(letter) else _cluster_form(letter)
        self[code] = form if len(form) == 1 else _COMPLEX
        return self[code]


_LETTERS = _Letters()


def normal_form(text: str) -> Normal:
    """The normal form of ``text`` with offsets. Linear in time; never raises, whatever the code points."""
    if text.isascii():
        return Normal(text.replace("`", "'"), None, None)
    plain = text.translate(_LETTERS)
    if _COMPLEX not in plain:
        return Normal(plain, None, None)
    return _with_offsets(text, plain)


def letter_form(letter: str) -> str:
    """The normal form of a character that stands alone; empty for one that asks for a look at its neighbours."""
    if letter == "`":
        return "'"
    return letter if letter.isascii() else "" if _IS_COMPLEX.match(letter) else _cluster_form(letter)


def _with_offsets(text: str, plain: str) -> Normal:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0

    def copy(upto: int) -> None:
        pieces.append(plain[at:upto])
        starts.extend(range(at, upto))
        ends.extend(range(at + 1, upto + 1))

    for run in _COMPLEX_RUN.finditer(plain):
        copy(run.start())
        for cluster in _CLUSTER.finditer(text, run.start(), run.end()):
            form = _placed_form(text, cluster.start(), cluster.end())
            if form:
                tail = _TRAILING_FORMAT.search(cluster.group())
                end = cluster.start() + (tail.start() if tail and tail.start() else len(cluster.group()))
                pieces.append(form)
                starts.extend([cluster.start()] * len(form))
                ends.extend([end] * len(form))
        at = run.end()
    copy(len(text))
    return Normal("".join(pieces), starts, ends)


def _placed_form(text: str, start: int, end: int) -> str:
    """The form of a cluster; zero-width spaces and non-joiners part words of Arabic script and vanish elsewhere."""
    if text[start] not in "\u200b\u200c":
        return _cluster_form(text[start:end])
    before = start - 1
    while before > start - 9 and before >= 0 and _FOLLOWS.match(text[before]):
        before -= 1
    return " " if any(_IN_ARABIC.match(text[at : at + 1]) for at in (max(before, 0), end)) else ""


@functools.lru_cache(maxsize=65536)
def _cluster_form(cluster: str) -> str:
    first = cluster[0]
    if first in _FIXED:
        return _FIXED[first]
    kind = unicodedata.decomposition(first).partition(" ")[0]
    if kind == "<super>":  # a footnote sign or ™ must not stick to its word, and is none of its own
        return " "
    form = unicodedata.normalize("NFKC", _VANISHES.sub("", cluster))
    form = _fold_arabic(form) if _ARABIC.search(form) else _without_marks(form)
    form = "".join(map(_letter_or_separator, form))
    parts_words = kind in ("<circle>", "<fraction>") or unicodedata.category(first) == "Sc"
    return f" {form} " if parts_words and len(form) and form != ";" else form


def _fold_arabic(text: str) -> str:
    text = _YEH_WITH_HAMZA.sub(r"ئ\1", text).translate(_ARABIC_LETTERS)
    return "".join(letter for letter in text if not unicodedata.category(letter).startswith("M"))


def _without_marks(text: str) -> str:
    """Drops marks from Latin, Greek and Cyrillic letters, digits and signs; keeps them where they spell."""
    kept: list[str] = []
    base = ""
    for letter in unicodedata.normalize("NFD", text):
        if not unicodedata.category(letter).startswith("M"):
            base = letter
            kept.append(letter)
        elif _KANA.match(base):
            if letter in _VOICING:
                kept.append(letter)
        elif base.isalpha() and not _MARK_LOSERS.match(base) and not is_character(base):
            kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept))


def _letter_or_separator(letter: str) -> str:
    if letter in _FIXED:
        return _FIXED[letter]
    if letter.isascii():
        return letter
    if _WORD_LETTER.match(letter):
        return str(unicodedata.digit(letter)) if unicodedata.category(letter) == "Nd" else letter
    return " " if letter.isspace() or unicodedata.category(letter) == "Cc" else ";"


def is_character(letter: str) -> bool:
    """Whether a letter is a Han or Kana character, which is a word of its own."""
    return bool(_CHARACTER.match(letter))


def is_follower(letter: str) -> bool:
    """Whether a letter belongs to the one before it."""
    return bool(_FOLLOWS.match(letter))


def is_katakana(letter: str) -> bool:
    """Whether a normalised letter belongs to a run of katakana; the long vowel sign does."""
    return "\u30a1" <= letter <= "\u30ff" or "\u31f0" <= letter <= "\u31ff"


def is_arabic(letter: str) -> bool:
    """Whether a letter is of Arabic script."""
    return bool(_ARABIC.match(letter))
