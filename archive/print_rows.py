"""The prints of texts in the database: what a reprint is recognised by, and the sampled runs it is found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from archive import stories
from archive.database import insert_rows, run
from archive.document import document_of
from archive.rows import chunks, item_of
from archive.stories import Print
from archive.tables import items, marks, micros_of, prints, shingles

# Prints are needed as long as a reprint may come; kept a little longer for items that come late.
PRINTS_FOR = stories.WINDOW + timedelta(days=2)
_PRUNED_AT_ONCE = 50
_MARK = "runs"


def keep_print(
    connection: Connection, item_id: str, found: Print | None, effective_at: datetime, now: datetime
) -> None:
    """Store what an item's text is recognised by, in place of an earlier text's."""
    forget_prints(connection, [item_id])
    if found is not None:
        keep_prints(connection, {item_id: (effective_at, found)}, now)


def keep_prints(connection: Connection, fresh: Mapping[str, tuple[datetime, Print]], now: datetime) -> None:
    """Store what the texts of items are recognised by that have no print yet: item id to its time and print."""
    _insert(connection, [(item_id, at, now, found) for item_id, (at, found) in fresh.items()])


def _insert(connection: Connection, made: Sequence[tuple[str, datetime, datetime, Print]]) -> None:
    """Each of an item, its time, when it was kept, its print."""
    rows = [
        {
            "item_id": item_id,
            "effective_at": effective_at,
            "kept_at": kept_at,
            "hashes": stories.packed(found.hashes),
            "figures": " ".join(sorted(found.figures)),
            "words": found.words,
        }
        for item_id, effective_at, kept_at, found in made
    ]
    if rows:
        connection.execute(prints.insert(), rows)
        runs = [(run, item_id) for item_id, _, _, found in made for run in stories.sampled(found.hashes)]
        insert_rows(connection, "shingles", ("hash", "item_id"), sorted(runs))


def forget_prints(connection: Connection, ids: Sequence[str]) -> None:
    """Remove the prints of items, and the runs that they tell of."""
    sign = "?" if connection.dialect.name == "sqlite" else "%s"
    statement = select(prints.c.item_id, prints.c.hashes).where(prints.c.item_id.in_(ids))
    stored = connection.execute(statement).all()
    runs = [(run, item_id) for item_id, hashes in stored for run in stories.sampled(stories.unpacked(hashes))]
    if runs:
        gone = f"DELETE FROM shingles WHERE hash = {sign} AND item_id = {sign}"  # noqa: S608 - our own sign
        connection.exec_driver_sql(gone, sorted(runs))
    if stored:
        connection.execute(prints.delete().where(prints.c.item_id.in_(ids)))


def prune_prints(connection: Connection, now: datetime) -> None:
    """Remove a few prints that no reprint can meet any more; done along with keeping, so the table stays small."""
    statement = "SELECT item_id FROM prints WHERE kept_at < ? LIMIT ?"
    if old := run(connection, statement, (micros_of(now - PRINTS_FOR), _PRUNED_AT_ONCE)).scalars().all():
        forget_prints(connection, old)


def prints_of_story(connection: Connection, story_id: str, but: str) -> list[Print]:
    """The stored prints of a story's items, without one item's."""
    statement = (
        select(prints)
        .join(items, items.c.id == prints.c.item_id)
        .where(items.c.story_id == story_id, items.c.id != but)
    )
    return [print_in(row) for row in connection.execute(statement).mappings()]


def print_of_item(connection: Connection, item_id: str) -> Print | None:
    """The stored print of one item; None where its text is too short, or forgotten."""
    row = connection.execute(select(prints).where(prints.c.item_id == item_id)).mappings().first()
    return None if row is None else print_in(row)


def print_in(row: Mapping[Any, Any]) -> Print:
    """The print in a row of ``prints``."""
    return Print(stories.unpacked(row["hashes"]), frozenset(row["figures"].split()), row["words"])


def ensure_current(connection: Connection) -> None:
    """Make the stored prints anew, of the texts that are stored, if they were made in another way. Of an item whose
    text is stored in part only, so is its print from then on."""
    if connection.execute(select(marks.c.value).where(marks.c.name == _MARK)).scalar() == stories.MADE:
        return
    connection.execute(shingles.delete())
    for part in chunks(connection.execute(select(prints.c.item_id)).scalars().all()):
        columns = (items, prints.c.effective_at, prints.c.kept_at.label("print_kept_at"))
        statement = select(*columns).join(prints, prints.c.item_id == items.c.id).where(items.c.id.in_(part))
        rows = connection.execute(statement).mappings().all()
        connection.execute(prints.delete().where(prints.c.item_id.in_(part)))
        made = [(row, stories.print_of(document_of(item_of(row)))) for row in rows]
        known = [(row["id"], row["effective_at"], row["print_kept_at"], found) for row, found in made if found]
        _insert(connection, known)
    connection.execute(marks.delete().where(marks.c.name == _MARK))
    connection.execute(marks.insert().values(name=_MARK, value=stories.MADE))
