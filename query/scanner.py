"""From the text of a query to its tokens, with the limits checked before anything is parsed.

The terminals are in ``grammar.lark``. Everything here is linear in the length of the query, which is limited first, so
that no query can cost time or stack.
"""

from __future__ import annotations

import re

from lark import Token

from query.builder import QUOTES, STARS, column, lexed
from query.errors import QueryError, closest
from query.fields import FIELDS, MEANT_FIELDS
from query.letters import normal_form
from query.words import query_words

LONGEST_QUERY = 10_000
DEEPEST = 64
MOST_PARTS = 1_000
LONGEST_PHRASE = 32

_TERMS = frozenset({"WORD", "ADDRESS", "PHRASE", "EXACT", "PATTERN", "NAMED", "DATE"})
_PREFIXES = frozenset({"NOT", "MINUS", "FIELD"})
_NAMES = (*FIELDS, "topic", "rule", "after", "before")
_LIKE_NEAR = re.compile(r"NEAR(?:/\S*|[0-9]+)?\Z")
_LIKE_SMALL_NEAR = re.compile(r"(?i:near)/([0-9]{1,4})\Z")
_LIKE_OPERATOR = {"and": "AND", "or": "OR", "not": "NOT", "near": "NEAR/8"}
_LONGEST_OPERATOR = len("near")
_FOREIGN_SIGNS = (
    (re.compile(r"[!！]\w"), "`!` says nothing here; what must not occur is written with `-` or NOT."),
    (re.compile(r"[+＋]\w"), "`+` says nothing here; words side by side are all needed as they are."),
    (re.compile(r".*\w\?\w"), "`?` stands for nothing here; it parts words, and a `*` at the end finds beginnings."),
    (re.compile(r".*\w[~^][0-9.]*\Z"), "`~` and `^` say nothing here; words near each other are written a NEAR/8 b."),
    (re.compile(r"'[^\W\d]\w*\Z"), 'a straight `\'` opens no phrase; write "…" around its words.'),
    (re.compile(r"[:：]\w"), "a field stands directly before what it is for, without a space: title:word."),
)
_FOREIGN_OPERATORS = {"|": "OR", "||": "OR", "&": "AND", "&&": "AND", "+": "AND", "!": "NOT", "~": "NOT"}


def scan(text: str) -> list[Token]:
    """The tokens of a query that is within all limits. Raises QueryError."""
    if len(text) > LONGEST_QUERY:
        raise QueryError(
            f"The query has {len(text):,} characters; at most {LONGEST_QUERY:,} are allowed."
            " Name parts of it as topics.",
            text,
            LONGEST_QUERY + 1,
        )
    tokens, end = lexed(text)
    if end < len(text):
        _check_field_names(text, tokens)  # what was read before a mistake is looked at, too
        raise _strange_character(text, end)
    if not tokens:
        raise QueryError("The query is empty; write at least one word to look for.", text, 1)
    _check_levels(text, tokens)
    _check_parts(text, tokens)
    _check_fields(text, tokens)
    return tokens


def warnings_of(tokens: list[Token]) -> tuple[str, ...]:
    """What is allowed but probably not meant: lower-case operators between words, stars inside of phrases, signs that
    other search tools give a meaning to."""
    found = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "WORD" and len(token) > _LONGEST_OPERATOR and token.isascii() and token.isalnum():
            continue  # most words
        word = normal_form(str(token).partition("/")[0]).text.casefold() if token.type == "WORD" else ""
        meant = _LIKE_OPERATOR.get(word)
        if meant == "NEAR/8" and (written := _LIKE_SMALL_NEAR.match(token)):
            meant = f"NEAR/{written[1]}"
        if token.type == "WORD":
            found += _foreign_signs(token)
        if meant and token is not tokens[-1] and (before is not None or meant == "NOT"):
            found.append(
                f"Column {column(token)}: `{token}` is looked for as a word; the operator is written `{meant}`."
            )
        if token.type == "PHRASE" and any(star in str(token)[:-2] for star in STARS):
            found.append(
                f"Column {column(token)}: a `*` inside of quotes finds beginnings only for the last word of the phrase."
            )
    return tuple(found)


def _foreign_signs(token: Token) -> list[str]:
    return [
        f"Column {column(token)}: in `{str(token)[:60]}`, {says}" for sign, says in _FOREIGN_SIGNS if sign.match(token)
    ]


def _strange_character(text: str, position: int) -> QueryError:
    letter = text[position]
    at = position + 1
    if letter in QUOTES:
        quoted = text[position + 1 :][:60].strip()
        return QueryError("This quote is never closed.", text, at, f'"{quoted}"' if quoted else None)
    if letter == "/":
        return QueryError(
            "A slash at the start of a word opens a regular expression, and this one is not closed, is empty, or"
            " goes on behind its last slash. Write `/…/`, a slash inside as `\\/`, or put the words in quotes.",
            text,
            at,
        )
    if letter == "=":
        return QueryError("`=` stands directly before the word or phrase it is for.", text, at, "=IT")
    if letter == "-":
        return QueryError("`-` stands directly before what must not occur.", text, at, "-word")
    word = text[position:].split(maxsplit=1)[0]
    return QueryError(
        "A dash begins this word. Use `-` or NOT for what must not occur, or put the words in quotes.",
        text,
        at,
        f"-{word.lstrip(letter)[:60]}" if len(word) > 1 else None,
    )


def _check_levels(text: str, tokens: list[Token]) -> None:
    """Balanced parentheses, at most 64 deep, and at most 64 operators in front of one another."""
    opened: list[tuple[Token, int]] = []
    in_front = 0  # NOT, - and fields that the next part stands under, those around its group included
    run = 0
    for number, token in enumerate(tokens):
        if token.type == "LPAR":
            opened.append((token, in_front))
            in_front, run = in_front + run, 0
        elif token.type == "RPAR":
            if not opened:
                raise QueryError(
                    "This parenthesis closes nothing. Take it away, or open one before it.", text, column(token)
                )
            if tokens[number - 1].type == "LPAR":
                raise QueryError(
                    "There is nothing between these parentheses. Write a word there, or take them away.",
                    text,
                    column(tokens[number - 1]),
                )
            in_front, run = opened.pop()[1], 0
        else:
            run = run + 1 if token.type in _PREFIXES else 0
        if len(opened) > DEEPEST or in_front + run > DEEPEST:
            raise QueryError(
                f"The query has more than {DEEPEST} levels. Name the inner ones as topics.", text, column(token)
            )
    if opened:
        at = column(opened[-1][0])
        raise QueryError("This parenthesis is never closed.", text, at, f"{text[at - 1 :][:60].strip()})")


def _check_parts(text: str, tokens: list[Token]) -> None:
    terms = [token for token in tokens if token.type in _TERMS]
    if len(terms) > MOST_PARTS:
        raise QueryError(
            f"The query has {len(terms):,} parts; at most {MOST_PARTS:,} are allowed. Name some of them as topics.",
            text,
            column(terms[MOST_PARTS]),
        )
    for token in terms:
        if token.type in ("WORD", "ADDRESS", "PHRASE", "EXACT"):
            _check_words(text, token)
            _check_stars(text, token)


def _check_words(text: str, token: Token) -> None:
    if token.type == "WORD" and _LIKE_NEAR.match(token):
        raise QueryError(
            "NEAR is written with the number of words that may stand between, up to 9999; to look for the word,"
            " put it in quotes.",
            text,
            column(token),
            "NEAR/8",
        )
    number = len(query_words(str(token)).tokens)
    if number == 0:
        meant = _FOREIGN_OPERATORS.get(str(token))
        raise QueryError(
            f"`{str(token)[:60]}` holds no word to look for: letters or digits.", text, column(token), meant
        )
    if number > LONGEST_PHRASE:
        raise QueryError(f"This phrase has {number} words; at most {LONGEST_PHRASE} are allowed.", text, column(token))


def _check_stars(text: str, token: Token) -> None:
    word = str(token)
    if token.type == "EXACT" and any(star in word for star in STARS):
        raise QueryError(
            "Exact letters and a beginning with `*` cannot be joined.",
            text,
            column(token),
            word[1:].strip(STARS + QUOTES)[:60] + "*",
        )
    if token.type in ("WORD", "ADDRESS") and any(star in word[:-1] for star in STARS):
        raise QueryError(
            "A `*` stands only at the end of a word: it finds the words that begin so.",
            text,
            column(token),
            word.replace("*", "").replace("＊", "")[:60] + "*",
        )


def _check_field_names(text: str, tokens: list[Token]) -> None:
    for token in tokens:
        name = str(token)[:-1].lower()
        if token.type == "FIELD" and name not in _NAMES:
            meant = MEANT_FIELDS.get(name) or closest(name, _NAMES)
            raise QueryError(
                f"There is no field `{name[:60]}:`; the fields are {', '.join(f'{each}:' for each in _NAMES)}."
                " To look for a word with a colon, put it in quotes.",
                text,
                column(token),
                f"{meant}:" if meant else None,
            )


def _check_fields(text: str, tokens: list[Token]) -> None:
    """Known fields, each directly before what it is for. Topics and dates are tokens of their own when they are."""
    _check_field_names(text, tokens)
    for number, token in enumerate(tokens):
        if token.type != "FIELD":
            continue
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        name = str(token)[:-1].lower()
        if after is None or after.start_pos != token.end_pos or name not in FIELDS:
            follow = str(after) if after is not None and after.type in _TERMS else "…"
            raise QueryError(
                f"`{name}:` stands directly before what it is for, without a space.",
                text,
                column(token),
                f"{name}:{follow[:60]}",
            )
