"""Which addresses may be reached: the one place that decides, asked at connect time with the address itself.

Only global unicast addresses are reachable; what an IPv6 address carries inside (IPv4-mapped, 6to4, Teredo, NAT64) is
unwrapped and judged too. A configuration can allow networks by name. The lists follow the IANA special-purpose address
registries (RFC 6890 and updates), written out here because ``ipaddress.is_global`` differs between Python versions.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address

_SPECIAL_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
)
_TEREDO = IPv6Network("2001::/32")
_NAT64 = IPv6Network("64:ff9b::/96")
_V4_COMPATIBLE = IPv6Network("::/96")


class AddressRefused(Exception):  # noqa: N818  a verdict, as everybody calls it
    """An address that may not be reached. ``address`` is the address, ``host`` the name that led to it, if any."""

    def __init__(self, address: str, host: str | None = None) -> None:
        self.address = address
        self.host = host
        of_host = f" (of {host})" if host and host != address else ""
        super().__init__(
            f"{address}{of_host} is not a public address and was not contacted; "
            "if it may be reached, list its network in allow_addresses"
        )

    def __reduce__(self) -> tuple[type[AddressRefused], tuple[str, str | None]]:
        return (AddressRefused, (self.address, self.host))


class Gate:
    """Judges addresses. ``allow`` lists networks, e.g. ``["127.0.0.0/8"]``, that may be reached although private."""

    def __init__(self, allow: Sequence[str] = ()) -> None:
        self._allowed = tuple(ip_network(network) for network in allow)

    def check(self, address: str, host: str | None = None) -> None:
        """Raise AddressRefused unless ``address``, a literal IP address, may be reached; names are refused too."""
        try:
            outer = ip_address(address.partition("%")[0])
        except ValueError:
            raise AddressRefused(address, host) from None
        if not all(self._may_reach(inner) for inner in _unwrapped(outer)):
            raise AddressRefused(address, host)

    def passes(self, address: str) -> bool:
        """Whether ``check`` would let the address through."""
        try:
            self.check(address)
        except AddressRefused:
            return False
        return True

    def _may_reach(self, address: Address) -> bool:
        if any(address.version == network.version and address in network for network in self._allowed):
            return True
        return _is_global(address)


async def resolve(host: str, port: int, gate: Gate) -> list[str]:
    """The addresses of ``host`` that may be reached, in the order of the system's resolver.

    Raises AddressRefused when the name has addresses but none may be reached, OSError when it has none.
    """
    found = await _looked_up(host, port)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses:
        raise OSError(f"the name {host} has no address")
    reachable = [address for address in addresses if gate.passes(address)]
    if not reachable:
        raise AddressRefused(addresses[0], host)
    return reachable


_Found = Sequence[tuple[Any, ...]]
_under_way: dict[tuple[str, int], asyncio.Future[_Found]] = {}


async def _looked_up(host: str, port: int) -> _Found:
    """What the system's resolver says, asked in a thread of its own: one that does not answer for minutes holds up
    nobody who needs the loop's own few threads. Who asks for the same at the same time waits for the same answer."""
    loop = asyncio.get_running_loop()
    key = (host, port)
    asked = _under_way.get(key)
    if asked is None or asked.get_loop() is not loop:
        asked = _under_way[key] = loop.create_future()
        asked.add_done_callback(lambda _: _under_way.pop(key, None))
        threading.Thread(target=_look_up, args=(host, port, asked), name=f"resolve {host}", daemon=True).start()
    return await asyncio.shield(asked)


def _look_up(host: str, port: int, asked: asyncio.Future[_Found]) -> None:
    answer: _Found = ()
    failure: Exception | None = None
    try:
        answer = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except Exception as error:  # also UnicodeError, of a name that cannot be one
        failure = error

    def hand_over() -> None:
        if asked.done():
            return
        if failure is None:
            asked.set_result(answer)
        else:
            asked.set_exception(failure)
            asked.exception()  # whoever asked may have left: that is not an error of the loop

    with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
        asked.get_loop().call_soon_threadsafe(hand_over)


def _is_global(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _SPECIAL_V6)


def _unwrapped(address: Address) -> Iterator[Address]:
    """The addresses that really are contacted: the one inside where there is one, else the address itself."""
    if isinstance(address, IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    elif address.sixtofour is not None:
        yield address.sixtofour
    elif address in _TEREDO:
        server, client = address.teredo or (None, None)
        yield from (inner for inner in (server, client) if inner is not None)
    elif address in _NAT64 or (address in _V4_COMPATIBLE and int(address) > 0xFFFF):
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address
