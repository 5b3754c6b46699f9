"""Every page in every way: quiet, light, on a telephone, without a script, and for people who do not see it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.conftest import TELEPHONE, Look, window
from tests.browser.pages import PAGES, Looked
from tests.browser.service import Service
from tests.browser.watch import Watched

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEAVIEST = 150_000
"""Bytes of a page with all it loads."""


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=PAGES, ids=str)
async def opened(
    request: pytest.FixtureRequest, browser: Browser, service: Service
) -> AsyncIterator[tuple[Looked, Watched]]:
    """A page in its window, for all tests that only look; each says how wide and in which colours it looks."""
    looked: Looked = request.param
    async with window(browser, service) as watched:
        yield looked, await watched.open(looked.path, looked.status)


async def test_nothing_is_refused_executed_or_asked_elsewhere(opened: tuple[Looked, Watched]) -> None:
    """The console is empty, so the policy was broken by nothing; all comes from the service."""
    looked, watched = opened
    await watched.page.mouse.move(300, 300)
    assert looked.says in await watched.text()
    assert watched.faults == []
    assert await watched.page.evaluate("window.pwned") is None


async def test_page_is_light_with_all_it_loads(opened: tuple[Looked, Watched]) -> None:
    """At most 150 kB, before any compression."""
    assert 1_000 < await opened[1].weight() <= HEAVIEST


async def test_page_has_no_serious_finding_of_axe_in_light_and_in_dark(opened: tuple[Looked, Watched]) -> None:
    """Contrast, names, roles; at desk width, then on a telephone."""
    page = opened[1].page
    for scheme, wide, ground in (
        ("light", 1280, "rgb(251, 251, 249)"),
        ("dark", TELEPHONE["width"], "rgb(21, 25, 29)"),
    ):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size({**TELEPHONE, "width": wide})
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
        assert await opened[1].findings() == []


async def test_page_fits_a_telephone(opened: tuple[Looked, Watched]) -> None:
    """390 pixels wide: nothing is beside the page."""
    await opened[1].page.set_viewport_size(TELEPHONE)
    assert await opened[1].overflow() == ""


@pytest.mark.parametrize("looked", PAGES, ids=str)
async def test_page_can_be_read_without_a_script(looked: Looked, look: Look) -> None:
    """With the same words."""
    watched = await look(looked.path, looked.status, viewport=TELEPHONE, java_script_enabled=False)
    assert looked.says in await watched.text()
