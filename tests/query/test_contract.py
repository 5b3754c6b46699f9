"""Every sentence of the language's reference, on both sides of what it promises."""

from __future__ import annotations

from datetime import datetime

import pytest

from query import Document, Names, QueryError, judge, parse
from tests.query.contract import NAMES, Case, cases

TABLE = cases()
ACCEPTED = [case for case in TABLE if not case.refused]


def document(case: Case) -> Document:
    given = dict(case.item)
    for key in ("published_at", "seen_at"):
        given[key] = datetime.fromisoformat(given[key]) if given.get(key) else None
    return Document.of(**given)


def name(case: Case) -> str:
    return f"{case.line}-{case.sentence}"


@pytest.mark.parametrize("case", ACCEPTED, ids=name)
def test_a_query_finds_what_the_reference_says_it_finds(case: Case) -> None:
    """Matches and spans; the offsets point into the text as it was given; the printed query is the same query."""
    query = parse(case.query, NAMES)
    given = document(case)
    verdict = judge(query, given)
    if isinstance(case.expected, list):
        assert [span.text for span in verdict.spans] == case.expected, case
    assert verdict.matched == bool(case.expected), case
    assert all(case.item[span.field][span.start : span.end] == span.text for span in verdict.spans if span.text)
    assert parse(str(query), NAMES).node == query.node


@pytest.mark.parametrize("case", [case for case in TABLE if case.refused], ids=name)
def test_a_query_that_cannot_be_meant_is_refused_with_its_place(case: Case) -> None:
    """The column, the line with a caret, and what is wrong."""
    with pytest.raises(QueryError) as refused:
        parse(case.query, NAMES)
    assert isinstance(case.expected, dict)
    assert refused.value.column == case.expected.get("column", refused.value.column), str(refused.value)
    assert str(case.expected.get("says", "")) in str(refused.value)
    assert 1 <= refused.value.column <= len(case.query) + 1
    assert refused.value.marked.split("\n")[1].strip() == "^"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("a" * 10_001, "10,000"),
        ("(" * 65 + "ab" + ")" * 65, "64"),
        ("NOT " * 65 + "ab", "64"),
        (" ".join(["ab"] * 1_001), "1,000"),
        ('"' + " ".join(["ab"] * 33) + '"', "32"),
        ("-".join(["ab"] * 33), "32"),
        ("車" * 33, "32"),
    ],
)
def test_a_query_beyond_a_limit_is_refused(text: str, limit: str) -> None:
    """The sentence names the limit."""
    with pytest.raises(QueryError, match=limit):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["a" * 10_000, "(" * 64 + "ab" + ")" * 64, " ".join(["ab"] * 1_000), '"' + " ".join(["ab"] * 32) + '"', "車" * 32],
)
def test_a_query_at_a_limit_is_accepted(text: str) -> None:
    """Ten thousand characters, 64 levels, a thousand parts, 32 words of a phrase."""
    assert parse(text)


@pytest.mark.parametrize("text", ["/(.*a){1000}/", "/(a?.?){900}z/", "/(a+)+$/", r"/[\p{L}\p{N}]{200}/"])
def test_an_expression_made_to_take_long_is_parsed_and_judged(text: str) -> None:
    """On a hundred thousand letters; the second and third would end none of today with backtracking."""
    verdict = judge(parse(text), Document.of(body="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! " * 3_000))
    assert verdict.matched == text.startswith("/(.*a)")


def test_many_beginnings_of_words_are_looked_up_in_a_text_of_many_words() -> None:
    """Nine hundred by two hundred thousand: done one by one, this took half a minute."""
    parts = {f"t{part}": " OR ".join(f"w{part}{number}*" for number in range(100, 400)) for part in range(3)}
    query = parse("topic:t0 OR topic:t1 OR topic:t2", Names(parts))
    words = [f"u{number}" for number in range(200_000)]
    assert not judge(query, Document.of(body=" ".join(words)))
    verdict = judge(query, Document.of(body=" ".join([*words, "w2399x"])))
    assert [span.text for span in verdict.spans] == ["w2399x"]
