"""The gate: only public addresses, whatever they are dressed as."""

from __future__ import annotations

import pickle

import pytest

from net.addresses import AddressRefused, Gate, resolve

PRIVATE = [
    "127.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::7f00:1",
    "2002:7f00:0001::1",
    "2002:a9fe:a9fe::",
    "2001:0:7f00:1::",
    "2001:0:808:808::80ff:fffe",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "2001:db8::1",
    "5f00::1",
    "100::1",
    "4000::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    """Private, local, multicast, reserved, and IPv6 forms that carry such an address inside."""
    with pytest.raises(AddressRefused, match="allow_addresses"):
        Gate().check(address)


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "2130706433", "0x7f.1", "example.org"])
def test_what_is_not_a_literal_address_is_refused(address: str) -> None:
    """The gate is asked with what a socket would connect to, never with a name or a short form."""
    with pytest.raises(AddressRefused):
        Gate().check(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_a_public_address_may_be_reached(address: str) -> None:
    """Also inside IPv6, when what is inside is public."""
    Gate().check(address)


def test_a_configured_network_may_be_reached_and_nothing_beside_it() -> None:
    """An allowed loopback network opens its mapped form too, but no other private network."""
    gate = Gate(["127.0.0.0/8", "::1/128"])
    for address in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"):
        gate.check(address)
    assert not gate.passes("10.0.0.1")
    assert not gate.passes("::ffff:10.0.0.1")


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "0", "2130706433", "0x7f.1", "127.0.0.1", "::1", "::ffff:127.0.0.1"]
)
async def test_a_name_that_leads_to_loopback_is_refused(host: str) -> None:
    """The system's resolver understands short, decimal and hexadecimal forms; the gate judges what comes out."""
    with pytest.raises(AddressRefused):
        await resolve(host, 80, Gate())


async def test_a_name_that_leads_to_an_allowed_network_is_resolved() -> None:
    """What the configuration allows is found."""
    assert await resolve("127.1", 80, Gate(["127.0.0.0/8"])) == ["127.0.0.1"]


def test_a_refusal_survives_the_way_between_processes() -> None:
    """Pickled and back it still names address and host."""
    refusal = pickle.loads(pickle.dumps(AddressRefused("127.0.0.1", "evil.example")))
    assert (refusal.address, refusal.host) == ("127.0.0.1", "evil.example")
    assert "evil.example" in str(refusal)
