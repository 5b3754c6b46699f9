"""The language of a text, as far as its letters tell: a source's word is believed unless the letters contradict it."""

from __future__ import annotations

import re

_KANA = re.compile(r"[\u3040-\u30ff\uff66-\uff9d]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ARABIC = re.compile(r"[\u0620-\u06d3\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_URDU = re.compile(r"[ٹڈڑںےھۓ]")
_SAMPLE = 4_000
_ASCII = bytes(range(128))
_NOT_LETTERS = bytes(code for code in range(256) if not (code < 128 and chr(code).isalpha()))
_ARABIC_SCRIPT = frozenset({"ar", "ur", "fa", "ps", "sd", "ug", "pa", "ks", "ckb", "arc"})
_HAN_SCRIPT = frozenset({"ja", "zh", "yue", "wuu", "ko"})
_OTHER_SCRIPT = (
    _ARABIC_SCRIPT | _HAN_SCRIPT | {"ru", "uk", "hi", "bn", "th", "el", "he", "fa", "ne", "ta", "te", "my", "ka", "am"}
)


def language_of(text: str | None, *told: str | None) -> str | None:
    """The first language told that can be written in the letters of ``text``; the one the letters themselves prove
    (Kana: ja, Urdu's own letters: ur); None when nothing is known."""
    named = [code.split("-")[0].split("_")[0].lower() for code in told if code]
    sample = (text or "")[:_SAMPLE]
    arabic, latin, kana, han = _letters(sample)
    if arabic + latin + kana + han < 20:
        return named[0] if named else None
    if arabic > latin:
        proven = "ur" if len(_URDU.findall(sample)) * 25 >= arabic else None
        return next((code for code in named if code in _ARABIC_SCRIPT), proven)
    if kana + han > latin / 2:
        proven = "ja" if kana * 10 >= han else None
        return next((code for code in named if code in _HAN_SCRIPT), proven)
    return next((code for code in named if code not in _OTHER_SCRIPT), None)


def _letters(sample: str) -> tuple[int, int, int, int]:
    """How many letters of Arabic, Latin, Kana and Han a text has. ASCII, most of most pages, is not searched."""
    written = sample.encode("utf-8", "ignore")
    rest = written.translate(None, _ASCII).decode("utf-8")
    latin = len(written.translate(None, _NOT_LETTERS))
    arabic, other, kana, han = (len(kind.findall(rest)) for kind in (_ARABIC, _LATIN, _KANA, _HAN))
    return arabic, latin + other, kana, han
