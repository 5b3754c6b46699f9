"""From the tokens of a query to its tree."""

from __future__ import annotations

from lark import Token
from lark.exceptions import UnexpectedToken

from query.builder import column, grammar
from query.errors import QueryError
from query.nodes import Node
from query.scanner import scan


def parse_tree(text: str) -> tuple[Node, list[Token]]:
    """The tree of a query and the tokens it was made of. Raises QueryError."""
    tokens = scan(text)
    parser = grammar().parse_interactive("")
    try:
        for token in tokens:
            parser.feed_token(token)
        node: Node = parser.feed_eof(tokens[-1])  # type: ignore[no-untyped-call]
    except UnexpectedToken as problem:
        raise _unexpected(text, tokens, problem.token) from None
    return node, tokens


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
