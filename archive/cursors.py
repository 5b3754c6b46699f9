"""Where a page of found items ended, as a short text that goes to the reader and comes back. Values only.

``n1843203870720000000.1755262800000000``: the order, the row number below which to go on, and the time of asking in
microseconds, so that "the last seven days" are the same on every page. By relevance the matches are ranked anew for
each page, from the same row number down; a third number says how many were shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from archive.tables import micros_of, moment_of_micros

_CURSOR = re.compile(
    r"(?P<kind>[nr])(?P<below>-?\d{1,19})\.(?P<asked>-?\d{1,18}|)(?:\.(?P<skipped>\d{1,9}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a cursor says."""

    below: int
    asked: datetime | None
    skipped: int = 0


def written(below: int, asked: datetime | None, *, skipped: int | None = None) -> str:
    """The cursor; with ``skipped`` one by relevance."""
    kind, shown = ("n", "") if skipped is None else ("r", f".{skipped}")
    return f"{kind}{below}.{'' if asked is None else micros_of(asked)}{shown}"


def read(cursor: str, *, ranked: bool) -> Place:
    """The place. Raises ``ValueError`` for anything but a cursor of this order."""
    found = _CURSOR.fullmatch(cursor.strip())
    try:
        if found is None or (found["kind"] == "r") != ranked or (found["skipped"] is not None) != ranked:
            raise ValueError
        below = int(found["below"])
        asked = moment_of_micros(int(found["asked"])) if found["asked"] else None
        if not -(2**63) <= below < 2**63:
            raise ValueError
        return Place(below, asked, int(found["skipped"] or 0))
    except (ValueError, OverflowError):
        raise ValueError(
            f"The cursor {cursor[:60]!r} is none of this search: give the one that the page before it came with, and"
            " the same order."
        ) from None
