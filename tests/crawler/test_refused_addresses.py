"""Addresses that are not public are not contacted, whatever leads to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from archive.model import VisitStatus
from crawler.settings import CrawlSettings
from crawler.worker_process import Worker
from tests.crawler.conftest import SETTINGS, Seen, look
from tests.crawler.sites import Site, entry, rss, site

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRICT = SETTINGS.model_copy(update={"allow_addresses": ()})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict() -> AsyncIterator[Worker]:
    """A worker that may contact nothing private."""
    running = Worker(STRICT)
    yield running
    await running.stop()


def only(outlet: Site) -> CrawlSettings:
    """Nothing but the outlet's own address is allowed."""
    host = outlet.url.removeprefix("http://").partition(":")[0]
    return SETTINGS.model_copy(update={"allow_addresses": (f"{host}/32",)})


def refused(seen: Seen) -> bool:
    """Whether the visit failed, and because of the address."""
    assert seen.visit.status is VisitStatus.FAILED
    return "allow_addresses" in (seen.visit.error or "") or "could not be resolved" in (seen.visit.error or "")


@pytest.mark.parametrize("robots", [True, False])
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "0", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
)
async def test_loopback_is_not_contacted_in_any_notation(strict: Worker, host: str, robots: bool) -> None:
    """The resolver may understand the form; the gate judges the address that comes out, for robots.txt and feed."""
    made = Site()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    seen = await look(strict, STRICT, feed=f"http://{host}:{port}/feed", obey_robots=robots)
    server.close()
    assert refused(seen)
    assert made.connections == 0


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "100.64.0.1", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::1]"]
)
async def test_private_and_wrapped_addresses_are_not_contacted(strict: Worker, host: str) -> None:
    """Cloud metadata, private networks, carrier networks, and IPv6 forms that carry a private address."""
    assert refused(await look(strict, STRICT, feed=f"http://{host}/feed", obey_robots=False))


async def test_a_redirect_to_a_private_address_is_not_followed(outlet: Site) -> None:
    """For feeds, for robots.txt, and for pages."""
    settings = only(outlet)
    worker = Worker(settings)
    try:
        async with site() as inside:
            for path in ("/feed", "/robots.txt", "/a-1"):
                inside.answer(path, rss())
            moved = f"Location: {inside.url}/feed\r\n"
            outlet.answer("/feed", status=302, headers=moved)
            assert refused(await look(worker, settings, feed=f"{outlet.url}/feed", obey_robots=False))
            outlet.answer("/robots.txt", status=302, headers=moved)
            assert refused(await look(worker, settings, feed=f"{outlet.url}/feed"))
            outlet.answer("/list", rss(entry("A report from inside", f"{inside.url}/a-1")))
            seen = await look(worker, settings, feed=f"{outlet.url}/list", obey_robots=False)
            assert [(item.title, item.complete) for item in seen.items] == [("A report from inside", False)]
            assert inside.connections == 0
    finally:
        await worker.stop()


async def test_an_address_that_hides_behind_a_user_name_is_not_contacted(strict: Worker, outlet: Site) -> None:
    """Configuration refuses it at once; as a link in a feed it is not fetched."""
    with pytest.raises(ValueError, match="password"):
        await look(strict, STRICT, feed="http://example.org@127.0.0.1/feed")
    hidden = f"http://a@{outlet.url.removeprefix('http://')}/a-1#@example.org/"
    outlet.answer("/feed", rss(entry("A report with an odd link", hidden)))
    worker = Worker(SETTINGS)
    try:
        seen = await look(worker, feed=f"{outlet.url}/feed")
    finally:
        await worker.stop()
    assert [item.complete for item in seen.items] == [False]
    assert "/a-1" not in outlet.paths
