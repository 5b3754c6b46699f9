"""What the full-text index is asked, and what it is made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from query import Document, Names, index_text, parse, plan
from query.plan import All, Any, Dated, Everything, Near, Phrase, Term, Tree, Without


def term(token: str, column: str | None = None, prefix: bool = False) -> Term:
    return Term(token, column, prefix)


AFTER = Dated("after", timedelta(days=7))
OLD = datetime(2020, 1, 1, tzinfo=UTC)
A1_B1_C1 = Near(term("a1"), Phrase(("b1", "c1")), 7)
WHEAT = term("wheat")
AUTO_INDUSTRY = Phrase(("auto", "industry"))
NAMES = Names({"cars": 'automo* OR "auto industry" OR 自動車', "old": '"wheat" OR before:2020-01-01'})


@pytest.mark.parametrize(
    ("query", "tree", "exact"),
    [
        ('"japan"', term("japan"), True),
        ("duties", Any((term("dutie"), term("duties"), term("duty"))), True),
        ("automo*", term("automo", prefix=True), True),
        ('"auto industry"', AUTO_INDUSTRY, True),
        ('"auto indus*"', Phrase(("auto", "indus"), prefix=True), True),
        ("=IT", term("x¦IT", "meta"), True),
        ("=it", term("it"), False),
        ("title:=IT", All((term("x¦IT", "meta"), term("it", "title"))), False),
        ('="IT services"', All((term("x¦IT", "meta"), Phrase(("it", "services")))), False),
        ("=タイ", All((term("x¦<タ", "meta"), term("x¦イ>", "meta"), Phrase(("タ", "イ")))), False),
        ("自動車", Phrase(("自", "動", "車")), True),
        ("日、本", All((term("日"), term("本"))), False),
        ("6.5", term("6·5"), True),
        ('title:"japan"', term("japan", "title"), True),
        ("section:b*", term("s¦b", "meta", prefix=True), True),
        ('section:"water sports"', term("s¦water‗sports", "meta"), True),
        ("lang:en", term("l¦en", "meta"), True),
        ("author:khan", term("a¦khan", "meta"), True),
        ("url:dawn.com", Phrase(("u¦dawn", "u¦com"), "meta"), True),
        ('"a1" "b1" "c1"', All((term("a1"), term("b1"), term("c1"))), True),
        ('"a1" ("b1" "c1")', All((term("a1"), term("b1"), term("c1"))), True),
        ('"a1" OR ("b1" OR "a1")', Any((term("a1"), term("b1"))), True),
        ('"a1" -"b1"', All((term("a1"), Without(term("b1")))), True),
        ('"a1" -"b1" -"c1"', All((term("a1"), Without(term("b1")), Without(term("c1")))), True),
        ('"a1" NOT (NOT "b1")', All((term("a1"), term("b1"))), True),
        ('"a1" -=it', term("a1"), False),
        ('"a1" NOT ("b1" NEAR/3 "c1")', term("a1"), False),
        ('"a1" -after:7d', All((term("a1"), Without(AFTER))), True),
        ('"a1" OR /bc/', Everything(), False),
        ('"a1" /bc/', term("a1"), False),
        ('"a1" after:7d', All((term("a1"), AFTER)), True),
        ("after:7d", AFTER, True),
        ('"a1" NEAR/3 "b1"', Near(term("a1"), term("b1"), 7), False),
        ('"a1" NEAR/3 ("b1 c1" OR abc*)', Any((A1_B1_C1, Near(term("a1"), term("abc", prefix=True), 7))), False),
        ('("a1" NEAR/3 "b1") NEAR/3 "c1"', All((Near(term("a1"), term("b1"), 7), term("c1"))), False),
        (
            "topic:cars",
            Any((term("automo", prefix=True), Phrase(("auto", "industry")), Phrase(("自", "動", "車")))),
            True,
        ),
        ("topic:old", Any((WHEAT, Dated("before", OLD))), True),
        ('"' + "x" * 150 + '"', term("x" * 100), False),
    ],
)
def test_plans(query: str, tree: Tree, exact: bool) -> None:
    """Every matching item fulfils the plan; an exact one needs no judge."""
    made = plan(parse(query, NAMES))
    assert (made.tree, made.exact) == (tree, exact)


def test_the_index_holds_the_words_of_the_analyser() -> None:
    """With breaks where phrases end; the other fields, and words with capitals, coded in one column."""
    document = Document.of(
        title="Pakistan’s 6.5% growth",
        body="今日、本社\nauto",
        author="Ali Khan",
        section="Water Sports",
        source="dawn",
        language="ur",
        url="https://x.com/a",
        place="LAHORE",
    )
    assert index_text(document) == {
        "title": ["pakistan", "6·5", "growth"],
        "summary": [],
        "body": ["今", "日", "¶", "本", "社", "¶", "auto"],
        "meta": [
            *("a¦ali", "a¦khan", "¶", "p¦lahore", "¶", "s¦water‗sports", "¶", "o¦dawn", "¶", "l¦ur", "¶"),
            *("u¦https", "u¦x", "u¦com", "u¦a", "¶", "x¦Pakistan"),
        ],
    }


def test_index_tokens_hold_no_ascii_signs_and_stay_short() -> None:
    """So that no tokenizer parts them and no index refuses them."""
    document = Document.of(
        title="6.5 S.R.O. don't a_b " + "x" * 5_000, url="http://a.b/c?d=e&f", section="a/b & c.d 6.5", source="'"
    )
    for tokens in index_text(document).values():
        for token in tokens:
            assert len(token) <= 102
            assert all(letter.isalnum() or ord(letter) > 127 for letter in token)


def test_deep_alternations_are_cut_short() -> None:
    """Parsers of full-text queries overflow; what lies deeper is asked less of."""
    text = "z9"
    for number in range(31):
        text = f"(a{number} OR (b{number} {text}))"
    made = plan(parse(text))

    def levels(tree: Tree) -> int:
        return 1 + max(map(levels, tree.parts)) if isinstance(tree, All | Any) else 0

    assert levels(made.tree) <= 12
    assert not made.exact
