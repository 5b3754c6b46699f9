"""Sources and their visits: who checks what, what is known of it, and how it went.

A source is leased while it is visited, so that it never overlaps with itself, on one machine or on several; a lease
that its owner did not give back runs out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.engine import Connection

from archive.database import Database
from archive.document import storable_or_none
from archive.health import learn
from archive.model import Known, Visit, VisitStatus
from archive.sightings import known_of
from archive.standing import Afterwards
from archive.tables import deliveries, sources, visits
from archive.visit_days import count_visit

VISITS_FOR = timedelta(days=30)
"""What they tell of a source's habits is kept elsewhere, in a few rows (``archive.health``), and so are their sums by
day (``archive.visit_days``)."""

_PRUNED_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class SourceState:
    """Where a source stands. ``items`` is how many entries it listed at its last good visit, ``kept`` how many items
    it has brought in all, ``failures`` the failed visits in a row, ``missed`` the ticks that came late."""

    name: str
    checked_at: datetime | None = None
    next_check_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    first_visit: bool = True
    lease_until: datetime | None = None
    last_ok_at: datetime | None = None
    last_status: VisitStatus | None = None
    newest_item_at: datetime | None = None
    items: int = 0
    missed: int = 0
    kept: int = 0


def claim_sources(
    database: Database, due: Sequence[str], now: datetime, owner: str, lease: timedelta
) -> dict[str, Known]:
    """Lease those of the sources that nobody else visits now, and say what is known of each.

    What ``owner`` itself holds it gets again: it asks only for what it does not visit, and a lease of its own that it
    could not give back (the archive was away) must not keep it out.
    """
    claimed: dict[str, Known] = {}
    with database.write() as connection:
        for name in dict.fromkeys(due):
            row = _row_of(connection, name)
            if row["lease_owner"] != owner and row["lease_until"] is not None and row["lease_until"] > now:
                continue
            connection.execute(
                sources.update().where(sources.c.name == name).values(lease_owner=owner, lease_until=now + lease)
            )
            claimed[name] = known_of(connection, row, now)
    return claimed


def _row_of(connection: Connection, name: str) -> dict[str, Any]:
    """The source's row, made when it is first heard of."""
    statement = select(sources).where(sources.c.name == name)
    row = connection.execute(statement).mappings().first()
    if row is None:
        connection.execute(sources.insert().values(name=name))
        row = connection.execute(statement).mappings().one()
    return dict(row)


def release_sources(database: Database, names: Sequence[str], owner: str) -> None:
    """Give leases back without a visit."""
    with database.write() as connection:
        for name in names:
            _release(connection, name, owner)


def drop_source_leases(connection: Connection, owner: str) -> None:
    """Give back all that ``owner`` has leased."""
    connection.execute(
        sources.update().where(sources.c.lease_owner == owner).values(lease_owner=None, lease_until=None)
    )


def lease_owners(database: Database, now: datetime) -> set[str]:
    """Everybody who holds a source or a delivery now."""
    with database.read() as connection:
        held = (
            select(table.c.lease_owner).where(table.c.lease_owner.is_not(None), table.c.lease_until > now)
            for table in (sources, deliveries)
        )
        return {owner for statement in held for owner in connection.execute(statement).scalars()}


def _release(connection: Connection, name: str, owner: str) -> None:
    condition = sources.c.name == name
    if owner:
        condition &= or_(sources.c.lease_owner == owner, sources.c.lease_owner.is_(None))
    connection.execute(sources.update().where(condition).values(lease_owner=None, lease_until=None))


def source_states(database: Database) -> dict[str, SourceState]:
    """All sources ever claimed or visited; one that is missing was never looked at."""
    with database.read() as connection:
        rows = connection.execute(select(sources).order_by(sources.c.name)).mappings().all()
    return {row["name"]: _state(dict(row)) for row in rows}


def _state(row: dict[str, Any]) -> SourceState:
    status = row["last_status"]
    names = ("etag", "last_modified", "lease_owner", "last_status")
    values = {name: value for name, value in row.items() if name not in names}
    return SourceState(**values, last_status=VisitStatus(status) if status else None)


def checked(
    database: Database,
    visit: Visit,
    next_check_at: datetime,
    missed: int = 0,
    owner: str = "",
    after: Afterwards | None = None,
) -> None:
    """Write down how a visit went, in one transaction, and give the lease back (``owner`` "": whoever holds it).
    ``after`` is what the visit changed in what is known of the source's behaviour.

    Validators change only when the visit brought the list itself; the first visit is over when one went well.
    """
    with database.write() as connection:
        row = _row_of(connection, visit.source)
        well = visit.status is not VisitStatus.FAILED
        values: dict[str, Any] = {
            "checked_at": visit.ended_at,
            "next_check_at": next_check_at,
            "last_status": visit.status.value,
            "last_error": None if well else storable_or_none(visit.error),
            "failures": 0 if well else row["failures"] + 1,
            "missed": row["missed"] + missed,
        }
        if well:
            values |= {"last_ok_at": visit.ended_at, "first_visit": False}
        if visit.status is VisitStatus.OK:
            values |= {
                "etag": storable_or_none(visit.etag),
                "last_modified": storable_or_none(visit.last_modified),
                "items": visit.items,
            }
        connection.execute(sources.update().where(sources.c.name == visit.source).values(**values))
        _release(connection, visit.source, owner)
        connection.execute(visits.insert().values(**_visit_values(visit, missed, row["first_visit"])))
        count_visit(connection, visit, missed)
        if after is not None:
            learn(connection, visit.source, after, visit.ended_at)
        _prune(connection, visit.ended_at)


def _visit_values(visit: Visit, missed: int, first: bool) -> dict[str, Any]:
    """To a first visit everything is fresh: that says nothing of what a day brings."""
    return {
        "fresh": 0 if first else max((look.fresh for look in visit.looks), default=0),
        "source": visit.source,
        "status": visit.status.value,
        "started_at": visit.started_at,
        "ended_at": visit.ended_at,
        "items": visit.items,
        "new": visit.new,
        "missed": missed,
        "requests": visit.requests,
        "http_status": visit.http_status,
        "error": storable_or_none(visit.error),
    }


def _prune(connection: Connection, now: datetime) -> None:
    """Old visits go a few at a time, so the table stays bounded without a job of its own."""
    old = select(visits.c.id).where(visits.c.ended_at < now - VISITS_FOR).limit(_PRUNED_AT_ONCE)
    if ids := connection.execute(old).scalars().all():
        connection.execute(visits.delete().where(visits.c.id.in_(ids)))


def visits_of(database: Database, source: str, limit: int = 20) -> list[Visit]:
    """The last visits of a source, newest first (validators are not kept with them)."""
    statement = (
        select(visits)
        .where(visits.c.source == source)
        .order_by(visits.c.ended_at.desc(), visits.c.id.desc())
        .limit(limit)
    )
    with database.read() as connection:
        return [
            Visit(
                source=row.source,
                status=VisitStatus(row.status),
                started_at=row.started_at,
                ended_at=row.ended_at,
                items=row.items,
                new=row.new,
                error=row.error,
                http_status=row.http_status,
                requests=row.requests,
            )
            for row in connection.execute(statement)
        ]
