"""Who somebody is: a session of a person, a token of a program, a password given with the request, or anyone."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.tokens import PREFIX, SESSION
from khabardar.web.desk import Desk
from khabardar.web.problems import ProblemError
from khabardar.web.security.attempts import Attempts
from khabardar.web.security.passwords import Password

COOKIE = "khabardar"
SESSION_DAYS = 14
SCOPES = {
    "read": "the API, the feeds and the metrics",
    "feeds": "the feeds alone",
    "metrics": "the metrics alone",
}
"""What a token may be made for."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. ``scopes`` holds "session" for a person, or those of a token; ``secret`` is what the signs in the
    visitor's forms are made with."""

    scopes: frozenset[str] = frozenset()
    secret: str = ""

    @property
    def is_person(self) -> bool:
        """Somebody who gave the password on the page, or needs none."""
        return SESSION in self.scopes


NOBODY = Visitor()


class Guard:
    """Knows the password, if there is one, and everything that was handed out for it."""

    def __init__(self, desk: Desk, password: str | None) -> None:
        self._desk = desk
        self._password = None if password is None else Password(password)
        self._attempts = Attempts()
        self._one_hash = asyncio.Lock()  # a hash takes 19 MiB or more: one at a time
        self._key = secrets.token_hex(32)

    @property
    def open(self) -> bool:
        """No password is asked for."""
        return self._password is None

    async def by_cookie(self, words: str) -> Visitor:
        """The person whose session this is; without a password everybody is one."""
        if self._password is None:
            return Visitor(frozenset({SESSION}), self._key)
        if not words:
            return NOBODY
        found = await self._desk.ask(
            self._desk.archive.find_token, words, datetime.now(UTC), bound_to=self._password.stamp
        )
        return Visitor(frozenset(found.scopes), words) if found and SESSION in found.scopes else NOBODY

    async def by_header(self, header: str, address: str) -> Visitor:
        """The visitor that an ``Authorization`` header names. Raises ``ProblemError`` 429 after too many tries."""
        scheme, _, rest = header.partition(" ")
        if scheme.lower() == "bearer":
            return await self._by_token(rest.strip())
        if scheme.lower() == "basic":
            given = _of_basic(rest)
            if given.startswith(PREFIX) and (found := await self._by_token(given)).scopes:
                return found
            return Visitor(frozenset({"feeds"})) if given and await self.is_right(given, address) else NOBODY
        return NOBODY

    async def _by_token(self, words: str) -> Visitor:
        found = await self._desk.ask(self._desk.archive.find_token, words, datetime.now(UTC))
        return Visitor(frozenset(found.scopes)) if found and SESSION not in found.scopes else NOBODY

    async def is_right(self, given: str, address: str) -> bool:
        """Whether this is the password. Raises ``ProblemError`` 429 after too many tries from an address."""
        if self._password is None:
            return True
        now = time.monotonic()
        if wait := self._attempts.wait(address, now):
            raise ProblemError(
                429,
                "Too many tries",
                "The password was tried too often from this address. Try again in some minutes.",
                headers={"Retry-After": str(int(wait) + 1)},
            )
        # Only now: were it asked first, whoever may not try any more could go on guessing as fast as he likes.
        if self._password.is_known(given):
            return True
        self._attempts.note(address, now)
        async with self._one_hash:
            right = await self._desk.ask(self._password.is_right, given)
        if right:
            self._attempts.forgive(address)
        return right

    async def begin_session(self) -> str:
        """The cookie of a person who gave the password."""
        now = datetime.now(UTC)
        stamp = self._password.stamp if self._password else ""
        return await self._desk.ask(
            self._desk.archive.create_token, "", [SESSION], now, now + timedelta(days=SESSION_DAYS), stamp
        )

    async def end_session(self, words: str) -> None:
        """The cookie is worth nothing from now on."""
        if self._password is None:
            return
        found = await self._desk.ask(
            self._desk.archive.find_token, words, datetime.now(UTC), bound_to=self._password.stamp
        )
        if found:
            await self._desk.ask(self._desk.archive.revoke_token, found.id)

    def sign(self, visitor: Visitor) -> str:
        """What a form of this visitor carries: another site can neither read nor guess it."""
        key = visitor.secret or self._key
        return hmac.digest(key.encode(), b"form", "sha256").hex()

    def is_sign(self, visitor: Visitor, given: str) -> bool:
        """Whether a form carries the sign, compared in constant time."""
        return hmac.compare_digest(self.sign(visitor).encode(), given.encode("utf-8", "replace"))


def _of_basic(coded: str) -> str:
    """The password of ``user:password`` (RFC 7617); whatever the user is called."""
    try:
        return base64.b64decode(coded.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
