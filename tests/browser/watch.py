"""A page that is watched: what it asks for, what its console says, and what axe-core finds."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import ConsoleMessage, Page, Request, Response

_SERIOUS = ("serious", "critical")
_OPTIONS = json.dumps({"resultTypes": ["violations"]})


class Watched:
    """Everything that a page did since it was watched. ``page`` belongs to a context of its own."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.faults: list[str] = []
        self._answers: list[Response] = []
        self._expected = 200
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))
        page.on("request", self._asked)
        page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url}: {request.failure}"))
        page.on("response", lambda answer: self._answers.append(answer))

    async def open(self, path: str, status: int = 200) -> Watched:
        """Opens a page of the service and waits until its parts are there."""
        self._expected = status
        answer = await self.page.goto(self.url + path, wait_until="load")
        assert answer
        assert answer.status == status, f"{path}: {answer.status}"
        await self.settle()
        return self

    async def settle(self) -> None:
        """Waits until the parts that are loaded after the page are there."""
        await self.page.locator("[aria-busy=true]").first.wait_for(state="detached")

    async def weight(self) -> int:
        """Bytes of everything that was loaded, before any compression."""
        return sum([len(await answer.body()) for answer in self._answers if not 300 <= answer.status < 400])

    async def text(self) -> str:
        """What is to be read on the page."""
        return await self.page.inner_text("main")

    async def overflow(self) -> str:
        """What is wider than the page, if it has to be scrolled sideways; else ""."""
        return await self.page.evaluate(_OVERFLOW)  # type: ignore[no-any-return]

    async def findings(self) -> list[str]:
        """What axe-core calls serious or critical: rule, place and reason."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE_SCRIPT)
        found: dict[str, Any] = await self.page.evaluate(f"axe.run({_OPTIONS})")
        return [
            f"{one['id']} ({one['impact']}) at {node['target']}: {node['failureSummary']}"
            for one in found["violations"]
            if one["impact"] in _SERIOUS
            for node in one["nodes"]
        ]

    def _console(self, message: ConsoleMessage) -> None:
        # A refused query is answered 422, and the browser says so; nothing else may be said.
        expected = self._expected >= 400 and f"status of {self._expected}" in message.text
        if message.type in ("error", "warning") and not expected:
            self.faults.append(f"console: {message.text} ({message.location})")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url)[:2] != urlsplit(self.url)[:2]:
            self.faults.append(f"asked elsewhere: {request.url}")


_OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return "";
  const scrolls = (each) => each && (getComputedStyle(each).overflowX !== "visible" || scrolls(each.parentElement));
  return [...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > wide + 1 && !scrolls(each.parentElement))
    .map((each) => `${each.tagName}.${each.className} ${Math.round(each.getBoundingClientRect().right)} > ${wide}`)
    .slice(0, 5).join("; ") || `page ${document.documentElement.scrollWidth} > ${wide}`;
}"""
