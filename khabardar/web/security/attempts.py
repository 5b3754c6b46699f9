"""How often somebody may try a password: ten times in a quarter of an hour from one address. Values only."""

from __future__ import annotations

import ipaddress
from collections import deque

MOST = 10
WITHIN = 900.0
"""Seconds."""
_MOST_ADDRESSES = 10_000


class Attempts:
    """Failed tries by address; a network of IPv6 (/64) is one address, for its owner has all of them."""

    def __init__(self) -> None:
        self._tries: dict[str, deque[float]] = {}

    def wait(self, address: str, now: float) -> float:
        """Seconds until this address may try again; 0 if it may. ``now`` is monotonic."""
        tries = self._of(address, now)
        return tries[0] + WITHIN - now if len(tries) >= MOST else 0.0

    def note(self, address: str, now: float) -> None:
        """A try begins: it counts until it turns out right, so that many at once are no way around."""
        name = _network(address)
        if name not in self._tries and len(self._tries) >= _MOST_ADDRESSES:
            self._tries.pop(next(iter(self._tries)))
        self._tries.setdefault(name, deque(maxlen=MOST)).append(now)

    def forgive(self, address: str) -> None:
        """It was right: nothing is held against the address any more."""
        self._tries.pop(_network(address), None)

    def _of(self, address: str, now: float) -> deque[float]:
        name = _network(address)
        tries = self._tries.get(name, deque())
        while tries and tries[0] <= now - WITHIN:
            tries.popleft()
        if not tries:
            self._tries.pop(name, None)
        return tries


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
