"""An analyst looks: stories by rule, a search, an item with its account."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Look

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_search_is_typed_completed_narrowed_and_its_item_explained(look: Look) -> None:
    """From the front page to the reason why a rule matched, without an address being written."""
    watched = await look("/")
    page = watched.page
    await page.get_by_role("link", name="Search", exact=True).click()
    query = page.get_by_label("Query", exact=True)
    await query.press_sequentially("topic:aut")
    await page.get_by_role("button", name="topic:automotive").click()
    await expect(query).to_be_focused()
    await query.press_sequentially("-hockey")
    await query.press("Enter")
    await expect(page).to_have_url(re.compile(r"q=topic%3Aautomotive\+-hockey"))
    await watched.settle()
    assert await page.get_by_role("img", name=re.compile("Matches per day")).count() == 1
    await page.get_by_role("link", name="japan-automotive").first.wait_for()
    before = await page.locator(".story").count()
    await page.locator(".facets").get_by_role("link", name="margalla-times").click()
    await watched.settle()
    assert 0 < await page.locator(".story").count() < before
    assert set(await page.locator(".story .outlet").all_inner_texts()) == {"margalla-times"}
    await page.get_by_role("link", name=re.compile("tractor line")).click()
    row = page.get_by_role("row", name=re.compile("japan-automotive"))
    await expect(row).to_contain_text("matches")
    await expect(row).to_contain_text("automotive")
    await expect(page.get_by_role("row", name=re.compile("used-cars"))).to_contain_text("fails at")
    assert watched.faults == []


async def test_filters_apply_as_they_are_chosen_and_by_their_button_without_a_script(look: Look) -> None:
    """The same stories either way."""
    for script in (True, False):
        watched = await look("/", java_script_enabled=script)
        page = watched.page
        await page.get_by_label("Language").select_option("ja")
        if not script:
            await page.get_by_role("button", name="Show").click()
        await expect(page).to_have_url(re.compile("lang=ja"))
        assert await page.locator(".story h3[lang=ja]").count() == await page.locator(".story").count() == 2
        assert watched.faults == []


async def test_search_works_without_a_script(look: Look) -> None:
    """How many there are is behind a link then."""
    page = (await look("/search", java_script_enabled=False)).page
    await page.get_by_label("Query", exact=True).fill('"used cars"')
    await page.get_by_role("button", name="Search").click()
    assert await page.locator("mark", has_text="used").count() > 0
    await page.get_by_role("link", name=re.compile("How many")).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text('How many: "used cars"')
    await page.get_by_role("link", name="Back to the results").click()
    await expect(page.get_by_label("Query", exact=True)).to_have_value('"used cars"')


async def test_refused_query_is_told_beside_its_field_and_can_be_mended_there(look: Look) -> None:
    """A screen reader hears it with the field; what the mistake may have meant is said."""
    watched = await look("/search?q=topic%3Ajapn", 422)
    field = watched.page.get_by_label("Query", exact=True)
    await expect(field).to_have_accessible_description(re.compile("japn.*Did you mean topic:japan", re.DOTALL))
    await field.fill("topic:japan")
    await field.press("Enter")
    await watched.page.locator(".story").first.wait_for()


async def test_query_that_is_markup_stays_a_query(look: Look) -> None:
    """In its field, in the title of the window, in the offered rule, in its error."""
    attack = '"</textarea></title></pre><script>window.pwned=1</script><img src=x onerror=window.pwned=2>"'
    for query, status in ((attack, 200), (attack + " AND", 422)):
        watched = await look("/search?q=" + query.replace('"', "%22"), status)
        await expect(watched.page.get_by_label("Query", exact=True)).to_have_value(query)
        assert await watched.page.evaluate("window.pwned") is None
        assert watched.faults == []


async def test_hostile_text_is_not_painted_over_its_neighbours(look: Look) -> None:
    """Three hundred accents on one letter, and a joined word of 5,000 letters, stay within their story."""
    page = (await look("/search?q=tea+OR+%DA%86%D8%A7%D8%A6%DB%92")).page
    for story in await page.locator(".story").all():
        assert await story.evaluate("each => getComputedStyle(each).overflowX") == "clip"
        assert (await story.bounding_box() or {"height": 9_999})["height"] < 600


async def test_address_that_is_no_web_address_is_no_link(look: Look) -> None:
    """``javascript:`` and ``data:`` lead nowhere; what leads out tells nobody where from."""
    page = (await look("/search?q=tea")).page
    links = await page.eval_on_selector_all("main a", "all => all.map(a => [a.getAttribute('href'), a.rel])")
    assert len(links) > 20
    assert [href for href, _ in links if not href.startswith(("/", "http://", "https://"))] == []
    assert {rel for href, rel in links if href.startswith("http")} == {"noopener noreferrer nofollow"}
