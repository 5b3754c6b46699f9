"""Which lines of an article are not its text: captions of other stories, menus, calls to follow. Values only.

What a page's markup gives away, the reader takes out; this is for what only the outlet's other articles give away: the
same line under different titles. Losing news is worse than keeping furniture, so what recurs is weighed by its shape:

* the headline of another item of the outlet is a caption, wherever it stands;
* a line without the end of a sentence is furniture when three different stories carry it: a headline or a call
  anywhere, a short label only at the edges (in the middle it may head a column of figures);
* a sentence is furniture only when four different stories carry it and this one is about something else (background
  paragraphs recur under many titles too, but they speak of what their article speaks of);
* between furniture at the end, what is no sentence or recurs goes along: captions there change by the hour.

Stories are different when both title and beginning are: an edited article and a reprint teach nothing.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from archive.identity import canonical_url
from archive.model import NewsItem

STORIES = 3  # different stories that carry a line before it is furniture
STORIES_OF_SENTENCE = 4
_FIRST, _LAST = 12, 80  # lines of a long text that are looked at, from either end
_LONGEST = 600  # characters: a longer line is a paragraph
_LEAST = 3  # letters and digits: less is no line
_HEADLINE = 18  # letters and digits (a Han or Kana sign counts for three): a shorter line is a label
_FOREIGN = 0.25  # share of a sentence's words that the rest of the article uses too: less is another matter
_TELLING = 5  # words that a sentence within the text must have to be told from it
_RUN, _DENSITY = 3, 0.4  # sure lines, and their share, that prove a block of other stories at the end
_ABOVE = 3  # captions too new to be known that may stand above such a block
_LEDE = 60
_ENDS = frozenset(".!?…؟۔。！？」』")  # of sentences
_CLOSERS = "\"”’')）]»"  # what may stand behind an end
_STOP = re.compile(r"[.۔。][\"”’')）\]»]*\s*$")  # headlines ask and shout, but do not end in a full stop
_CUT = ("…", "...")
_BETWEEN = re.compile(r"[\W_]+")
_TYPOGRAPHY = "‘’“”–—…"
_LOWER = bytes(range(256)).lower()
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2}|[a-z\u00c0-\u024f]{5,}|[\u0620-\u06ff]{3,}")
_COMMON = """
about above after again against among around because before being below between could during every first further
might other shall should since their there these those through under until where which while whose would
اور کیا گیا کہا ہیں تھا تھی تھے اپنے اپنی انہوں نہیں بھی لیے جائے کرنے والے ہوئے
"""
_SAYS_NOTHING = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: code points ``start`` to ``end``, what it is recognised by, and its shape."""

    start: int
    end: int
    text: str
    mark: int
    sentence: bool
    headline: bool


@dataclass(frozen=True, slots=True)
class Habit:
    """How an outlet uses a line: the number of different ``stories`` that carry it; ``title``: it is the headline of
    one of the outlet's items."""

    stories: int = 0
    title: bool = False


Habits = Mapping[int, Habit]


def outlet_of(item: NewsItem) -> str:
    """Whose lines these are: the site of the item's address, for several sources read one site; else the source.
    "" when nothing is known of it."""
    host = _site_of(item.url) if item.url else ""
    return host or (f"source:{item.source}" if item.source else "")


@functools.lru_cache(maxsize=1024)
def _site_of(url: str) -> str:
    rest = canonical_url(url).removeprefix("https://")
    return re.split(r"[/?#]", rest, maxsplit=1)[0] if rest and "://" not in rest else ""


def lines_of(text: str | None) -> list[Line]:
    """The lines of a text that can be recognised; of a very long one those at its edges."""
    spans = [(found.start(), found.end()) for found in re.finditer(r"[^\r\n\u2028\u2029]+", text or "")]
    if len(spans) > _FIRST + _LAST:
        spans = [*spans[:_FIRST], *spans[-_LAST:]]
    return [line for start, end in spans if (line := _line((text or "")[start:end], start))]


def _line(written: str, start: int) -> Line | None:
    text = written.strip()
    whole = _key(text)
    letters = whole if len(text) <= _LONGEST else text[:_LEAST]
    if len(letters) < _LEAST:
        return None
    size = len(letters) if letters.isascii() else len(letters) + 2 * len(_DENSE.findall(letters))
    return Line(
        start=start,
        end=start + len(written),
        text=text,
        mark=_hashed(whole),
        sentence=(text.endswith((":", ";", "：")) or text.rstrip(_CLOSERS)[-1:] in _ENDS) and not text.endswith(_CUT),
        headline=size >= _HEADLINE,
    )


def mark_of(text: str) -> int:
    """What a line is recognised by in all its dresses: a hash (signed, 64 bits) of its letters and digits."""
    return _hashed(_key(text))


def _hashed(letters: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(letters.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True
    )


def _key(text: str) -> str:
    if not text.isascii():
        for sign in _TYPOGRAPHY:  # what makes most English texts more than ASCII parts words, as it would below
            text = text.replace(sign, " ")
        if not text.isascii():
            return _BETWEEN.sub("", unicodedata.normalize("NFKC", text).casefold())
    return text.encode("ascii").translate(_LOWER, _NO_LETTERS).decode("ascii")


def needed(line: Line) -> int:
    """How many different stories must carry the line before it can be furniture."""
    return STORIES_OF_SENTENCE if line.sentence else STORIES


def lede_of(lines: Sequence[Line]) -> int:
    """What the beginning of a text is recognised by: its first sentence of some length."""
    first = next((line for line in lines if line.sentence and len(line.text) >= _LEDE), lines[0] if lines else None)
    return mark_of(_key(first.text)[:_LEDE]) if first else 0


def without_furniture(item: NewsItem, habits: Habits, lines: Sequence[Line] | None = None) -> NewsItem:
    """The item without the lines that its outlet puts under everything; the same object when there are none.

    ``lines`` are those of its body, if they were looked at already. A text is never emptied: if nothing would be left,
    it stays as it is.
    """
    lines = lines_of(item.body) if lines is None else lines
    gone = _unwanted(lines, habits, item.title)
    if item.body is None or not gone or len(gone) == len(lines):
        return item
    left, at = [], 0
    for line in (lines[i] for i in sorted(gone)):
        left.append(item.body[at : line.start])
        at = line.end
    left.append(item.body[at:])
    body = re.sub(r"\n[ \t]*\n\s*\n", "\n\n", "".join(left)).strip()
    return replace(item, body=body) if body else item


def _unwanted(lines: Sequence[Line], habits: Habits, title: str) -> set[int]:
    own = mark_of(title)
    known = [habits.get(line.mark, Habit()) if line.mark != own else Habit() for line in lines]
    recurs = [habit.stories >= needed(line) for line, habit in zip(lines, known, strict=True)]
    sure = {
        i
        for i, line in enumerate(lines)
        if line.headline and ((known[i].title and not _STOP.search(line.text)) or (recurs[i] and not line.sentence))
    }
    if not any(recurs) and not sure:
        return sure
    about = _words(" ".join([title, *(line.text for i, line in enumerate(lines) if not recurs[i] and i not in sure)]))
    end = max((i for i, line in enumerate(lines) if line.sentence and not recurs[i]), default=-1)  # of its own text
    sure |= {
        i
        for i, line in enumerate(lines)
        if recurs[i] and line.sentence and _is_foreign(line.text, about, least=0 if i > end else _TELLING)
    }
    return sure | _head(lines, recurs, sure) | _tail(lines, recurs, sure)


def _head(lines: Sequence[Line], recurs: Sequence[bool], sure: Collection[int]) -> set[int]:
    """Labels before the text, "Open Menu"."""
    found: set[int] = set()
    for i, line in enumerate(lines):
        if i not in sure and (not recurs[i] or line.sentence):
            break
        found.add(i)
    return found


def _tail(lines: Sequence[Line], recurs: Sequence[bool], sure: Collection[int]) -> set[int]:
    """Labels after the text, and the whole block of other stories when enough of it is known."""
    labels: set[int] = set()
    start = len(lines)
    while start and (start - 1 in sure or recurs[start - 1] or not lines[start - 1].sentence):
        start -= 1
    run = range(start, len(lines))
    for i in reversed(run):
        if i not in sure and not (recurs[i] and not lines[i].sentence):
            break
        labels.add(i)
    certain = [i for i in run if i in sure]
    if len(certain) < _RUN or len(certain) < _DENSITY * (len(lines) - certain[0]):
        return labels
    above = certain[0]
    while above > start and certain[0] - above < _ABOVE and _is_caption(lines[above - 1]):
        above -= 1
    return labels | set(range(above, len(lines)))


def _is_caption(line: Line) -> bool:
    """May this be the headline of another story, rather than a row of figures?"""
    return line.headline and not line.sentence and not re.search(r"\d", line.text)


def _is_foreign(sentence: str, about: Collection[str], least: int) -> bool:
    """Does the sentence speak of other things than the article? One of fewer words than ``least`` cannot be told."""
    said = _words(sentence)
    return len(said) >= least and len(said & set(about)) <= _FOREIGN * len(said)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())) - _SAYS_NOTHING
