"""Lists that are in memory, a part at a time; the cursor is how many were shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from khabardar.web.api.shapes import AskPage
from khabardar.web.problems import ProblemError

Entry = TypeVar("Entry")
_CURSOR = re.compile(r"o\d{1,9}", re.ASCII)


def part_of(
    entries: Sequence[Entry], asked: AskPage, written: Callable[[Entry], Mapping[str, Any]]
) -> Mapping[str, Any]:
    """The part that is asked for, in the shape of lists. Raises ``ProblemError`` 400 for what is no cursor."""
    if asked.cursor is not None and not _CURSOR.fullmatch(asked.cursor):
        raise bad_cursor(asked.cursor)
    start = int(asked.cursor[1:]) if asked.cursor else 0
    end = start + asked.limit
    return {
        "items": [written(entry) for entry in entries[start:end]],
        "next": f"o{end}" if end < len(entries) else None,
        "total": len(entries),
        "total_exact": True,
    }


def bad_cursor(cursor: str) -> ProblemError:
    """The refusal."""
    told = f"cursor: {cursor[:60]!r} is none of this list: give the `next` of the page before."
    return ProblemError(400, "Bad parameter", told, parameter="cursor")
