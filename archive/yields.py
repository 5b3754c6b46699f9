"""What visits brought, out of their rows of the last month: by source and day, and in all since a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, case, func, select, type_coerce

from archive.database import Database
from archive.tables import visits

_EPOCH = date(1970, 1, 1)
_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Lately:
    """The visits of one source: how many, how many failed, the items that were new, the ticks that came late."""

    visits: int
    failed: int
    new: int
    missed: int


def yields(
    database: Database, since: datetime, offset: timedelta, names: Collection[str]
) -> dict[str, dict[date, int]]:
    """Source -> day -> items that were new, of the named ones. Days begin ``offset`` before those of UTC; days without
    any are missing. Visits are kept for thirty days."""
    day = (type_coerce(visits.c.ended_at, BigInteger) + int(offset.total_seconds()) * 1_000_000) // _DAY
    statement = (
        select(visits.c.source, day, func.sum(visits.c.new))
        .where(visits.c.source.in_(names), visits.c.ended_at >= since, visits.c.new > 0)
        .group_by(visits.c.source, day)
    )
    found: dict[str, dict[date, int]] = defaultdict(dict)
    with database.read() as connection:
        for source, number, new in connection.execute(statement):
            found[source][_EPOCH + timedelta(days=int(number))] = int(new)
    return dict(found)


def lately(database: Database, since: datetime) -> dict[str, Lately]:
    """Source -> what its visits since that moment were; sources without a visit are missing."""
    failed = func.sum(case((visits.c.status == "failed", 1), else_=0))
    sums = (func.count(), failed, func.sum(visits.c.new), func.sum(visits.c.missed))
    statement = select(visits.c.source, *sums).where(visits.c.ended_at >= since).group_by(visits.c.source)
    with database.read() as connection:
        return {source: Lately(*map(int, rest)) for source, *rest in connection.execute(statement)}
