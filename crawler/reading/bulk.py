"""What makes pages large and says nothing: scripts, styles, comments, pictures inside of addresses.

Taken out before the parser sees the page, so that a report below megabytes of them is still read. Every search goes
forward only: linear in the length of the page.
"""

from __future__ import annotations

import re

LARGE = 512 * 1024  # characters; smaller pages cost little as they are
_OPENING = re.compile(r"<!--|<(script|style|svg)\b([^<>]{0,500})>", re.IGNORECASE)
_DATA = re.compile(r"data:[a-z0-9.+/-]{0,60}(?:;[a-z0-9=-]{1,40}){0,4},[A-Za-z0-9+/=%_.~-]{500,}+", re.IGNORECASE)
_CLOSINGS = {name: re.compile(f"</{name}\\s*>", re.IGNORECASE) for name in ("script", "style", "svg")} | {
    "": re.compile("-->")
}


def without_bulk(text: str) -> str:
    """The page without what it carries for browsers only; small pages as they are. JSON-LD stays."""
    return without_pictures(_without_elements(text)) if len(text) > LARGE else text


def without_pictures(text: str) -> str:
    """The text without the content of addresses that are their own content."""
    return _DATA.sub("data:,", text)


def _without_elements(text: str) -> str:
    kept: list[str] = []
    at = 0
    while opening := _OPENING.search(text, at):
        name, attributes = (opening.group(1) or "").lower(), opening.group(2) or ""
        closing = _CLOSINGS[name].search(text, opening.end())
        if closing is None:  # never closed: the parser decides what that means, and a further search would be in vain
            break
        stays = "ld+json" in attributes.lower()
        kept.append(text[at : closing.end() if stays else opening.start()])
        at = closing.end()
    kept.append(text[at:])
    return "".join(kept)
