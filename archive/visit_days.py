"""What is kept of visits for long: sums by source, day (UTC) and outcome. Each visit itself stays for a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Column, Integer, Table, Text, select
from sqlalchemy.engine import Connection

from archive.database import Database
from archive.model import Visit
from archive.tables import metadata

KEPT_FOR = timedelta(days=400)
"""More than a year, so that a day can be compared with the same one of the year before."""

_EPOCH = date(1970, 1, 1)

visit_days = Table(
    "visit_days",
    metadata,
    Column("source", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("status", Text, primary_key=True),
    *(Column(name, Integer, nullable=False) for name in ("visits", "items", "new", "requests", "missed")),
)


@dataclass(frozen=True, slots=True)
class VisitDay:
    """What the visits of one source with one outcome were on one day: how many, the entries they saw, the items that
    were new, the requests they made, the ticks that had come late."""

    source: str
    day: date
    status: str
    visits: int
    items: int
    new: int
    requests: int
    missed: int


def day_number(moment: datetime) -> int:
    """Days since 1970, in UTC."""
    return (moment.astimezone(UTC).date() - _EPOCH).days


def count_visit(connection: Connection, visit: Visit, missed: int) -> None:
    """Add a visit to its day."""
    key = {"source": visit.source, "day": day_number(visit.ended_at), "status": visit.status.value}
    more = {"visits": 1, "items": visit.items, "new": visit.new, "requests": visit.requests, "missed": missed}
    there = [visit_days.c[name] == value for name, value in key.items()]
    sums = {name: visit_days.c[name] + number for name, number in more.items()}
    if connection.execute(visit_days.update().where(*there).values(**sums)).rowcount == 0:
        connection.execute(visit_days.insert().values(**key, **more))


def days_since(database: Database, since: datetime, source: str | None = None) -> list[VisitDay]:
    """The sums from the day of that moment on, of one source or all, oldest first."""
    statement = select(visit_days).where(visit_days.c.day >= day_number(since))
    if source is not None:
        statement = statement.where(visit_days.c.source == source)
    with database.read() as connection:
        rows = connection.execute(statement.order_by(visit_days.c.day, visit_days.c.source, visit_days.c.status))
        return [VisitDay(**row | {"day": _EPOCH + timedelta(days=row["day"])}) for row in map(dict, rows.mappings())]


def prune_days(connection: Connection, now: datetime) -> int:
    """Days that are over a year old go; how many rows."""
    return connection.execute(visit_days.delete().where(visit_days.c.day < day_number(now - KEPT_FOR))).rowcount
