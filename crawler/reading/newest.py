"""The entries of a long sitemap that may be news: those that say the newest dates, chosen before a parser sees them.

A visit takes five hundred addresses, and a sitemap may list fifty thousand: to read them all costs several times what
it costs to find the newest five thousand. Every step goes forward only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain

MOST = 5_000
_BEGIN = re.compile(r"<(?:[\w.-]{1,20}:)?(?:url|sitemap)(?=[\s>])", re.IGNORECASE)
_END = re.compile(r"</(?:[\w.-]{1,20}:)?(?:url|sitemap)\s{0,20}>", re.IGNORECASE)
_DATE = re.compile(r"(?:lastmod|publication_date)>\s{0,20}([0-9][0-9T:+.Z-]{9,34})")
_LONGEST_HEAD = 100_000


def newest_of(text: str) -> str:
    """The sitemap with at most ``MOST`` of its entries, in their order: the newest of those that are dated; of those
    that are not the first and the last, as some lists have the newest at the end."""
    ends = [found.end() for found in _END.finditer(text)]
    begin = _BEGIN.search(text, 0, ends[0]) if len(ends) > MOST else None
    if begin is None or begin.start() > _LONGEST_HEAD:
        return text
    spans = list(zip([begin.start(), *ends], ends, strict=False))
    kept = sorted(_chosen([_moment(text, *span) for span in spans]))
    return "".join((text[: begin.start()], *(text[slice(*spans[n])] for n in kept), text[ends[-1] :]))


def _chosen(moments: Sequence[float | None]) -> list[int]:
    """Which entries are kept, as numbers."""
    dated = [(-moment, n) for n, moment in enumerate(moments) if moment is not None]
    newest = [n for _, n in sorted(dated)[:MOST]]
    undated = [n for n, moment in enumerate(moments) if moment is None]
    room = MOST - len(newest)
    if len(undated) <= room:
        return newest + undated
    return list(chain(newest, undated[: room - room // 2], undated[len(undated) - room // 2 :]))


def _moment(text: str, start: int, end: int) -> float | None:
    """When an entry says that it changed or was published, in seconds; None where it does not say."""
    found = _DATE.search(text, start, end)
    if found is None:
        return None
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(found.group(1))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None
