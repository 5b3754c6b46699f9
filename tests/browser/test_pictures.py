"""The pictures of the documentation: taken anew where they are asked for, looked at in any case.

``KHABARDAR_PICTURES=1 python -m pytest tests/browser/test_pictures.py`` writes them into ``docs/images``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.browser import desk
from tests.browser.conftest import TELEPHONE, Look
from tests.browser.service import ROOT, Service, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

IMAGES = ROOT / "docs" / "images"
HEAVIEST = 150_000
DESK = {"width": 1120, "height": 760}
PICTURES = {  # name -> path, options of the window
    "stories": ("/", {"viewport": DESK, "color_scheme": "light"}),
    "search": ("/search?q=topic%3Ajapan+NOT+source%3Amaidan*", {"viewport": DESK, "color_scheme": "light"}),
    "try": (
        "/rules/try?q=japan+NEAR%2F5+(rice+OR+leather+OR+automotive)&since=30d",
        {"viewport": DESK, "color_scheme": "light"},
    ),
    "item": (f"/items/{desk.EDITED}", {"viewport": DESK, "color_scheme": "dark"}),
    "telephone": ("/?rule=japan-automotive", {"viewport": TELEPHONE, "color_scheme": "dark"}),
}


@pytest.fixture(scope="module")
def newsroom(browser: Browser, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Service]:
    """The desk with the news of the sample newsroom alone."""
    folder = tmp_path_factory.mktemp("pictures")
    desk.furnish(folder, migrated_sqlite)
    with running(folder) as service:
        yield service


@pytest.mark.skipif("KHABARDAR_PICTURES" not in os.environ, reason="pictures are taken when KHABARDAR_PICTURES is set")
@pytest.mark.parametrize("name", PICTURES)
async def test_picture_is_taken_and_small(name: str, newsroom: Service, look: Look) -> None:
    """As a PNG of less than 150 kB."""
    path, options = PICTURES[name]
    watched = await look(path, at=newsroom, **options)
    await watched.page.mouse.move(0, 0)
    await watched.page.evaluate("document.activeElement.blur()")
    picture = await watched.page.screenshot(path=IMAGES / f"{name}.png")
    assert len(picture) < HEAVIEST


@pytest.mark.parametrize("name", PICTURES)
async def test_picture_is_there_is_small_and_is_shown(name: str) -> None:
    """In the README or the tutorial."""
    assert (IMAGES / f"{name}.png").stat().st_size < HEAVIEST
    pages = [ROOT / "README.md", ROOT / "docs" / "tutorial.md"]
    assert any(f"images/{name}.png" in page.read_text("utf-8") for page in pages)
