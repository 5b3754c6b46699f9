"""The reference of the query language as a table: what each sentence of it promises, of one query and one item.

A line of ``contract.jsonl`` is ``[sentence, query, item, expected]``. The item is an object, or a string for its body;
``expected`` is whether the query finds it, or the texts of all spans in their order, or for a refused query an object
with the ``column`` and something that the refusal ``says``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from query import Names

SEEN = datetime(2025, 8, 20, tzinfo=UTC)
TOPICS = {
    "cars": 'toyota OR honda OR "auto industry"',
    "jp": "japan OR tokyo",
    "both": "topic:jp topic:cars",
    "neg": "japan -hockey",
    "loop": "topic:again",
    "again": "x topic:loop",
}
NAMES = Names(TOPICS, {"asia": "topic:jp topic:cars"})


@dataclass(frozen=True)
class Case:
    """One line of the table; ``item`` has the keys of an item in JSON."""

    line: int
    sentence: str
    query: str
    item: Mapping[str, Any]
    expected: bool | list[str] | Mapping[str, Any]

    @property
    def refused(self) -> bool:
        return isinstance(self.expected, Mapping)


def cases() -> list[Case]:
    """All lines of the table."""
    lines = (Path(__file__).parent / "contract.jsonl").read_text(encoding="utf-8").split("\n")
    return [_case(number, *json.loads(line)) for number, line in enumerate(lines, start=1) if line]


def _case(line: int, sentence: str, query: str, item: str | dict[str, Any], expected: Any) -> Case:
    given = {"body": item} if isinstance(item, str) else item
    return Case(line, sentence, query, {"seen_at": "2025-08-20T00:00:00Z", **given}, expected)
