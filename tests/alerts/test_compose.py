"""The frozen message: the contract's object, and offsets that are right for the text that is sent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.compose import EXCERPT, canonical, compose, notice
from alerts.compose import test_message as message_for_a_test
from archive.model import MatchSpan
from tests.alerts.samples import (
    BODY,
    JAPANESE_TITLE,
    NOW,
    QUERY,
    SUMMARY,
    TITLE,
    URDU_TITLE,
    alert,
    delivery,
    item,
    owed,
    span,
    story_of,
)


def test_an_alert_is_the_object_that_receivers_were_promised() -> None:
    """Key by key."""
    one = item()
    message = alert(one, span(one, "title", "Japan"), others=(item(2, source="dawn"), item(3, source="profit")))
    assert message == {
        "type": "alert",
        "timestamp": "2025-08-15T13:04:12Z",
        "data": {
            "delivery_id": "delivery-1",
            "channel": "desk",
            "rules": [{"name": "japan-automotive", "query": QUERY}],
            "stories": [
                {
                    "story_id": "story-1",
                    "title": TITLE,
                    "late": False,
                    "also_in": ["dawn", "profit"],
                    "items": [
                        {
                            "id": "item-1",
                            "url": "https://news.example.org/story-1.html",
                            "source": "urdupoint",
                            "title": TITLE,
                            "author": "Amina Rahim",
                            "summary": SUMMARY,
                            "body": BODY,
                            "language": "en",
                            "section": "business",
                            "place": "ISLAMABAD",
                            "credit": "APP",
                            "published_at": "2025-08-15T13:00:00Z",
                            "seen_at": "2025-08-15T13:04:11Z",
                            "story_id": "story-1",
                            "rules": ["japan-automotive"],
                            "matches": [
                                {"rule": "japan-automotive", "field": "title", "start": 13, "end": 18, "text": "Japan"}
                            ],
                        }
                    ],
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("title", "word"), [(URDU_TITLE, "گاڑیوں"), (JAPANESE_TITLE, "自動車"), ("🇯🇵 Café 日本", "日本")]
)
def test_offsets_count_code_points_in_every_script(title: str, word: str) -> None:
    """Not bytes, not UTF-16 units."""
    one = item(title=title)
    ((match,),) = [part["matches"] for part in alert(one, span(one, "title", word))["data"]["stories"][0]["items"]]
    assert title[match["start"] : match["end"]] == word == match["text"]


def test_an_excerpt_keeps_the_matches_that_fit_and_leaves_the_others_out() -> None:
    """The offsets are those of the shortened text."""
    one = item(body="Japan builds. " + "Nothing of note here. " * 60 + "Japan again.", summary=None)
    late_in_body = MatchSpan(
        "japan-automotive", "body", one.body.rindex("Japan"), one.body.rindex("Japan") + 5, "Japan"
    )
    spans = {one.id: (span(one, "body", "Japan"), late_in_body, span(one, "title", "Japan"))}
    message = compose(delivery(owed(one)), [story_of(one)], spans, {"urdupoint": "excerpt"}, NOW)
    (sent,) = message["data"]["stories"][0]["items"]
    assert len(sent["body"]) <= EXCERPT + 1
    assert sent["body"].endswith("…")
    assert [(match["field"], match["start"]) for match in sent["matches"]] == [("title", 13), ("body", 0)]


def test_a_short_text_is_not_made_shorter() -> None:
    """An excerpt of a short report is the report."""
    one = item(summary=None)
    message = compose(delivery(owed(one)), [story_of(one)], {}, {"urdupoint": "excerpt"}, NOW)
    assert message["data"]["stories"][0]["items"][0]["body"] == BODY


def test_of_a_link_only_source_neither_summary_nor_body_leave_nor_matches_in_them() -> None:
    """``store = "link"``."""
    one = item()
    spans = {one.id: tuple(span(one, field, "automotive") for field in ("body", "summary", "title"))}
    message = compose(delivery(owed(one)), [story_of(one)], spans, {"urdupoint": "link"}, NOW)
    (sent,) = message["data"]["stories"][0]["items"]
    assert sent["summary"] is None
    assert sent["body"] is None
    assert [match["field"] for match in sent["matches"]] == ["title"]
    assert "centre in Karachi" not in json.dumps(message)


@given(st.text(min_size=1, max_size=1500), st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 60)), max_size=8))
def test_every_match_that_is_sent_is_where_it_says(text: str, places: list[tuple[int, int]]) -> None:
    """Whatever the text, wherever the excerpt ends."""
    one = item(body=text, summary=text)
    spans = [MatchSpan("japan-automotive", "body", at, at + size, text[at : at + size]) for at, size in places]
    message = compose(delivery(owed(one)), [story_of(one)], {one.id: spans}, {"urdupoint": "excerpt"}, NOW)
    (sent,) = json.loads(canonical(message))["data"]["stories"][0]["items"]
    for match in sent["matches"]:
        assert sent["body"][match["start"] : match["end"]] == match["text"] != ""


def test_a_match_of_an_older_text_is_left_out() -> None:
    """The page was read later and the body is another one now."""
    one = item()
    stale = span(item(body="Once it was about Japan and nothing else."), "body", "Japan")
    (story,) = alert(one, stale)["data"]["stories"]
    assert story["items"][0]["matches"] == []


def test_only_the_rules_that_are_told_mark_words_and_all_of_them_are_named() -> None:
    """Another channel's rule matched too."""
    one = item(rules=("japan-automotive", "trade", "for-somebody-else"))
    spans = (
        span(one, "title", "Japan", rule="for-somebody-else"),
        span(one, "title", "automotive"),
        span(one, "title", "training", rule="trade"),
    )
    message = compose(delivery(owed(one), owed(one, 2, rule="trade")), [story_of(one)], {one.id: spans}, {}, NOW)
    assert [rule["name"] for rule in message["data"]["rules"]] == ["japan-automotive", "trade"]
    (sent,) = message["data"]["stories"][0]["items"]
    assert [match["rule"] for match in sent["matches"]] == ["japan-automotive", "trade"]


def test_also_in_names_each_other_outlet_once_and_never_the_one_that_is_shown() -> None:
    """A source that carries the story twice, an item without a source."""
    one = item()
    others = (
        item(2, source="dawn"),
        item(3, source="urdupoint"),
        item(4, source="dawn"),
        item(5, source="", url="https://www.profit.example/x"),
        item(6, source="", url=None),
    )
    (story,) = alert(one, others=others)["data"]["stories"]
    assert story["also_in"] == ["dawn", "www.profit.example"]


@pytest.mark.parametrize(("hours", "late"), [(6, False), (6.01, True), (-5, False)])
def test_late_means_seen_more_than_six_hours_after_publication(hours: float, late: bool) -> None:
    """And a publication time in the future is not late."""
    one = item(published_at=NOW - timedelta(hours=hours), seen_at=NOW)
    assert alert(one)["data"]["stories"][0]["late"] is late


def test_an_unknown_time_is_null_and_not_late() -> None:
    """Never guessed."""
    (story,) = alert(item(published_at=None))["data"]["stories"]
    assert story["late"] is False
    assert story["items"][0]["published_at"] is None


def test_a_digest_lists_the_stories_in_the_order_they_came_to_be_owed() -> None:
    """Whatever order the archive hands them in; a joined story comes once."""
    one, two, three = item(1), item(2), item(3)
    rows = [
        owed(two, 1, bundle="daily 08:00"),
        owed(one, 2, bundle="daily 08:00"),
        owed(three, 3, bundle="daily 08:00"),
    ]
    joined = story_of(one, three)
    message = compose(delivery(*rows), [joined, story_of(two), replace(joined)], {}, {}, NOW)
    assert message["type"] == "digest"
    assert [story["story_id"] for story in message["data"]["stories"]] == ["story-2", "story-1"]
    assert [sent["id"] for sent in message["data"]["stories"][1]["items"]] == ["item-1", "item-3"]


def test_what_cannot_be_encoded_is_replaced_without_moving_an_offset() -> None:
    """Lone surrogates out of broken JSON feeds."""
    one = item(title="a\ud800b Japan", summary="\udfff", body=None)
    message = alert(one, span(one, "title", "Japan"))
    sent = json.loads(canonical(message))["data"]["stories"][0]["items"][0]
    assert sent["title"] == "a\ufffdb Japan"
    assert sent["title"][sent["matches"][0]["start"] :] == "Japan"


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    """PostgreSQL keeps none."""
    message = alert()
    shuffled = json.loads(json.dumps(message, sort_keys=True))
    assert canonical(shuffled) == canonical(message)
    assert canonical(message).startswith(b'{"type":"alert","timestamp":')


def test_hostile_text_leaves_as_data() -> None:
    """JSON carries it; receivers escape."""
    one = item(title="</script>{{7*7}}\x1b[31m Japan\r\nX: y\x00")
    sent = json.loads(canonical(alert(one, span(one, "title", "Japan"))))["data"]["stories"][0]["items"][0]
    assert sent["title"] == one.title


def test_a_test_and_a_notice_say_what_they_are() -> None:
    """``channel test``, and what the operator hears."""
    assert message_for_a_test("desk", NOW)["type"] == "test"
    assert message_for_a_test("desk", NOW)["data"]["channel"] == "desk"
    message = notice("Source dark", "No answer\ud800.", about="dawn", state="dark", since=NOW, now=NOW)
    assert message["data"] == {
        "subject": "Source dark",
        "text": "No answer\ufffd.",
        "about": "dawn",
        "state": "dark",
        "since": "2025-08-15T13:04:12Z",
    }
