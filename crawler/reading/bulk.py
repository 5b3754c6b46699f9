"""What makes pages large and says nothing: scripts, styles, comments, pictures inside of addresses, long menus.

Taken out before the parser sees the page: a report below megabytes of them is still read, and the others are read
sooner, for on large outlets' pages they are half of it. In UTF-8, where letters outside of ASCII do not make every
search slower. Every search goes forward only: linear in the length of the page.
"""

from __future__ import annotations

import re

LARGE = 512 * 1024  # bytes; in smaller pages the pictures in addresses cost less than to look for them
SMALL = 8 * 1024  # bytes; what is shorter is parsed as quickly as it is searched
_LONG_MENU, _LINKS_OF_A_MENU = 3_000, 25  # bytes with markup
_TAG = re.compile(  # spelled out, for an expression that ignores case is searched half as fast
    rb"<(?:!--|(/?nav|/?footer|[sS](?:[cC][rR][iI][pP][tT]|[tT][yY][lL][eE]|[vV][gG]))\b([^<>]{0,500})>)"
)
_DATA = r"data:[a-z0-9.+/-]{0,60}(?:;[a-z0-9=-]{1,40}){0,4},[A-Za-z0-9+/=%_.~-]{500,}+"
_DATA_IN_TEXT = re.compile(_DATA, re.IGNORECASE)
_DATA_IN_BYTES = re.compile(_DATA.encode("ascii"), re.IGNORECASE)
_NOT_IN_MENUS = (b"<h1", b"<article", b"<main", b"itemprop", b"ld+json")
_CLOSINGS = {name: re.compile(b"</" + name + rb"\s*>", re.IGNORECASE) for name in (b"script", b"style", b"svg")} | {
    b"": re.compile(b"--!?>")
}


def without_bulk(page: bytes, *, menus: bool = True) -> bytes:
    """The page without what it carries for browsers only, and, unless they are wanted (``menus``), without its long
    menus: a ``nav`` or a ``footer`` of many links is furniture whatever stands in it, and too long to be looked at for
    a byline. JSON-LD stays."""
    if len(page) <= SMALL:
        return page
    page = b"".join(page[start:end] for start, end in _worth_reading(page, menus=menus))
    return _DATA_IN_BYTES.sub(b"data:,", page) if len(page) > LARGE else page


def without_pictures(text: str) -> str:
    """The text without the content of addresses that are their own content."""
    return _DATA_IN_TEXT.sub("data:,", text)


def _worth_reading(page: bytes, *, menus: bool) -> list[tuple[int, int]]:
    """The ranges of the page that stay."""
    kept: list[tuple[int, int]] = []
    opened: dict[bytes, int] = {}
    at = sought = 0  # where what is not kept yet begins, and where to search
    while tag := _TAG.search(page, sought):
        name, attributes = (tag.group(1) or b"").lower(), tag.group(2) or b""
        sought = tag.end()
        if name in (b"nav", b"footer"):
            opened[name] = tag.start()
        elif name.startswith(b"/"):
            start = opened.pop(name[1:], None)
            if menus and start is not None and _is_menu(page[start:sought]):
                _end_at(start, kept, at)
                at = sought
        elif name == b"svg" and attributes.endswith(b"/"):  # it is its own end
            continue
        elif (closing := _CLOSINGS[name].search(page, sought)) is None:
            break  # never closed: the parser decides what that means, and a further search would be in vain
        else:
            sought = closing.end()
            if b"ld+json" not in attributes.lower():
                _end_at(tag.start(), kept, at)
                at = sought
    _end_at(len(page), kept, at)
    return kept


def _end_at(end: int, kept: list[tuple[int, int]], at: int) -> None:
    """Keep what stands from ``at`` to ``end``; nothing behind the end, of what is kept already."""
    if at < end:
        kept.append((at, end))
    while kept and kept[-1][0] >= end:
        kept.pop()
    if kept and kept[-1][1] > end:
        kept[-1] = kept[-1][0], end


def _is_menu(element: bytes) -> bool:
    """Is this surely a long menu? One that was closed too late may hold the report."""
    links = element.count(b"<a ") if len(element) >= _LONG_MENU else 0
    return links >= _LINKS_OF_A_MENU and not any(mark in element for mark in _NOT_IN_MENUS)
