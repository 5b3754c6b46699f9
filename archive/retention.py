"""Forgetting old texts while what was seen stays known: identity, titles, rules and deliveries remain.

And rows that would grow for ever: each kind has a time after which it serves nobody. Everything goes in small
transactions with pauses between them, so that keeping and alerting wait for some hundredths of a second at the most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, or_, select

from archive import fulltext, print_rows
from archive.database import Database
from archive.document import document_of
from archive.model import NewsItem
from archive.owing import OPEN
from archive.rows import item_of
from archive.sightings import MOST_SIGHTINGS
from archive.tables import deliveries, items, matches, owed, sightings, sources, tries, versions
from archive.visit_days import prune_days

ANSWERED_FOR = timedelta(days=400)
"""How long the words of a message and the single tries of a delivery are kept; that it was sent is kept for ever."""

REFUSED_FOR = timedelta(days=90)
"""How long it is told of an entry why it was not kept."""

_TEXTS_AT_ONCE = 25
_ROWS_AT_ONCE = 500
_PAUSE = 0.02


def forget_texts(database: Database, before: datetime, now: datetime, seconds: float | None = None) -> int:
    """Remove summary and body of items seen before that time, from index, versions, prints and messages too; how many
    items. ``seconds``: for about how long; what is left then is left to the next call.

    An item whose message is still to be composed waits.
    """
    deadline = _deadline(seconds)
    forgotten = _bit_by_bit(lambda: _forget_some(database, before, now), deadline)
    _forget_messages(database, before, deadline, ("sent",))
    return forgotten


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of each kind went."""

    sightings: int = 0
    tries: int = 0
    messages: int = 0
    days: int = 0


def prune(database: Database, now: datetime, seconds: float | None = None) -> Pruned:
    """Remove what serves nobody any more, for about so many seconds:

    tries and words of deliveries that ended more than 400 days ago; sums of visits of so old days; accounts of entries
    that were not kept after 90 days, unless they are among those by which the source's next visit knows what it has
    seen. Who saw an item that was kept belongs to its identity, and stays.
    """
    deadline = _deadline(seconds)
    ended = now - ANSWERED_FOR
    gone = _bit_by_bit(lambda: _forget_tries(database, ended), deadline)
    words = _forget_messages(database, ended, deadline, ("sent", "gave-up"))
    seen = 0
    for source, most in _sources(database):
        seen += _forget_refused(database, source, most, now - REFUSED_FOR, deadline)
    with database.write() as connection:
        days = prune_days(connection, now)
    return Pruned(seen, gone, words, days)


def _deadline(seconds: float | None) -> float:
    return float("inf") if seconds is None else time.monotonic() + seconds


def _bit_by_bit(step: Callable[[], int], deadline: float) -> int:
    """Step by step until one finds nothing to do or the time is over; how many rows in all."""
    many = 0
    while True:
        done = step()
        many += done
        if not done or time.monotonic() > deadline:
            return many
        time.sleep(_PAUSE)  # whoever waits for the lock gets it


def _forget_some(database: Database, before: datetime, now: datetime) -> int:
    """Read and analysed without the lock; then only what still is as it was read is forgotten."""
    wanted = _to_forget(before)
    with database.read() as connection:
        rows = connection.execute(wanted.order_by(items.c.seen_at).limit(_TEXTS_AT_ONCE)).mappings().all()
    if not rows:
        return 0
    words = {row["id"]: _words(row) for row in rows}
    with database.write() as connection:
        still = wanted.where(items.c.id.in_(words))
        rows = [row for row in connection.execute(still).mappings() if _words_are_of(words[row["id"]], row)]
        for row in rows:
            fulltext.erase(connection, row["seq"], words[row["id"]].whole)
        fulltext.write_all(connection, [(row["seq"], words[row["id"]].cut) for row in rows])
        ids = [row["id"] for row in rows]
        connection.execute(items.update().where(items.c.id.in_(ids)).values(summary=None, body=None, forgotten_at=now))
        connection.execute(versions.update().where(versions.c.item_id.in_(ids)).values(summary=None, body=None))
        print_rows.forget_prints(connection, ids)
        # Spans quote the text and point into it.
        connection.execute(matches.update().where(matches.c.item_id.in_(ids)).values(spans="[]"))
    return len(ids)


def _to_forget(before: datetime) -> Select[Any]:
    """Items seen before that still have their texts, and are in no message that is still to be composed."""
    promised = select(owed.c.item_id).where(OPEN)
    unworded = deliveries.c.message.is_(None) & (deliveries.c.state == "owed")
    uncomposed = select(owed.c.item_id).join(deliveries, deliveries.c.id == owed.c.delivery_id).where(unworded)
    return select(items).where(
        items.c.seen_at < before,
        items.c.forgotten_at.is_(None),
        items.c.id.not_in(promised),
        items.c.id.not_in(uncomposed),
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """What the index holds of an item, and is to hold of it; ``of`` is what that was made of."""

    of: NewsItem
    seq: int
    whole: fulltext.Entry
    cut: fulltext.Entry


def _words(row: Mapping[Any, Any]) -> _Words:
    item = item_of(row)
    cut = replace(item, summary=None, body=None)
    return _Words(item, row["seq"], fulltext.entry_of(document_of(item)), fulltext.entry_of(document_of(cut)))


def _words_are_of(words: _Words, row: Mapping[Any, Any]) -> bool:
    return words.seq == row["seq"] and words.of == item_of(row)


def _forget_messages(database: Database, before: datetime, deadline: float, states: Sequence[str]) -> int:
    """The words of deliveries that ended before. What was given up is composed anew from what is left, should somebody
    try it again; a notice could not be, so its words stay unless it was sent."""
    composed = deliveries.c.kind.in_(("alert", "digest"))
    state = func.coalesce(deliveries.c.state, "")  # else SQLite goes by the state, and nearly all are sent
    old = select(deliveries.c.id).where(
        deliveries.c.message.is_not(None),
        deliveries.c.ended_at < before,
        state.in_(states),
        or_(state == "sent", composed),
    )

    def some() -> int:
        with database.write() as connection:
            ids = list(connection.execute(old.limit(_ROWS_AT_ONCE)).scalars())
            connection.execute(deliveries.update().where(deliveries.c.id.in_(ids)).values(message=None))
        return len(ids)

    return _bit_by_bit(some, deadline)


def _forget_tries(database: Database, before: datetime) -> int:
    """The oldest tries have the lowest numbers; one whose delivery still goes on stays, and what comes after it too
    until that has ended."""
    oldest = select(tries.c.id, tries.c.delivery_id, tries.c.at).order_by(tries.c.id).limit(_ROWS_AT_ONCE)
    with database.write() as connection:
        rows = [row for row in connection.execute(oldest) if row.at < before]
        on = select(deliveries.c.id).where(
            deliveries.c.id.in_([row.delivery_id for row in rows]), deliveries.c.state == "owed"
        )
        going_on = set(connection.execute(on).scalars())
        ids = [row.id for row in rows if row.delivery_id not in going_on]
        connection.execute(delete(tries).where(tries.c.id.in_(ids)))
    return len(ids)


def _sources(database: Database) -> list[tuple[str, int]]:
    """Every source, and how many of its newest sightings count as known, with room to spare."""
    with database.read() as connection:
        rows = connection.execute(select(sources.c.name, sources.c["items"])).all()
    return [(name, 2 * max(MOST_SIGHTINGS, 2 * listed)) for name, listed in rows]


def _forget_refused(database: Database, source: str, most: int, before: datetime, deadline: float) -> int:
    mine = sightings.c.source == source
    newest = select(sightings.c.last_at).where(mine).order_by(sightings.c.last_at.desc()).offset(most).limit(1)
    with database.read() as connection:
        edge = connection.execute(newest).scalar()
    if edge is None:
        return 0
    old = select(sightings.c.id).where(mine, sightings.c.item_id.is_(None), sightings.c.last_at < min(before, edge))

    def some() -> int:
        with database.write() as connection:
            ids = list(connection.execute(old.limit(_ROWS_AT_ONCE)).scalars())
            connection.execute(delete(sightings).where(sightings.c.id.in_(ids)))
        return len(ids)

    return _bit_by_bit(some, deadline)
