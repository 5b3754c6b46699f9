"""A desk behind a password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser import desk
from tests.browser.conftest import Look
from tests.browser.service import Service, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def locked(browser: Browser, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Service]:
    """A service with a password and nothing in its archive: the pages say what to do next."""
    folder = tmp_path_factory.mktemp("locked")
    (folder / "web-password").write_text(desk.PASSWORD, encoding="utf-8")
    desk.furnish(folder, migrated_sqlite, news=False, web='password_file = "web-password"')
    with running(folder) as started:
        yield started


_GUESS_ON = """async (times) => {
  const said = [];
  for (let n = 0; n < times; n++) {
    const form = new URLSearchParams({ ...Object.fromEntries(new FormData(document.forms[0])), password: n });
    said.push((await fetch("/login", { method: "POST", body: form })).status);
  }
  return said;
}"""


async def _give(page: Page, password: str) -> int:
    """Signs in; the status of the answer."""
    await page.get_by_label("Password").fill(password)
    async with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        await page.get_by_label("Password").press("Enter")
    await page.wait_for_load_state()
    return (await answer.value).status


async def test_password_opens_the_page_that_was_asked_for_and_signing_out_closes_it(
    look: Look, locked: Service
) -> None:
    """The field has the focus; the cookie is no use for scripts; afterwards the address asks again."""
    watched = await look("/search?q=japan", at=locked)
    page = watched.page
    await expect(page).to_have_url(re.compile("/login"))
    await expect(page.get_by_label("Password")).to_be_focused()
    assert await watched.findings() == []
    assert await page.get_by_role("navigation").count() == 0
    await _give(page, desk.PASSWORD)
    await expect(page).to_have_url(re.compile(r"/search\?q=japan"))
    await expect(page.get_by_role("heading", name="Results")).to_be_visible()
    await watched.settle()
    assert await page.evaluate("document.cookie") == ""
    await page.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(re.compile("/login"))
    assert watched.faults == []
    await page.goto(f"{locked.url}/search?q=japan")
    await expect(page).to_have_url(re.compile("/login"))


async def test_wrong_password_is_told_at_its_field_and_too_many_are_refused(look: Look, locked: Service) -> None:
    """Also the right one then, for it would tell a guesser that he guessed it; who is signed in already goes on."""
    inside = await look("/login", at=locked)
    assert await _give(inside.page, desk.PASSWORD) == 303
    await expect(inside.page.get_by_role("list")).to_contain_text("khabardar import")
    assert await inside.findings() == []
    watched = await look("/login", at=locked, color_scheme="dark")
    field, alert = watched.page.get_by_label("Password"), watched.page.get_by_role("alert")
    assert await _give(watched.page, "wrong") == 403
    await expect(alert).to_have_text("This is not the password.")
    await expect(field).to_have_value("")
    await expect(field).to_have_accessible_description("This is not the password.")
    assert await watched.findings() == []
    assert await watched.page.evaluate(_GUESS_ON, 9) == [403] * 9
    assert await _give(watched.page, desk.PASSWORD) == 429
    await expect(alert).to_contain_text("tried too often from this address")
    await inside.open("/search")
