"""A page that lists articles: its links, with what they are called there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urldefrag

from crawler.reading.charset import decode
from crawler.reading.entries import address
from crawler.reading.markup import text_of
from crawler.reading.plain import one_line
from crawler.reading.selectors import chosen
from crawler.reading.tree import parse_html

MAX_LINKS = 2_000


@dataclass(frozen=True, slots=True)
class Link:
    """One article a listing names; ``title`` is the longest text any of its links has, "" for a mere picture."""

    url: str
    title: str = ""


def read_listing(
    html: bytes,
    url: str,
    content_type: str | None = None,
    links: str | None = None,
    links_match: str | None = None,
    article: str | None = None,
) -> tuple[Link, ...]:
    """The links of a listing in the order of the page, each once; never raises.

    ``links`` is a CSS selector of the links (or of boxes that hold them), ``links_match`` a regular expression their
    addresses must contain; without both, ``article`` (the pattern of article addresses) does, and without any all links
    to the same site with a text of several words.
    """
    root = parse_html(decode(html, content_type))
    if root is None:
        return ()
    pattern = links_match or (None if links else article)
    base = _base(root, url)
    found: dict[str, str] = {}
    for anchor in _anchors(root, links):
        target = address(anchor.get("href"), base)
        if not target or len(found) >= MAX_LINKS:
            continue
        target = urldefrag(target).url
        title = _title(anchor)
        if not _wanted(target, title, url, pattern, bool(links)):
            continue
        if len(title) > len(found.get(target, "")) or target not in found:
            found[target] = title
    return tuple(Link(target, title) for target, title in found.items())


def _base(root: Any, url: str) -> str:
    base = root.find(".//base[@href]")
    return (address(base.get("href"), url) or url) if base is not None else url


def _anchors(root: Any, links: str | None) -> list[Any]:
    if not links:
        return [anchor for anchor in root.iter("a") if anchor.get("href")]
    found: dict[Any, None] = {}
    for element in chosen(root, (links,)):
        inside = [element] if element.tag == "a" else element.iter("a")
        found.update((anchor, None) for anchor in inside if anchor.get("href"))
        if len(found) > 10 * MAX_LINKS:
            break
    return list(found)


def _title(anchor: Any) -> str:
    title = text_of(anchor) or one_line(anchor.get("title") or anchor.get("aria-label"))
    if not title and (picture := anchor.find(".//img[@alt]")) is not None:
        title = one_line(picture.get("alt"))
    return title[:400]


def _wanted(target: str, title: str, url: str, pattern: str | None, selected: bool) -> bool:
    if urldefrag(url).url == target:
        return False
    if pattern is not None:
        expression = _compiled(pattern)
        return bool(expression and expression.search(target))
    if selected:
        return True
    same = _host(target) == _host(url)
    return same and (len(title.split()) >= 4 or (not title.isascii() and len(title) >= 12))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _host(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?([^/:]*).*$", r"\1", url[:2000], flags=re.DOTALL).lower()
