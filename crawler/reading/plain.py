"""Plain text: characters that do not belong into it, one line, and a key to compare two wordings by."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

# Controls, soft hyphens, byte order marks, direction overrides, lone surrogates: invisible, and each of them has broken
# a word, a terminal or a database somewhere. Zero-width (non-)joiners stay: they are spelling in Urdu.
_JUNK = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufffe\uffff\ud800-\udfff]+"
)
# &#xD800; and the like: libxml2 takes them and lxml cannot hand them out again
HALVES = re.compile(
    r"&#(?:x0*d[89a-f][0-9a-f]{2}|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]))(?![0-9a-f]);?",
    re.IGNORECASE,
)
# Text of ASCII letters only goes through tables of bytes, which are several times faster than expressions.
_ASCII_JUNK = bytes((*range(0x09), *range(0x0E, 0x20), 0x7F))
_ASCII_LOWER = bytes(range(128)).lower() + bytes(range(128, 256))
_ASCII_BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum())
# Elements that writers put into titles. "Vec<String>" and "the <blink> tag" are words of theirs.
_TAG = re.compile(
    r"</?(?:a|abbr|acronym|b|big|blockquote|(br|p|div|li|h[1-6]|td)|center|cite|code|del|em|figure|font|i|img|ins|kbd"
    r"|label|mark|nobr|ol|q|s|samp|script|small|span|strike|strong|style|sub|sup|svg|table|tbody|tr|tt|u|ul|var|wbr"
    r"|[a-z]{1,9}:[a-z]{1,20})(?=[\s/>])[^<>]{0,500}>",
    re.IGNORECASE,
)
_SECTION = re.compile(r"<!\[CDATA\[|\]\]>")  # escaped once too often
_BETWEEN = re.compile(r"[\W_]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")


def words(listed: str) -> frozenset[str]:
    """A word list as it is written in the source: parted by white space."""
    return frozenset(listed.split())


def clean(text: str) -> str:
    """The text without characters that are never content, nor references to half of one; line breaks stay."""
    text = _without_junk(text)
    return HALVES.sub("", text) if "&#" in text else text


def _without_junk(text: str) -> str:
    if not text.isascii():
        return _JUNK.sub("", text)
    written = text.encode("ascii")
    left = written.translate(None, _ASCII_JUNK)
    return text if len(left) == len(written) else left.decode("ascii")


def one_line(text: str | None) -> str:
    """The text on one line, white space collapsed; "" for None."""
    return " ".join(_without_junk(text).split()) if text else ""


def caption(text: str | None) -> str:
    """A title as plain text: feeds put markup and entities, sometimes escaped twice, into titles."""
    if not text:
        return ""
    for _ in range(2):
        if "]]>" in text or "<![" in text:
            text = _SECTION.sub("", text)
        if "<" in text:
            text = _TAG.sub(lambda tag: " " if tag.group(1) else "", text)
        if "&" not in text or not _ENTITY.search(text):
            break
        text = unescape(text)
    return one_line(text)


def key(text: str) -> str:
    """Letters and digits only, case and width folded: equal for two wordings that differ in dress alone."""
    if text.isascii():
        return text.encode("ascii").translate(_ASCII_LOWER, _ASCII_BETWEEN).decode("ascii")
    folded = unicodedata.normalize("NFKC", text).casefold().encode("utf-8", "surrogatepass")
    return _BETWEEN.sub("", folded.translate(None, _ASCII_BETWEEN).decode("utf-8", "surrogatepass"))


def excerpt(text: str, limit: int = 120) -> str:
    """The beginning of a text for a message, with an ellipsis when cut."""
    line = one_line(text[: limit * 4])
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def after_key(text: str, wanted: str) -> str:
    """What follows in ``text`` after the letters of ``wanted``, a key that it begins with."""
    seen = 0
    for index, letter in enumerate(text):
        if seen == len(wanted):
            return text[index:].lstrip(" :.-–—|،,")
        seen += len(key(letter))
    return ""
