"""A newsroom on real ports, and a plain reader of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from khabardar.demo.content import load
from khabardar.demo.newsroom import Newsroom


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    """An open newsroom with the stories of the day."""
    room = Newsroom(load())
    await room.start()
    yield room
    await room.stop()


@pytest.fixture
async def reader() -> AsyncIterator[httpx.AsyncClient]:
    """A client that goes through no proxy."""
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        yield client
