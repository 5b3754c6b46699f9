"""The index of rules finds what a loop over all rules finds, while rules come and go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.index import RuleIndex
from alerts.rules import Rule, RuleSettings, Schedule
from query import Document, Query, QueryError, matches, parse
from query.judge import look_at
from query.needs import ANYTHING, needs
from tests.query.draw import NAMES, NOW, WORDS, Values, Writer, items, moments


def rule(name: str, query: Query) -> Rule:
    return Rule(RuleSettings(name=name, query=query.text), query, Schedule("now"))


def names(rules: Iterable[Rule]) -> list[str]:
    return [one.name for one in rules]


def found(index: RuleIndex, document: Document) -> list[str]:
    look = look_at(document, NOW)
    return names(index.matching(document, lambda one: one.query.part.holds(look)))


def looped(rules: Iterable[Rule], document: Document) -> list[str]:
    return names(one for one in rules if matches(one.query, document, NOW))


@st.composite
def newsrooms(draw: st.DrawFn) -> tuple[list[Rule], list[Values]]:
    """Some rules and some items of the same words."""
    vocabulary = draw(st.lists(st.sampled_from(WORDS), min_size=3, max_size=8))
    rules = []
    for number in range(draw(st.integers(1, 8))):
        text = Writer(draw, vocabulary).query()
        try:
            query = parse(text, NAMES)
        except QueryError:
            query = parse(f"{vocabulary[0]} AND {text}", NAMES)
        rules.append(rule(f"{number}", query))
    return rules, draw(st.lists(items(vocabulary), min_size=1, max_size=3))


@settings(max_examples=600, deadline=None)
@given(newsroom=newsrooms(), published=moments, seen=moments)
def test_the_index_and_a_loop_over_all_rules_agree(
    newsroom: tuple[list[Rule], list[Values]], published: datetime | None, seen: datetime | None
) -> None:
    """All kinds of parts in three scripts; what the index is sure of needs no judge."""
    rules, values = newsroom
    index = RuleIndex(rules)
    for each in values:
        document = Document.of(**each, published_at=published, seen_at=seen)
        assert found(index, document) == looped(rules, document)


@settings(max_examples=200, deadline=None)
@given(newsroom=newsrooms(), data=st.data())
def test_rules_come_and_go_without_a_rebuild(newsroom: tuple[list[Rule], list[Values]], data: st.DataObject) -> None:
    """After any changes the index is that of the rules left, in the order in which they came; at the end nothing is
    left behind."""
    rules, values = newsroom
    documents = [Document.of(**each, seen_at=NOW) for each in values]
    index, live = RuleIndex(), dict[str, Rule]()
    for one in data.draw(st.lists(st.sampled_from(rules), max_size=12)):
        if one.name in live and data.draw(st.booleans()):
            index.remove(one.name)
            del live[one.name]
        else:
            index.add(one)
            live.pop(one.name, None)
            live[one.name] = one
        assert len(index) == len(live)
        assert [found(index, each) for each in documents] == [looped(live.values(), each) for each in documents]
    for name in live:
        index.remove(name)
    assert index.held() == 0


def test_what_is_rare_is_learned_and_changes_no_match() -> None:
    """The alternatives move to the signs that proved to be rare."""
    rules = [rule(str(n), parse(text)) for n, text in enumerate(["car AND japan", "car OR tokyo", '"new car" -japan'])]
    index = RuleIndex(rules)
    documents = [Document.of(title=f"a new car {'in Japan' * (n % 3)} {'Tokyo' * (n % 5)}") for n in range(1000)]
    assert [found(index, each) for each in documents] == [looped(rules, each) for each in documents]


def test_removing_an_unknown_rule_is_an_error() -> None:
    """As from a mapping."""
    with pytest.raises(KeyError):
        RuleIndex().remove("desk")


@pytest.mark.parametrize(
    "text",
    [
        "japan",
        '"auto industry"',
        "automo*",
        "a OR b",
        "(a OR b) c NOT d",
        "topic:japan car",
        "section:sports",
        "日本",
        "a -(b c)",
        "=IT",
        "a -=IT",
        "a NEAR/3 b",
        "(a OR b) NEAR/3 (c OR d)",
    ],
)
def test_the_index_is_sure_of_words_phrases_beginnings_and_values(text: str) -> None:
    """No judge is asked."""
    assert all(need.exact for need in needs(parse(text, NAMES)))


@pytest.mark.parametrize("text", ['="IT services"', 'a NEAR/3 "b c"', "japan after:7d", "japan /x+/"])
def test_the_rest_is_judged_where_its_words_stand(text: str) -> None:
    """Letter by letter, near, dates and expressions."""
    assert all(not need.exact and need != ANYTHING for need in needs(parse(text, NAMES)))


@pytest.mark.parametrize("text", ["/x+/", "after:7d", "a OR /x+/", "a OR after:7d"])
def test_what_cannot_be_anchored_is_judged_for_every_item(text: str) -> None:
    """An expression alone, a date alone."""
    assert needs(parse(text, NAMES)) == (ANYTHING,)


@pytest.mark.parametrize("operator", ["AND", "OR"])
def test_a_query_of_many_groups_does_not_multiply(operator: str) -> None:
    """A hundred groups of two alternatives stay few."""
    other = "OR" if operator == "AND" else "AND"
    groups = f" {operator} ".join(f"((a{n} b{n}) {other} (c{n} d{n}))" for n in range(100))
    query = parse(groups)
    assert len(needs(query)) <= 200
    index = RuleIndex([rule("big", query)])
    full = Document.of(title=" ".join(f"a{n} b{n} c{n} d{n}" for n in range(100)))
    assert found(index, full) == ["big"]
    assert found(index, Document.of(title="a1 b2")) == []
