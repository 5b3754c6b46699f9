"""What makes pages large and says nothing: scripts, styles, comments, pictures inside of addresses.

Taken out before the parser sees the page: a report below megabytes of them is still read, and the others are read
sooner, for on most pages they are a third of it. Every search goes forward only: linear in the length of the page.
"""

from __future__ import annotations

import re

LARGE = 512 * 1024  # characters; in smaller pages the pictures in addresses cost less than to look for them
SMALL = 8 * 1024  # characters; what is shorter is parsed as quickly as it is searched
_OPENING = re.compile(r"<(?:!--|([sS](?:[cC][rR][iI][pP][tT]|[tT][yY][lL][eE]|[vV][gG]))\b([^<>]{0,500})>)")
_DATA = re.compile(r"data:[a-z0-9.+/-]{0,60}(?:;[a-z0-9=-]{1,40}){0,4},[A-Za-z0-9+/=%_.~-]{500,}+", re.IGNORECASE)
_CLOSINGS = {name: re.compile(f"</{name}\\s*>", re.IGNORECASE) for name in ("script", "style", "svg")} | {
    "": re.compile("--!?>")
}


def without_bulk(text: str) -> str:
    """The page without what it carries for browsers only; JSON-LD stays."""
    if len(text) <= SMALL:
        return text
    text = _without_elements(text)
    return without_pictures(text) if len(text) > LARGE else text


def without_pictures(text: str) -> str:
    """The text without the content of addresses that are their own content."""
    return _DATA.sub("data:,", text)


def _without_elements(text: str) -> str:
    kept: list[str] = []
    at = sought = 0
    while opening := _OPENING.search(text, sought):
        name, attributes = (opening.group(1) or "").lower(), opening.group(2) or ""
        if name == "svg" and attributes.endswith("/"):  # it is its own end
            sought = opening.end()
            continue
        closing = _CLOSINGS[name].search(text, opening.end())
        if closing is None:  # never closed: the parser decides what that means, and a further search would be in vain
            break
        if "ld+json" not in attributes.lower():
            kept.append(text[at : opening.start()])
            at = closing.end()
        sought = closing.end()
    kept.append(text[at:])
    return "".join(kept)
