"""The whole way on the page: a query is tried, saved as a rule; news arrives; the alert is listed."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Look
from tests.browser.service import Service, running
from tests.route.articles import numbered
from tests.route.newsroom import Hook, Outlet

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE = 60.0
"""Seconds until news must have come."""

CONFIG = """\
# what the analyst wrote
[archive]
url = "sqlite:///news.db"
[crawl]
every = "1s"
delay = "0s"
allow_addresses = ["127.0.0.0/8"]
[web]
listen = "127.0.0.1:0"
[[sources]]
name = "outlet"
feed = "{outlet}/feed.xml"
language = "en"
[[channels]]
name = "hook"   # the desk's own receiver
kind = "webhook"
url = "{hook}"
allow_addresses = ["127.0.0.0/8"]
"""


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    """An outlet that printed one article before anybody looked."""
    opened = Outlet()
    opened.publish(numbered(1))
    yield opened
    opened.close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    """Where alerts go."""
    opened = Hook()
    yield opened
    opened.close()


@pytest.fixture
def watching(browser: Browser, outlet: Outlet, hook: Hook, tmp_path: Path, migrated_sqlite: Path) -> Iterator[Service]:
    """A service that visits the outlet every second and has no rule."""
    (tmp_path / "khabardar.toml").write_text(CONFIG.format(outlet=outlet.url, hook=hook.url), encoding="utf-8")
    (tmp_path / "news.db").write_bytes(migrated_sqlite.read_bytes())
    with running(tmp_path) as service:
        yield service


async def _until(true: Callable[[], object], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain for: {what}"
        await asyncio.sleep(0.05)


async def test_query_is_tried_and_saved_and_the_next_news_is_told(
    watching: Service, outlet: Outlet, hook: Hook, look: Look
) -> None:
    """One alert for what came after the rule, none for what came before; the file keeps what the analyst wrote."""
    watched = await look("/rules", at=watching)
    page = watched.page
    await _until(lambda: re.search(r"event=visit\b.*\bnew=1", watching.log), "the first visit")
    await page.get_by_role("link", name="Try a query").click()
    await page.get_by_label("Query", exact=True).press_sequentially("japan automotive")
    await expect(page.get_by_label("What it would have done")).to_contain_text("1 alert")
    await expect(page.get_by_label("What it would have done")).to_contain_text("parts of lot 1")
    await page.get_by_role("button", name="Try").click()
    await page.get_by_role("link", name="Save as a rule").click()
    await page.get_by_label("Name").fill("japan-parts")
    await expect(page.get_by_label("hook")).to_be_checked()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text(
        "japan-parts was written to khabardar.toml and is in force"
    )
    text = (watching.folder / "khabardar.toml").read_text(encoding="utf-8")
    assert text.startswith(CONFIG.format(outlet=outlet.url, hook=hook.url))
    assert "japan automotive" in text

    # A visit that was under way ends under the configuration it began with: the next one knows the rule.
    visits = watching.log.count("event=visit ")
    await _until(lambda: watching.log.count("event=visit ") > visits, "the end of the visit under way")
    outlet.publish(numbered(2))
    await _until(lambda: hook.calls, "the alert")
    assert hook.calls[0].titles == ["Japan orders automotive parts of lot 2"]
    await page.get_by_role("link", name="Stories of japan-parts").click()
    assert await page.locator(".story h3").all_inner_texts() == [
        f"Japan orders automotive parts of lot {n}" for n in (2, 1)
    ]
    await page.locator(".story h3 a").first.click()
    await expect(page.get_by_text("owed by japan-parts to hook")).to_be_visible()
    await expect(page.get_by_text(re.compile("Delivery .* to hook: sent"))).to_be_visible()
    await page.get_by_role("link", name="Deliveries").click()
    told = page.get_by_role("article").filter(has_text="Japan orders automotive parts of lot 2")
    await expect(told).to_contain_text("sent")
    await expect(told.get_by_role("link", name="japan-parts")).to_be_visible()
    assert len(hook.calls) == 1
    assert watched.faults == []


async def test_rule_that_is_wrong_is_told_at_its_field_and_not_written(watching: Service, look: Look) -> None:
    """With the keyboard: what was typed is still there, and the file is as it was."""
    page = (await look("/rules/new", at=watching)).page
    await page.get_by_label("Name").fill("wrong")
    await page.get_by_label("Query", exact=True).fill("japan AND (")
    await page.get_by_role("button", name="Save").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Column")
    await expect(page.get_by_label("Query", exact=True)).to_have_value("japan AND (")
    assert "wrong" not in (watching.folder / "khabardar.toml").read_text(encoding="utf-8")
