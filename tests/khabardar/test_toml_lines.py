"""Every key of a TOML text has a line, however it is written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khabardar.toml_lines import Path, index_lines

TEXT = '''\
# a comment = with a sign
[archive]
url = "sqlite:///a.db"   # "quoted" in a comment

[web]
listen.host = 1
"quoted key".'x y' = 2

[[sources]]
name = "one"
[sources.select]
body = ["p",
  "article p",  # second
]
[[sources.fallback]]
feed = "a"
[[sources.fallback]]
feed = "b"

[[sources]]
name = """
[not.a.header]
key = "no key"
"""
select = { title = "h1", remove = ["a",
 "b"] }
at = 2025-01-01 10:00:00
after_date = 1
quotes = """"two""""
after_quotes = 'back\\slash\\'
last = [ { a = 1 },
 { a = 2, b = 3 } ]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("archive",), 2),
        (("archive", "url"), 3),
        (("web", "listen", "host"), 6),
        (("web", "quoted key", "x y"), 7),
        (("sources",), 9),
        (("sources", 0), 9),
        (("sources", 0, "name"), 10),
        (("sources", 0, "select"), 11),
        (("sources", 0, "select", "body"), 12),
        (("sources", 0, "select", "body", 0), 12),
        (("sources", 0, "select", "body", 1), 13),
        (("sources", 0, "fallback", 0, "feed"), 16),
        (("sources", 0, "fallback", 1), 17),
        (("sources", 0, "fallback", 1, "feed"), 18),
        (("sources", 1), 20),
        (("sources", 1, "name"), 21),
        (("sources", 1, "select", "title"), 25),
        (("sources", 1, "select", "remove", 1), 26),
        (("sources", 1, "after_date"), 28),
        (("sources", 1, "after_quotes"), 30),
        (("sources", 1, "last", 0, "a"), 31),
        (("sources", 1, "last", 1, "a"), 32),
        (("sources", 1, "last", 1, "b"), 32),
    ],
)
def test_key_has_the_line_on_which_it_is_written(path: Path, line: int) -> None:
    """Tables, arrays of tables, dotted and quoted keys, inline tables, arrays over several lines."""
    tomllib.loads(TEXT)
    assert index_lines(TEXT).line_of(path) == line


def test_unknown_key_has_the_line_of_its_nearest_parent() -> None:
    """A missing key is reported where it should have been."""
    lines = index_lines(TEXT)
    assert lines.line_of(("sources", 0, "select", "nothing", 5)) == 11
    assert lines.line_of(("nowhere",)) == 1
    assert lines.line_of(()) == 1


@pytest.mark.parametrize("text", ["", "=", "[", "[[a]", "a = ", 'a = "', "a = [1,", "a = {", "[a]\nb", "\ufeff", '"\\'])
def test_broken_text_gives_what_was_understood(text: str) -> None:
    """The scanner never fails and never hangs."""
    assert index_lines(text).line_of(("a",)) == 1


def test_windows_line_ends_count_once() -> None:
    """CR LF is one line end."""
    assert index_lines("a = 1\r\n\r\n[b]\r\nc = 2\r\n").line_of(("b", "c")) == 4


@given(st.text(alphabet="ab=[]{}\"'#\\\n., 1", max_size=60))
def test_any_text_is_survived(text: str) -> None:
    """Whatever is valid TOML has a line for each of its top keys; the rest does no harm."""
    lines = index_lines(text)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    for key in table:
        assert (key,) in lines.lines
