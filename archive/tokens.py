"""Who may ask: tokens of programs and sessions of people, as digests; what was handed out is kept nowhere.

A token is 256 random bits, so its SHA-256 can neither be guessed nor reversed, and needs no slow hash.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from archive.database import Database
from archive.ids import minted
from archive.tables import tokens

PREFIX = "khb_"
_BYTES = 32
SESSION = "session"
"""The scope of a person who gave the password."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was handed out, without its words. ``expires_at`` None: until it is revoked."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None


def create(
    database: Database,
    name: str,
    scopes: Sequence[str],
    now: datetime,
    *,
    expires_at: datetime | None = None,
    bound_to: str = "",
) -> str:
    """Makes a token and gives its words, for the only time. ``bound_to``: it is found only together with this text.
    Whatever has run out is removed. Raises ``ValueError`` if a token of this name is there already."""
    words = PREFIX + secrets.token_urlsafe(_BYTES)
    with database.write() as connection:
        connection.execute(tokens.delete().where(tokens.c.expires_at <= now))
        if name and connection.execute(select(tokens.c.id).where(tokens.c.name == name)).first():
            raise ValueError(f'there is a token "{name}" already: revoke it first, or take another name.')
        connection.execute(
            tokens.insert().values(
                id=minted("t"),
                name=name,
                digest=_digest(words, bound_to),
                scopes=" ".join(scopes),
                created_at=now,
                expires_at=expires_at,
            )
        )
    return words


def find(database: Database, words: str, now: datetime, *, bound_to: str = "") -> Token | None:
    """The token with these words; None if there is none, or no longer."""
    if not words.startswith(PREFIX) or not words.isascii():
        return None
    valid = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now)
    statement = select(tokens).where(tokens.c.digest == _digest(words, bound_to), valid)
    with database.read() as connection:
        row = connection.execute(statement).first()
    if row is None:
        return None
    return Token(row.id, row.name, tuple(row.scopes.split()), row.created_at, row.expires_at)


def listed(database: Database) -> list[Token]:
    """All tokens of programs, in the order they were made."""
    statement = select(tokens).where(tokens.c.scopes != SESSION).order_by(tokens.c.created_at, tokens.c.id)
    with database.read() as connection:
        return [
            Token(row.id, row.name, tuple(row.scopes.split()), row.created_at, row.expires_at)
            for row in connection.execute(statement)
        ]


def revoke(database: Database, name_or_id: str) -> bool:
    """Removes a token; False if there is none."""
    which = or_(tokens.c.id == name_or_id, (tokens.c.name == name_or_id) & (tokens.c.name != ""))
    with database.write() as connection:
        return connection.execute(tokens.delete().where(which)).rowcount > 0


def _digest(words: str, bound_to: str) -> str:
    return hashlib.sha256(f"{words}\n{bound_to}".encode()).hexdigest()
