"""The topics of the default configuration, judged by the labelled sentences that ``python -m bench.topics`` counts."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from bench.topics import FILES, LANGUAGES, Sentence, sentences
from bench.topics.__main__ import DEFAULTS, found_in
from khabardar.settings import load_queries
from query import Document, Names, Query, judge, parse
from query.fields import TEXT_FIELDS
from query.parts import Part, Some, Terms, Wrapped

TOPICS = (
    "pakistan",
    "japan",
    "china",
    "automotive",
    "textile",
    "it-services",
    "energy",
    "food",
    "trade",
    "investment",
    "monetary",
)
LABELLED = list(sentences())


@pytest.fixture(scope="module")
def names() -> Names:
    """The names of the configuration that ``init`` writes."""
    return load_queries(DEFAULTS)[1]


@pytest.fixture(scope="module")
def queries(names: Names) -> dict[str, Query]:
    """Every topic as a query."""
    return {name: parse(f"topic:{name}", names) for name in names.topics}


def test_a_fresh_configuration_has_all_topics(names: Names) -> None:
    """By these names."""
    assert tuple(names.topics) == TOPICS


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_prints_and_parses_back(names: Names, topic: str) -> None:
    """Without a warning, and within the limits with room to grow."""
    query = parse(names.topics[topic], names)
    again = parse(str(query), names)
    assert (again.node, str(again), query.warnings) == (query.node, str(query), ())
    assert len(query.text) < 5_000


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_may_stand_beside_near(names: Names, topic: str) -> None:
    """It is made of words joined by OR, in any field."""
    text = next(one.text for one in LABELLED if topic in one.topics and one.language == "en")
    query = parse(f"topic:{topic} NEAR/30 kumquat", names)
    assert judge(query, Document.of(title=f"{text} kumquat")).matched
    assert judge(parse(f"title:(topic:{topic})", names), Document.of(title=text)).matched
    assert not judge(parse(f"title:(topic:{topic})", names), Document.of(body=text)).matched


@pytest.mark.parametrize("topic", TOPICS)
def test_topic_has_words_of_three_scripts(queries: dict[str, Query], topic: str) -> None:
    """Also where a language needs few."""
    found = {unicodedata.name(letter).split()[0] for word in _words(queries[topic].part) for letter in word[:1]}
    assert found >= {"LATIN", "ARABIC"}
    assert found & {"CJK", "KATAKANA"}


@pytest.mark.parametrize("one", [one for one in LABELLED if one.tempts], ids=lambda one: f"{one.file}-{one.line}")
def test_false_friend_never_matches(queries: dict[str, Query], one: Sentence) -> None:
    """What only looks like the topic, or sounds like it, or has it inside of another word."""
    assert found_in(one, queries) & one.tempts == frozenset()


@pytest.mark.parametrize("one", [one for one in LABELLED if one.falls_for], ids=lambda one: f"{one.file}-{one.line}")
def test_what_topics_are_known_to_fall_for_is_still_true(queries: dict[str, Query], one: Sentence) -> None:
    """A trap that is mended belongs to the false friends."""
    assert found_in(one, queries) >= one.falls_for


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_topic_finds_most_of_what_belongs_to_it_and_little_else(
    queries: dict[str, Query], topic: str, language: str
) -> None:
    """A floor below the figures of the day, so that a worse query is seen."""
    here = [(one, topic in found_in(one, queries)) for one in LABELLED if one.language == language]
    right = sum(hit and topic in one.topics for one, hit in here)
    assert right >= 0.75 * sum(topic in one.topics for one, _ in here)
    assert right >= 0.85 * sum(hit for _, hit in here)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_is_labelled_well(topic: str) -> None:
    """At least forty sentences that belong to it or tempt it, in all three languages and both files."""
    mine = [one for one in LABELLED if topic in one.topics | one.tempts | one.falls_for]
    assert len(mine) >= 40
    assert set(Counter(one.language for one in mine)) == set(LANGUAGES)
    assert {one.file for one in mine} == set(FILES)


def test_labels_are_sound() -> None:
    """Known topics and languages, no sentence twice, none tempted by what it belongs to."""
    assert len({one.text for one in LABELLED}) == len(LABELLED)
    for one in LABELLED:
        assert one.language in LANGUAGES
        assert set(TOPICS) >= one.topics | one.tempts | one.falls_for
        assert not one.topics & (one.tempts | one.falls_for)


def test_the_configuration_is_the_one_that_is_shipped() -> None:
    """The bench judges what ``init`` writes."""
    assert Path("khabardar/defaults/khabardar.toml") == Path(*DEFAULTS.parts[-3:])


def _words(part: Part) -> set[str]:
    match part:
        case Terms(_, fields, slots):
            assert fields == TEXT_FIELDS
            return {form for slot in slots for form in slot.forms}
        case Wrapped(_, inner):
            return _words(inner)
        case Some(_, parts):
            return {word for inner in parts for word in _words(inner)}
    return set()
