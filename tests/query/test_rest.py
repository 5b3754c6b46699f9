"""What is left to judge when an index has answered a part of a query."""

from __future__ import annotations

import pytest

from query import Document, parse, plan
from query.parts import Wrapped
from query.plan import All
from query.rest import rest_of


def _rest(text: str, settled: bool = True) -> tuple[list[str], tuple[str, ...]]:
    query = parse(text)
    tree = plan(query).tree
    trees = tree.parts if isinstance(tree, All) else (tree,)
    rest = rest_of(query, frozenset(trees) if settled else frozenset())
    bare = [part.part if isinstance(part, Wrapped) else part for part in rest.parts]
    return [type(part).__name__ for part in bare], rest.fields


@pytest.mark.parametrize(
    ("text", "left", "fields"),
    [
        ("tariff", [], ()),
        ("tariff url:/x.y/", ["Regexp"], ("url",)),
        ("tariff -duty title:/x.y/", ["Regexp"], ("title",)),
        ("(tariff OR duty) title:(duty NEAR/3 levy)", ["Close"], ("title",)),
        ('tariff title:="IT services"', ["Terms"], ("title",)),
        ("tariff OR title:/x.y/", ["Some"], ("body", "summary", "title")),
        ("tariff -url:/x.y/", ["Never"], ("url",)),
    ],
)
def test_only_what_the_index_cannot_say_is_left(text: str, left: list[str], fields: tuple[str, ...]) -> None:
    """With the fields that judging it reads."""
    assert _rest(text) == (left, fields)


def test_where_nothing_is_settled_all_is_left() -> None:
    """As for an item that could not be indexed."""
    assert _rest("tariff url:/x.y/", settled=False)[0] == ["Terms", "Regexp"]


def test_the_rest_is_judged_like_the_query() -> None:
    """On an item of which the index has said the other part."""
    query = parse("tariff title:/du.y/")
    rest = rest_of(query, frozenset((plan(parse("tariff")).tree,)))
    assert rest.matches(Document.of(title="A duty", body="tariff"))
    assert not rest.matches(Document.of(title="A dump", body="tariff"))
