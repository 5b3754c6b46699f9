"""The server itself."""

from __future__ import annotations

import socket

import pytest

from khabardar.web.server import ListenError, Web


async def test_answers_do_not_wait_for_an_acknowledgement() -> None:
    """asyncio switches Nagle's algorithm off only where the socket names its protocol."""
    web = Web(lambda *_: None, "127.0.0.1:0")  # type: ignore[arg-type, return-value]
    assert web._socket.proto == socket.IPPROTO_TCP
    await web.stop()


async def test_address_that_is_taken_is_told_with_the_remedy() -> None:
    """No trace."""
    web = Web(lambda *_: None, "127.0.0.1:0")  # type: ignore[arg-type, return-value]
    with pytest.raises(ListenError, match="Is another Khabardar running"):
        Web(lambda *_: None, "{}:{}".format(*web.address))  # type: ignore[arg-type, return-value]
    await web.stop()
