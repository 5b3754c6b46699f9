"""Search against a second evaluator that was written from the reference alone: all operators, three scripts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.model import NewsItem
from archive.store import Archive
from query import Query, QueryError, parse, plan
from query.nodes import And, Date, Exact, Field, Named, Near, Node, Not, Or, Pattern, Phrase, Word
from tests.archive.samples import judged
from tests.query.draw import GLUE, NAMES, NOW, URLS, VALUES, WORDS, Writer
from tests.query.naive import Naive

TEXTS = ("title", "summary", "body", "author", "credit", "place")
FIELDS = (*TEXTS, "section", "source", "language", "url")
OPERATORS = {And, Date, Exact, Field, Named, Near, Not, Or, Pattern, Phrase, Word}


def drawn_items(number: int, chance: random.Random) -> list[NewsItem]:
    """Items of a few of the words each, so that queries of the same words meet them."""

    def text(most: int) -> str:
        words = chance.sample(WORDS, 8)
        return "".join(chance.choice(words) + chance.choice(GLUE) for _ in range(chance.randint(0, most)))

    return [
        NewsItem(
            **{name: text(12) for name in TEXTS},
            id=f"d{at}",
            section=chance.choice(VALUES),
            source=chance.choice(VALUES),
            language=chance.choice(VALUES),
            url=chance.choice(URLS),
            keys=(f"id:d{at}",),
            published_at=chance.choice((None, NOW - timedelta(hours=chance.randint(-40, 400)))),
            seen_at=NOW - timedelta(hours=chance.randint(0, 400)),
        )
        for at in range(number)
    ]


def kinds(node: Node) -> Iterator[type[Node]]:
    """The operators of a query."""
    yield type(node)
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from kinds(part)
        case Not(part) | Field(_, part):
            yield from kinds(part)
        case Near(left, right):
            yield from kinds(left)
            yield from kinds(right)


@st.composite
def queries(draw: st.DrawFn) -> Query | None:
    """Queries with words of three scripts; None when one is refused."""
    vocabulary = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=6))
    text = Writer(draw, vocabulary).query()
    for asked in (text, f"{vocabulary[0]} AND {text}"):
        try:
            return parse(asked, NAMES)
        except QueryError:
            continue
    return None


def test_search_finds_what_a_naive_evaluator_finds(archive: Archive) -> None:
    """Every operator was drawn, and among the plans exact ones and others: newest first, counted, page by page."""
    news = drawn_items(40, random.Random(815))
    archive.keep([judged(item) for item in news], NOW, via="import")
    kept = list(archive.search(None, limit=None))
    assert len(kept) == len(news)
    naive = {
        item.id: Naive({name: getattr(item, name) for name in FIELDS}, item.published_at, item.seen_at, NOW, NAMES)
        for item in kept
    }
    drawn: set[type[Node]] = set()
    exact: list[bool] = []

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(query=queries())
    def agree(query: Query | None) -> None:
        if query is None:
            return
        drawn.update(kinds(query.node))
        exact.append(plan(query).exact)
        expected = [item.id for item in kept if naive[item.id].judge(query.node)]
        assert [item.id for item in archive.search(query, limit=None, now=NOW)] == expected, query.text
        assert archive.count(query, now=NOW).number == len(expected)
        paged: list[str] = []
        cursor = None
        while True:
            page = archive.page(query, limit=7, cursor=cursor, now=NOW)
            paged += [item.id for item in page.items]
            cursor = page.cursor
            if cursor is None:
                break
        assert paged == expected
        ranked = archive.search(query, limit=None, now=NOW, sort="relevance")
        assert sorted(item.id for item in ranked) == sorted(expected)

    agree()
    assert drawn == OPERATORS
    assert 30 < sum(exact) < len(exact) - 30
