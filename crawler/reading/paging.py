"""Where a listing goes on."""

from __future__ import annotations

from urllib.parse import urldefrag

from crawler.reading.charset import decode
from crawler.reading.entries import address
from crawler.reading.selectors import chosen
from crawler.reading.tree import parse_html


def next_page(html: bytes, url: str, content_type: str | None, selectors: tuple[str, ...]) -> str | None:
    """The address of the page after this one, by the first link that the selectors name; None on the last page."""
    root = parse_html(decode(html, content_type)) if selectors else None
    if root is None:
        return None
    for element in chosen(root, selectors):
        inside = [element] if element.get("href") else element.iter("a")
        for anchor in inside:
            target = address(anchor.get("href"), url)
            if target and (page := urldefrag(target).url) != urldefrag(url).url:
                return page
    return None
