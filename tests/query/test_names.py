"""Topics and rules inside of queries."""

from __future__ import annotations

import pytest

from query import Document, Names, QueryError, judge, parse

JAPAN = Document.of(title="Tokyo talks", body="Cars")


def test_a_topic_is_the_query_it_names() -> None:
    """In any script, and below other topics."""
    names = Names({"japan": "japan OR tokyo", "asia": "topic:japan OR china"}, {"desk": "topic:asia cars"})
    assert judge(parse("topic:japan", names), JAPAN)
    assert judge(parse("topic:asia", names), JAPAN)
    assert judge(parse("rule:desk", names), JAPAN)
    assert not judge(parse("topic:japan NOT rule:desk", names), JAPAN)


def test_a_field_reaches_into_a_topic_and_the_innermost_wins() -> None:
    """title:(topic:x) looks for the topic's words in the title only, but not for what the topic looks for elsewhere."""
    names = Names({"cars": "cars OR vehicles", "body": "body:cars"})
    assert not judge(parse("title:topic:cars", names), JAPAN)
    assert judge(parse("title:(topic:body)", names), JAPAN)


@pytest.mark.parametrize("name", ["پاکستان", "日本", "a.b-c_d", "food and farm", "x/y"])
def test_names_in_any_script(name: str) -> None:
    """With quotes where there are spaces."""
    names = Names({name: "tokyo"})
    query = parse(f'topic:"{name}"', names)
    assert judge(query, JAPAN)
    assert parse(str(query), names).node == query.node


@pytest.mark.parametrize(
    "topics",
    [
        {"a": "topic:a"},
        {"a": "x OR topic:b", "b": "y topic:a"},
        {"a": "topic:b", "b": "topic:c", "c": "title:(topic:b OR z)"},
    ],
)
def test_a_cycle_is_an_error_that_names_the_circle(topics: dict[str, str]) -> None:
    """However long the way round."""
    with pytest.raises(QueryError, match=r"refers to itself: topic:. → .*topic:.") as caught:
        parse("q topic:a", Names(topics))
    assert caught.value.column == 3


def test_a_rule_that_names_itself_is_a_cycle() -> None:
    """Its own text is parsed like any query."""
    rules = {"desk": "japan OR rule:desk"}
    with pytest.raises(QueryError, match="refers to itself"):
        parse(rules["desk"], Names({}, rules))


def test_a_mistake_in_a_topic_is_told_at_the_place_that_names_it() -> None:
    """With the topic's name and its own column."""
    names = Names({"bad": "x sectoin:y", "worse": "x topic:bad", "none": "NOT x", "old": "after:soon"})
    with pytest.raises(
        QueryError, match=r"topic:bad cannot be used: There is no field .* \(at its column 3\)"
    ) as caught:
        parse("q topic:bad", names)
    assert (caught.value.column, caught.value.suggestion) == (3, "section:")
    with pytest.raises(QueryError, match="In topic:worse: topic:bad cannot be used"):
        parse("topic:worse", names)
    with pytest.raises(QueryError, match="In topic:none: it could match an item in which none"):
        parse("q topic:none", names)
    with pytest.raises(QueryError, match="In topic:old: `soon` is neither a date"):
        parse("q topic:old", names)


def test_topics_that_multiply_are_refused_at_once() -> None:
    """Thirty topics that each name the one before ten times would make 10^30 parts."""
    topics = {"t0": "a OR b"} | {f"t{n}": " OR ".join([f"topic:t{n - 1}"] * 10) for n in range(1, 31)}
    with pytest.raises(QueryError, match="more than 20,000 parts"):
        parse("topic:t30", Names(topics))


def test_topics_that_nest_without_end_are_refused() -> None:
    """A chain of a thousand is deeper than anybody can read."""
    topics = {"t0": "a"} | {f"t{n}": f"topic:t{n - 1}" for n in range(1, 1000)}
    with pytest.raises(QueryError, match="200 levels"):
        parse("topic:t999", Names(topics))
    assert judge(parse("topic:t150", Names(topics)), Document.of(title="a"))


def test_an_unknown_time_zone_is_named() -> None:
    """Before any query is parsed."""
    with pytest.raises(ValueError, match="no time zone 'Asia/Karachee'"):
        Names(timezone="Asia/Karachee")
