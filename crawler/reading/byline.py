"""Who wrote it and when: the line under a headline, "Some Name Published August 15, 2025 | 06:00 PM".

Such a line is short, and once its dates and labels are taken away nothing but a name is left. A sentence with a date in
it is no byline.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.reading.calendar_words import HALF, PUBLISHED, UPDATED, WEEKDAY, fold, visible
from crawler.reading.dates import find_date
from crawler.reading.furniture import is_button_row
from crawler.reading.moments import ReadDate
from crawler.reading.plain import one_line, words

_LONGEST = 200  # characters
_NOBODY = words(
    "admin administrator root webmaster user unknown null none undefined anonymous editor author guest noreply "
    "wordpress "
    "super superadmin staff"
)
_MAIL_AND_NAME = re.compile(r"^\S+@\S+\s*\((?P<name>[^()]{2,100})\)$|^(?P<front>[^<>@]{2,100}?)\s*<\S+@\S+>$")
_BY = re.compile(
    r"^\W*(?:(?:written\s+|reported\s+|posted\s+|submitted\s+|story\s+)?by\b|author\b|reporter\b|تحریر|رپورٹ|از قلم"
    r"|مصنف|文|著者|執筆|記者)\s*[:：\-–]?\s*",
    re.IGNORECASE,
)
_PARTICLES = words("de da di del la le van von der den bin ibn al ul ur e and of the for in & und et y from with by")
_SECTIONS = words(
    "business pakistan world sports sport national international home top latest news breaking story stories "
    "headlines technology "
    "tech entertainment opinion local city economy markets trade finance health science lifestyle science "
    "education politics "
    "main page today english urdu article articles press"
)
_HIJRI = re.compile(r"\d{1,2}\s+[^\W\d]{3,14}(?:[ -][^\W\d]{2,12}){0,2},?\s*1[34]\d\d(?!\d)\s*(?:ھ|ہ|AH\b)?")
# Whole words, but for labels glued to a name: names hold "am" (Maryam), "mon" (Simon), کو (کوکب) and پیر (پیرزادہ).
_NOISE = re.compile(
    rf"{PUBLISHED}|{UPDATED}"
    rf"|(?<![^\W\d_])(?:{WEEKDAY}|(?:\d+\s+)?min(?:ute)?s?\s+(?:read|ago)|\d[\d,.]*k?\s+(?:views?|comments?|shares?|reads?)"
    rf"|\d{{1,2}}[:.]\d\d(?!\d)|{HALF}|on|at|date|time|pkt|pst|gmt|utc|ist|jst|et|share|print|email|listen"
    rf"|کی|کو|تاریخ)(?![^\W\d_])",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"\s*[|•·/–—\-,:;،●■►»…()\[\]]+\s*")


@dataclass(frozen=True, slots=True)
class Byline:
    """What a byline says. ``labelled`` tells that "By" or "Published" proved it."""

    author: str | None = None
    date: ReadDate | None = None
    labelled: bool = False


def person(name: str | None) -> str | None:
    """A name as a feed or a meta tag gives it, without "By" and mail address; None for "admin", addresses, numbers."""
    written = one_line(name)
    if found := _MAIL_AND_NAME.match(written):
        written = found["name"] or found["front"]
    written = _BY.sub("", written).strip(" ,|-–—:")
    if written.startswith("(") and written.endswith(")"):
        written = written[1:-1].strip()
    if not 1 < len(written) <= 120 or "@" in written or "://" in written or written.casefold() in _NOBODY:
        return None
    return written if re.search(r"[^\W\d_]", written) else None


def read_byline(line: str, timezone: str | None = None) -> Byline | None:
    """What this line says when it is a byline or a date line, None when it is anything else."""
    if len(line) > _LONGEST:
        return None
    seen = visible(one_line(line))
    if seen.endswith((".", "?", "!", "۔", "。")) and not re.search(r"\b[ap]\.m\.$", seen, re.IGNORECASE):
        return None
    date = find_date(seen, timezone)
    if not date:
        return _only_update(seen, timezone) or _only_author(seen)
    labelled = bool(re.search(PUBLISHED, fold(seen), re.IGNORECASE))
    by = bool(_BY.match(seen))
    left = _names_in(_without_dates(seen, date, timezone))
    if left is None:
        return None
    author = _best(left, labelled or by)
    return Byline(person(author), date, labelled or by)


def _only_update(line: str, timezone: str | None) -> Byline | None:
    """ "Updated 06 May, 2024" is furniture: it says nothing of when the report came out."""
    found = re.match(rf"\W*(?:{UPDATED})\s*[:：]?\s*", fold(line), re.IGNORECASE)
    return Byline() if found and find_date(line[found.end() :], timezone) else None


def _only_author(line: str) -> Byline | None:
    found = _BY.match(line)
    name = line[found.end() :] if found else ""
    if found and found.end() and is_name(name):
        return Byline(person(name), None, True) if person(name) else None
    return None


def _without_dates(line: str, date: ReadDate, timezone: str | None) -> str:
    """The line with every date in it replaced by a separator."""
    for _ in range(4):
        line = line[: date.start] + " | " + line[date.end :]
        again = find_date(line, timezone)
        if not again:
            break
        date = again
    return line


def _names_in(line: str) -> list[str] | None:
    """The names left in a line without dates; None when something is left that is no name."""
    folded = fold(line)
    for noise in (_HIJRI, _NOISE):
        for found in reversed(list(noise.finditer(folded))):
            line = line[: found.start()] + "|" + line[found.end() :]
            folded = folded[: found.start()] + "|" + folded[found.end() :]
    parts = [_BY.sub("", part).strip(" .'’") for part in _SEPARATORS.split(line)]
    left = [part for part in parts if re.search(r"[^\W\d_]", part) and not is_button_row(part)]
    return left if all(is_name(part) for part in left) else None


def _best(names: list[str], labelled: bool) -> str | None:
    """The author among the names of a byline: not a section of the paper, rather a long form than initials."""
    people = [name for name in names if not all(word.casefold() in _SECTIONS for word in name.split())]
    if not labelled:
        people = [name for name in people if len(name.split()) > 1 or not name.isascii()]
    return max(people, key=lambda name: len(name) > 3, default=None)


def lone_author(line: str) -> str | None:
    """The name on a line that may be a byline without any label: two to four words, none of them a section's."""
    line = one_line(line)
    if not 2 <= len(line.split()) <= 4 or not is_name(line) or is_button_row(line):
        return None
    return person(_best([line], labelled=False))


def is_name(text: str) -> bool:
    """Could this be the name of a person or a desk: few words, each with a capital (where the script has them)?"""
    words = text.split()
    if not words or len(words) > 6 or len(text) > 60 or re.search(r"\d|[.!?:;۔。、]\s|[。、]", text):
        return False
    return all(
        word[0].isupper() or not word.isascii() or word.casefold() in _PARTICLES for word in words if word[0].isalpha()
    )
