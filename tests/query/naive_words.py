"""A second analyser, written straight from the reference of the language: a walk over characters, without offsets.

It shares no code with the real one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

CURRENCIES = ["rs", "pkr", "usd", "eur", "gbp", "jpy", "inr", "cny", "rmb", "aed", "sar"]
SIGNS = str.maketrans(dict.fromkeys("’‘‛`´ʼʻʾʿ′", "'") | dict.fromkeys("٬،", ",") | {"٫": "."})
MARK = "[\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31-\u0e4e\u3099\u309a]"


@dataclass
class Seen:
    """One word: folded, with its case, its paragraph, and what is special about Han and Kana."""

    token: str
    cased: str
    paragraph: int
    glued: bool = True  # a phrase may run from the word before to this one
    parted: bool = False  # punctuation between two Han or Kana characters


def script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]


def is_cjk(letter: str) -> bool:
    if letter in "ー々〆〇":
        return True
    return unicodedata.category(letter)[0] in "LN" and script(letter) in ("CJK", "HIRAGANA", "KATAKANA", "IDEOGRAPHIC")


def is_arabic(letter: str) -> bool:
    return script(letter) == "ARABIC" or 0x600 <= ord(letter) <= 0x6FF


def vanishes(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf" or 0xFE00 <= ord(letter) <= 0xFE0F or letter in "\u0640\u034f"


def spread(text: str, at: int) -> str:
    """What one character is before Unicode's own normalisation."""
    letter = text[at]
    kind = unicodedata.decomposition(letter).split(" ")[0]
    if letter == "\u200b":
        before = [each for each in text[:at][::-1] if unicodedata.category(each)[0] != "M" and not vanishes(each)]
        return " " if any(is_arabic(each) for each in (*before[:1], *text[at + 1 : at + 2])) else ""
    if vanishes(letter):
        return ""
    if kind == "<super>":
        return " "
    if kind in ("<circle>", "<fraction>") or unicodedata.category(letter) == "Sc":
        return f" {letter} "
    return letter.translate(SIGNS)


def keeps_mark(base: str, mark: str) -> bool:
    """Marks spell in most scripts; the reference takes them from Latin, Greek and Cyrillic, and harakat from Arabic."""
    if is_cjk(base):
        return script(base) in ("HIRAGANA", "KATAKANA") and mark in "\u3099\u309a"
    return base.isalpha() and script(base) not in ("LATIN", "GREEK", "CYRILLIC", "ARABIC")


def fold(text: str) -> str:
    """NFKC, marks off, Arabic letters folded, digits plain; what parts words is a blank or a sign."""
    text = re.sub("[\u200b\u200c]+", "\u200b", text)
    text = unicodedata.normalize("NFKC", "".join(spread(text, at) for at in range(len(text))))
    text = re.sub(f"[یىي]({MARK}*?)\u0654", r"ئ\1", text)
    text = text.translate(str.maketrans("يىكهةۃۂۀأإٱؤۓ", "ییکہہہہہاااوئ"))
    kept = ""
    base = " "
    for letter in text:
        for piece in letter if is_arabic(letter) else unicodedata.normalize("NFD", letter):
            if unicodedata.category(piece)[0] != "M":
                base = piece
            elif not keeps_mark(base, piece):
                continue
            kept += str(unicodedata.digit(piece)) if unicodedata.category(piece) == "Nd" else piece
    return unicodedata.normalize("NFC", kept)


def is_letter(text: str, at: int) -> bool:
    return (
        0 <= at < len(text)
        and (text[at].isalpha() or unicodedata.category(text[at])[0] == "M")
        and not is_cjk(text[at])
    )


def is_word(text: str, at: int) -> bool:
    return is_letter(text, at) or (
        0 <= at < len(text) and unicodedata.category(text[at]) in ("Nd", "Nl") and not is_cjk(text[at])
    )


def ends_with_s(text: str, at: int) -> bool:
    """Whether a 's that ends a word stands here."""
    return text[at : at + 2] in ("'s", "'S") and not is_word(text, at + 2)


def words(text: str) -> list[Seen]:
    found: list[Seen] = []
    number = 0
    for paragraph in re.split("[\n\r\v\f\x85\u2028\u2029]", text):
        seen = words_of_paragraph(fold(paragraph), number)
        if seen:
            seen[0].glued = False
            found += seen
            number += 1
    return found


def words_of_paragraph(text: str, number: int) -> list[Seen]:
    found: list[Seen] = []
    at = 0
    last_cjk = -1
    while at < len(text):
        if is_cjk(text[at]):
            between = text[last_cjk + 1 : at] if last_cjk >= 0 else ""
            parted = bool(between.replace("・", "").strip())
            found.append(Seen(text[at], text[at], number, not parted, parted))
            last_cjk = at
            at += 1
            while at < len(text) and unicodedata.category(text[at])[0] == "M":
                found[-1].token += text[at]
                found[-1].cased += text[at]
                at, last_cjk = at + 1, at
            if ends_with_s(text, at):
                at += 2
        elif is_word(text, at):
            word, at = one_word(text, at)
            if ends_with_s(text, at):
                at += 2
            for cased in split_currency(word):
                found.append(Seen(cased.casefold(), cased, number))
            last_cjk = -1
        else:
            at += 1
    mark_katakana(text, found)
    return found


def one_word(text: str, at: int) -> tuple[str, int]:
    if abbreviation := initials(text, at):
        end = at + len(abbreviation)
        if text[end : end + 1] == "." and ends_with_s(text, end + 1):
            end += 1
        return abbreviation.replace(".", ""), end
    word = ""
    while at < len(text):
        digits_around = text[at - 1 : at].isdigit() and text[at + 1 : at + 2].isdigit()
        if is_word(text, at):
            word += text[at]
        elif word and text[at] in ",." and digits_around:
            word += "." * (text[at] == ".")
        elif not (word and text[at] == "'" and is_word(text, at + 1)) or ends_with_s(text, at):
            break
        at += 1
    return word, at


def initials(text: str, at: int) -> str:
    """Single letters with dots between them, not running on into a word."""
    best = ""
    end = at
    while is_letter(text, end):
        end += 1
        while end < len(text) and unicodedata.category(text[end])[0] == "M":
            end += 1
        if not is_word(text, end) and "." in text[at:end]:
            best = text[at:end]
        if text[end : end + 1] != ".":
            break
        end += 1
    return best


def split_currency(word: str) -> list[str]:
    for code in CURRENCIES:
        if word.lower().startswith(code) and word[len(code) : len(code) + 1].isdigit():
            return [word[: len(code)], *split_currency(word[len(code) :])]
        if word.lower().endswith(code) and re.fullmatch(r"[0-9.]+", word[: -len(code)]):
            return [word[: -len(code)], word[-len(code) :]]
    return [word]


def mark_katakana(text: str, found: list[Seen]) -> None:
    """Exact katakana is a whole run: its first and last character carry a mark."""
    runs = iter(re.findall("(?:[ァ-ヺー-ヿㇰ-ㇿ][\u3099\u309a]*)+", text))
    left = 0
    for seen in found:
        if not re.match("[ァ-ヺー-ヿㇰ-ㇿ]", seen.token):
            continue
        if left == 0:
            left = len(next(runs))
            seen.cased = "[" + seen.cased
        left -= len(seen.token)
        if left == 0:
            seen.cased += "]"
