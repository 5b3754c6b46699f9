"""Sources from the command line: a JSON API found, tried and crawled; what is removed; what a digest says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.route.articles import numbered
from tests.route.conftest import Town
from tests.route.newsroom import Outlet, Quiet


class Api(Outlet):
    """An outlet that answers with JSON."""

    def answer(self, request: Quiet) -> None:
        """The list, or one article's page."""
        if request.path != "/api/news":
            return super().answer(request)
        rows = [
            {
                "nid": 70 + n,
                "headline": article.title,
                "link": f"/en/business/{article.slug}.html",
                "intro": article.summary,
            }
            for n, article in enumerate(self.articles)
        ]
        body = json.dumps({"status": "ok", "data": {"rows": rows, "more": True}}).encode()
        return request.reply(200, body, "application/json")


@pytest.fixture
def api() -> Api:
    """Two articles."""
    made = Api()
    made.publish(numbered(1))
    made.publish(numbered(2, matching=False))
    return made


def test_an_api_is_found_tried_and_crawled(town: Town, api: Api, tmp_path: Path) -> None:
    """What `source find` prints is pasted; `source test` shows what a visit would bring, and `crawl` alerts."""
    found = town.khabardar("source", "find", f"{api.url}/api/news")
    assert 'items = "data.rows"' in found
    assert 'title = "headline"' in found
    name = next(line.split('"')[1] for line in found.splitlines() if line.startswith("name"))
    town.configure(crawl='first_visit = "all"', source=found)
    shown = town.json_lines("source", "test", name, "--json")
    assert sorted(item["title"] for item in shown) == sorted(article.title for article in api.articles)
    assert all(item["body"] for item in shown)
    [line] = town.json_lines("crawl", name, "--json")
    assert (line["status"], line["new"]) == ("ok", 2)
    assert [call.titles for call in town.hook.calls] == [[numbered(1).title]]
    [listed] = [one for one in town.json_lines("source", "list", "--json") if one["source"] == name]
    assert (listed["kind"], listed["via"]["url"]) == ("api", f"{api.url}/api/news")
    api.close()


def test_what_is_forgotten_does_not_come_back(town: Town) -> None:
    """By its address, then the whole source; listed again, it is neither kept nor told."""
    town.configure(crawl='first_visit = "all"')
    url = town.outlet.publish(numbered(1))
    town.outlet.publish(numbered(2))
    town.khabardar("crawl")
    assert len(town.hook.calls) == 2
    assert town.json_lines("forget", url, "--json") == [{"items": 1, "deliveries": 0}]
    assert numbered(1).title not in town.khabardar("export")
    assert "removed on" in town.khabardar("explain", url)
    assert town.json_lines("forget", "outlet", "--json") == [{"items": 1, "deliveries": 0}]
    assert town.khabardar("export") == ""
    town.khabardar("crawl")
    assert town.khabardar("export") == ""
    assert len(town.hook.calls) == 2
    town.khabardar("forget", "https://nowhere.example/", status=1)


def test_a_source_of_which_little_may_be_kept_alerts_by_its_whole_text(town: Town) -> None:
    """The rule sees the words of the page; archive, export and webhook have only where it is."""
    town.configure(crawl='first_visit = "all"', source='store = "link"')
    town.outlet.publish(numbered(1))
    town.khabardar("crawl")
    [item] = town.json_lines("export")
    assert (item["body"], item["summary"]) == (None, None)
    [told] = [one for call in town.hook.calls for story in call.body["data"]["stories"] for one in story["items"]]
    assert (told["url"], told["body"], told["summary"]) == (item["url"], None, None)


def test_a_digest_says_which_sources_were_dark() -> None:
    """In the webhook's data and in the mail."""
    from alerts.compose import compose
    from alerts.letter import letter_of, render
    from archive.model import Delivery, NewsItem, Owed, Story
    from archive.standing import Outage

    now = datetime(2025, 8, 15, 8, tzinfo=UTC)
    owed = Owed(1, "n1", "s1", "cars", "cars", "desk", now, "daily 08:00", now)
    item = NewsItem("Cars", url="https://example.org/1", id="n1", seen_at=now)
    outage = Outage("dawn", "failing", "the server answered <500>", now - timedelta(hours=20), now - timedelta(hours=2))
    delivery = Delivery("d1", "desk", kind="digest", owed=(owed,), stories=("s1",))
    message = compose(delivery, [Story("s1", "Cars", (item,))], {}, {}, now, [outage])
    assert message["data"]["dark"] == [
        {
            "source": "dawn",
            "since": "2025-08-14T12:00:00Z",
            "until": "2025-08-15T06:00:00Z",
            "why": "the server answered <500>",
        }
    ]
    text, html = render(letter_of(message, UTC))
    assert "No news came from:\n- dawn, since Thu 14 Aug 2025, 12:00 UTC until Fri 15 Aug 2025, 06:00 UTC" in text
    assert "&lt;500&gt;" in html
    assert "dark" not in compose(Delivery("d2", "desk", owed=()), [], {}, {}, now, [outage])["data"]
