"""From outside: captions that an outlet puts under everything, and articles that are edited after they were told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tests.route.articles import invented, numbered, page, seed
from tests.route.conftest import Town
from tests.route.newsroom import Article

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
CAPTIONS = [
    "Japan sends engineers to automotive school",
    "Ferry timetable changes on Monday",
    "Mango prices fall again",
]
ADDED = "The ministry added on Saturday that 1,200 ferryboats and 3,400 buses are to follow."


def _report(number: int, *captions: str) -> Article:
    """A report on something else, with captions as bare lines after its text."""
    title = f"Council number {number} repairs its {invented(number, 3)[:-1]}"
    text = [f"The council said so in note {number}. {invented(number)}", invented(number + 900), *captions]
    at = NOW - timedelta(minutes=200 - number)
    return Article(f"council-{number}", title, "A note.", page(title, "Farida Anwar", "", title, text), at)


def test_captions_of_other_stories_alert_nobody_and_are_not_found(town: Town) -> None:
    """Not even in the first articles ever read of an outlet; the caption's own story is told."""
    for number in range(1, 9):
        town.outlet.publish(_report(number, *CAPTIONS))
    town.khabardar("crawl")
    assert town.hook.calls == []
    assert town.json_lines("search", "japan OR mango OR ferry", "--format", "jsonl") == []
    for number in range(9, 12):
        town.outlet.publish(_report(number, "Orchard owners ask for water", *CAPTIONS, "Copper found near the lake"))
    town.outlet.publish(numbered(40, NOW))
    town.khabardar("crawl")
    assert [call.titles for call in town.hook.calls] == [[numbered(40).title]]
    assert town.json_lines("search", "japan AND council", "--format", "jsonl") == []
    kept = town.json_lines("search", "council", "--format", "jsonl")
    assert len(kept) == 11
    assert all(invented(int(item["title"].split()[2]) + 900) in item["body"] for item in kept)


def test_an_edited_article_is_shown_as_a_difference_and_told_once(town: Town) -> None:
    """The default rule is silent on edits; the new words are found, the old ones explained."""
    town.khabardar("crawl")
    first = seed(NOW - timedelta(hours=1))
    url = town.outlet.publish(first)
    town.khabardar("crawl")
    town.outlet.articles[0] = _edited(first)
    town.outlet.publish(numbered(7, matching=False))  # the feed's validator changes with its length
    town.khabardar("crawl")
    town.khabardar("crawl")
    assert len(town.hook.calls) == 1
    assert [item["url"] for item in town.json_lines("search", "ferryboats", "--format", "jsonl")] == [url]
    account = json.loads(town.khabardar("explain", url, "--json"))
    [version] = account["versions"]
    assert version["title"] == first.title
    assert [
        "body",
        "+",
        "The ministry added on Saturday that 1,200 ferryboats and 3,400 buses are to follow.",
    ] in version["changes"]
    assert [seen["outcome"] for seen in account["sightings"]] == ["kept", "edited"]
    shown = town.khabardar("explain", url)
    assert "version 2" in shown
    assert "+ body: The ministry added on Saturday" in shown
    assert town.outlet.asked[f"/en/business/{first.slug}.html"] == 2


def test_who_asks_for_updates_hears_of_an_edit_with_new_facts(town: Town) -> None:
    """One call for the article, one for its new version."""
    town.configure(rule='repeat = "updates"')
    town.khabardar("crawl")
    first = seed(NOW - timedelta(hours=1))
    town.outlet.publish(first)
    town.khabardar("crawl")
    town.outlet.articles[0] = _edited(first)
    town.outlet.publish(numbered(7, matching=False))
    town.khabardar("crawl")
    assert len(town.hook.calls) == 2
    assert len({call.id for call in town.hook.calls}) == 2
    assert "ferryboats" in town.hook.calls[1].raw.decode()


def _edited(article: Article) -> Article:
    added = f"<p>{ADDED}</p>"
    text = article.page.replace('</div><div class="foot">', f'{added}</div><div class="foot">')
    return Article(article.slug, article.title, article.summary + " Updated.", text, article.published)
