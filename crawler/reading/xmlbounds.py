"""XML before any parser sees it: how large, how deep, and without the declarations that bombs are made of."""

from __future__ import annotations

import re
from itertools import islice

MAX_XML = 16 * 1024 * 1024  # bytes; a feed of this size is not a feed
MAX_NAMESPACES = 200  # real feeds name a dozen
MAX_DECLARED = 10_000  # times that namespaces or bases are declared; each costs readers a scope
MAX_DEPTH = 150  # levels; real feeds with XHTML content stay below 40
MAX_TAGS = 200_000  # opening and closing; readers take some microseconds for each
MAX_TAG = 20_000  # characters of one tag with its attributes

_PREFIX = re.compile(r"\bxmlns:([^\s=<>]{1,60})")
_CDATA = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|$)", re.DOTALL)
_TAG = re.compile(r"<(/?)([A-Za-z_][^\s<>/]{0,200})([^<>]*)>")
_LONG_TAG = re.compile(rf"<[^\W\d][^<>]{{{MAX_TAG}}}")
_SCOPE = re.compile(r"\bxmlns\b|\bxml:base\b")
_DECLARATION = re.compile(r"<\?xml[^>]{0,300}\?>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_ENTITY = re.compile(r"""<!ENTITY\s+([A-Za-z][A-Za-z0-9]{0,31})\s+(?:"([^"&%<>]{1,60})"|'([^'&%<>]{1,60})')\s*>""")
_MAX_ENTITIES = 200


def without_doctype(text: str) -> str:
    """The document without XML declaration, DOCTYPE and entity declarations: no entity, no file, no network.

    What a document declared itself is in ``declared``; the names HTML knows are resolved by the readers.
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


def declared(text: str) -> dict[str, str]:
    """The short words that a document's DOCTYPE gives names of its own: no markup, no names within, a few hundred."""
    start = _DOCTYPE.search(text, 0, 4096)
    if not start:
        return {}
    subset = text[start.end() : min(_doctype_end(text, start.end()), start.end() + 40_000)]
    return {found[1]: found[2] or found[3] for found in islice(_ENTITY.finditer(subset), _MAX_ENTITIES)}


def too_many_namespaces(text: str) -> bool:
    """Does the document name more than ``MAX_NAMESPACES`` prefixes? Readers compare each with each."""
    if text.count("xmlns:") <= MAX_NAMESPACES:  # most feeds; the search takes as long as reading them
        return False
    return len({found.group(1) for found in _PREFIX.finditer(text)}) > MAX_NAMESPACES


def unreadable(text: str, most_tags: int = MAX_TAGS) -> str | None:
    """Why a document would cost its reader more than it may, None when it would not; "it" is the document.

    Linear in the length of the text: tags like those of attribute bombs, more tags or scopes than any feed has.
    """
    bare = _without(_without(text, "<![CDATA[", "]]>"), "<!--", "-->")
    if _LONG_TAG.search(bare):
        return f"has a tag of more than {MAX_TAG:,} characters"
    if bare.count("<") > most_tags:
        return f"has more than {most_tags:,} tags"
    if too_many_namespaces(bare):
        return f"names more than {MAX_NAMESPACES} namespaces"
    if sum(1 for _ in _SCOPE.finditer(bare)) > MAX_DECLARED:
        return f"declares namespaces or bases more than {MAX_DECLARED:,} times"
    return None


def tags_of(text: str) -> int:
    """How many tags and CDATA sections a part of a document has; what stands inside of the sections does not count."""
    bare, sections = _CDATA.subn("", text)
    return sections + bare.count("<")


def cut_runs(text: str, most: int) -> str:
    """A part of a document in which no text and no CDATA section is longer than ``most`` characters; what is cut off
    is the end of it."""
    kept: list[str] = []
    at = 0
    for section in _CDATA.finditer(text):
        kept.append(_cut_texts(text[at : section.start()], most))
        whole = section.group(0)
        kept.append(whole if len(whole) <= most else whole[:most] + "]]>")
        at = section.end()
    kept.append(_cut_texts(text[at:], most))
    return "".join(kept)


def _cut_texts(text: str, most: int) -> str:
    def cut(found: re.Match[str]) -> str:
        run = found.group(0)
        return run if len(run) <= most else re.sub(r"&[^;]{0,40}$", "", run[:most])

    return re.sub(r"(?<=>)[^<>]+", cut, text)


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
