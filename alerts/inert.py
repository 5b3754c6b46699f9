"""Text from outside made harmless for people's eyes: mail headers, mail text, logs and terminals. Values only.

What is taken out: terminal escape sequences (ECMA-48), control characters, marks that turn the reading direction of
what follows (a title must not be able to reorder the line it is printed in), invisible tag characters, and lone
surrogates, which no encoding can carry. Joiners that Urdu and emoji need stay.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_ESCAPES = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movements
    "|\x1b[\\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\\\)"  # OSC and other strings: links, window titles
    "|\x9b[0-?]*[ -/]*[@-~]"  # CSI in its one-character form
    "|\x1b[ -/]*[0-~]?"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LONE = re.compile("[\ud800-\udfff]")
_UNSAFE_IN_URL = "!#$%&'()*+,/:;=?@[]~"


def encodable(text: str) -> str:
    """The text with lone surrogates replaced by U+FFFD, so that UTF-8 can carry it; every offset stays right."""
    return _LONE.sub("\ufffd", text)


def visible(text: str) -> str:
    """The text without escapes, controls and direction overrides; line breaks stay."""
    return _UNSEEN.sub("", _ESCAPES.sub("", encodable(text)))


def one_line(text: str, limit: int | None = None) -> str:
    """``visible`` on one line: every run of white space (line breaks included) is one space; at most ``limit``
    code points, the last then being an ellipsis."""
    line = " ".join(visible(text).split())
    if limit is not None and len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    return line


def web_address(url: str | None) -> str | None:
    """The URL when it is an http(s) address that may be linked, percent-quoted; None for everything else
    (``javascript:``, ``data:``, no host, control characters inside)."""
    if not url or url != visible(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host:
        return None
    return quote(url, safe=_UNSAFE_IN_URL)


def host_of(url: str) -> str:
    """The host a link leads to, without user name and port: what a reader should see before a click."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
