"""Forgetting on demand: the words of an item go everywhere they stand, its identity stays.

What is left is a tombstone: the id, the address and the keys by which the item would be known again. So it never comes
back and alerts nobody. It is in no search, no story and no feed; ``explain`` says when it was removed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from archive import fulltext, print_rows
from archive.database import Database
from archive.document import document_of
from archive.rows import find_item, item_of
from archive.storing import cut
from archive.tables import deliveries, items, marks, matches, metadata, owed, sightings

_AT_ONCE = 200
_WORDS = ("author", "summary", "body", "section", "place", "credit", "language")
_REASON = "removed on demand"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many items were forgotten, and how many deliveries that were owed lost all they had to tell."""

    items: int = 0
    deliveries: int = 0


def forget_item(database: Database, url_or_id: str, now: datetime) -> Forgotten | None:
    """Forget one item, by its id or any form of its address; None when no such item was ever kept."""
    with database.write() as connection:
        item = find_item(connection, url_or_id)
        if item is None:
            return None
        rows = connection.execute(select(items).where(items.c.id == item.id)).mappings().all()
        return _forget(connection, [row for row in rows if row["removed_at"] is None], now)


def forget_source(database: Database, source: str, now: datetime) -> Forgotten:
    """Forget all items of a source, in small transactions."""
    many, undone = 0, 0
    statement = select(items).where(items.c.source == source, items.c.removed_at.is_(None)).limit(_AT_ONCE)
    while True:
        with database.write() as connection:
            rows = connection.execute(statement).mappings().all()
            done = _forget(connection, rows, now)
        many, undone = many + done.items, undone + done.deliveries
        if len(rows) < _AT_ONCE:
            break
    with database.write() as connection:  # also what was seen and never kept has a headline
        connection.execute(sightings.update().where(sightings.c.source == source).values(title=None))
    return Forgotten(many, undone)


def _forget(connection: Connection, rows: Sequence[Mapping[Any, Any]], now: datetime) -> Forgotten:
    ids = [row["id"] for row in rows]
    for row in rows:
        fulltext.erase(connection, row["seq"], fulltext.entry_of(document_of(item_of(row))))
    nothing = dict.fromkeys(_WORDS)
    gone = {**nothing, "title": "", "removed_at": now, "forgotten_at": now, "quiet": _REASON}
    connection.execute(items.update().where(items.c.id.in_(ids)).values(**gone))
    connection.execute(matches.update().where(matches.c.item_id.in_(ids)).values(spans="[]"))
    connection.execute(sightings.update().where(sightings.c.item_id.in_(ids)).values(title=None))
    print_rows.forget_prints(connection, ids)
    if (versions := metadata.tables.get("versions")) is not None:
        connection.execute(versions.delete().where(versions.c.item_id.in_(ids)))
    return Forgotten(len(ids), _take_out_of_messages(connection, ids, now))


def _take_out_of_messages(connection: Connection, ids: Sequence[str], now: datetime) -> int:
    """What is not sent yet does not tell of it any more; of what was sent or given up the words are dropped.

    A message that still has other items is composed anew without it, under the same id; one without any is given up
    with the reason. How many were.
    """
    told = select(owed.c.delivery_id).where(owed.c.item_id.in_(ids), owed.c.delivery_id.is_not(None))
    rows = connection.execute(select(deliveries.c.id, deliveries.c.state).where(deliveries.c.id.in_(told))).all()
    touched = [row.id for row in rows]
    there = select(items.c.id).where(items.c.removed_at.is_(None))
    left = select(owed.c.delivery_id).where(owed.c.delivery_id.in_(touched), owed.c.item_id.in_(there))
    others = set(connection.execute(left).scalars())
    connection.execute(deliveries.update().where(deliveries.c.id.in_(touched)).values(message=None))
    bare = [row.id for row in rows if row.id not in others and row.state != "sent"]
    connection.execute(deliveries.update().where(deliveries.c.id.in_(bare)).values(message=json.dumps(_EMPTY)))
    unsent = [row.id for row in rows if row.state == "owed"]
    undone = [number for number in unsent if number in bare]
    given_up = {"state": "gave-up", "ended_at": now, "next_try_at": None, "last_error": f"its news were {_REASON}"}
    connection.execute(deliveries.update().where(deliveries.c.id.in_(undone)).values(**given_up))
    lighter = [number for number in unsent if number in others]
    untold = owed.c.delivery_id.is_(None) | owed.c.delivery_id.in_(lighter)
    connection.execute(owed.delete().where(owed.c.item_id.in_(ids), untold))
    return len(undone)


_EMPTY = {
    "type": "notice",
    "data": {
        "subject": "Removed on demand",
        "text": "What this message told of was removed from the archive.",
        "about": None,
        "state": "removed",
        "since": None,
    },
}
"""Stands where a message was, so that a retry by hand sends none of its words."""


def cut_source(database: Database, source: str, store: str, now: datetime) -> int:
    """Cut what was kept of a source before it was allowed less; how many items. Done once for each change."""
    name = f"store:{source}"
    with database.read() as connection:
        done = connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar()
    if (done or "full") == store:
        return 0
    many = 0 if store == "full" else _cut_all(database, source, store)
    with database.write() as connection:
        connection.execute(marks.delete().where(marks.c.name == name))
        connection.execute(marks.insert().values(name=name, value=store))
    return many


def _cut_all(database: Database, source: str, store: str) -> int:
    many, after = 0, -(2**63)
    while True:
        with database.write() as connection:
            statement = (
                select(items)
                .where(items.c.source == source, items.c.forgotten_at.is_(None), items.c.seq > after)
                .order_by(items.c.seq)
                .limit(_AT_ONCE)
            )
            rows = connection.execute(statement).mappings().all()
            many += sum(_cut(connection, row, store) for row in rows)
        if len(rows) < _AT_ONCE:
            return many
        after = rows[-1]["seq"]


def _cut(connection: Connection, row: Mapping[Any, Any], store: str) -> bool:
    whole = item_of(row)
    less = cut(whole, store)
    if (less.summary, less.body) == (whole.summary, whole.body):
        return False
    fulltext.erase(connection, row["seq"], fulltext.entry_of(document_of(whole)))
    connection.execute(items.update().where(items.c.id == row["id"]).values(summary=less.summary, body=less.body))
    fulltext.write(connection, row["seq"], fulltext.entry_of(document_of(less)))
    found = connection.execute(select(matches.c.rule, matches.c.spans).where(matches.c.item_id == row["id"])).all()
    for rule, spans in found:
        left = [span for span in json.loads(spans) if _is_left(span, less.summary, less.body)]
        connection.execute(
            matches.update()
            .where(matches.c.item_id == row["id"], matches.c.rule == rule)
            .values(spans=json.dumps(left, ensure_ascii=False))
        )
    return True


def _is_left(span: list[Any], summary: str | None, body: str | None) -> bool:
    text = {"summary": summary, "body": body}.get(span[0])
    return span[0] not in ("summary", "body") or (text is not None and text[span[1] : span[2]] == span[3])
