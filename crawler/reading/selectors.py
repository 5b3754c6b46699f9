"""A source's own CSS selectors, applied to a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import cssselect, etree


@dataclass(frozen=True, slots=True)
class Select:
    """CSS selectors per field, each a list of fallbacks (``remove``: all of them)."""

    title: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def compiled(css: str) -> cssselect.CSSSelector | None:
    """The selector, None when it is not valid CSS (the configuration says so when it is checked)."""
    try:
        return cssselect.CSSSelector(css, translator="html")
    except (ValueError, SyntaxError, etree.XPathError):
        return None


def chosen(root: Any, selectors: Sequence[str]) -> list[Any]:
    """The elements the selectors name, those of the first selector first."""
    found: list[Any] = []
    for css in selectors:
        selector = compiled(css)
        if selector is None:
            continue
        matched: Any = selector(root)
        found.extend(element for element in matched if isinstance(element.tag, str))
    return found
