"""What a visit would bring, and what a site offers: looked up by the crawl worker, shown, not kept."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from crawler.settings import CrawlSettings, SourceSettings
from crawler.worker_process import Worker
from khabardar.web.desk import Works
from khabardar.web.pages import source_work
from tests.crawler.sites import SENTENCES, Site, entry, page, rss, site
from tests.khabardar.web.conftest import Serve, Served
from tests.khabardar.web.test_pages import _Page
from tests.khabardar.web.test_standing import _harmless, send

CRAWL = CrawlSettings(allow_addresses=("127.0.0.0/8",), delay="0s", timeout="2s", user_agent="Khabardar/1.0 (test)")
EVIL = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest_asyncio.fixture
async def outlet() -> AsyncIterator[Site]:
    """A site with a feed of two articles in hostile words, and one that is no news."""
    async with site() as made:
        links = [f"{made.url}/a-{number}" for number in (1, 2)]
        entries = [entry(f"Harbour {EVIL} {number}", link) for number, link in enumerate(links)]
        made.answer("/feed", rss(*entries), headers="Content-Type: application/rss+xml\r\n")
        for link in links:
            made.answer(link.removeprefix(made.url), page(f"The harbour {EVIL}", f"Word of {EVIL} at sea.", *SENTENCES))
        head = f'<link rel="alternate" type="application/rss+xml" href="{made.url}/feed">'
        made.answer("/", f"<html><head>{head}</head><body>News</body></html>", headers="Content-Type: text/html\r\n")
        yield made


@pytest_asyncio.fixture
async def looking(serve: Serve, outlet: Site) -> AsyncIterator[Served]:
    """A server whose only source is that site, with a crawl worker behind it."""
    served = await serve(empty=True)
    source = SourceSettings.model_validate({"name": "harbour", "feed": f"{outlet.url}/feed"})
    served.desk.take_up(dataclasses.replace(served.settings, sources=(source,), crawl=CRAWL))
    worker = Worker(CRAWL)
    served.desk.works = Works(worker, lambda _: True, lambda: None)
    yield served
    await worker.stop()


async def test_a_test_shows_what_a_visit_would_bring_and_keeps_nothing(looking: Served) -> None:
    """Hostile titles are text; the archive stays empty."""
    answer = await send(looking, "/sources/harbour/test")
    assert answer.status_code == 200
    shown = _Page(answer.text)
    _harmless_but_for(shown, "http://127.0.")
    assert "<script>alert(1)</script>" in shown.text
    assert "letters of text" in shown.text
    assert answer.text.count('<article class="story">') == 2
    assert dict(looking.archive.stats())["items"] == 0
    assert looking.archive.source_states() == {}
    assert (await send(looking, "/sources/nix/test")).status_code == 404


async def test_a_failing_source_a_slow_one_and_too_many_looks_are_told(
    looking: Served, outlet: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason in its own words; what takes too long ends; a third look at once is refused."""
    outlet.answer("/feed", "gone", status=410)
    failed = await send(looking, "/sources/harbour/test")
    assert "It fails: " in failed.text
    assert "410" in failed.text

    outlet.raw("/feed", b"HTTP/1.1 200 X\r\n\r\n", hang=True)
    monkeypatch.setattr(source_work, "SECONDS", 1.0)
    looks = await asyncio.gather(*(send(looking, "/sources/harbour/test") for _ in range(3)))
    assert sorted(look.status_code for look in looks) == [200, 200, 503]
    assert sum("Stopped after 1 seconds" in look.text for look in looks) == 2


async def test_a_site_s_feeds_are_found_as_text_to_paste(looking: Served, outlet: Site) -> None:
    """The text is what the configuration takes."""
    import tomllib

    answer = await send(looking, "/find-sources", url=outlet.url)
    assert answer.status_code == 200, answer.text
    _harmless(_Page(answer.text))
    pasted = re.search(r"<pre[^>]*>(.*?)</pre>", answer.text, re.DOTALL)
    assert pasted
    (source,) = tomllib.loads(pasted[1].replace("&#34;", '"'))["sources"]
    assert SourceSettings.model_validate(source).start.url == f"{outlet.url}/feed"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "", '"><script>alert(1)</script>'])
async def test_what_is_no_site_is_refused_under_its_field(url: str, looking: Served) -> None:
    """As it was written, as text."""
    answer = await send(looking, "/find-sources", url=url)
    assert answer.status_code == 422
    shown = _Page(answer.text)
    _harmless(shown)
    assert [attributes["value"] for tag, attributes in shown.tags if attributes.get("id") == "url"] == [url]
    assert ("p", {"id": "wrong", "class": "error", "role": "alert"}) in shown.tags


async def test_private_addresses_are_refused_unless_they_are_let(looking: Served, outlet: Site) -> None:
    """By the same gate as visits: nothing reaches the site."""
    closed = CRAWL.model_copy(update={"allow_addresses": ()})
    looking.desk.take_up(dataclasses.replace(looking.desk.view.settings, crawl=closed))
    answer = await send(looking, "/find-sources", url=outlet.url)
    assert answer.status_code == 422
    assert "allow_addresses" in answer.text.split('role="alert"')[1].split("</p>")[0]
    assert outlet.connections == 0


def _harmless_but_for(shown: _Page, start: str) -> None:
    """The articles' own addresses are http here."""
    for tag, attributes in shown.tags:
        if tag == "a" and (attributes["href"] or "").startswith(start):
            assert attributes["rel"] == "noopener noreferrer nofollow"
            attributes["href"] = "/"
    _harmless(shown)


async def _found(looking: Served, url: str) -> dict[str, str]:
    """The fields of the form that adds the first list that is found."""
    answer = await send(looking, "/find-sources", url=url)
    tags = [dict(tag) for name, tag in _Page(answer.text).tags if name == "input"]
    return {
        str(tag["name"]): str(tag["value"]) for tag in reversed(tags) if tag.get("name") in ("was", "found", "name")
    }


async def test_a_source_that_was_found_is_written_into_the_file(looking: Served, outlet: Site) -> None:
    """Behind the last one, remarks and all else kept; the service takes it up and its page says so."""
    reloads: list[str] = []

    async def reload() -> bool:
        reloads.append(looking.settings.path.read_text(encoding="utf-8"))
        return True

    looking.desk.reload = reload
    before = looking.settings.path.read_text(encoding="utf-8")
    looking.settings.path.write_text(f"# mine\n{before}", encoding="utf-8")
    form = await _found(looking, outlet.url)
    answer = await send(looking, "/find-sources/add", **form | {"name": "port"})
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sources/port")
    block = f'[[sources]]\nname = "port"\nfeed = "{outlet.url}/feed"\nlanguage = "en"\n'
    assert len(reloads) == 1
    assert block in reloads[0]
    assert reloads[0].replace(f"\n{block}", "") == f"# mine\n{before}"

    again = await send(looking, "/find-sources/add", **form | {"name": "quay"})
    assert again.status_code == 409
    assert "was changed since the page was opened" in _Page(again.text).text
    assert len(reloads) == 1


async def test_a_source_that_is_not_good_is_not_written(looking: Served, outlet: Site) -> None:
    """What is wrong stands beside it, with the text to paste; what no form of ours says is refused."""
    form = await _found(looking, outlet.url)
    before = looking.settings.path.read_bytes()
    for changed, status, told in (
        ({"name": "dawn"}, 422, "already used"),
        ({"name": "a/b <b>"}, 422, "is not a name"),
        ({"found": form["found"].replace("http:", "javascript:")}, 422, "is not a web address"),
        ({"found": "{}"}, 400, "Find the source again"),
        ({"found": "[" * 20_000}, 400, "Find the source again"),
        ({"found": form["found"].replace("/feed", "/\\ud800")}, 400, "Find the source again"),
        ({"found": form["found"].replace('"feed"', '"enabled"')}, 400, "Find the source again"),
        ({"found": form["found"].replace("{}", '{"x\\n[[rules]]": "y"}')}, 400, "Find the source again"),
    ):
        answer = await send(looking, "/find-sources/add", **form | changed)
        assert (answer.status_code, told in answer.text) == (status, True), answer.text
        if status == 422:
            _harmless(_Page(answer.text))
    assert looking.settings.path.read_bytes() == before


async def test_where_the_file_is_read_only_there_is_the_text_alone(looking: Served, outlet: Site) -> None:
    """As for rules."""
    form = await _found(looking, outlet.url)
    before = looking.settings.path.read_bytes()
    looking.settings.path.chmod(0o444)
    answer = await send(looking, "/find-sources", url=outlet.url)
    assert "the file is read-only for the service" in answer.text
    assert "/find-sources/add" not in answer.text
    refused = await send(looking, "/find-sources/add", **form | {"name": "port"})
    assert refused.status_code == 409
    assert "Put the lines into the file yourself" in _Page(refused.text).text
    assert looking.settings.path.read_bytes() == before
