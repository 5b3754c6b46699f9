"""Ids that we mint: short, without look-alikes, never guessable, never reused. Values only."""

from __future__ import annotations

import base64
import secrets

_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")
_BYTES = 10  # 16 letters of base 32
LONGEST = 200  # of an id that is given; ids are indexed


def minted(kind: str) -> str:
    """A new id: ``n…`` for a news item, ``s…`` for a story, ``d…`` for a delivery."""
    return kind + base64.b32encode(secrets.token_bytes(_BYTES)).translate(_CROCKFORD).decode("ascii")
