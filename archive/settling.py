"""What came of deliveries: a try is written down after the act, with what follows for its channel, in one transaction.

Many tries are settled together: a commit waits for the disk, and one that holds a hundred waits no longer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from archive.database import Database
from archive.document import storable
from archive.ids import minted
from archive.model import DeliveryState, Outcome, Told, Trouble
from archive.outbox import owe_composed
from archive.rows import chunks
from archive.tables import deliveries, tries
from archive.troubles import disable, troubles_of, write_troubles


@dataclass(frozen=True, slots=True)
class Settlement:
    """One try that ended at ``at``. ``next_try_at`` None after ``RETRY`` means that there will be no other."""

    delivery_id: str
    told: Told
    at: datetime
    next_try_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What a judge of channels is told of a try: ``gave_up`` the delivery, ``disabled`` the channel by this try."""

    channel: str
    delivery_id: str
    told: Told
    at: datetime
    gave_up: bool = False
    disabled: bool = False


Notices = Sequence[tuple[str, Mapping[str, Any]]]
"""Composed messages about a channel, each with the channel that is to hear of it."""

Judge = Callable[[Trouble | None, Ended], tuple[Trouble | None, Notices]]
"""From how a channel stood before a try to how it stands after it, and who is to hear of the difference."""


def settle(database: Database, settlements: Sequence[Settlement], judge: Judge | None = None) -> list[str]:
    """Write down what came of tries, in order; returns the ids that no delivery has.

    Notices are owed in the same transaction, and how a channel stands is read and written in it: who is to hear of a
    trouble hears of it once, whatever happens after the commit and however many services there are. What was sent stays
    sent, and what was dropped stays dropped, also when a slower process reports a failure of it later.
    """
    with database.write() as connection:
        rows = _rows(connection, [one.delivery_id for one in settlements])
        found = [one for one in settlements if one.delivery_id in rows]
        if found:
            _note_tries(connection, found)
        ends = [_ended(connection, rows, one) for one in found]
        if judge is not None and ends:
            _follow(connection, ends, judge)
        if rows:
            _store(connection, rows)
        return [one.delivery_id for one in settlements if one.delivery_id not in rows]


_LEASE = ("lease_owner", "lease_until")
_CHANGED = ("tries", "reached", "refused", "state", "ended_at", "next_try_at", "last_error", "dropped", *_LEASE)


def _rows(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for part in chunks(list(dict.fromkeys(ids))):
        wanted = (deliveries.c.id, deliveries.c.channel, *(deliveries.c[name] for name in _CHANGED))
        found = connection.execute(select(*wanted).where(deliveries.c.id.in_(part))).mappings()
        rows |= {row["id"]: dict(row) for row in found}
    return rows


def _store(connection: Connection, rows: Mapping[str, Mapping[str, Any]]) -> None:
    statement = deliveries.update().where(deliveries.c.id == bindparam("number"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _CHANGED}
    connection.execute(
        statement.values(values),
        [{"number": number, **{f"new_{name}": row[name] for name in _CHANGED}} for number, row in rows.items()],
    )


def _note_tries(connection: Connection, settlements: Sequence[Settlement]) -> None:
    connection.execute(
        tries.insert(),
        [
            {
                "delivery_id": one.delivery_id,
                "at": one.at,
                "outcome": one.told.outcome.value,
                "answer": storable(one.told.answer),
                "retry_after": None if one.told.retry_after is None else min(int(one.told.retry_after), 2**31 - 1),
            }
            for one in settlements
        ],
    )


def _ended(connection: Connection, rows: dict[str, dict[str, Any]], one: Settlement) -> Ended:
    row = rows[one.delivery_id]
    before = row["state"]
    row |= _after(row, one)
    return Ended(
        channel=row["channel"],
        delivery_id=one.delivery_id,
        told=one.told,
        at=one.at,
        gave_up=row["state"] == "gave-up" != before,
        disabled=one.told.disable and disable(connection, row["channel"], one.told.answer, one.at),
    )


def _after(row: Mapping[str, Any], one: Settlement) -> dict[str, Any]:
    told, now = one.told, one.at
    reached = dict.fromkeys((*json.loads(row["reached"]), *told.reached))
    values: dict[str, Any] = {
        "tries": row["tries"] + 1,
        "reached": json.dumps(list(reached)),
        "refused": json.dumps({**json.loads(row["refused"]), **{k: storable(v) for k, v in told.refused.items()}}),
        "lease_owner": None,
        "lease_until": None,
    }
    if row["state"] == DeliveryState.SENT.value:
        return values
    if told.outcome is Outcome.SENT:
        return values | {"state": "sent", "ended_at": now, "next_try_at": None, "last_error": None, "dropped": None}
    values["last_error"] = storable(told.answer)
    if row["dropped"] is not None:
        return values
    if told.disable:
        return values | {"state": "owed", "ended_at": None, "next_try_at": now}
    if told.outcome is Outcome.GAVE_UP or one.next_try_at is None:
        return values | {"state": "gave-up", "ended_at": now, "next_try_at": None}
    return values | {"state": "owed", "ended_at": None, "next_try_at": one.next_try_at}


def _follow(connection: Connection, ends: Sequence[Ended], judge: Judge) -> None:
    names = list(dict.fromkeys(end.channel for end in ends))
    before = troubles_of(connection, names)
    after = dict(before)
    for end in ends:
        trouble, notices = judge(after.get(end.channel), end)
        if trouble is None:
            after.pop(end.channel, None)
        else:
            after[end.channel] = trouble
        for channel, message in notices:
            owe_composed(connection, minted("d"), channel, "notice", message, end.at)
    write_troubles(connection, {name: after.get(name) for name in names if before.get(name) != after.get(name)})
