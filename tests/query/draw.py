"""Queries and items drawn at random, in three scripts, from the same few words, so that they meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from query import Names, Query, QueryError, parse, words

NOW = datetime(2025, 8, 15, 12, 0, tzinfo=UTC)
NAMES = Names(
    topics={
        "japan": 'japan OR tokyo OR جاپان* OR 日本 OR "auto industry"',
        "mixed": "topic:japan OR section:sports OR IT",
    },
    rules={"desk": "(topic:japan OR export) car NOT plan"},
    timezone="Asia/Karachi",
)

# Forms, cases, scripts and signs that are dealt with specially.
_WORDS = """
    car cars plan planned plane duty duties export exported new news IT it It Japan japan Tokyo tax unit united auto
    industry S.R.O. SRO U.S. 6.5 65 1,895 1895 Rs1,895 AT&T Pakistan's O'Brien Café cafe Straße don’t auto-industry
    24/7 ２０２５ m² Toyota™ Bhu\u00adtto bhutto
    جاپان جاپانی كار کار سرکار گاڑی\u200cیں گاڑی گاڑیاں آٹو ا\u0653ٹو اٹو ہي ۶٫۵ پاکِستان
    日本 今日 本社 自動車 自動 タイ タイヤ ｶﾞｽ カス ITは インダス・モーター 車 今日、本社
"""
WORDS = _WORDS.split()
GLUE = [" ", " ", " ", " ", ", ", "、", "。", "\n", "-", "　", ". ", " “", "・", "'s ", ""]
VALUES = ["Sports", "sport", "water sports", "Business", "en", "dawn", "dawn-urdu", "日本"]

URLS = ["https://dawn.example/japan/car-plan", "http://x.example/IT?duty=6.5#tax", "urn:日本/گاڑی"]

WHOLE_VALUES = [*[f'"{value}"' for value in VALUES], "s*", "dawn*", "dawn-*", "dawn-urdu", "water-s*", "=Sports"]
OTHERS = [
    *["after:7d", "before:12h", "after:2025-08-10", "before:2025-08-14", "after:300h"],
    *[r"/ca.s?/", r"/\bS\.?R\.?O/", "/جاپان./", r"title:/\d\d/", "/(?-i)IT/", "/本./"],
    *["topic:japan", "topic:mixed", "rule:desk", "title:topic:mixed"],
]

moments = st.one_of(st.none(), st.integers(-40, 400).map(lambda hours: NOW - timedelta(hours=hours)))
Values = dict[str, str | None]


def items(vocabulary: list[str]) -> st.SearchStrategy[Values]:
    """The texts of an item."""
    pieces = st.tuples(st.sampled_from([*vocabulary, "filler", "の"]), st.sampled_from(GLUE))
    texts = st.none() | st.lists(pieces, max_size=12).map(lambda pairs: "".join(word + sign for word, sign in pairs))
    values = st.none() | st.sampled_from([*VALUES, "—"])
    return st.fixed_dictionaries(
        dict.fromkeys(("title", "summary", "body", "author", "credit", "place"), texts)
        | dict.fromkeys(("section", "source", "language"), values)
        | {"url": st.none() | st.sampled_from(URLS)}
    )


def prefix(word: str) -> str:
    """The beginning of words, where that is allowed."""
    last = words(word)[-1]
    return f"{word}*" if last.end == len(word) and len(last.token) >= 3 else f'"{word}"'


class Writer:
    """Writes a query of all kinds of parts with words from a vocabulary; some queries are refused."""

    def __init__(self, draw: st.DrawFn, vocabulary: list[str]) -> None:
        self._draw = draw
        self._vocabulary = vocabulary

    def _one(self, choices: list[str]) -> str:
        return self._draw(st.sampled_from(choices))

    def _words(self, most: int) -> list[str]:
        return self._draw(st.lists(st.sampled_from(self._vocabulary), min_size=1, max_size=most))

    def term(self) -> str:
        """A word, prefix, phrase, or exact letters."""
        match self._one(["word", "word", "prefix", "phrase", "exact", "exact phrase"]):
            case "word":
                return self._one(self._vocabulary)
            case "prefix":
                return prefix(self._one(self._vocabulary))
            case "phrase":
                return f'"{" ".join(self._words(3))}"'
            case "exact":
                return f"={self._one(self._vocabulary)}"
        return f'="{" ".join(self._words(2))}"'

    def side(self) -> str:
        """A side of NEAR."""
        kind = self._one(["term", "term", "group", "topic"])
        return {"group": f"({self.term()} OR {self.term()})", "topic": "topic:japan"}.get(kind) or self.term()

    def near(self) -> str:
        """Two sides near each other."""
        return f"({self.side()} NEAR/{self._draw(st.integers(0, 4))} {self.side()})"

    def leaf(self) -> str:
        """A part without parts that are queries."""
        match self._one(["term", "term", "term", "near", "nears", "whole", "other"]):
            case "term":
                return self.term()
            case "near":
                return self.near()
            case "nears":
                return f"({self.near()} NEAR/{self._draw(st.integers(0, 4))} {self.term()})"
            case "whole":
                return f"{self._one(['section', 'source', 'lang'])}:{self._one(WHOLE_VALUES)}"
        return self._one(OTHERS)

    def query(self, levels: int = 3) -> str:
        """A part of at most so many levels."""
        kind = self._one(["leaf", "leaf", "and", "or", "without", "not", "field"]) if levels else "leaf"
        match kind:
            case "and":
                return f"({self.query(levels - 1)} {self.query(levels - 1)} AND {self.term()})"
            case "or":
                return f"({self.query(levels - 1)} OR {self.query(levels - 1)})"
            case "without":
                return f"({self.query(levels - 1)} -({self.query(levels - 1)} OR x1))"
            case "not":
                return f"NOT {self.query(levels - 1)}"
            case "field":
                field = self._one(["title", "body", "author", "credit", "place", "url", "section", "summary"])
                return f"{field}:({self.term()} OR {self.term()})"
        return self.leaf()


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Query, Values]:
    """A query and an item of the same words."""
    vocabulary = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=6))
    text = Writer(draw, vocabulary).query()
    try:
        query = parse(text, NAMES)
    except QueryError as problem:
        if "none of its words occur" not in problem.message:
            raise
        query = parse(f"{vocabulary[0]} AND {text}", NAMES)
    return query, draw(items(vocabulary))
