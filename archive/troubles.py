"""How channels stand: disabled by their receiver, or failing since when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from archive.database import Database
from archive.document import storable
from archive.model import Trouble
from archive.tables import channels, troubles


def disable(connection: Connection, channel: str, reason: str, now: datetime) -> bool:
    """Tell the channel nothing more; whether it was still enabled."""
    if connection.execute(select(channels.c.name).where(channels.c.name == channel)).first() is not None:
        return False
    connection.execute(channels.insert().values(name=channel, disabled_at=now, reason=storable(reason)))
    return True


def disabled_channels(database: Database) -> dict[str, str]:
    """Channels that asked to be told nothing more, with the reason."""
    with database.read() as connection:
        rows = connection.execute(select(channels.c.name, channels.c.reason).order_by(channels.c.name))
        return {row.name: row.reason for row in rows}


def enable_channel(database: Database, name: str) -> bool:
    """Put a disabled channel back to work; False if it was not disabled."""
    with database.write() as connection:
        return connection.execute(channels.delete().where(channels.c.name == name)).rowcount > 0


def troubles_of(connection: Connection, names: Sequence[str]) -> dict[str, Trouble]:
    """What is noted of these channels."""
    found = connection.execute(select(troubles).where(troubles.c.channel.in_(names))).mappings()
    return {row["channel"]: Trouble(**row) for row in found}


def write_troubles(connection: Connection, changed: Mapping[str, Trouble | None]) -> None:
    """Note how these channels stand now; None: nothing to remember."""
    for name, trouble in changed.items():
        connection.execute(troubles.delete().where(troubles.c.channel == name))
        if trouble is not None:
            connection.execute(troubles.insert().values(**_values(trouble)))


def _values(trouble: Trouble) -> dict[str, Any]:
    return {column.name: getattr(trouble, column.name) for column in troubles.c} | {"why": storable(trouble.why)}


def channel_troubles(database: Database) -> dict[str, Trouble]:
    """The channels whose last try failed."""
    with database.read() as connection:
        statement = select(troubles).where(troubles.c.failures > 0).order_by(troubles.c.channel)
        return {row["channel"]: Trouble(**row) for row in connection.execute(statement).mappings()}
