"""The parser tables of ``grammar.lark`` and what its rules make: the nodes of the tree."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.lexer import BasicLexer

from query.nodes import And, Date, Exact, Field, Named, Near, Node, Not, Or, Pattern, Phrase, Word

QUOTES = '"“”„‟＂«»'
STARS = "*＊"


@functools.lru_cache(maxsize=1)
def grammar() -> Lark:
    """The lexer and parser; built once, in some milliseconds."""
    text = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    made = Lark(text, parser="lalr", lexer="basic", maybe_placeholders=False, transformer=_Build())
    made.lexer = BasicLexer(made.lexer_conf)  # else ``lex`` makes one for every text, a third of the time of parsing
    return made


def column(token: Token) -> int:
    """The 1-based code point where a token begins."""
    return (token.start_pos or 0) + 1


def _unquoted(raw: str) -> str:
    quoted = raw[0] in QUOTES or (raw[0] == "‘" and raw[-1] == "’")
    return raw[1:-1].strip() if quoted else raw


@v_args(inline=True)
class _Build(Transformer[Token, Node]):
    """Makes the nodes, innermost first, while the parser reads: no recursion, however deep the query."""

    def start(self, node: Node) -> Node:
        return node

    def group(self, _opened: Token, node: Node, _closed: Token) -> Node:
        return node

    def either(self, *parts: Any) -> Node:
        nodes = tuple(part for part in parts if not isinstance(part, Token))
        return Or(nodes, nodes[0].column)

    def both(self, *parts: Any) -> Node:
        nodes = tuple(part for part in parts if not isinstance(part, Token))
        return And(nodes, nodes[0].column)

    def negation(self, sign: Token, part: Node) -> Node:
        return Not(part, column(sign))

    def near(self, left: Node, sign: Token, right: Node) -> Node:
        return Near(left, right, int(sign[5:]), column(sign))

    def date(self, token: Token) -> Node:
        side, _, value = str(token).replace("：", ":").partition(":")
        return Date(side.lower(), value, column(token))

    def field(self, token: Token, part: Node) -> Node:
        return Field(str(token)[:-1].lower(), part, column(token))

    def word(self, token: Token) -> Node:
        text = str(token)
        return Word(text.rstrip(STARS), text[-1] in STARS, column(token))

    def phrase(self, token: Token) -> Node:
        text = str(token)[1:-1].strip()
        prefix = text[-1:] in STARS and text[-2:-1].isalnum()
        return Phrase(text[:-1] if prefix else text, prefix, column(token))

    def exact(self, token: Token) -> Node:
        return Exact(_unquoted(str(token)[1:]), column(token))

    def pattern(self, token: Token) -> Node:
        return Pattern(str(token)[1:-1], column(token))

    def named(self, token: Token) -> Node:
        kind, _, name = str(token).replace("：", ":", 1).partition(":")
        return Named(kind.lower(), _unquoted(name), column(token))
