"""What a query can still match when one value of an item is known: nothing of its text need be there."""

from __future__ import annotations

from query.document import Document
from query.judge import look_at
from query.parts import Every, Look, Never, Part, Some, Wrapped, fields_of
from query.query import Query


def may_match_source(query: Query, source: str) -> bool:
    """Whether some item of this source could match: false when ``source:`` or ``NOT source:`` rules it out."""
    return _may(query.part, look_at(Document.of(source=source), None))[0]


def _may(part: Part, look: Look) -> tuple[bool, bool]:
    """Whether the part can hold, and whether it can fail; what asks for anything but the source can do both."""
    match part:
        case Every(_, parts):
            each = [_may(one, look) for one in parts]
            return all(holds for holds, _ in each), any(fails for _, fails in each)
        case Some(_, parts):
            each = [_may(one, look) for one in parts]
            return any(holds for holds, _ in each), all(fails for _, fails in each)
        case Never(_, inner):
            holds, fails = _may(inner, look)
            return fails, holds
        case Wrapped(_, inner):
            return _may(inner, look)
    if fields_of(part) != {"source"}:
        return True, True
    held = part.holds(look)
    return held, not held
