"""HTML as a tree: cleaned as bytes, parsed within bounds. All work is linear in the size of the page."""

from __future__ import annotations

import re
from functools import cache
from itertools import islice
from typing import Any

from lxml import etree, html

from crawler.reading.plain import HALVES

MAX_HTML = 2 * 1024 * 1024  # characters handed to the parser; the rest of a longer page is not read
# libxml2 cuts long names in the middle of a letter and lxml then cannot decode them: no HTML tag has such a name
_ODD_TAG = re.compile(rb"<(?=/?[A-Za-z][^\s<>/]*[\x80-\xff])")
_NESTING = re.compile(
    rb"</?(?:div|span|font|b|i|u|em|strong|big|small|center|section|table|tbody|tr|td|ul|ol|li"
    rb"|blockquote)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
# What ``plain.clean`` takes out, and our own marks of links, in UTF-8.
_CONTROLS = bytes((*range(0x09), *range(0x0E, 0x20), 0x7F))
_JUNK = re.compile(
    rb"\xc2[\x80-\x84\x86-\x9f\xad]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa0-\xa4\xa6-\xaf]|\xee\x80[\x80\x81]"
    rb"|\xef\xbb\xbf|\xef\xbf[\xbe\xbf]"
)
_ASCII = bytes(range(128))
_NAME_LETTERS = bytes(code for code in range(128) if chr(code) not in "<>/ \t\n\r\f\v")
_BARE = bytes(range(128)) + b"\x80" * 128
_HALVES = re.compile(HALVES.pattern.encode("ascii"), re.IGNORECASE)


def parse_html(text: str) -> Any:
    """The tree of a piece of HTML, None when there is nothing. Nothing is fetched, whatever it names."""
    return parse_page(text[:MAX_HTML].encode("utf-8", "ignore"))


def parse_page(page: bytes) -> Any:
    """The tree of a page in UTF-8, None when there is nothing."""
    if len(page) > MAX_HTML:
        page = page.decode("utf-8", "ignore")[:MAX_HTML].encode("utf-8")
    written = _cleaned(page)
    if not written.strip():
        return None
    root = _parse(written)
    if root is not None and len(written) > 2000 and not _speaks(root):
        # libxml2 throws everything away below 2,048 levels: read such a page without its nesting
        root = _parse(_NESTING.sub(b"\n", written))
    return root


def _cleaned(page: bytes) -> bytes:
    """The page in UTF-8 without what is never content; in bytes a search that finds nothing costs next to nothing."""
    written = page.translate(None, _CONTROLS)
    if b"&#" in written:
        written = _HALVES.sub(b"", written)
    if written.isascii():
        return written
    if _JUNK.search(written.translate(None, _ASCII)):  # what is left of most pages are a few quotation marks
        written = _JUNK.sub(b"", written)
    # the same without letters: a tag's "<", directly followed by one that is not of ASCII
    bare = written.translate(_BARE, _NAME_LETTERS)
    return _ODD_TAG.sub(b"&lt;", written) if b"<\x80" in bare or b"</\x80" in bare else written


def _parse(written: bytes) -> Any:
    try:
        return etree.fromstring(written, _parser())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


@cache
def _parser() -> etree.HTMLParser:
    # huge_tree lifts the limit of 256 levels, which pages with unclosed tags reach; our own limit is MAX_HTML. Nobody
    # asks the library for an id: it need not keep a table of them.
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True, collect_ids=False
    )
    # one class for all elements; lxml.html would ask a function of Python's for each
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    return parser


def _speaks(root: Any) -> bool:
    return any(text.strip() for text in islice(root.itertext(), 200))
