"""Which characters the bytes mean: decided as a browser does, and checked, because servers are often wrong.

Order: byte order mark, HTTP header, what the document declares, UTF-8 when the bytes are valid UTF-8, then the usual
encoding of the language, then detection. A declared encoding that the bytes contradict is passed over.
Source: WHATWG Encoding and HTML standards (encoding sniffing), RFC 7303 for XML.
"""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What a label means in browsers: the wider Windows or national encoding. utf-7 and Python's own codecs are not there.
_ALIASES = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "latin-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
}
_REFUSED = frozenset({"utf-7", "idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"})
_OF_LANGUAGE = {
    "ur": "cp1256", "ar": "cp1256", "fa": "cp1256", "ps": "cp1256", "sd": "cp1256", "ru": "cp1251", "uk": "cp1251",
    "zh": "gb18030", "ko": "cp949", "tr": "cp1254", "el": "cp1253", "he": "cp1255", "th": "cp874", "pl": "cp1250",
}  # fmt: skip
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]{1,40})", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,500}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:\-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.:\-]{1,40})", re.IGNORECASE)
_ONE_BYTE = ("cp125", "iso8859", "koi8", "cp874")
_SAMPLE = 24_000  # bytes; the detector's cost grows faster than its certainty


def charset_of(content_type: str | None) -> str | None:
    """The charset parameter of a Content-Type header as a codec name, None when absent or unusable."""
    found = _HEADER.search(content_type or "")
    return codec(found.group(1)) if found else None


def codec(label: str) -> str | None:
    """The codec a browser would use for this label; None for unknown ones and for tricks (utf-7, escapes)."""
    try:
        info = codecs.lookup(label.strip().lower())
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True) or info.name in _REFUSED:
        return None
    return _ALIASES.get(info.name, info.name)


def decode(body: bytes, content_type: str | None, language: str | None = None) -> str:
    """The text of an HTML or XML document; never raises. Bytes that mean nothing become U+FFFD."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace")
    told = charset_of(content_type)
    declared = _declared(body)
    for named in (told, declared):
        if named == "cp1252" and (usual := _usual(language)) and _mostly_high(body):
            named = usual  # servers and templates say "iso-8859-1" of everything
        if named and (text := _try(body, named)) is not None:
            return text
    if (text := _try(body, "utf-8")) is not None:
        return text
    return body.decode(_guess(body, language) or told or declared or "cp1252", "replace")


def _declared(body: bytes) -> str | None:
    head = body[:4096]
    if wide := _wide(head):
        return wide
    found = _XML.search(head) or _META.search(head)
    if not found:
        return None
    name = codec(found.group(1).decode("ascii"))
    # the declaration could be read as ASCII, so the document is not UTF-16 whatever it says (HTML standard)
    return "utf-8" if name and name.startswith(("utf-16", "utf-32")) else name


def _wide(head: bytes) -> str | None:
    if head.startswith(b"<\0\0\0"):
        return "utf-32-le"
    if head.startswith(b"\0\0\0<"):
        return "utf-32-be"
    if head.startswith((b"<\0?\0", b"<\0!\0", b"<\0h\0", b"<\0r\0", b"{\0")):
        return "utf-16-le"
    if head.startswith((b"\0<\0?", b"\0<\0!", b"\0<\0h", b"\0<\0r", b"\0{")):
        return "utf-16-be"
    return None


def _try(body: bytes, name: str) -> str | None:
    """The text if the bytes agree with this encoding (a few stray bytes in UTF-8 are forgiven), else None."""
    if name.startswith(_ONE_BYTE) and not body.isascii():
        # "iso-8859-1" is what servers say by default, and windows-1256 what old templates declare: both fit any bytes.
        # Valid UTF-8 is never an accident.
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            return body.decode(name, "replace") if name == "cp1252" else _fitting(body, name)
    return _fitting(body, name)


def _fitting(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeDecodeError:
        text = body.decode(name, "replace")
    except (LookupError, ValueError):
        return None
    wrong = text.count("\ufffd")
    letters = sum(1 for c in text[:200_000] if c > "\x7f")
    return text if wrong < letters and wrong <= 1 + letters // 50 else None


def _guess(body: bytes, language: str | None) -> str | None:
    if usual := _usual(language):
        return usual
    if _primary(language) == "ja":
        return next((name for name in ("euc_jp", "cp932") if _holds(body, name)), "cp932")
    if not _mostly_high(body):  # some letters of a Latin text: what browsers take it for
        return "cp1252"
    from charset_normalizer import from_bytes  # heavy, and rarely needed

    best = from_bytes(_dense(body), steps=3, threshold=0.3).best()
    return codec(best.encoding) if best else None


def _primary(language: str | None) -> str:
    return (language or "").split("-")[0].lower()


def _usual(language: str | None) -> str | None:
    return _OF_LANGUAGE.get(_primary(language))


def _holds(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_high(body: bytes) -> bool:
    """Is the text written in letters beyond ASCII, as all but Latin scripts are?"""
    sample = _dense(body)
    high = sum(byte >= 0x80 for byte in sample)
    return high > sum(chr(byte).isalpha() for byte in sample if byte < 0x80) // 2


def _dense(body: bytes) -> bytes:
    """A sample where the text is: markup is ASCII and tells nothing."""
    bare = re.sub(rb"<[^<>]{0,2000}>", b" ", body[: _SAMPLE * 20])
    high = re.search(rb"[\x80-\xff]", bare)
    start = max(0, high.start() - 200) if high else 0
    return bare[start : start + _SAMPLE]
