"""Deliveries, Sources and Status over a real server: an archive in trouble, told of in hostile words."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import httpx
import pytest

from archive.model import Outcome
from khabardar.web.desk import Works
from tests.khabardar.web.conftest import HOSTILE, NOW, Serve, Served
from tests.khabardar.web.test_pages import _Page, _page
from tests.khabardar.web.troubled import claimed, owe, tried, troubled


@pytest.fixture
async def ill(serve: Serve) -> Served:
    """In every kind of trouble."""
    served = await serve()
    troubled(served.archive)
    return served


def _harmless(page: _Page) -> None:
    """Every tag is closed, no script but our own, no handler, no style, and no address but ours or the web's."""
    assert page.open == []
    for tag, attributes in page.tags:
        assert tag not in ("img", "iframe", "object", "style", "base", "embed")
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        if tag == "script":
            assert (attributes["src"] or "").startswith("/static/page.js")
        for name in ("href", "src", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "#", "https://")), attributes
    assert "\u202e" not in page.text


async def send(served: Served, path: str, **fields: str) -> httpx.Response:
    """Sends a form of ours, without following where it leads."""
    sign = re.search(r'name="sign" value="(\w+)"', (await served.client.get("/find-sources")).text)
    assert sign
    return await served.client.post(path, data={**fields, "sign": sign[1]}, headers={"Accept": "text/html"})


async def led(served: Served, answer: httpx.Response) -> str:
    """What the page says to which a form led."""
    assert answer.status_code == 303, answer.text
    return (await served.client.get(answer.headers["location"])).text


def ids(html: str) -> list[str]:
    return re.findall(r'<h3[^>]*><a href="/deliveries/(\w+)"', html)


# -- hostile words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/deliveries",
        "/deliveries?state=failing",
        "/deliveries?state=waiting",
        "/deliveries?rule=tea+%26+%3Cb%3E",
        "/deliveries?channel=%3Cscript%3E%00",
        "/channels/retry?name=%3Cscript%3E",
        "/sources",
        "/sources/dawn",
        "/find-sources",
        "/status",
    ],
)
async def test_hostile_answers_stay_text(path: str, ill: Served) -> None:
    """Whatever a receiver, a feed or an address says."""
    _harmless(await _page(ill, path))


async def test_hostile_message_is_shown_as_text_on_its_page(ill: Served) -> None:
    """With every try, its answer, and the words that were frozen; a text that turns direction does not."""
    (number,) = ids((await ill.client.get("/deliveries?state=failing")).text)
    page = await _page(ill, f"/deliveries/{number}")
    _harmless(page)
    assert page.text.count('500 <script>alert("x")</script>') == 2
    assert '"url": "javascript:alert(1)"' in page.text
    assert "Tea in Japan." in page.text


async def test_no_secret_is_shown(ill: Served) -> None:
    """Neither in an address nor in an answer that repeats it, on any page."""
    owe(ill.archive, ill.id_of("title:10"), "hook")
    (one,) = claimed(ill.archive, "hook")
    tried(ill.archive, one.id, Outcome.GAVE_UP, "404 for feed?key=s3cretkey")
    ill.desk.take_up(dataclasses.replace(ill.settings, secrets=frozenset({"s3cretkey", "s3cret"})))
    for path in ("/deliveries", f"/deliveries/{one.id}", "/sources", "/sources/dawn", "/status"):
        html = (await ill.client.get(path)).text
        assert "s3cret" not in html, path
    assert "feed?key=***<" in (await ill.client.get("/sources/dawn")).text


async def test_a_message_shows_no_more_than_its_source_lets_be_shown(ill: Served) -> None:
    """Also words that were sent when it let more be shown."""
    (number,) = ids((await ill.client.get("/deliveries?state=failing")).text)
    sources = tuple(source.model_copy(update={"store": "link"}) for source in ill.settings.sources)
    ill.desk.take_up(dataclasses.replace(ill.settings, sources=sources))
    page = await _page(ill, f"/deliveries/{number}")
    assert '"id": "evil"' in page.text
    assert "Tea in Japan" not in page.text


# -- deliveries -------------------------------------------------------------------------------------------------------


async def test_each_state_lists_its_own(ill: Served) -> None:
    """With who, how often, when again and why."""
    for state, number, words in (
        ("owed", 1, "1 try"),
        ("failing", 1, "again"),
        ("sent", 1, "日本の自動車産業"),
        ("gave-up", 1, "Coffee and tea"),
        ("", 3, "3 messages"),
    ):
        html = (await ill.client.get(f"/deliveries?state={state}")).text
        assert len(ids(html)) == number, state
        assert words in html, state
    waiting = await _page(ill, "/deliveries?state=waiting")
    assert "جاپان سے گاڑیاں" in waiting.text
    assert "daily 08:00" in waiting.text
    for query, number in (("channel=hook", 3), ("channel=desk", 0), ("rule=japan", 2)):
        assert len(ids((await ill.client.get(f"/deliveries?{query}")).text)) == number, query


@pytest.mark.parametrize(
    ("query", "status"),
    [("state=nix", 404), ("cursor=nonsense", 400), ("state=waiting&cursor=d1.x", 400), ("cursor=d" + "9" * 17, 400)],
)
async def test_what_is_no_list_is_told(query: str, status: int, ill: Served) -> None:
    """A state or a cursor that there is not."""
    await _page(ill, f"/deliveries?{query}", status)


@pytest.mark.parametrize("state", ["", "waiting"])
async def test_older_deliveries_are_behind_the_link(state: str, served: Served) -> None:
    """All of them, none twice."""
    for item in served.archive.search(None, limit=45):
        later = {"due_at": NOW + timedelta(hours=1), "bundle": "daily 08:00"} if state else {}
        owe(served.archive, item.id, "hook", **later)
    claimed(served.archive, "hook")
    seen: list[str] = []
    path: str | None = f"/deliveries?state={state}"
    while path:
        html = (await served.client.get(path)).text
        seen += ids(html) or re.findall(r'<h3[^>]*><a href="/items/([^"]+)"', html)
        more = re.search(r'rel="next" href="([^"]+)"', html)
        path = more[1].replace("&amp;", "&") if more else None
    assert len(seen) == len(set(seen)) == 45


async def test_a_delivery_is_tried_again_and_dropped_by_forms(ill: Served) -> None:
    """Each says what came of it, also to a reader without scripts; a reason is asked for, and kept."""
    rung: list[str] = []
    ill.desk.works = Works(None, lambda _: False, lambda: rung.append("rung"))  # type: ignore[arg-type]
    (number,) = ids((await ill.client.get("/deliveries?state=gave-up")).text)
    assert "will be tried again" in await led(ill, await send(ill, f"/deliveries/{number}/retry"))
    found = ill.archive.delivery(number)
    assert found
    assert (found.state.value, found.tries, rung) == ("owed", 0, ["rung"])

    assert "Why" in (await ill.client.get(f"/deliveries/{number}/drop")).text
    refused = await send(ill, f"/deliveries/{number}/drop", why="  ")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    html = await led(ill, await send(ill, f"/deliveries/{number}/drop", why=f"old {HOSTILE}"))
    assert "will not be sent" in html
    assert "old &lt;script&gt;" in html
    assert (await send(ill, f"/deliveries/{number}/drop", why="twice")).status_code == 409
    assert (await ill.client.get(f"/deliveries/{number}/drop")).status_code == 409


async def test_what_was_sent_is_not_sent_again_and_what_is_not_there_is_told(ill: Served) -> None:
    """Nothing changes."""
    (number,) = ids((await ill.client.get("/deliveries?state=sent")).text)
    assert (await send(ill, f"/deliveries/{number}/retry")).status_code == 409
    assert "Try again" not in (await ill.client.get(f"/deliveries/{number}")).text
    assert (await send(ill, "/deliveries/nix/retry")).status_code == 409
    await _page(ill, "/deliveries/nix%00", 404)


async def test_a_disabled_channel_is_asked_about_and_put_back_to_work(ill: Served) -> None:
    """Its state and the reason are seen at once; another channel cannot be enabled."""
    owe(ill.archive, ill.id_of("title:11"), "hook")
    (one,) = claimed(ill.archive, "hook")
    tried(ill.archive, one.id, Outcome.RETRY, f"410 {HOSTILE}", disable=True)
    page = await _page(ill, "/deliveries")
    assert "disabled" in page.text
    question = await _page(ill, "/channels/enable?name=hook")
    _harmless(question)
    assert "2 alerts that are owed" in question.text
    assert "when its channel is enabled again" in await led(ill, await send(ill, f"/deliveries/{one.id}/retry"))
    assert "Its channel is disabled" in (await ill.client.get(f"/deliveries/{one.id}")).text
    assert "enabled again" in await led(ill, await send(ill, "/channels/enable", name="hook"))
    assert ill.archive.disabled_channels() == {}
    await _page(ill, "/channels/enable?name=hook", 404)
    await _page(ill, "/channels/enable", 400)


async def test_all_that_a_channel_gave_up_is_tried_again_after_a_question(ill: Served) -> None:
    """How much is said before and after; of another channel nothing."""
    assert "1 message was given up" in (await _page(ill, "/channels/retry?name=hook")).text
    assert "Nothing was given up" in (await _page(ill, "/channels/retry?name=desk")).text
    assert "1 delivery to hook" in await led(ill, await send(ill, "/channels/retry", name="hook"))
    assert ill.archive.count_deliveries("gave-up") == 0


async def test_what_is_said_after_a_form_cannot_be_put_into_its_address(ill: Served) -> None:
    """Only what we noted ourselves is shown."""
    html = (await ill.client.get("/deliveries?said=All+is+lost")).text
    assert "lost" not in html
    assert 'role="status"' not in html


# -- sources ----------------------------------------------------------------------------------------------------------


async def test_sources_in_trouble_come_first_with_their_days(ill: Served) -> None:
    """Why, since when, the last visit and the next; how many items came, also for whoever does not see the drawing."""
    html = (await ill.client.get("/sources")).text
    assert re.findall(r'<h3><a href="/sources/(\w+)"', html) == ["dawn", "brief"]
    assert 'aria-label="57 items in 30 days"' in html
    assert len(re.findall(r"M[^M]+z", html)) == 17
    assert "1 of 1 visit failed in a day" in html
    assert re.findall(r'<h3><a href="/sources/(\w+)"', (await ill.client.get("/sources?state=ok")).text) == ["brief"]
    await _page(ill, "/sources?state=nix", 404)
    await _page(ill, "/sources?cursor=nix", 400)


async def test_a_source_shows_its_ways_its_visits_and_its_newest_items(ill: Served) -> None:
    """And that it was dark."""
    page = await _page(ill, "/sources/dawn")
    for words in (
        "Coffee and tea",
        "جاپان سے گاڑیاں",
        "When it was dark",
        "every 15 min",
        "failed",
        "1 failure in a row",
    ):
        assert words in page.text, words
    assert "57 items in 30 days" in (await _page(ill, "/sources/brief")).text
    await _page(ill, "/sources/nix", 404)


async def test_a_visit_is_asked_for(ill: Served) -> None:
    """The service hears the name; one that is not visited is refused, and so is everything without a service."""
    assert (await send(ill, "/sources/dawn/visit")).status_code == 503
    heard: list[str] = []

    def visit(name: str) -> bool:
        heard.append(name)
        return name == "dawn"

    ill.desk.works = Works(None, visit, lambda: None)  # type: ignore[arg-type]
    assert "It is visited now" in await led(ill, await send(ill, "/sources/dawn/visit"))
    assert (await send(ill, "/sources/brief/visit")).status_code == 409
    assert (await send(ill, "/sources/nix/visit")).status_code == 404
    assert heard == ["dawn", "brief"]


# -- status -----------------------------------------------------------------------------------------------------------


async def test_status_says_first_what_is_to_be_seen_to(ill: Served) -> None:
    """Each with where to do it."""
    html = (await ill.client.get("/status")).text
    concerns = html[html.index('class="concerns"') : html.index("What runs")]
    for words in (
        "Channel hook fails (2 tries in vain): 500 &lt;script&gt;",
        "Channel left is not in the configuration; 1 alert waits.",
        "1 delivery of the last week could not be delivered.",
        "Source dawn is dark: 500",
        "1 visit of the last day was left out",
        "Nobody hears when a source goes dark",
    ):
        assert words in concerns, words
    for link in ("/deliveries?state=gave-up", "/deliveries?state=owed&amp;channel=hook", "/sources/dawn"):
        assert f'href="{link}"' in concerns, link
    assert "schema 00" in html
    assert f"{55} in 55 stories" in html


async def test_a_disabled_channel_a_clock_that_stands_and_a_changed_file_are_told(serve: Serve) -> None:
    """The three that stop alerts, or let somebody think that they do not."""
    served = await serve()
    owe(served.archive, "evil", "hook")
    (one,) = claimed(served.archive, "hook")
    tried(served.archive, one.id, Outcome.RETRY, "410 Gone", disable=True)
    served.desk.alive = lambda: False
    served.desk.view = dataclasses.replace(served.desk.view, taken_up_at=NOW - timedelta(days=1))
    html = (await served.client.get("/status")).text
    assert "The clock stands still" in html
    assert 'href="/channels/enable?name=hook"' in html
    assert "was changed after it was taken up" in html


# -- nothing there ----------------------------------------------------------------------------------------------------


async def test_empty_pages_say_what_to_do_next(serve: Serve) -> None:
    """No source, no rule, no channel, no item."""
    served = await serve(empty=True)
    bare = dataclasses.replace(served.settings, sources=(), rules=(), channels=())
    assert "Nothing was owed to anybody yet" in (await _page(served, "/deliveries")).text
    served.desk.take_up(bare)
    assert "[[channels]]" in (await _page(served, "/deliveries")).text
    assert "Find the feeds of a site" in (await _page(served, "/sources")).text
    status = await _page(served, "/status")
    assert "What is still missing" in status.text
    for path in ("/deliveries", "/sources", "/status"):
        _harmless(await _page(served, path))
