"""Scraped text for a page: escaped, with the matched words marked, and no address but those of the web. Values only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from khabardar.inert import block
from khabardar.inert import one_line as _one_line
from khabardar.terminal import plural

if TYPE_CHECKING:
    from markupsafe import Markup

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")

Places = Iterable[tuple[int, int]]


def one_line(text: str | None) -> str:
    """The text on one line, without what turns its direction round."""
    return _one_line(text or "")


def brief(text: str | None, longest: int = 80) -> str:
    """The text on one line, cut where no honest name is so long: 10,000 letters take seconds to lay out."""
    text = one_line(text)
    return text if len(text) <= longest else f"{text[:longest]}…"


def language(code: str | None) -> Markup:
    """The attribute ``lang`` for a language that an item claims; nothing for what is no code of one (BCP 47)."""
    from markupsafe import Markup

    return Markup(' lang="{}"').format(code) if code and _LANGUAGE.match(code) else Markup("")


def is_web_address(url: str | None) -> bool:
    """Whether a link may lead there."""
    return bool(url) and str(url).lower().startswith(("http://", "https://"))


def number(value: int) -> str:
    """``1,895``."""
    return f"{value:,}"


def counted(value: int, noun: str) -> str:
    """``1 item``, ``3 stories``."""
    return plural(value, noun)


def address(path: str, **parameters: Any) -> str:
    """A path with those parameters that say something."""
    given = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def marked(text: str | None, places: Places = (), limit: int | None = None) -> Markup:
    """The text on one line, escaped, with ``<mark>`` around its places (code points of the whole text). With ``limit``
    about so many code points around the first place."""
    from markupsafe import Markup

    text = text or ""
    spans = list(_joined(places, len(text)))
    start, end = _window(text, spans, limit)
    out, at = [Markup("… ") if start else Markup("")], start
    for first, last in spans:
        first, last = max(first, at), min(last, end)
        if first >= last:
            continue
        out += [_escaped(text[at:first]), Markup("<mark>"), _escaped(text[first:last]), Markup("</mark>")]
        at = last
    out += [_escaped(text[at:end]), Markup(" …") if end < len(text) else Markup("")]
    return Markup("").join(out)


LONGEST, MOST_PARAGRAPHS = 30_000, 400
"""Code points and paragraphs of a text on a page: five thousand words, and a page of bearable weight in any script."""


def beginning(text: str | None, places: Places = ()) -> tuple[list[Markup], bool]:
    """The paragraphs of a text, as many as go onto a page; and whether these are all."""
    whole = text or ""
    found = paragraphs(whole[:LONGEST], places)
    return found[:MOST_PARAGRAPHS], len(whole) <= LONGEST and len(found) <= MOST_PARAGRAPHS


def paragraphs(text: str, places: Places = ()) -> list[Markup]:
    """The paragraphs of a text, each escaped and marked."""
    whole, found, at = text, [], 0
    spans = list(_joined(places, len(whole)))
    for part in whole.split("\n"):
        end = at + len(part)
        if part.strip():
            found.append(marked(part, [(a - at, b - at) for a, b in spans if a < end and b > at]))
        at = end + 1
    return found


def _joined(places: Places, length: int) -> Iterator[tuple[int, int]]:
    """Places within the text, ascending, those that overlap made one."""
    last: tuple[int, int] | None = None
    for start, end in sorted(places):
        start, end = max(0, start), min(end, length)
        if start >= end:
            continue
        if last and start < last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last


def _window(text: str, spans: list[tuple[int, int]], limit: int | None) -> tuple[int, int]:
    if limit is None or len(text) <= limit:
        return 0, len(text)
    first = spans[0][0] if spans else 0
    start = max(0, min(first - limit // 3, len(text) - limit))
    end = min(len(text), start + limit)
    if start:
        space = text.find(" ", start, start + 20)
        start = space + 1 if 0 <= space < first else start
    if end < len(text):
        space = text.rfind(" ", end - 20, end)
        end = space if space > start else end
    return start, end


def _escaped(text: str) -> Markup:
    """One line; spaces at the edges stay, for a marked word follows."""
    from markupsafe import escape

    return escape(block(text).replace("\n", " "))
