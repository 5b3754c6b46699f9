"""HTML as text: a bounded parse, and the page as a list of blocks in reading order.

A *block* is a run of text that a browser would set apart: a paragraph, a heading, a list item, a line of a page that
separates its paragraphs with ``<br>``. All work is linear in the size of the page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree, html

from crawler.reading.plain import clean

Element = html.HtmlElement

MAX_HTML = 4 * 1024 * 1024  # characters handed to the parser; the rest of a longer page is not read
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
_BLOCK = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody tfoot thead "
    "tr ul".split()
)
_SILENT = frozenset(
    "script style noscript template svg math iframe object embed audio video canvas map input select option textarea "
    "button head frameset datalist".split()
)
_CELLS = frozenset({"td", "th", "caption"})
_LINK_OPENS, _LINK_CLOSES = "\ue000", "\ue001"  # private use: removed from the page's own text
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_MARKS = re.compile(f"[{_LINK_OPENS}{_LINK_CLOSES}]")
_NESTING = re.compile(
    r"</?(?:div|span|font|b|i|u|em|strong|big|small|center|section|table|tbody|tr|td|ul|ol|li|blockquote)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_AUTHOR = re.compile(r"(?:^|[\s_-])(?:author|byline|by-line|writer|reporter)(?:-?name|s)?(?=$|[\s_-])", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…؟۔。」）)\"”’:;]\s*$")


@dataclass(slots=True)
class Block:
    """One run of text. ``linked`` counts the characters inside links, ``links`` the links; ``heading`` is 1-6 or 0."""

    text: str
    element: Any
    linked: int = 0
    links: int = 0
    heading: int = 0
    furniture: bool = False

    @property
    def link_share(self) -> float:
        return self.linked / len(self.text) if self.text else 0.0


@dataclass(slots=True)
class Blocks:
    """All blocks of a page in reading order, and for every block-level element the range of blocks inside it.

    ``marks`` are ``<time>`` elements and those whose class or ``rel`` speaks of an author, each with the index of the
    block it stands in (or before)."""

    items: list[Block] = field(default_factory=list)
    spans: dict[Any, tuple[int, int]] = field(default_factory=dict)
    marks: list[tuple[int, Any]] = field(default_factory=list)


def parse_html(text: str) -> Element | None:
    """The tree of a page, None when there is nothing. Nothing is fetched, whatever the page names."""
    text = clean(text[:MAX_HTML]).replace(_LINK_OPENS, "").replace(_LINK_CLOSES, "")
    if not text.strip():
        return None
    root = _parse(text)
    if root is not None and len(text) > 2000 and not _speaks(root):
        # libxml2 throws everything away below 2,048 levels: read such a page without its nesting
        root = _parse(_NESTING.sub("\n", text))
    return root


def _parse(text: str) -> Element | None:
    # huge_tree lifts the limit of 256 levels, which pages with unclosed tags reach; our own limit is MAX_HTML
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def _speaks(root: Element) -> bool:
    return any(text.strip() for text in islice(root.itertext(), 200))


def read_blocks(root: Element, furniture: Collection[Any] = ()) -> Blocks:
    """The blocks below ``root``; those inside one of the ``furniture`` elements are marked."""
    page = Blocks()
    starts: list[int] = []
    buffer: list[str] = []
    marked = verbatim = 0
    owner: Any = root
    level = 0  # of the heading we are in

    def flush() -> None:
        if buffer:
            page.items.extend(_cut("".join(buffer), owner, level, bool(marked)))
            buffer.clear()

    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if not isinstance(tag, str):
            continue
        block = tag in _BLOCK or (tag in _CELLS and _holds_blocks(element))
        if event == "start":
            if tag in _SILENT:
                walk.skip_subtree()
                continue
            if block or element in furniture:
                flush()
            if element in furniture:
                marked += 1
            if not marked and _is_mark(element):
                page.marks.append((len(page.items), element))
            if block:
                starts.append(len(page.items))
                owner = element
                level = _HEADINGS.get(tag, level)
                verbatim += tag == "pre"
            elif _is_link(element):
                buffer.append(_LINK_OPENS)
            elif tag == "br":
                buffer.append("\n")
            elif tag in _CELLS and buffer:
                buffer.append(" ")
            if element.text:
                buffer.append(_text(element.text, verbatim))
            continue
        if tag not in _SILENT:
            if _is_link(element):
                buffer.append(_LINK_CLOSES)
            if block or element in furniture:
                flush()
            if element in furniture:
                marked -= 1
            if block:
                page.spans[element] = (starts.pop(), len(page.items))
                owner = element.getparent()
                level = 0 if tag in _HEADINGS else level
                verbatim -= tag == "pre"
        if element.tail and element is not root:
            buffer.append(_text(element.tail, verbatim))
    flush()
    return page


def _is_link(element: Any) -> bool:
    """A link that leads away; anchors within the page (of subheadings, of footnotes) do not."""
    return element.tag == "a" and not (element.get("href") or "#x").startswith("#")


def _is_mark(element: Any) -> bool:
    if element.tag == "time":
        return element.get("datetime") is not None
    names = element.get("class") or element.get("rel")
    return bool(names) and len(names) < 300 and bool(_AUTHOR.search(names))


def _text(raw: str, verbatim: int) -> str:
    """White space as a browser shows it: one space, but inside ``<pre>`` line breaks are line breaks."""
    return raw.replace("\r\n", "\n") if verbatim else _SPACES.sub(" ", raw)


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
    return [block.text for block in read_blocks(root).items] if root is not None else []


def text_of(element: Any) -> str:
    """The text of one element on one line; what a ``meta`` or ``time`` element says in its attribute."""
    for attribute in ("content", "datetime"):
        if element.tag in ("meta", "time", "data") and element.get(attribute):
            return " ".join(str(element.get(attribute)).split())
    return " ".join(block.text for block in read_blocks(element).items)
