"""XML before any parser sees it: how large, how deep, and without the declarations that bombs are made of."""

from __future__ import annotations

import re

MAX_XML = 16 * 1024 * 1024  # bytes; a feed of this size is not a feed
MAX_NAMESPACES = 200  # real feeds name a dozen
MAX_DEPTH = 150  # levels; real feeds with XHTML content stay below 40

_PREFIX = re.compile(r"\bxmlns:([^\s=<>]{1,60})")
_TAG = re.compile(r"<(/?)([A-Za-z_][^\s<>/]{0,200})([^<>]*)>")
_DECLARATION = re.compile(r"<\?xml[^>]{0,300}\?>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_ENTITY = re.compile(r"<!ENTITY\b", re.IGNORECASE)


def without_doctype(text: str) -> str:
    """The document without XML declaration, DOCTYPE and entity declarations: no entity, no file, no network.

    Entities a document declared itself stay unexpanded; the names HTML knows are resolved by the readers.
    """
    text = _DECLARATION.sub("", text, count=1)
    start = _DOCTYPE.search(text, 0, 4096)
    if not start:
        return text
    end = _doctype_end(text, start.end())
    return text[: start.start()] + text[end:]


def _doctype_end(text: str, at: int) -> int:
    """Just past the ``>`` that ends a DOCTYPE, its internal subset included; the end of the text if it never ends."""
    close, subset = text.find(">", at), text.find("[", at)
    if subset != -1 and subset < close:
        end = re.compile(r"\]\s*>").search(text, subset)
        return end.end() if end else len(text)
    return close + 1 if close != -1 else len(text)


def declares_entities(text: str) -> bool:
    """Does the document declare entities of its own (which are then not expanded)?"""
    return bool(_ENTITY.search(text, 0, 200_000))


def too_many_namespaces(text: str) -> bool:
    """Does the document name more than ``MAX_NAMESPACES`` prefixes? Readers compare each with each."""
    if text.count("xmlns:") <= MAX_NAMESPACES:  # most feeds; the search takes as long as reading them
        return False
    return len({found.group(1) for found in _PREFIX.finditer(text)}) > MAX_NAMESPACES


def _without(text: str, opening: str, closing: str) -> str:
    """The text without all that stands between these two; what is never closed goes to the end."""
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0:
        kept.append(text[at:start])
        end = text.find(closing, start + len(opening))
        at = end + len(closing) if end >= 0 else len(text)
    kept.append(text[at:])
    return "".join(kept)


# Never closed in ill-formed feeds whose descriptions were not escaped; not a level of the feed's own structure.
_LOOSE = frozenset({"br", "img", "hr", "input", "meta", "wbr", "col", "p", "li"})
_MAX_LOOSE = 20_000


def too_deep(text: str, limit: int = MAX_DEPTH) -> bool:
    """Is the document nested deeper than ``limit``? Unclosed tags end with the element they stand in, as readers of
    ill-formed feeds see it. Linear in the length of the text."""
    bare = _without(_without(text, "<![CDATA[", "]]>"), "<!--", "-->")
    stack: list[str] = []
    open_names: dict[str, int] = {}
    loose = 0
    for tag in _TAG.finditer(bare):
        closing, name, rest = tag.groups()
        if name.lower() in _LOOSE:
            loose += -1 if closing else not rest.endswith("/")
            if loose > _MAX_LOOSE:
                return True
        elif closing:
            while open_names.get(name):
                last = stack.pop()
                open_names[last] -= 1
                if last == name:
                    break
        elif not rest.endswith("/"):
            stack.append(name)
            open_names[name] = open_names.get(name, 0) + 1
            if len(stack) > limit:
                return True
    return False
