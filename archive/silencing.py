"""Silences: somebody asked not to hear of a rule for a while. What a silence keeps back stays on record under it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.engine import Connection

from archive.database import Database
from archive.document import storable
from archive.ids import minted
from archive.model import Owed, Silence
from archive.owing import OPEN, owed_of
from archive.tables import owed, silences

_END = func.coalesce(silences.c.ended_at, silences.c.until)


def silence(database: Database, rule: str, until: datetime, why: str, now: datetime) -> Silence:
    """Silence a rule from now on."""
    made = Silence(minted("q"), storable(rule), storable(why), now, until)
    with database.write() as connection:
        connection.execute(
            silences.insert().values(id=made.id, rule=made.rule, why=made.why, created_at=now, until=until)
        )
    return made


def end_silence(database: Database, silence_id: str, now: datetime) -> Silence | None:
    """End a silence before its time; None if there is none of that id, or it was over."""
    going_on = (silences.c.id == storable(silence_id), now < _END)
    with database.write() as connection:
        ended = connection.execute(silences.update().where(*going_on).values(ended_at=now)).rowcount
        return _read(connection, select(silences).where(silences.c.id == storable(silence_id)))[0] if ended else None


def listed(database: Database, active_at: datetime | None = None) -> list[Silence]:
    """All silences, newest first; with a time only those that go on then."""
    statement = select(silences).order_by(silences.c.created_at.desc(), silences.c.id)
    if active_at is not None:
        statement = statement.where(silences.c.created_at <= active_at, active_at < _END)
    with database.read() as connection:
        return _read(connection, statement)


def silenced(database: Database, silence_id: str) -> list[Owed]:
    """What a silence has kept back, in the order it came."""
    statement = select(owed).where(owed.c.silence_id == silence_id).order_by(owed.c.id)
    with database.read() as connection:
        return [owed_of(row) for row in connection.execute(statement).mappings()]


def silences_by_id(connection: Connection, ids: Sequence[str]) -> dict[str, Silence]:
    """Those of the ids that exist, for the ledger."""
    return {one.id: one for one in _read(connection, select(silences).where(silences.c.id.in_(ids)))} if ids else {}


def silence_due(connection: Connection, now: datetime, channels: Sequence[str]) -> None:
    """What is due of a silenced rule has ended: of one that is silenced now, or was when the item came. What came
    during a silence is so silenced also where a digest or quiet hours put it off beyond the end."""
    if connection.execute(select(silences.c.id).limit(1)).first() is None:
        return
    going_on = and_(silences.c.created_at <= now, now < _END)
    went_on = and_(silences.c.created_at <= owed.c.owed_at, owed.c.owed_at < _END)
    ends = select(silences.c.id).where(silences.c.rule == owed.c.rule, or_(going_on, went_on))
    first = ends.order_by(silences.c.created_at, silences.c.id).limit(1).correlate(owed).scalar_subquery()
    due = (OPEN, owed.c.due_at <= now, owed.c.channel.in_(channels))
    connection.execute(owed.update().where(*due, exists(ends.correlate(owed))).values(silence_id=first))


def _read(connection: Connection, statement: Select[tuple[object, ...]]) -> list[Silence]:
    rows = connection.execute(statement).mappings().all()
    counted = select(owed.c.silence_id, func.count()).where(owed.c.silence_id.in_([row["id"] for row in rows]))
    counts = {name: int(count) for name, count in connection.execute(counted.group_by(owed.c.silence_id))}
    return [
        Silence(
            row["id"],
            row["rule"],
            row["why"],
            row["created_at"],
            row["until"],
            row["ended_at"],
            counts.get(row["id"], 0),
        )
        for row in rows
    ]
