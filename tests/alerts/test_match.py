"""Items by rules: what matched, where, and what is therefore promised."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import alerts.match
from alerts.match import match, matching_names
from alerts.rules import Rules, RuleSettings
from archive.document import document_of
from query import Document, Names, Query, Verdict, judge
from tests.alerts.samples import JAPANESE_TITLE, NOW, URDU_TITLE, item

TOPICS = Names({"japan": "japan OR جاپان* OR 日本", "automotive": "automotive OR گاڑی* OR 自動車"})


def rules(*settings: dict[str, Any], timezone: str = "UTC") -> Rules:
    return Rules([RuleSettings.model_validate({"channels": ["desk"]} | one) for one in settings], TOPICS, timezone)


BOTH = {"name": "japan-automotive", "query": "topic:japan AND topic:automotive NOT section:sports"}


@pytest.mark.parametrize("title", ["Japan looks at the automotive sector", URDU_TITLE, JAPANESE_TITLE])
def test_a_rule_matches_in_three_scripts_and_says_where(title: str) -> None:
    """Spans hold exactly what they point at."""
    one = item(title=title, summary=None, body=None)
    (judged,) = match([one], rules(BOTH), NOW)
    assert judged.rules == ("japan-automotive",)
    assert len(judged.spans) >= 2
    for span in judged.spans:
        assert (span.rule, span.field) == ("japan-automotive", "title")
        assert title[span.start : span.end] == span.text


def test_sports_do_not_alert() -> None:
    """A NOT in a rule."""
    (judged,) = match([item(section="sports")], rules(BOTH), NOW)
    assert (judged.rules, judged.spans, judged.promises) == ((), (), ())


def test_every_rule_promises_to_each_of_its_channels_with_its_own_time() -> None:
    """Now, and in a digest of the service's zone."""
    both = rules(
        BOTH | {"channels": ["desk", "hook"], "repeat": "each", "wait": "2m"},
        {"name": "digest", "query": "japan", "deliver": "daily 8:00"},
        {"name": "other", "query": "textiles"},
        {"name": "marks-only", "query": "karachi", "channels": []},
        timezone="Asia/Karachi",
    )
    (judged,) = match([item()], both, NOW)
    assert judged.rules == ("japan-automotive", "digest", "marks-only")
    promised = [(one.rule, one.channel, one.repeat, one.bundle, one.due_at) for one in judged.promises]
    morning = datetime(2025, 8, 16, 3, 0, tzinfo=UTC)
    assert promised == [
        ("japan-automotive", "desk", "each", "now", NOW + timedelta(minutes=2)),
        ("japan-automotive", "hook", "each", "now", NOW + timedelta(minutes=2)),
        ("digest", "desk", "story", "daily 08:00", morning),
    ]
    assert {one.query for one in judged.promises} == {BOTH["query"], "japan"}


def test_a_rule_that_raises_is_skipped_and_noted_once_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One fault must not silence the newsroom."""

    def faulty(query: Query, document: Document, now: datetime | None = None) -> Verdict:
        if query.text == "karachi":
            raise RuntimeError("a fault")
        return judge(query, document, now)

    monkeypatch.setattr(alerts.match, "judge", faulty)
    both = rules({"name": "broken", "query": "karachi"}, BOTH)
    with caplog.at_level(logging.ERROR):
        judged = match([item(1), item(2)], both, NOW)
    assert [one.rules for one in judged] == [("japan-automotive",)] * 2
    assert both.broken == {"broken": "RuntimeError: a fault"}
    assert len(caplog.records) == 1


def test_names_alone_are_those_of_the_rules_that_match() -> None:
    """Whether a rule matches is known without its places; one that raises is skipped here, too."""
    both = rules({"name": "broken", "query": "/japan/"}, BOTH, {"name": "other", "query": "textiles"})
    document = document_of(item())
    assert matching_names(document, both, NOW) == ["broken", "japan-automotive"]
    both.rules[0].query._part = object()  # type: ignore[assignment]
    assert matching_names(document, both, NOW) == ["japan-automotive"]
    assert list(both.broken) == ["broken"]


def test_relative_dates_of_a_rule_count_from_when_the_item_was_seen() -> None:
    """Not from when it is matched again."""
    fresh = rules({"name": "fresh", "query": "japan after:1d"})
    old = item(published_at=NOW - timedelta(days=30), seen_at=NOW - timedelta(days=30))
    stale = item(published_at=NOW - timedelta(days=30), seen_at=NOW)
    unseen = item(published_at=NOW - timedelta(hours=1), seen_at=None)
    assert [one.rules for one in match([old, stale, unseen], fresh, NOW)] == [("fresh",), (), ("fresh",)]


def test_items_come_back_in_order_and_unchanged() -> None:
    """One verdict each."""
    items = [item(1, title="Nothing", summary=None, body=None), item(2), item(3, title="", summary=None, body=None)]
    assert [judged.item for judged in match(items, rules(BOTH), NOW)] == items
    assert match([], rules(BOTH), NOW) == []


def many(number: int) -> Rules:
    """So many rules that the index chooses; every tenth matches."""
    return rules(*({"name": f"r{n}", "query": "japan" if n % 10 == 0 else f"word{n}"} for n in range(number)))


def test_many_rules_match_what_each_would_alone() -> None:
    """Beyond the few that are simply all judged."""
    (judged,) = match([item(title="Japan signs")], many(alerts.match.FEW * 3), NOW)
    assert judged.rules == tuple(f"r{n}" for n in range(0, alerts.match.FEW * 3, 10))


def test_an_index_that_fails_silences_no_rule(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Then every rule is judged, and the log says so."""
    all_rules = many(alerts.match.FEW * 3)

    def broken(document: Document) -> list[object]:
        raise RuntimeError("out of order")

    monkeypatch.setattr(all_rules.index, "candidates", broken)
    (judged,) = match([item(title="Japan signs")], all_rules, NOW)
    assert len(judged.rules) == alerts.match.FEW * 3 / 10
    assert "every rule is judged" in caplog.text
