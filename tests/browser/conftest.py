"""One browser and one open desk for all tests here, each test with a window of its own; no browser, no tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser import chromium, desk
from tests.browser.service import Service, running
from tests.browser.watch import Watched

Look = Callable[..., Awaitable[Watched]]
_FLAGS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu")
TELEPHONE = {"width": 390, "height": 844}
PATIENCE = 30_000
"""Milliseconds for anything the browser waits for."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium without a window."""
    path = chromium.find()
    if path is None:
        pytest.skip(chromium.ABSENT)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield started
        await started.close()


@pytest.fixture(scope="session")
def service(browser: Browser, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Service]:
    """A desk with news of all kinds, open to this machine. Looked at only: nobody changes it."""
    folder = tmp_path_factory.mktemp("desk")
    desk.furnish(folder, migrated_sqlite, hostile=True)
    with running(folder) as started:
        yield started


@asynccontextmanager
async def window(browser: Browser, service: Service, **options: Any) -> AsyncIterator[Watched]:
    """A window without a past (options of ``new_context``), with one page that is watched."""
    opened = await browser.new_context(**options)
    opened.set_default_timeout(PATIENCE)
    try:
        yield Watched(await opened.new_page(), service.url)
    finally:
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def look(browser: Browser, service: Service) -> AsyncIterator[Look]:
    """Opens a page in a window of its own, on the open desk or on another one (``at``)."""
    async with AsyncExitStack() as windows:

        async def opened(path: str, status: int = 200, at: Service | None = None, **options: Any) -> Watched:
            watched = await windows.enter_async_context(window(browser, at or service, **options))
            return await watched.open(path, status)

        yield opened
