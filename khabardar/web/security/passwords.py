"""The one password of the web page: an Argon2 hash in ``password_file``, or the password itself.

``khabardar password`` makes the hash. Comparison takes the same time whatever was given; a right password is remembered
(as a keyed digest, in memory) so that a feed reader that gives it every time costs no hash every time.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

LONGEST = 1024
"""Letters of a password that is looked at at all."""


def hashed(password: str) -> str:
    """An Argon2id hash for ``password_file``: 19 MiB and two passes (OWASP's least), for the service stays small."""
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(password)


def is_hash(text: str) -> bool:
    """Whether a file holds a hash and not the password itself."""
    return text.startswith("$argon2")


def check_hash(text: str) -> None:
    """Raises ``ValueError`` with the remedy for what looks like a hash and is none."""
    from argon2 import extract_parameters
    from argon2.exceptions import InvalidHashError

    try:
        extract_parameters(text)
    except InvalidHashError:
        raise ValueError(
            "the password begins like an Argon2 hash and is none: write it anew with `khabardar password`."
        ) from None


class Password:
    """What is asked for. ``stamp`` changes with the password, so that sessions end with it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._key = secrets.token_bytes(32)
        self._known = b""
        self.stamp = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def is_right(self, given: str) -> bool:
        """Blocks for some hundredths of a second where the file holds a hash."""
        mark = self._mark(given[:LONGEST])
        if self._known and hmac.compare_digest(mark, self._known):
            return True
        right = len(given) <= LONGEST and (self._fits_hash(given) if is_hash(self._text) else self._equals(given))
        if right:
            self._known = mark
        return right

    def is_known(self, given: str) -> bool:
        """Whether it was found right before: told at once, without blocking."""
        return bool(self._known) and hmac.compare_digest(self._mark(given[:LONGEST]), self._known)

    def _equals(self, given: str) -> bool:
        return hmac.compare_digest(self._mark(given), self._mark(self._text))

    def _fits_hash(self, given: str) -> bool:
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return PasswordHasher().verify(self._text, given.encode("utf-8", "replace"))
        except (VerificationError, InvalidHashError):
            return False

    def _mark(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")
