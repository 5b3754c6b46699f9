"""The words dates are made of, in English, Urdu and Japanese, and the zones that are written as letters."""

from __future__ import annotations

import re

_ENGLISH = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
# Spellings after the folding below: Arabic yeh and kaf are already Urdu ones.
_URDU = (
    ("جنوری",), ("فروری",), ("مارچ", "مار چ"), ("اپریل",), ("مئی", "مئ", "مٸی"), ("جون",),
    ("جولائی", "جولای", "جولاٸی"),
    ("اگست",), ("ستمبر",), ("اکتوبر",), ("نومبر",), ("دسمبر",),
)  # fmt: skip

MONTHS: dict[str, int] = {name: n for n, name in enumerate(_ENGLISH, 1)}
MONTHS |= {name[:3]: n for n, name in enumerate(_ENGLISH, 1)} | {"sept": 9}
MONTHS |= {word: n for n, words in enumerate(_URDU, 1) for word in words}

MONTH = "(?:" + "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True)) + ")"

WEEKDAY = (
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b"
    r"|پیر|سوموار|منگل|بدھ|جمعرات|جمعہ|ہفتہ|اتوار|[月火水木金土日]曜日?|\([月火水木金土日](?:曜日?)?\))"
)

# Half of the day: morning, night after midnight -> am; noon, afternoon, evening, night before midnight -> pm.
HALF = (
    r"(?:[ap]\.?\s?m(?:\b|(?=updated|published))\.?|صبح|شام|دوپہر|سہ\s?پہر|رات|قبل دوپہر|بعد دوپہر|오전|오후|上午|下午)"
)

# Offsets in minutes. Letters that several countries use for different hours mean what RFC 822 says, if it says so;
# AST is left out.
ZONES: dict[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "eet": 120,
    "eest": 180, "msk": 180, "gst": 240, "pkt": 300, "ist": 330, "npt": 345, "jst": 540, "kst": 540,
    "hkt": 480, "sgt": 480, "aest": 600, "aedt": 660, "est": -300, "edt": -240, "cst": -360, "cdt": -300,
    "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip

PUBLISHED = (
    r"(?:published(?:\s+(?:on|at|date))?|posted(?:\s+(?:on|at))?|date\s+published|publish(?:ed|ing)?\s+date"
    r"|publication date"
    r"|first published|شائع(?:\s+(?:شدہ|ہوا|ہوئی))?|اشاعت(?:\s+کی)?(?:\s+تاریخ)?|تاریخ\s+اشاعت|公開日?時?|掲載日?"
    r"|配信日?時?|公開)"
)
UPDATED = (
    r"(?:(?:last\s+)?(?:updated|modified)(?:\s+(?:on|at))?|edited(?:\s+(?:on|at))?"
    r"|(?:آخری\s+)?اپ\s?ڈیٹ(?:\s+(?:شدہ|کیا گیا))?"
    r"|更新日?時?|最終更新)"
)

_INVISIBLE = re.compile("[\u00ad\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0640\u064b-\u0652\u0670٬]")
_FOLD = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ۃ": "ہ", "ة": "ہ", "أ": "ا", "إ": "ا", "ٱ": "ا", "ۓ": "ئ",
        "،": ",", "٫": ".", "：": ":", "（": "(", "）": ")", "／": "/", "－": "-", "，": ",", "\u2009": " ",
        "\u200c": " ", "۔": " ", "−": "-", "–": "-", "—": "-", "\xa0": " ", "\u3000": " ", "＝": "=",
        **{chr(0x0660 + n): str(n) for n in range(10)},
        **{chr(0x06F0 + n): str(n) for n in range(10)},
        **{chr(0xFF10 + n): str(n) for n in range(10)},
    }
)  # fmt: skip


def visible(text: str) -> str:
    """The text without the signs that print nothing: vowel marks, tatweel, zero-width and direction marks."""
    return _INVISIBLE.sub("", text)


def fold(text: str) -> str:
    """``visible`` text with digits of all scripts as ASCII, Arabic letters as Urdu writes them, dashes and commas
    in one form. As long as ``visible(text)``, so offsets in one are offsets in the other."""
    return visible(text).translate(_FOLD)
