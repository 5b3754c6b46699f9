"""How often rules matched, by stretches of time: what a list of rules shows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from archive.database import Database, rows_of
from archive.document import storable
from archive.tables import items, matches, moment_of_seq, seq_floor


@dataclass
class Lately:
    """Matches of items by the time that counts for them. ``numbers``: rule to matches by stretch, oldest first;
    ``last``: rule to its newest match in all of them. ``looked_at`` stretches, the newest, were counted."""

    looked_at: int = 0
    numbers: dict[str, list[int]] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)


def lately(database: Database, edges: Sequence[datetime], seconds: float) -> Lately:
    """Counts between each two of ``edges`` (ascending), the newest first, as many stretches as ``seconds`` allow."""
    deadline = time.monotonic() + seconds
    found = Lately()
    with database.read() as connection:
        # The index holds all that is asked of an item; CROSS keeps SQLite from beginning with all matches there are.
        sqlite = connection.dialect.name == "sqlite"
        table = "items INDEXED BY items_in_brief CROSS JOIN matches" if sqlite else "items JOIN matches"
        for place in range(len(edges) - 2, -1, -1):
            low, high = seq_floor(edges[place]), seq_floor(edges[place + 1])
            statement = (
                f"SELECT rule, count(*), max(seq) FROM {table} ON matches.item_id = items.id "  # noqa: S608
                f"WHERE seq >= {low:d} AND seq < {high:d} AND removed_at IS NULL GROUP BY rule"
            )
            for rule, number, newest in rows_of(connection, statement):
                found.numbers.setdefault(rule, [0] * (len(edges) - 1))[place] = number
                if rule not in found.last and (moment := moment_of_seq(newest)):
                    found.last[rule] = moment
            found.looked_at += 1
            if time.monotonic() > deadline:
                break
    return found


def last_match(database: Database, rule: str) -> datetime | None:
    """The time of the newest item that a rule matched as it came."""
    statement = (
        select(func.max(items.c.seq))
        .select_from(matches.join(items, items.c.id == matches.c.item_id))
        .where(matches.c.rule == storable(rule), items.c.removed_at.is_(None))
    )
    with database.read() as connection:
        newest = connection.execute(statement).scalar()
    return None if newest is None else moment_of_seq(newest)
