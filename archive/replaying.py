"""A rule told of the past: items that are kept already are owed to whom the rule, had it been so, would have told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.engine import Connection

from archive.database import Database
from archive.document import storable
from archive.model import MatchSpan, Promise
from archive.owing import owe
from archive.print_rows import print_of_item, prints_of_story
from archive.stories import brings_new_facts
from archive.tables import items, matches, owed


def replay(
    database: Database, item_id: str, promises: Sequence[Promise], spans: Sequence[MatchSpan], now: datetime
) -> int:
    """Owe ``promises`` of one rule for an item, as far as the channel was not told yet; how many now are owed.

    What a silence kept back is owed anew. The match goes on record, so that the message can mark the words.
    """
    with database.write() as connection:
        story_id = connection.execute(select(items.c.story_id).where(items.c.id == item_id)).scalar()
        if story_id is None or not promises:
            return 0

        def new_facts() -> bool:
            own = print_of_item(connection, item_id)
            return brings_new_facts(own, prints_of_story(connection, story_id, item_id))

        back = _unsilenced(connection, item_id, promises, now)
        made = owe(connection, item_id, story_id, promises, now, new_facts)
        if back or made:
            _record(connection, item_id, promises[0].rule, spans)
        return back + len(made)


def _unsilenced(connection: Connection, item_id: str, promises: Sequence[Promise], now: datetime) -> int:
    pairs = [(promise.channel, promise.rule) for promise in promises]
    silenced = (
        owed.c.item_id == item_id,
        owed.c.silence_id.is_not(None),
        tuple_(owed.c.channel, owed.c.rule).in_(pairs),
    )
    # As if it had come now: by when it came it would be silenced again.
    anew = {"silence_id": None, "owed_at": now, "due_at": now, "bundle": promises[0].bundle, "held": None}
    return connection.execute(owed.update().where(*silenced).values(**anew)).rowcount


def _record(connection: Connection, item_id: str, rule: str, spans: Sequence[MatchSpan]) -> None:
    """The rule among those that matched the item, with its places as they are now."""
    stored = json.dumps([[one.field, one.start, one.end, storable(one.text)] for one in spans], ensure_ascii=False)
    mine = (matches.c.item_id == item_id, matches.c.rule == storable(rule))
    if connection.execute(matches.update().where(*mine).values(spans=stored)).rowcount:
        return
    last = connection.execute(select(func.max(matches.c.position)).where(matches.c.item_id == item_id)).scalar()
    position = 0 if last is None else last + 1
    connection.execute(matches.insert().values(item_id=item_id, rule=storable(rule), position=position, spans=stored))
