"""With the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Look

pytestmark = pytest.mark.asyncio(loop_scope="session")

_FOCUSED = """() => {
  const each = document.activeElement, style = getComputedStyle(each);
  return {
    name: (each.labels && each.labels[0] || each).innerText.trim().split("\\n")[0],
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    shown: each.getBoundingClientRect().right > 0,
  };
}"""


async def _tab(page: Page, times: int) -> list[str]:
    """What is reached with the next tabulators; whatever has the focus must show it."""
    names = []
    for _ in range(times):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        assert focused["seen"], focused
        assert focused["shown"], focused
        names.append(focused["name"])
    return names


async def test_order_is_that_of_reading_and_the_focus_is_seen(look: Look) -> None:
    """Skip link, navigation, filters, then the stories."""
    page = (await look("/")).page
    names = await _tab(page, 3)
    assert names == ["Skip to content", "Khabardar", "Stories"]
    while (last := (await _tab(page, 1))[0]) != "Show":
        names.append(last)
    assert names[names.index("Rule") :] == ["Rule", "Outlet", "Language", "Topic"]
    assert (await _tab(page, 1))[0] == await page.locator(".story h3").first.inner_text()


async def test_skip_link_leads_past_the_navigation(look: Look) -> None:
    """The next tabulator is in the content."""
    page = (await look("/")).page
    await _tab(page, 1)
    await page.keyboard.press("Enter")
    assert await _tab(page, 1) == ["Rule"]


async def test_search_is_sent_with_enter_and_its_results_are_reached(look: Look) -> None:
    """The field of an empty search has the focus; Enter sends it, Shift+Enter is a new line; completion is reached."""
    page = (await look("/search")).page
    field = page.get_by_label("Query", exact=True)
    await expect(field).to_be_focused()
    await page.keyboard.type("source:marg")
    assert (await _tab(page, 1)) == ["source:margalla-times"]
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("source:margalla-times ")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("japan")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("q=source"))
    await page.locator(".story h3 a").first.focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/items/"))
