"""Ids that we mint: short, without look-alikes, never guessable, never reused. Values only."""

from __future__ import annotations

import secrets

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32
_LENGTH = 16  # 80 random bits
LONGEST = 200  # of an id that is given; ids are indexed


def minted(kind: str) -> str:
    """A new id: ``n…`` for a news item, ``s…`` for a story, ``d…`` for a delivery."""
    return kind + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
