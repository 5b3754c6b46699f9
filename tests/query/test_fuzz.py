"""Ten thousand queries that went wrong somewhere: good ones with pieces cut out, doubled, swapped and thrown in."""

from __future__ import annotations

import random

import pytest

from query import Document, Query, QueryError, explain, index_text, judge, matches, parse, plan
from query.needs import needs
from query.printer import print_node
from query.scanner import DEEPEST, LONGEST_QUERY
from tests.query.contract import NAMES, SEEN, cases

PIECES = [
    *[
        "AND",
        "OR",
        "NOT",
        "-",
        "(",
        ")",
        "（",
        '"',
        "“",
        "‘",
        "’",
        "=",
        "*",
        "＊",
        "/",
        "\\/",
        "[",
        "]",
        "{",
        "|",
        "?",
        "+",
        "$",
    ],
    *[
        "NEAR",
        "NEAR/3",
        "NEAR/0",
        "NEAR/99999",
        "title:",
        "body:",
        "section:",
        "source:",
        "lang:",
        "url:",
        "：",
        "nofield:",
    ],
    *["topic:cars", "topic:loop", "rule:asia", "topic:", "after:7d", "before:2025-01-01", "after:", "https://x.y/z"],
    *[
        "(?i)",
        "(?=",
        "\\b",
        ".*",
        "a{1000}",
        "\\",
        "/a|b/",
        "/\\d+/",
        "&",
        "!",
        "%",
        "`",
        "~",
        "@",
        "–",
        "・",
        "、",
        "　",
    ],
    *[
        "\u200f",
        "\u202e",
        "\u200b",
        "\u200c",
        "\u00ad",
        "\ufeff",
        "\ud800",
        "\x00",
        "\n",
        "\t",
        "\x1b",
        "\u2028",
        "\u0301",
    ],
    *[
        "日本",
        "ガス",
        "ｶﾞ",
        "گاڑی*",
        "ک",
        "１２",
        "1,895",
        "6.5",
        "o'b",
        "’s",
        "S.R.O.",
        "AT&T",
        "ﷺ",
        "½",
        "Ⅳ",
        "ß",
        "İ",
        "🚗",
    ],
]
QUERIES = [case.query for case in cases()]
DOCUMENTS = [
    Document.of(
        title="Toyota Japan auto-industry 日本の自動車 گاڑیاں 1,895 S.R.O. 6.5",
        body="tokyo honda export\n\nپاکستان ガス カス",
        section="Sports",
        source="dawn",
        language="en",
        url="https://a.b/c-d?e=%D9%BE",
        seen_at=SEEN,
    ),
    Document.of(),
    Document.of(title="\ud800 x ﷺ ½ É"),
]


def mutated(chance: random.Random) -> str:
    """One of the queries of the reference, changed in some places."""
    text = chance.choice(QUERIES)
    for _ in range(chance.randint(1, 5)):
        at = chance.randint(0, len(text))
        to = min(len(text), at + chance.randint(0, 12))
        other = chance.choice(QUERIES)
        depth = chance.randint(1, DEEPEST + 6)
        text = chance.choice(
            [
                text[:at] + chance.choice(PIECES) + text[at:],
                f"{text[:at]} {chance.choice(PIECES)} {text[at:]}",
                text[:at] + text[to:],
                text[:to] + text[at:to] * chance.randint(1, 40) + text[to:],
                text[:at] + other[: chance.randint(1, 40)] + text[at:],
                text[:at] + chr(chance.choice((chance.randint(0, 0x3000), chance.randint(0, 0x10FFFF)))) + text[at:],
                chance.choice(("(", "-(", "title:(", "NOT (")) * depth + text + ")" * chance.choice((depth, depth - 1)),
                f"{text} {chance.choice(('OR', 'AND', ''))} {other}",
            ]
        )
    return text


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_query_looks_like_it_is_refused_or_answered(seed: int) -> None:
    """500 of each seed: nothing but QueryError comes out, with a place; all parts agree about what is parsed."""
    chance = random.Random(seed)
    for _ in range(500):
        text = mutated(chance)
        parsed = parsed_or_refused(text)
        if isinstance(parsed, Query):
            check(parsed)
            continue
        assert 1 <= parsed.column <= len(text) + 1
        assert parsed.marked.count("\n") == 1
        assert len(str(parsed)) < 2_000


def parsed_or_refused(text: str) -> Query | QueryError:
    """The query, or its refusal."""
    try:
        return parse(text, NAMES)
    except QueryError as error:
        return error


def check(query: Query) -> None:
    """Printing, planning, judging and explaining, and the same of the printed query."""
    printed = print_node(query.node)
    again = parse(printed, NAMES) if len(printed) <= LONGEST_QUERY else query
    assert (again.node, print_node(again.node)) == (query.node, printed)
    assert plan(query).tree
    needs(query)
    for document in DOCUMENTS:
        verdict = judge(query, document)
        assert judge(again, document) == verdict
        assert matches(query, document) == verdict.matched == explain(query, document).matched
        assert all(document.text(span.field)[span.start : span.end] == span.text for span in verdict.spans)
        assert index_text(document)
