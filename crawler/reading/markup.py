"""HTML as text: the page as a list of blocks in reading order.

A *block* is a run of text that a browser would set apart: a paragraph, a heading, a list item, a line of a page that
separates its paragraphs with ``<br>``. All work is linear in the size of the page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree

from crawler.reading.plain import clean, words
from crawler.reading.tree import parse_html

_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_BLOCK = words(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody tfoot "
    "thead "
    "tr ul"
)
_SILENT = words(
    "script style noscript template svg math iframe object embed audio video canvas map input select option textarea "
    "button head frameset datalist"
)
_DRESS = words("a abbr b cite em i ins mark q s small span strong sub sup u")
_CELLS = frozenset({"td", "th", "caption"})
_LINK_OPENS, _LINK_CLOSES = "\ue000", "\ue001"  # private use: removed from the page's own text
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_MARKS = re.compile(f"[{_LINK_OPENS}{_LINK_CLOSES}]")
_AUTHOR = re.compile(r"(?:^|[\s_-])(?:author|byline|by-line|writer|reporter)(?:-?name|s)?(?=$|[\s_-])", re.IGNORECASE)
_CARD_ELEMENTS = 16  # below a link
_SENTENCE_END = re.compile(r"[.!?…؟۔。」）)\"”’:;]\s*$")


@dataclass(slots=True)
class Block:
    """One run of text. ``linked`` counts the characters inside links, ``links`` the links; ``heading`` is 1-6 or 0.
    ``size`` and ``prose`` are what ``sifting`` found out about it, once."""

    text: str
    element: Any
    linked: int = 0
    links: int = 0
    heading: int = 0
    furniture: bool = False
    size: int | None = None
    prose: bool | None = None

    @property
    def link_share(self) -> float:
        return self.linked / len(self.text) if self.text else 0.0


@dataclass(slots=True)
class Blocks:
    """All blocks of a page in reading order, and for every block-level element the range of blocks inside it.

    ``marks`` are ``<time>`` elements and those whose class or ``rel`` speaks of an author, each with the index of the
    block it stands in (or before). ``pictured`` are the elements around links that show only a picture."""

    items: list[Block] = field(default_factory=list)
    spans: dict[Any, tuple[int, int]] = field(default_factory=dict)
    marks: list[tuple[int, Any]] = field(default_factory=list)
    pictured: list[Any] = field(default_factory=list)


def read_blocks(root: Any, furniture: Collection[Any] = (), menus: Collection[Any] = ()) -> Blocks:
    """The blocks below ``root``; those inside one of the ``furniture`` elements are marked, those in ``menus`` left
    out."""
    walker = _Walker(root, furniture)
    walk: Any = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if not isinstance(element.tag, str):
            continue
        silent = element.tag in _SILENT or element in menus
        if event == "end":
            walker.leave(element, silent)
        elif silent:
            walk.skip_subtree()
            if element in menus:
                walker.flush()
        else:
            walker.enter(element)
    walker.flush()
    return walker.page


class _Walker:
    """What is remembered while a page is walked: the text since the last block, and where in the page we are."""

    def __init__(self, root: Any, furniture: Collection[Any]) -> None:
        self.page = Blocks()
        self.root, self.furniture = root, furniture
        self.buffer: list[str] = []
        self.starts: list[int] = []  # of the block-level elements we are in
        self.owner = root  # the innermost of them
        self.heading = self.marked = self.verbatim = self.cards = 0

    def flush(self) -> None:
        """End the block."""
        if self.buffer:
            self.page.items.extend(_cut("".join(self.buffer), self.owner, self.heading, bool(self.marked)))
            self.buffer[:] = [_LINK_OPENS] if self.cards else []

    def enter(self, element: Any) -> None:
        tag, block, odd = element.tag, _is_block(element), element in self.furniture
        if block or odd:
            self.flush()
        self.marked += odd
        if not self.marked and _is_mark(element):
            self.page.marks.append((len(self.page.items), element))
        if block:
            self.starts.append(len(self.page.items))
            self.owner = element
            self.heading = _HEADINGS.get(tag, self.heading)
            self.verbatim += tag == "pre"
        elif _is_link(element):
            self.cards += _is_card(element)
            self.buffer.append(_LINK_OPENS)
        elif tag == "br":
            self.buffer.append("\n")
        elif tag in _CELLS and self.buffer:
            self.buffer.append(" ")
        self._say(element.text)

    def leave(self, element: Any, silent: bool) -> None:
        """``silent``: nothing in it was looked at."""
        if not silent:
            tag, block, odd = element.tag, _is_block(element), element in self.furniture
            if _is_link(element):
                self.cards -= _is_card(element)
                self.buffer.append(_LINK_CLOSES)
                if _is_picture(element):
                    self.page.pictured.append(self.owner)
            if block or odd:
                self.flush()
            self.marked -= odd
            if block:
                self.page.spans[element] = (self.starts.pop(), len(self.page.items))
                self.owner = element.getparent()
                self.heading = 0 if tag in _HEADINGS else self.heading
                self.verbatim -= tag == "pre"
        if element is not self.root:
            self._say(element.tail)

    def _say(self, raw: str | None) -> None:
        """White space as a browser shows it: one space, but inside ``<pre>`` line breaks are line breaks."""
        if raw:
            self.buffer.append(raw.replace("\r\n", "\n") if self.verbatim else _spaced(raw))


def _spaced(raw: str) -> str:
    spaced = "\n" not in raw and "  " not in raw and "\t" not in raw and "\r" not in raw
    return raw if spaced else _SPACES.sub(" ", raw)


def _is_block(element: Any) -> bool:
    return element.tag in _BLOCK or (element.tag in _CELLS and _holds_blocks(element))


def _is_link(element: Any) -> bool:
    """A link that leads away; anchors within the page (of subheadings, of footnotes) do not."""
    return element.tag == "a" and not (element.get("href") or "#x").startswith("#")


def _is_card(link: Any) -> bool:
    """Does a link hold whole lines, as the cards of other stories do? One that holds much more was never closed."""
    inside = list(islice(link.iterdescendants(), _CARD_ELEMENTS))
    return len(inside) < _CARD_ELEMENTS and any(child.tag in _BLOCK for child in inside)


def _is_picture(link: Any) -> bool:
    inside = list(islice(link.iterdescendants(), _CARD_ELEMENTS))
    texts = (link.text, *(part for child in inside for part in (child.text, child.tail)))
    return any(child.tag == "img" for child in inside) and not any((part or "").strip() for part in texts)


def _is_mark(element: Any) -> bool:
    if element.tag == "time":
        return element.get("datetime") is not None
    names = element.get("class") or element.get("rel")
    return bool(names) and len(names) < 300 and bool(_AUTHOR.search(names))


def _holds_blocks(cell: Any) -> bool:
    """Is this table cell part of a layout (it holds paragraphs) rather than of a table of figures?"""
    inside = islice(cell.iterdescendants(), 40)
    return any(child.tag in _BLOCK or child.tag == "br" for child in inside)


def _cut(raw: str, owner: Any, level: int, marked: bool) -> Iterable[Block]:
    """Blocks of one buffer, cut where its line breaks end paragraphs."""
    inside = False
    for line in _lines(raw):
        block, inside = _block(line, owner, inside)
        if block:
            block.heading, block.furniture = level, marked
            yield block


def _block(line: str, owner: Any, inside: bool) -> tuple[Block | None, bool]:
    if not inside and _LINK_OPENS not in line:
        text = " ".join(clean(_MARKS.sub("", line)).split())
        return (Block(text, owner) if text else None), False
    linked = links = 0
    pieces = []
    for piece in re.split(f"([{_LINK_OPENS}{_LINK_CLOSES}])", line):
        if piece == _LINK_OPENS:
            inside, links = True, links + 1
        elif piece == _LINK_CLOSES:
            inside = False
        else:
            pieces.append(piece)
            linked += len(piece.strip()) if inside else 0
    text = " ".join(clean("".join(pieces)).split())  # once more: entities have become characters
    return (Block(text, owner, min(linked, len(text)), links) if text else None), inside


def _lines(raw: str) -> list[str]:
    if "\n" not in raw:
        return [raw]
    lines: list[str] = []
    for chunk in re.split(r"\n[ \t\ue000\ue001\xa0]*\n", raw):
        parts = chunk.split("\n")
        lines.extend(parts if _breaks_are_paragraphs(parts) else [" ".join(parts)])
    return lines


def _breaks_are_paragraphs(lines: list[str]) -> bool:
    """Do single line breaks end paragraphs here, or was prose wrapped by hand at some width?"""
    bare = [text for text in (_MARKS.sub("", line).strip() for line in lines) if text]
    if len(bare) < 2:
        return True
    wrapped = sum(1 for line in bare[1:] if line[0].islower())
    if wrapped * 10 >= (len(bare) - 1) * 4:
        return False
    if any(line[0].isupper() for line in bare[1:]):
        return True
    ended = sum(1 for line in bare[:-1] if _SENTENCE_END.search(line))
    return ended * 2 >= len(bare) - 1 or sum(map(len, bare)) < 40 * len(bare)


def paragraphs(fragment: str) -> list[str]:
    """The paragraphs of a piece of HTML, or of plain text with line breaks, as plain text."""
    if "<" not in fragment and "&" not in fragment:
        return [line for line in (" ".join(part.split()) for part in re.split(r"\n\s*\n", clean(fragment))) if line]
    root = parse_html(f"<div>{fragment}</div>")
    if root is None:
        return []
    plain = _plain_paragraphs(root)
    return [block.text for block in read_blocks(root).items] if plain is None else plain


def _plain_paragraphs(root: Any) -> list[str] | None:
    """The paragraphs where there is nothing but ``<p>`` with letters in various dress, as in most feeds; else None."""
    box = root.find("body/div")
    if box is None or box.getnext() is not None or (box.text or "").strip():
        return None
    texts = []
    for child in box:
        if child.tag != "p" or (child.tail or "").strip():
            return None
        if len(child) and any(one.tag not in _DRESS for one in child.iterdescendants()):
            return None
        said = "".join(child.itertext()) if len(child) else child.text or ""
        texts.append(" ".join(clean(said).split()))
    return [text for text in texts if text]


def text_of(element: Any) -> str:
    """The text of one element on one line; what a ``meta`` or ``time`` element says in its attribute."""
    for attribute in ("content", "datetime"):
        if element.tag in ("meta", "time", "data") and element.get(attribute):
            return " ".join(str(element.get(attribute)).split())
    return " ".join(block.text for block in read_blocks(element).items)
