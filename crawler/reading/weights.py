"""How much text an element holds, and how much of it is links: asked of few elements, answered by the tree's library.

An answer costs as much as the element is long. Where elements that were asked for lie inside each other without end,
that would be quadratic: after some times the length of the page one pass over the tree answers all that is asked
afterwards.
"""

from __future__ import annotations

from typing import Any

from lxml.etree import XPath

_SIZE: Any = XPath("string-length(normalize-space())")
_SPEECHLESS = frozenset({"noscript", "template"})
_LONG, _MENU = 1_000, 200  # characters of furniture that is no byline: of any kind, and of links
_PATIENCE = 12  # times the length of the page


class Weights:
    """Characters of text, and characters of link text, inside the elements of one page that does not change."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._sizes: dict[Any, int] = {}
        self._linked: dict[Any, int] = {}
        self._passed = False
        self.total = max(int(_SIZE(root)), 1)
        self._left = _PATIENCE * (self.total + 1_000)

    def size(self, element: Any) -> int:
        """Characters inside the element."""
        size = self._sizes.get(element)
        if size is None and not self._passed:
            size = self._sizes[element] = int(_SIZE(element))
            self._spend(size)
        return size or 0

    def share(self, element: Any) -> float:
        """How much of its text is links, 0 to 1."""
        size = self.size(element)
        if not size:
            return 0.0
        linked = self._linked.get(element)
        if linked is None and not self._passed:
            linked = self._linked[element] = sum(int(_SIZE(link)) for link in element.iter("a"))
            self._spend(size)
        return (linked or 0) / size

    def is_links(self, element: Any) -> bool:
        """Is half of the element links?"""
        return self.share(element) >= 0.5

    def is_menu(self, element: Any) -> bool:
        """Is it too long, or too full of links, to hold a byline?"""
        size = self.size(element)
        return size >= _LONG or (size >= _MENU and self.is_links(element))

    def is_the_page(self, element: Any) -> bool:
        """Is most of the page's text in it, and not in links?"""
        return self.size(element) > 0.6 * self.total and self.share(element) < 0.3

    def _spend(self, characters: int) -> None:
        self._left -= characters + 50  # an element without text costs something as well
        if self._left < 0 and not self._passed:
            self._passed = True
            self._weigh_all()

    def _weigh_all(self) -> None:
        """All elements in one pass. Those that hold no text, or no links, are not named."""
        sizes, linked = self._sizes, self._linked
        sizes.clear()
        linked.clear()
        for element in reversed(list(self._root.iter("*"))):
            own = 0
            if element.tag not in _SPEECHLESS:
                own = sizes.get(element, 0)
                if text := element.text:
                    own += len(text.strip())
            sizes[element] = own
            parent = element.getparent()
            if parent is None:
                continue
            tail = element.tail
            if weight := own + len(tail.strip()) if tail else own:
                sizes[parent] = sizes.get(parent, 0) + weight
            if element.tag == "a":
                linked[element] = own
            if links := linked.get(element):
                linked[parent] = linked.get(parent, 0) + links
