"""What is kept of the sources' behaviour: standings, habits, outages. Small for ever: a row for each way of a source,
168 hours of the week for each source, and outages of the last months."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, distinct, func, or_, select, type_coerce
from sqlalchemy.engine import Connection

from archive.behaviour_tables import habits, outages, standings
from archive.database import Database
from archive.document import storable_or_none
from archive.ids import minted
from archive.model import Pace
from archive.outbox import owe_composed
from archive.settling import Notices
from archive.standing import Afterwards, Day, Health, Outage, Record, Standing
from archive.tables import visits

OUTAGES_FOR = timedelta(days=90)
_HOUR = 3_600_000_000
_DAY = timedelta(days=1)
_NAMES = tuple(each.name for each in fields(Standing))


def record_of(database: Database, source: str, now: datetime) -> Record:
    """All that is kept of a source's behaviour."""
    with database.read() as connection:
        rows = connection.execute(select(standings).where(standings.c.source == source)).mappings()
        found = {row["way"]: _standing(row) for row in rows}
        hours = connection.execute(select(habits).where(habits.c.source == source))
        habit = {row.slot: (row.entries, row.watched) for row in hours}
        return Record(source, found, habit, _day(connection, source, now))


def _day(connection: Connection, source: str, now: datetime) -> Day:
    hour = type_coerce(visits.c.ended_at, BigInteger) // _HOUR
    statement = select(func.coalesce(func.sum(visits.c.fresh), 0), func.count(distinct(hour))).where(
        visits.c.source == source, visits.c.ended_at > now - _DAY, visits.c.ended_at <= now, visits.c.status != "failed"
    )
    fresh, hours = connection.execute(statement).one()
    return Day(int(fresh), int(hours))


def whole_standings(database: Database) -> dict[str, Standing]:
    """Every source that was ever visited, as a whole."""
    with database.read() as connection:
        rows = connection.execute(select(standings).where(standings.c.way == "")).mappings()
        return {row["source"]: _standing(row) for row in rows}


def _standing(row: Mapping[Any, Any]) -> Standing:
    values = {name: row[name] for name in _NAMES}
    pace = json.loads(row["pace"]) if row["pace"] else None
    if pace is not None:
        pace = Pace(**pace | {name: tuple(pace[name]) for name in ("skip_hours", "skip_days")})
    return Standing(**values | {"state": Health(row["state"]), "told": Health(row["told"]), "pace": pace})


def learn(connection: Connection, source: str, after: Afterwards, now: datetime) -> None:
    """Write down what a visit changed; what the operator was told is not touched."""
    for standing in after.standings:
        _put(connection, standing)
        if standing.way == "":
            _note_outage(connection, standing, now)
    for slot, (entries, watched) in after.habit.items():
        key = (habits.c.source == source, habits.c.slot == slot)
        values = {"entries": entries, "watched": watched}
        if connection.execute(habits.update().where(*key).values(**values)).rowcount == 0:
            connection.execute(habits.insert().values(source=source, slot=slot, **values))


def _put(connection: Connection, standing: Standing) -> None:
    values: dict[str, Any] = {name: getattr(standing, name) for name in _NAMES}
    values["state"] = standing.state.value
    values["why"], values["served"] = storable_or_none(standing.why), storable_or_none(standing.served)
    values["pace"] = json.dumps(asdict(standing.pace)) if standing.pace else None
    told = {"told": values.pop("told").value, "told_at": values.pop("told_at")}
    key = (standings.c.source == standing.source, standings.c.way == standing.way)
    if connection.execute(standings.update().where(*key).values(**values)).rowcount == 0:
        connection.execute(standings.insert().values(**values, **told))


def _note_outage(connection: Connection, standing: Standing, now: datetime) -> None:
    open_ones = (outages.c.source == standing.source, outages.c.until.is_(None))
    if standing.state is not Health.DARK:
        connection.execute(outages.update().where(*open_ones).values(until=now))
        return
    told = {"kind": standing.kind or "", "why": storable_or_none(standing.why) or ""}
    if connection.execute(outages.update().where(*open_ones).values(**told)).rowcount == 0:
        since = standing.since or now
        connection.execute(outages.insert().values(source=standing.source, since=since, **told))
        connection.execute(outages.delete().where(outages.c.until < now - OUTAGES_FOR))


def outages_since(database: Database, moment: datetime) -> list[Outage]:
    """The outages that lasted beyond that moment, oldest first."""
    statement = (
        select(outages)
        .where(or_(outages.c.until.is_(None), outages.c.until > moment))
        .order_by(outages.c.since, outages.c.source)
    )
    with database.read() as connection:
        return [Outage(row.source, row.kind, row.why, row.since, row.until) for row in connection.execute(statement)]


def tell(database: Database, changed: Sequence[Standing], notices: Notices, now: datetime) -> int:
    """Note that the operator hears of these states, and owe the ``notices``, in one transaction; how many.

    A source of which another process told meanwhile takes its notices back: then nothing of this is written.
    """
    with database.write() as connection:
        for standing in changed:
            row = connection.execute(
                select(standings.c.told, standings.c.state).where(
                    standings.c.source == standing.source, standings.c.way == ""
                )
            ).first()
            if row is None or row.told != standing.told.value or row.state != standing.state.value:
                return 0
        for standing in changed:
            connection.execute(
                standings.update()
                .where(standings.c.source == standing.source, standings.c.way == "")
                .values(told=standing.state.value, told_at=now)
            )
        for channel, message in notices:
            owe_composed(connection, minted("d"), channel, "notice", message, now)
        return len(notices)
