"""The paragraphs of a report, freed of what stands before and after it: repeated headline, byline, dateline, tails."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.reading.byline import Byline, read_byline
from crawler.reading.dateline import Dateline, split_dateline, split_tail_credit
from crawler.reading.furniture import ends_report, is_button_row
from crawler.reading.plain import after_key, key

# Who wrote it, below the report: "The writer is …", and of a name only with what none but an author does.
_LIFE = re.compile(
    r"the (?:writer|author|columnist)s? (?:is|are|was|were|has|have|can|may|works?|teach(?:es)?)\b"
    r"|[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){1,3} (?:is|was|covers|writes|reports)\b.{0,200}"
    r"(?:\b(?:tweets|posts on|can be (?:reached|contacted)|(?:writes|reports) (?:on|about)|has (?:covered|written))\b"
    r"|\s@\w)",
    re.IGNORECASE,
)
_LONGEST_LIFE = 320
_STANDFIRST, _DATE_LINE = 300, 40  # characters at most
_LINES_BEFORE = 8  # at most so many lines stand before a report


@dataclass(frozen=True, slots=True)
class Story:
    """``lines`` are the paragraphs; ``byline`` and ``dateline`` what stood before them, ``credit`` what stood after."""

    lines: tuple[str, ...] = ()
    dateline: Dateline = field(default_factory=lambda: Dateline(""))
    credit: str | None = None
    byline: Byline = field(default_factory=Byline)

    @property
    def body(self) -> str | None:
        """Plain text with a blank line between paragraphs; None when nothing is left."""
        return "\n\n".join(self.lines) or None


def read_story(lines: Sequence[str], titles: Sequence[str], timezone: str | None) -> Story:
    """Take everything that is not the report off these paragraphs; ``titles`` are keys of the headline's wordings."""
    left, byline, dateline = _after_head([line for line in lines if line.strip()], titles, timezone)
    left, credit = _before_tail(left)
    return Story(tuple(left), dateline, credit, byline)


def joined(first: Byline, second: Byline) -> Byline:
    """What two bylines say together; the first is believed where both speak."""
    return Byline(first.author or second.author, first.date or second.date, first.labelled or second.labelled)


def is_dateline(text: str) -> bool:
    """Is this line nothing but a dateline?"""
    line = split_dateline(text)
    return bool(line.place or line.credit) and not line.rest


def _after_head(lines: list[str], titles: Sequence[str], timezone: str | None) -> tuple[list[str], Byline, Dateline]:
    """The paragraphs from the report's first word on."""
    byline, dateline = Byline(), Dateline("")
    start = 0
    while start < min(len(lines), _LINES_BEFORE):
        head = lines[start]
        if key(head[:500]) in titles or _is_debris(head):
            start += 1
            continue
        head = lines[start] = _without_title(head, titles)
        line = split_dateline(head)
        if line.place or line.credit:
            dateline = both(dateline, line)
            lines[start] = line.rest
            dated = read_byline(line.rest, timezone) if len(line.rest) <= _DATE_LINE else None
            if line.rest and not dated:
                break
            byline = joined(byline, dated or Byline())
        elif found := read_byline(head, timezone):
            byline = joined(byline, found)
        elif not (start + 1 < len(lines) and _stands_above(head, read_byline(lines[start + 1], timezone))):
            break
        start += 1
    return lines[start:], byline, dateline


def both(first: Dateline, second: Dateline) -> Dateline:
    """What two lines before a report say together; a list of countries yields to the town that stands beside it."""
    listed = bool(first.place and second.place and "、" in first.place)
    place = second.place if listed else first.place or second.place
    return Dateline("", place, first.credit or second.credit, first.date or second.date)


def _is_debris(line: str) -> bool:
    """A stray token before the report (a country code, a drop cap's label), or a row of buttons."""
    return is_button_row(line) or (len(line) <= 3 and line.isascii()) or not re.search(r"\w", line)


def _is_label(line: str) -> bool:
    """May this stand above a byline, as "SOME PAPER | Web Desk" does, and say nothing of the report?"""
    return len(line) <= 60 and not re.search(r"[.!?:;,۔。]\s*$", line)


def _stands_above(head: str, line: Byline | None) -> bool:
    """Is this line only what stands above a byline: a label, or a standfirst where the byline says that it is one?"""
    return line is not None and (_is_label(head) or (len(head) <= _STANDFIRST and line.labelled and bool(line.author)))


def _without_title(head: str, titles: Sequence[str]) -> str:
    """A first paragraph into which the headline was run, without it."""
    for title in titles:
        if len(title) < 16 or not key(head[: 2 * len(title) + 80]).startswith(title):
            continue
        rest = after_key(head, title)
        if rest and (rest[0].isupper() or not rest[0].isascii()) and _apart(head, rest):
            return rest
    return head


def _apart(head: str, rest: str) -> bool:
    """Is the rest a text of its own? A headline may as well be the beginning of the first sentence."""
    line = split_dateline(rest)
    return bool(line.place or line.credit) or head[: -len(rest)].rstrip()[-1:] in (":", ".", "|", "-", "–", "—")


def _before_tail(lines: list[str]) -> tuple[list[str], str | None]:
    """The paragraphs up to the report's last word, and the credit that stood after it."""
    for number, text in enumerate(lines):
        if number and ends_report(text):
            lines = lines[:number]
            break
    credit: str | None = None
    while len(lines) > 1 and len(lines[-1]) <= _LONGEST_LIFE and _LIFE.match(lines[-1]):
        lines.pop()
    while lines:
        lines[-1], found = split_tail_credit(lines[-1])
        credit = credit or found
        if lines[-1]:
            break
        lines.pop()
    return lines, credit
