"""What is owed and in no delivery yet: waiting for its time, held for a digest, or for a channel to come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from archive.database import Database
from archive.document import storable
from archive.model import Owed
from archive.owing import OPEN, owed_of
from archive.tables import items, owed


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise, with the title of the item that it is about."""

    owed: Owed
    title: str


def promised(
    database: Database,
    limit: int,
    channel: str | None = None,
    rule: str | None = None,
    after: tuple[datetime, int] | None = None,
) -> list[Promised]:
    """What waits, in the order in which it is due; with ``after`` what comes behind the one that is due then and has
    that number."""
    condition = _wanted(channel, rule)
    if after is not None:
        due, number = after
        condition &= or_(owed.c.due_at > due, and_(owed.c.due_at == due, owed.c.id > number))
    statement = select(owed, items.c.title).join(items, items.c.id == owed.c.item_id).where(condition)
    with database.read() as connection:
        rows = connection.execute(statement.order_by(owed.c.due_at, owed.c.id).limit(limit)).mappings()
        return [Promised(owed_of(row), row["title"]) for row in rows]


def count_promised(database: Database, most: int, channel: str | None = None, rule: str | None = None) -> int:
    """How much waits, at most one more than ``most``."""
    some = select(owed.c.id).where(_wanted(channel, rule)).limit(most + 1).subquery()
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(some)).scalar() or 0)


def _wanted(channel: str | None, rule: str | None) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = OPEN
    if channel is not None:
        condition &= owed.c.channel == storable(channel)
    if rule is not None:
        condition &= owed.c.rule == storable(rule)
    return condition
