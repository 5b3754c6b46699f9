"""A tree as the text of a query that parses to the same tree."""

from __future__ import annotations

import re

from query.nodes import And, Date, Exact, Field, Named, Near, Node, Not, Or, Pattern, Phrase, Word

_OR, _AND, _NOT, _NEAR, _VALUE = range(5)
_PLAIN = re.compile(r"[\w.+@/&-]+\Z")  # what needs no quotes


def print_node(node: Node) -> str:
    """The query of a tree, with straight quotes and every AND written."""
    return _print(node, _OR)


def _print(node: Node, binds: int) -> str:
    """``binds`` is how close the place around binds; what binds less closely is put into parentheses."""
    match node:
        case Or(parts):
            text, own = " OR ".join([_print(part, _AND) for part in parts]), _OR
        case And(parts):
            text, own = " AND ".join([_print(part, _NOT) for part in parts]), _AND
        case Not(part):
            text, own = f"NOT {_print(part, _NOT)}", _NOT
        case Near(left, right, distance):
            text, own = f"{_print(left, _VALUE)} NEAR/{distance} {_print(right, _VALUE)}", _NEAR
        case Field(name, part):
            inner = f"({_print(part, _OR)})" if isinstance(part, Field | Date) else _print(part, _VALUE)
            text, own = f"{name}:{inner}", _VALUE
        case _:
            text, own = _print_term(node), _VALUE
    return f"({text})" if own < binds else text


def _print_term(node: Word | Phrase | Exact | Pattern | Date | Named) -> str:
    match node:
        case Word(text, prefix):
            return text + "*" * prefix
        case Phrase(text, prefix):
            return f'"{text}{"*" * prefix}"'
        case Exact(text):
            return f"={text}" if _PLAIN.match(text) else f'="{text}"'
        case Pattern(text):
            return f"/{text}/"
        case Date(side, value):
            return f"{side}:{value}"
        case Named(kind, name):
            return f"{kind}:{name}" if _PLAIN.match(name) else f'{kind}:"{name}"'
