"""From the tokens of a query to its tree."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeAlias

from lark import Token, Tree
from lark.exceptions import UnexpectedToken

from query.builder import Builder, column, grammar
from query.errors import QueryError
from query.nodes import Node
from query.scanner import scan

# How the nodes of a tree are made, innermost first, so without recursion: by what, and of which tokens and nodes made
# before, numbered in this order.
_Steps: TypeAlias = tuple[tuple[Callable[..., Node], tuple[int, ...]], ...]

_LONGEST_KEPT = 64  # tokens
_BUILDER = Builder()


def parse_tree(text: str) -> tuple[Node, list[Token]]:
    """The tree of a query and the tokens it was made of. Raises QueryError."""
    tokens = scan(text)
    return tree_of(text, tokens), tokens


def tree_of(text: str, tokens: list[Token]) -> Node:
    """The tree of the tokens of a query. Raises QueryError."""
    kinds = tuple([token.type for token in tokens])
    try:
        steps = _steps(kinds) if len(kinds) <= _LONGEST_KEPT else _steps.__wrapped__(kinds)
    except UnexpectedToken as problem:
        where = problem.token
        token = Token.new_borrow_pos("$END", "", tokens[-1]) if where.type == "$END" else tokens[where.start_pos or 0]
        raise _unexpected(text, tokens, token) from None
    made: list[Token | Node] = [*tokens]
    for make, parts in steps:
        made.append(make(*[made[part] for part in parts]))
    return made[-1]  # type: ignore[return-value]


@functools.lru_cache(maxsize=4096)
def _steps(kinds: tuple[str, ...]) -> _Steps:
    """How to make the tree of tokens of these kinds, on which alone it depends: most queries are of few shapes.

    Raises UnexpectedToken; the tokens it speaks of have their number as ``start_pos``.
    """
    parser = grammar().parse_interactive("")
    last = Token(kinds[0], "")
    for number, kind in enumerate(kinds):
        parser.feed_token(last := Token(kind, "", number))
    tree: Tree[Token] = parser.feed_eof(last)  # type: ignore[no-untyped-call]
    numbers: dict[int, int] = {}
    steps: list[tuple[Callable[..., Node], tuple[int, ...]]] = []
    for part in tree.iter_subtrees():
        arguments = [
            numbers[id(each)] if isinstance(each, Tree) else int(each.start_pos or 0) for each in part.children
        ]
        numbers[id(part)] = len(kinds) + len(steps)
        steps.append((getattr(_BUILDER, part.data), tuple(arguments)))
    return tuple(steps)


def _chained(tokens: list[Token], number: int) -> str:
    """What a chain of NEAR may have meant, in its own words where each is one token."""
    before, behind = tokens[number - 3 : number], tokens[number + 1 : number + 2]
    words = [each for each in (before[:1] + before[2:] + behind) if each.type in ("WORD", "PHRASE", "EXACT", "NAMED")]
    if len(before) < 3 or before[1].type != "NEAR" or len(words) < 3:
        return f"(a {tokens[number]} b) {tokens[number]} c"
    return f"({' '.join(str(each)[:60] for each in before)}) {tokens[number]} {str(behind[0])[:60]}"


def _unexpected(text: str, tokens: list[Token], token: Token) -> QueryError:
    number = next((n for n, each in enumerate(tokens) if each is token), len(tokens))
    before = tokens[number - 1] if number else None
    operators = ("AND", "OR", "NOT", "NEAR", "MINUS")
    if token.type == "NEAR" and before is not None and before.type not in operators:
        return QueryError(
            "A chain of NEAR needs parentheses, and groups say what belongs together.",
            text,
            column(token),
            _chained(tokens, number),
        )
    if before is not None and before.type in operators:
        return QueryError(
            f"`{before}` needs something behind it. To look for the word, put it in quotes.", text, column(before)
        )
    if before is not None and before.type == "FIELD":
        return QueryError(
            f"`{before}` is for one word, phrase or group, not for `{token}`.",
            text,
            column(before),
            f"-{before}…" if token.type in ("MINUS", "NOT") else None,
        )
    return QueryError(
        f"`{token}` needs something before it. To look for the word, put it in quotes.", text, column(token)
    )
