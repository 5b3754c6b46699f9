"""What pages show beside items, and who may ask: the same on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from archive.model import MatchSpan
from archive.store import Archive
from query import parse
from tests.archive.samples import HOUR, NOW, WIRE, item, judged, promise


def _kept(archive: Archive) -> None:
    first = replace(item(1, title="Japan buys", body=WIRE), section="business", language="en")
    again = replace(item(2, source="profit", title="Japan buys", body=WIRE), section="markets", language="en")
    other = replace(item(3, source="nikkei", title="日本の自動車"), language="ja")
    archive.keep([judged(first, promise())], NOW, via="crawl")
    archive.keep([judged(again), judged(other, promise())], NOW + HOUR, via="crawl")


def test_facets_divide_all_that_matches(archive: Archive) -> None:
    """By outlet, language, section and rule; without a query everything."""
    _kept(archive)
    found = archive.facets(None)
    assert (found.number, found.complete) == (3, True)
    assert dict(found.sources) == {"dawn": 1, "profit": 1, "nikkei": 1}
    assert dict(found.languages) == {"en": 2, "ja": 1}
    assert dict(found.sections) == {"business": 1, "markets": 1, "": 1}
    assert dict(found.rules) == {"cars": 2}
    assert found.seconds == sorted(found.seconds, reverse=True)
    assert dict(archive.facets(parse("lang:ja")).sources) == {"nikkei": 1}


def test_facets_stop_at_their_number(archive: Archive) -> None:
    """The newest, and they say that there is more."""
    from archive.browsing import facets

    _kept(archive)
    found = facets(archive._database, None, most=2)
    assert (found.number, found.complete, sum(found.sources.values())) == (2, False, 2)


def test_matches_are_counted_by_stretch_of_time_and_rule(archive: Archive) -> None:
    """Between edges, the earlier one included; those of items that were removed do not count."""
    for number, hours in ((1, 0), (2, 1), (3, 5), (4, 6), (5, 7)):
        moment, rule = NOW + hours * HOUR, promise("tea") if number == 5 else promise()
        archive.keep([judged(item(number, published_at=moment, seen_at=moment), rule)], moment, via="crawl")
    archive.forget("https://dawn.example/news/4", NOW + 8 * HOUR)
    edges = [NOW + hours * HOUR for hours in (1, 3, 6, 7)]
    found = archive.matched_lately(edges, 10)
    assert (found.looked_at, found.numbers) == (3, {"cars": [1, 1, 0]})
    assert found.last == {"cars": NOW + 5 * HOUR}
    assert archive.matched_lately(edges, -1).looked_at == 1
    assert (archive.last_match("tea"), archive.last_match("nothing \x00")) == (NOW + 7 * HOUR, None)


def test_members_of_a_story_are_named_by_the_id_that_was_asked_for(archive: Archive) -> None:
    """Oldest seen first."""
    _kept(archive)
    first = archive.find("https://dawn.example/news/1")
    assert first
    assert first.story_id
    members = archive.also_in([first.story_id, "s_nothing"])
    assert {story: [one.source for one in found] for story, found in members.items()} == {
        first.story_id: ["dawn", "profit"]
    }


def test_spans_are_those_of_their_items(archive: Archive) -> None:
    """Rule by rule."""
    kept = archive.keep([judged(item(1, title="Japan buys"), promise())], NOW, via="crawl")
    assert archive.spans_of([kept[0].item_id, "n_nothing"]) == {
        kept[0].item_id: [MatchSpan("cars", "title", 0, 6, "Japan ")]
    }


def test_count_without_a_query_stops_where_counts_stop(archive: Archive) -> None:
    """Exact below that."""
    _kept(archive)
    count = archive.count(None)
    assert (count.number, count.exact) == (3, True)


def test_token_is_found_by_its_words_until_it_ends(archive: Archive) -> None:
    """By nothing else; revoked and run out ones are found no more."""
    words = archive.create_token("desk", ["read", "feeds"], NOW, NOW + HOUR)
    found = archive.find_token(words, NOW)
    assert found
    assert (found.name, found.scopes) == ("desk", ("read", "feeds"))
    for wrong in ("", words[:-1], words + "x", words.upper(), "khb_", "khb_é", "x" * 5000, found.id):
        assert archive.find_token(wrong, NOW) is None
    assert archive.find_token(words, NOW + HOUR) is None
    assert [one.name for one in archive.tokens()] == ["desk"]
    assert (archive.revoke_token("desk"), archive.revoke_token("desk")) == (True, False)
    assert archive.find_token(words, NOW) is None


def test_name_of_a_token_is_given_once(archive: Archive) -> None:
    """Until the other one is gone or has run out."""
    archive.create_token("desk", ["read"], NOW, NOW + HOUR)
    with pytest.raises(ValueError, match="already"):
        archive.create_token("desk", ["read"], NOW)
    assert archive.create_token("desk", ["read"], NOW + 2 * HOUR)


def test_session_is_bound_to_what_it_was_made_with_and_in_no_list(archive: Archive) -> None:
    """Another password, no session; an empty name revokes none of them."""
    words = archive.create_token("", ["session"], NOW, NOW + timedelta(days=1), "stamp")
    assert archive.create_token("", ["session"], NOW, NOW + timedelta(days=1), "stamp") != words
    assert archive.find_token(words, NOW, "stamp")
    assert archive.find_token(words, NOW, "another") is None
    assert archive.find_token(words, NOW) is None
    assert archive.tokens() == []
    assert not archive.revoke_token("")


def test_deliveries_go_on_behind_one(archive: Archive) -> None:
    """Also among those that were made at one moment; counted up to a number."""
    made = [archive.owe_message("desk", "notice", {}, NOW) for _ in range(3)]
    first = archive.deliveries(limit=2)
    assert first[-1].created_at
    rest = archive.deliveries(after=(first[-1].created_at, first[-1].id))
    assert sorted(one.id for one in (*first, *rest)) == sorted(made)
    assert [archive.count_deliveries(), archive.count_deliveries("sent"), archive.count_deliveries(most=1)] == [3, 0, 2]
