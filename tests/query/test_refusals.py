"""What is refused, with which words, and that nothing thrown at the parser takes time or stack."""

from __future__ import annotations

import contextlib

import pytest

from query import Document, Names, QueryError, explain, judge, parse, plan

NAMES = Names(
    topics={"japan": "japan OR 日本", "food and farm": "wheat", "none": "x"},
    rules={"desk": "japan trade"},
)


@pytest.mark.parametrize(
    ("text", "column", "says", "suggests"),
    [
        ("", 1, "empty", None),
        (" \t\u3000\u200f", 1, "empty", None),
        ("()", 1, "nothing between", None),
        ("a1 OR ()", 7, "nothing between", None),
        ('""', 1, "holds no word", None),
        ('a1 "…"', 4, "holds no word", None),
        ("a1 & b1", 4, "holds no word", "AND"),
        ("a1 | b1", 4, "holds no word", "OR"),
        ("a1 !", 4, "holds no word", "NOT"),
        ('a1 "b1', 4, "never closed", '"b1"'),
        ("a1 “b1", 4, "never closed", '"b1"'),
        ("(a1", 1, "never closed", "(a1)"),
        ("(a1 (b1)", 1, "never closed", "(a1 (b1))"),
        ("a1)", 3, "closes nothing", None),
        ("AND", 1, "needs something before", None),
        ("a1 AND", 4, "needs something behind", None),
        ("a1 AND OR b1", 4, "needs something behind", None),
        ("OR a1", 1, "needs something before", None),
        ("(a1 OR)", 5, "needs something behind", None),
        ("a1 NOT", 4, "needs something behind", None),
        ("a1 NEAR b1", 4, "number of words", "NEAR/8"),
        ("a1 NEAR/x b1", 4, "number of words", "NEAR/8"),
        ("a1 NEAR/99999 b1", 4, "number of words", "NEAR/8"),
        ("NEAR/3 b1", 1, "needs something before", None),
        ("a1 NEAR/3 b1 NEAR/3 c1", 14, "chain", "(a1 NEAR/3 b1) NEAR/3 c1"),
        ("a1 NEAR/3 (b1 OR c1) NEAR/5 d1", 22, "chain", "(a NEAR/5 b) NEAR/5 c"),
        ("a1 NEAR/3 -b1", 4, "needs something behind", None),
        ("a1 NEAR/3 (b1 c1)", 4, "sides of NEAR", None),
        ("a1 NEAR/3 title:b1", 4, "sides of NEAR", None),
        ("a1 NEAR/3 /bc/", 4, "sides of NEAR", None),
        ("a1 NEAR/3 rule:desk", 4, "sides of NEAR", None),
        ("section:(a1 NEAR/3 b1)", 13, "whole values", None),
        ("sectoin:sports", 1, "no field `sectoin:`", "section:"),
        ("a1 language:en", 4, "no field", "lang:"),
        ("site:dawn.com a1", 1, "no field", "source:"),
        ("xyzzy:a1", 1, "no field", None),
        ("https://dawn.com/x", 1, "no field", "url:"),
        ("title: japan", 1, "without a space", "title:japan"),
        ("title:", 1, "without a space", "title:…"),
        ("topic: japan", 1, "without a space", "topic:japan"),
        ("title:-x1", 1, "one word, phrase or group", "-title:…"),
        ("title:after:7d", 1, "one word, phrase or group", None),
        ("title:body:a1", 1, "one word, phrase or group", None),
        ("topic:japn", 1, "no topic named `japn`", "topic:japan"),
        ("a1 rule:zzz", 4, "no rule named `zzz`", None),
        ("a*", 1, "at least 3 letters", None),
        ("au*", 1, "at least 3 letters", None),
        ("e-au*", 1, "at least 3 letters", None),
        ("ک*", 1, "at least 2 letters", None),
        ("a1 *", 4, "holds no word", None),
        ("*mobile", 1, "only at the end", "mobile*"),
        ("auto*mobile", 1, "only at the end", "automobile*"),
        ("automo**", 1, "only at the end", "automo*"),
        ("automo.*", 1, "directly behind a letter", "automo*"),
        ("=auto*", 1, "cannot be joined", "auto*"),
        ("= IT", 1, "directly before", "=IT"),
        ("a1 - b1", 4, "directly before", "-word"),
        ("a1 –b1", 4, "A dash begins", "-b1"),
        ("a1 — b1", 4, "A dash begins", None),
        ("/abc", 1, "regular expression", None),
        ("//", 1, "regular expression", None),
        ("a1 / b1", 4, "regular expression", None),
        ("/a/b/", 1, "regular expression", None),
        ("(a1)/2005", 5, "regular expression", None),
        ("/(ab/", 1, "missing )", None),
        ("/(?=a)b/", 1, "RE2", None),
        (r"/(a)\1/", 1, "RE2", None),
        (r"/日\C/", 1, "a byte", None),
        ("/a*/", 1, "match nothing", None),
        ("/a|/", 1, "match nothing", None),
        (r"/\b/", 1, "match nothing", None),
        ("/^/", 1, "match nothing", None),
        ("/(?m)^$/", 1, "match nothing", None),
        (r"/.+|\B/", 1, "match nothing", None),
        ("/(a{1000}){1000}/", 1, "cannot be used", None),
        ("/\ud800/", 1, "cannot be used", None),
        ("after:yesterday", 1, "neither a date", "after:7d"),
        ("after:2025-02-30 a1", 1, "no day of the calendar", "after:7d"),
        ("a1 before:2025-8-1", 4, "neither a date", "before:7d"),
        ("-japan", 1, "none of its words occur", None),
        ("NOT japan", 1, "none of its words occur", None),
        ("a1 OR NOT b1", 7, "none of its words occur", None),
        ("a1 OR -section:sports", 7, "none of its words occur", None),
        ("NOT (a1 b1)", 1, "none of its words occur", None),
        ("-a1 -b1", 1, "none of its words occur", None),
        ("-after:7d", 1, "none of its words occur", None),
        ("a1 OR NOT a1", 7, "none of its words occur", None),
    ],
)
def test_what_is_refused(text: str, column: int, says: str, suggests: str | None) -> None:
    """With the column, what is wrong, and what would be right."""
    with pytest.raises(QueryError) as caught:
        parse(text, NAMES)
    error = caught.value
    assert (error.column, error.suggestion) == (column, suggests)
    assert says in error.message
    assert error.message.endswith((".", ")"))
    assert error.message in str(error)
    assert error.marked in str(error)


def test_the_place_is_marked_under_the_letter() -> None:
    """Also behind wide characters and in long or broken lines."""
    with pytest.raises(QueryError) as caught:
        parse("日本 sectoin:x")
    assert caught.value.marked == "日本 sectoin:x\n\u3000\u3000 ^"
    with pytest.raises(QueryError) as caught:
        parse("a1\nOR\x1b\nAND b1")
    assert caught.value.marked == "OR\ufffd\n^"
    with pytest.raises(QueryError) as caught:
        parse("a1 " * 500 + ") b1")
    line, caret = caught.value.marked.split("\n")
    assert len(line) < 130
    assert line[len(caret) - 1] == ")"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("گاڑی sectoin:x", "گاڑی sectoin:x\n     ^ sectoin:x"),
        ("پاکِستان\u200cی (x", "پاکِستان\u200cی (x\n         ^ (x"),  # vowel marks and joiners take no room
        ("日本　 (x", "日本　 (x\n\u3000\u3000\u3000 ^"),
        ("🚗 (x", "🚗 (x\n\u3000 ^"),
        ("a\t(x", "a (x\n  ^"),
    ],
)
def test_the_place_is_marked_in_every_script(text: str, marked: str) -> None:
    """Letters from right to left are turned round by some terminals: what stands at the place is said as well."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.marked == marked


@pytest.mark.parametrize("letter", ["\x00", "\x1b", "\x85", "\ud800", "\u202e", "\u200f", "\u2028"])
@pytest.mark.parametrize("text", ["({}japan", 'topic:{}x"', "sect{}oin:x", '"{} japan', "…{}", "x{}y*z", "/({}/"])
def test_an_error_can_be_shown_on_any_terminal(letter: str, text: str) -> None:
    """No control, no mark of direction and no half character of a query comes back raw."""
    with pytest.raises(QueryError) as caught:
        parse(f"{text.format(letter)} (", NAMES)
    assert str(caught.value).replace("\n", "").isprintable()
    assert (caught.value.suggestion or "x").isprintable()


def test_an_error_is_a_sentence_with_everything() -> None:
    """Column, message, suggestion and the marked query."""
    with pytest.raises(QueryError) as caught:
        parse("japan sectoin:sports")
    assert str(caught.value).startswith("Column 7: There is no field `sectoin:`; the fields are title:,")
    assert "Did you mean `section:`?\njapan sectoin:sports\n      ^" in str(caught.value)


@pytest.mark.parametrize(
    ("allowed", "refused", "says"),
    [
        ("a" * 10_000, "a" * 10_001, "10,001 characters"),
        ("(" * 64 + "a1" + ")" * 64, "(" * 65 + "a1" + ")" * 65, "64 levels"),
        ("x1 " + "-(" * 64 + "a1" + ")" * 64, "x1 " + "-(" * 65 + "a1" + ")" * 65, "64 levels"),
        ("x1 " + "-" * 64 + "a1", "x1 " + "-" * 65 + "a1", "64 levels"),
        ("a1 " * 1000, "a1 " * 1001, "1,001 parts"),
        ('"' + "a1 " * 32 + '"', '"' + "a1 " * 33 + '"', "33 words"),
        ("a1-" * 32, "a1-" * 33, "33 words"),
        ("車" * 32, "車" * 33, "33 words"),
        ('="' + "A1 " * 32 + '"', '="' + "A1 " * 33 + '"', "33 words"),
        (f"{'(' * 6}a1{' NEAR/2 b1)' * 6}", f"{'(' * 7}a1{' NEAR/2 b1)' * 7}", "at most 6 deep"),
        ("/ab+/ " * 64, "/ab+/ " * 65, "64 regular expressions"),
        ("/a.{0,900}z/ /b.{0,900}z/", "/a.{0,900}z/ /b.{0,900}z/ /c.{0,900}z/", "too slow"),
    ],
)
def test_limits(allowed: str, refused: str, says: str) -> None:
    """The limits of the language, on both sides of each."""
    query = parse(allowed)
    assert parse(str(query)).node == query.node
    with pytest.raises(QueryError, match=says):
        parse(refused)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000_000,
        "a1 " * 3_000_000,
        "(" * 5_000,
        ")" * 5_000,
        '"' * 10_000,
        "-" * 10_000,
        "NOT " * 2_500,
        "/" * 10_000,
        "/[" * 5_000,
        "/a " * 3_300,
        "title:" * 1_600,
        "a1 OR " * 1_600,
        "=" * 10_000,
        "a1 NEAR/1 " * 1_000,
        "x1 " + "-(a1 OR " * 1_200,
        "\x00" * 9_999,
        "\u202e" * 9_999 + "a1",
        "/(a+)+$/ " * 1_000,
        "/((((a{1,30}){1,30}){1,30}){1,30})/",
        "*" * 10_000,
        "۱،" * 4_000,
    ],
)
def test_hostile_queries_are_refused_or_parsed_at_once(text: str) -> None:
    """No recursion error, no time to speak of, whatever is thrown at the parser."""
    with contextlib.suppress(QueryError):
        parse(text)


def test_the_deepest_query_is_handled_by_every_part() -> None:
    """Parsing, printing, judging, explaining and planning stay far from the limit of the stack."""
    text = "a1"
    for number in range(32):
        text = f"NOT (x{number} y1 OR NOT (x{number} z1 OR b1 {text}))"
    query = parse(f"w1 {text}")
    document = Document.of(title="w1 a1 b1")
    assert parse(str(query)).node == query.node
    assert judge(query, document).matched == explain(query, document).matched
    assert plan(query).tree
    assert repr(query)
