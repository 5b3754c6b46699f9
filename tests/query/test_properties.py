"""What must hold for every query and every item, drawn at random in three scripts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from query import Document, Query, QueryError, explain, index_text, judge, matches, parse, plan, words
from query.dates import moment_of
from query.plan import All, Any, Dated, Near, Phrase, Term, Tree, Without
from tests.query import naive, naive_words
from tests.query.draw import NAMES, NOW, Values, moments, pairs


@settings(max_examples=300, deadline=None)
@given(pair=pairs(), published=moments, seen=moments)
def test_the_judge_and_a_naive_evaluator_agree(
    pair: tuple[Query, Values], published: datetime | None, seen: datetime | None
) -> None:
    """The naive one is written from the reference, without index, offsets or shared code for words."""
    query, values = pair
    document = Document.of(**values, published_at=published, seen_at=seen)
    expected = naive.Naive(values, published, seen, NOW, NAMES).judge(query.node)
    assert judge(query, document, NOW).matched == expected
    assert matches(query, document, NOW) == expected
    assert explain(query, document, NOW).matched == expected


nears = st.recursive(
    st.sampled_from("abcd"),
    lambda sides: st.tuples(sides, st.integers(0, 4), sides).map(lambda of: f"({of[0]} NEAR/{of[1]} {of[2]})"),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(text=nears, letters=st.lists(st.sampled_from("abcdx"), max_size=14))
@example(text="(((a NEAR/4 b) NEAR/0 c) NEAR/0 d)", letters=list("caabbd"))
def test_near_inside_of_near_is_what_the_naive_evaluator_says(text: str, letters: list[str]) -> None:
    """What the outer one asks for may be close only to a longer stretch of the inner one."""
    query, values = parse(text), {"body": " ".join(letters)}
    expected = naive.Naive(values, None, None, NOW, NAMES).judge(query.node)
    assert matches(query, Document.of(**values), NOW) == judge(query, Document.of(**values), NOW).matched == expected


@settings(max_examples=200, deadline=None)
@given(pair=pairs())
def test_an_index_finds_every_item_that_matches(pair: tuple[Query, Values]) -> None:
    """The plan is a necessary condition; an exact plan is a sufficient one, too."""
    query, values = pair
    document = Document.of(**values, seen_at=NOW)
    made = plan(query)
    candidate = fulfils(made.tree, index_text(document), document)
    matched = judge(query, document, NOW).matched
    assert candidate or not matched
    if made.exact:
        assert candidate == matched


@settings(max_examples=200, deadline=None)
@given(pair=pairs())
def test_spans_are_in_order_and_hold_words(pair: tuple[Query, Values]) -> None:
    """Each is a piece of the original text; none overlaps another."""
    query, values = pair
    verdict = judge(query, Document.of(**values, seen_at=NOW), NOW)
    assert verdict.matched or not verdict.spans
    for span in verdict.spans:
        assert (values[span.field] or "")[span.start : span.end] == span.text
        assert span.text.strip()
    for one, other in zip(verdict.spans, verdict.spans[1:], strict=False):
        assert one.field != other.field or one.end <= other.start


@settings(max_examples=200, deadline=None)
@given(pair=pairs())
def test_a_printed_query_parses_to_the_same_tree(pair: tuple[Query, Values]) -> None:
    """And is printed the same again."""
    query, _ = pair
    again = parse(str(query), NAMES)
    assert again.node == query.node
    assert str(again) == str(query)


LETTERS = [
    *"abIisS59 .,'’-&/\n%´`²™½①$…_\u00ad\u200c\u200d\u200b\ufeff\u064e\u0651\x00\ud800éßİﬁﷺﻻⅣ㈱ﾀ",
    *"کكیيىہهةآاأٱئؤۓے۔،٬٫۱۲ـ日本、・　タイカがーゝ々Ωςйё한글हกＡ％，．",
    *["'s", "S.R.O.", "1,895", "6.5", " Rs5 ", "e\u0301", "ا\u0653", "ی\u0654", "ﾄﾞ", "カ\u3099"],
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(LETTERS), max_size=9).map("".join))
def test_the_words_of_any_text_are_those_of_a_naive_analyser(text: str) -> None:
    """Characters that are dealt with specially, thrown together; every word points into the text."""
    found = words(text)
    expected = [(word.token, word.paragraph) for word in naive_words.words(text)]
    assert [(word.token, word.paragraph) for word in found] == expected
    assert all(0 <= word.start < word.end <= len(text) for word in found)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
def test_any_unicode_text_has_words_with_places(text: str) -> None:
    """No text is too strange to be read."""
    found = words(text)
    assert all(0 <= word.start < word.end <= len(text) for word in found)
    assert all(word.token == word.token.casefold() for word in found if word.token.isascii())


SIGNS = [*'ab1 "“()-=*/:&\\[|日ک\u200f', " AND ", " OR ", " NOT ", " NEAR/2 ", "title:", "topic:japan", "after:7d"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(SIGNS), max_size=12).map("".join))
def test_any_query_is_parsed_or_refused_with_a_place(text: str) -> None:
    """Nothing but QueryError comes out, and what is parsed can be printed, judged and planned."""
    error = None
    try:
        query = parse(text, NAMES)
    except QueryError as problem:
        error = problem
    if error:
        assert 1 <= error.column <= len(text) + 1
        assert error.message in str(error)
    else:
        assert parse(str(query), NAMES).node == query.node
        judge(query, Document.of(title="a b1 日ک"))
        plan(query)


def fulfils(tree: Tree, index: Mapping[str, list[str]], document: Document) -> bool:
    """What a full-text index would say, computed by hand."""
    match tree:
        case All(parts):
            return all(fulfils(part, index, document) for part in parts)
        case Any(parts):
            return any(fulfils(part, index, document) for part in parts)
        case Without(part):
            return not fulfils(part, index, document)
        case Dated(side, moment):
            edge = moment_of(moment, NOW)
            assert edge is not None
            assert document.effective_at is not None
            return (document.effective_at >= edge) == (side == "after")
        case Near(left, right, distance):
            return any(
                max(one[1], other[1]) - min(one[2], other[2]) <= distance
                for one in places(left, index)
                for other in places(right, index)
                if one[0] == other[0]
            )
        case Term() | Phrase():
            return bool(places(tree, index))
    return True


def places(tree: Term | Phrase, index: Mapping[str, list[str]]) -> list[tuple[str, int, int]]:
    """Column, first token and the one behind the last, of every place."""
    asked = tree.tokens if isinstance(tree, Phrase) else (tree.token,)
    *before, last = asked

    def fits(found: list[str]) -> bool:
        return found[:-1] == before and (found[-1].startswith(last) if tree.prefix else found[-1] == last)

    return [
        (name, at, at + len(asked))
        for name, tokens in index.items()
        if tree.column in (None, name)
        for at in range(len(tokens) - len(asked) + 1)
        if fits(tokens[at : at + len(asked)])
    ]
