"""Forgetting old texts while what was seen stays known: identity, titles, rules and deliveries remain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from archive import fulltext, story_rows
from archive.database import Database
from archive.document import document_of
from archive.owing import OPEN
from archive.rows import item_of
from archive.tables import deliveries, items, matches, owed, versions

_AT_ONCE = 200


def forget_texts(database: Database, before: datetime, now: datetime) -> int:
    """Remove summary and body of items seen before that time, and the messages sent before it; how many items.

    In small transactions, so that keeping goes on meanwhile. An item whose message is still to be composed waits.
    """
    forgotten = 0
    while True:
        with database.write() as connection:
            batch = _forget_some(connection, before, now)
        forgotten += batch
        if batch < _AT_ONCE:
            break
    with database.write() as connection:
        sent = (deliveries.c.state == "sent", deliveries.c.ended_at < before, deliveries.c.message.is_not(None))
        connection.execute(deliveries.update().where(*sent).values(message=None))
    return forgotten


def _forget_some(connection: Connection, before: datetime, now: datetime) -> int:
    to_compose = (
        select(owed.c.item_id)
        .outerjoin(deliveries, deliveries.c.id == owed.c.delivery_id)
        .where(OPEN | (deliveries.c.message.is_(None) & (deliveries.c.state == "owed")))
    )
    statement = (
        select(items)
        .where(items.c.seen_at < before, items.c.forgotten_at.is_(None), items.c.id.not_in(to_compose))
        .order_by(items.c.seen_at)
        .limit(_AT_ONCE)
    )
    rows = connection.execute(statement).mappings().all()
    for row in rows:
        whole = item_of(row)
        fulltext.erase(connection, row["seq"], fulltext.entry_of(document_of(whole)))
        cut = {**row, "summary": None, "body": None}
        connection.execute(
            items.update().where(items.c.id == row["id"]).values(summary=None, body=None, forgotten_at=now)
        )
        fulltext.write(connection, row["seq"], fulltext.entry_of(document_of(item_of(cut))))
    ids = [row["id"] for row in rows]
    connection.execute(versions.update().where(versions.c.item_id.in_(ids)).values(summary=None, body=None))
    story_rows.forget_prints(connection, ids)
    # Spans quote the text and point into it.
    connection.execute(matches.update().where(matches.c.item_id.in_(ids)).values(spans="[]"))
    return len(rows)
