"""What can be written, what it means, and that printing keeps the meaning."""

from __future__ import annotations

import pytest

from query import Names, parse
from query.nodes import And, Date, Exact, Field, Named, Near, Node, Not, Or, Pattern, Phrase, Word

NAMES = Names(
    topics={"japan": "japan OR 日本", "food and farm": "wheat", "none": "x"},
    rules={"desk": "japan trade"},
)
A, B, C = Word("a1"), Word("b1"), Word("c1")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("a1", A),
        ("  a1  ", A),
        ("(a1)", A),
        ("((a1))", A),
        ("a1 b1", And((A, B))),
        ("a1 AND b1 c1", And((A, B, C))),
        ("a1 OR b1 c1", Or((A, And((B, C))))),
        ("a1 b1 OR c1", Or((And((A, B)), C))),
        ("(a1 OR b1) c1", And((Or((A, B)), C))),
        ("a1 NOT b1", And((A, Not(B)))),
        ("a1 -b1", And((A, Not(B)))),
        ("a1 -(b1 c1)", And((A, Not(And((B, C)))))),
        ("a1 --b1", And((A, Not(Not(B))))),
        ("a1 NEAR/8 b1", Near(A, B, 8)),
        ("a1 NEAR/0 b1 c1", And((Near(A, B, 0), C))),
        ("c1 NOT a1 NEAR/8 b1", And((C, Not(Near(A, B, 8))))),
        ("(a1 NEAR/2 b1) NEAR/3 c1", Near(Near(A, B, 2), C, 3)),
        ("a1 NEAR/3 (b1 OR c1)", Near(A, Or((B, C)), 3)),
        ("a1(b1)", And((A, B))),
        ('a1"b1 c1"', And((A, Phrase("b1 c1")))),
        ('"auto industry"', Phrase("auto industry")),
        ("“auto industry” „x1” «y1»", And((Phrase("auto industry"), Phrase("x1"), Phrase("y1")))),
        ("‘Pakistan’s exports’ x1", And((Phrase("Pakistan’s exports"), Word("x1")))),
        ("‘til dawn", And((Word("‘til"), Word("dawn")))),
        ('"OR"', Phrase("OR")),
        ("ORDER ANDES NOTE NEARBY", And((Word("ORDER"), Word("ANDES"), Word("NOTE"), Word("NEARBY")))),
        ("auto-industry", Word("auto-industry")),
        ("automo*", Word("automo", prefix=True)),
        ('"auto indus*"', Phrase("auto indus", prefix=True)),
        ("=IT", Exact("IT")),
        ('="IT services"', Exact("IT services")),
        ("24/7 and/or", And((Word("24/7"), Word("and/or")))),
        (r"/a\/b/ x1", And((Pattern(r"a\/b"), Word("x1")))),
        ("/a b[/]c/", Pattern("a b[/]c")),
        ("(/ab/)", Pattern("ab")),
        ("title:a1", Field("title", A)),
        ("TITLE:a1", Field("title", A)),
        ('title:"a1 b1"', Field("title", Phrase("a1 b1"))),
        ("title:(a1 OR topic:japan)", Field("title", Or((A, Named("topic", "japan"))))),
        ("url:/ab+c/", Field("url", Pattern("ab+c"))),
        ("title:=IT", Field("title", Exact("IT"))),
        ("title:topic:japan", Field("title", Named("topic", "japan"))),
        ("10:30 a1", And((Word("10:30"), A))),
        ("after:2025-08-01 before:7d", And((Date("after", "2025-08-01"), Date("before", "7d")))),
        ('topic:"food and farm" rule:desk', And((Named("topic", "food and farm"), Named("rule", "desk")))),
        ("日本　自動車", And((Word("日本"), Word("自動車")))),
        ("（日本 OR パキスタン） a1", And((Or((Word("日本"), Word("パキスタン"))), A))),
        ("title：日本", Field("title", Word("日本"))),
        ("a1\u200f OR \u200eb1", Or((Word("a1\u200f"), B))),
        ("\ufeffa1\x00b1\n\tc1", And((A, B, C))),
        ("S.R.O. Pakistan's Rs1,895 6.5%", And((Word("S.R.O."), Word("Pakistan's"), Word("Rs1,895"), Word("6.5%")))),
    ],
)
def test_what_can_be_written(text: str, node: Node) -> None:
    """Each form gives its tree, and the printed tree parses to the same one."""
    query = parse(text, NAMES)
    assert query.node == node
    assert parse(str(query), NAMES).node == node


@pytest.mark.parametrize(
    "text",
    [
        "a1 -b1",
        "section:business",
        "after:7d",
        "NOT NOT a1",
        "a1 (b1 OR -c1)",
        "NOT (a1 OR NOT b1)",
        "lang:en -section:sports",
        "/ab/ -x1",
    ],
)
def test_queries_with_something_that_must_occur_are_allowed(text: str) -> None:
    """A field value and a date count; so does what two NOTs leave standing."""
    parse(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a1 or b1", 1),
        ("a1 and b1 not c1", 2),
        ("a1 near/3 b1", 1),
        ("a1 Or b1", 1),
        ("日本 ＯＲ 中国", 1),
        ("a1 or", 0),
        ("or", 0),
        ('a1 "or" b1', 0),
        ('"a1* b1"', 1),
        ("!a1", 1),
        ("+a1 b1", 1),
        ("a1?b1", 1),
        ("a1~2", 1),
        ("a1^3", 1),
        ("title :a1", 1),
        ("'auto industry'", 1),
        ("'90s o'brien's", 0),
        ("a1? b1", 0),
        ('"!a1"', 0),
        ("url:https://x.y/?q=a", 0),
    ],
)
def test_what_was_probably_not_meant_earns_a_warning(text: str, number: int) -> None:
    """Lower-case operators between words are words; a star inside of a phrase and signs of other tools are nothing."""
    warnings = parse(text).warnings
    assert len(warnings) == number
    assert all(warning.startswith("Column ") for warning in warnings)
