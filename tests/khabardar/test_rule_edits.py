"""Rules written into the text of a configuration: whatever the file looks like, only the rule changes."""

from __future__ import annotations

import difflib
import tomllib

import pytest

from khabardar.rule_edits import (
    NotEditableError,
    rule_as_written,
    rule_text,
    rules_in,
    toml_text,
    with_changed_rule,
    with_rule,
    without_rule,
)

MIXED = """\
# The desk's own file. \u2028 not a line end
[topics]
japan = 'japan OR 日本' # a topic

# Cars, asked for by Aiko.
[[rules]] # first
name   = "cars"   # never rename
query = '''
topic:japan
  AND گاڑی*''' # three scripts
channels = [
  "desk", # mornings
  "hook",
]
# a comment inside

# --- a channel in between ---
[[channels]]
name = "desk"
note = "[[rules]] # not a header"

[[ "rules" ]]
"name" = 'tea'
query="${WORDS} tea" # from outside
[[rules]]
name = "last"
query = "z"
# the end"""

LISTED = """\
rules = [
  {name = "cars", query = "a"}, # one
  {name = "tea", query = 'b', channels = ["desk"]}, # two
]

[topics]
japan = 'japan' # kept
"""


def _ends(text: str, ends: str) -> str:
    return text.replace("\n", ends)


def _touched(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines taken away and those added, ends included."""
    diff = list(difflib.ndiff(before.split("\n"), after.split("\n")))
    return [line[2:] for line in diff if line[0] == "-"], [line[2:] for line in diff if line[0] == "+"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("final", ["", "\n"])
def test_changed_key_touches_its_lines_only(ends: str, final: str) -> None:
    """Comments beside it stay; the text of several lines becomes one."""
    before = _ends(MIXED + final, ends)
    after = with_changed_rule(before, 0, {"query": "it's OR \\d"})
    gone, new = _touched(before, after)
    end = ends.removesuffix("\n")
    assert gone == [f"query = '''{end}", f"topic:japan{end}", f"  AND گاڑی*''' # three scripts{end}"]
    assert new == [f'query = "it\'s OR \\\\d" # three scripts{end}']
    assert rules_in(after)[0]["query"] == "it's OR \\d"


def test_query_of_several_lines_stays_so() -> None:
    """Between three quotes, with the line ends of the file; what TOML reads is what was given."""
    for ends in ("\n", "\r\n"):
        after = with_changed_rule(_ends(MIXED, ends), 2, {"query": "a\n  OR b"})
        assert _ends("query = '''\na\n  OR b'''\n# the end", ends) in after
        assert rules_in(after)[2]["query"] == "a\n  OR b"


def test_key_that_was_not_there_comes_behind_the_others() -> None:
    """Also where the rule's last line is the file's, without an end."""
    before = MIXED.removesuffix("\n# the end")
    after = with_changed_rule(before, 2, {"enabled": False, "channels": ("desk",)})
    assert after == before + '\nenabled = false\nchannels = ["desk"]'
    assert with_changed_rule(after, 2, {"enabled": None, "channels": None}) == before


def test_list_of_channels_keeps_its_lines_and_comments() -> None:
    """One goes, one comes."""
    after = with_changed_rule(MIXED, 0, {"channels": ("desk", 'a "b"')})
    assert '  "desk", # mornings\n  "a \\"b\\"",\n]\n# a comment inside' in after
    assert _touched(MIXED, after)[0] == ['  "hook",']


def test_rule_taken_out_leaves_every_comment_outside_of_it() -> None:
    """And no hole of two empty lines."""
    gone, new = _touched(MIXED, without_rule(MIXED, 0))
    assert new == []
    assert gone[0] == "[[rules]] # first"
    assert gone[-1] == "]"
    assert "# Cars, asked for by Aiko.\n# a comment inside\n\n# --- a channel" in without_rule(MIXED, 0)
    assert _touched(MIXED, without_rule(MIXED, 1))[0] == [
        '[[ "rules" ]]',
        "\"name\" = 'tea'",
        'query="${WORDS} tea" # from outside',
    ]
    rest = "[[rules]]\nname='a'\nquery='a'\n\n[[rules]]\nname='b'\nquery='b'\n"
    assert without_rule(rest, 0) == "[[rules]]\nname='b'\nquery='b'\n"
    assert without_rule(without_rule(rest, 1), 0) == ""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_rule_is_added_behind_the_last_one(ends: str) -> None:
    """Wherever that stands; nothing is taken away."""
    before = _ends(MIXED.replace("# the end", "\n[service]\ntimezone = 'UTC'"), ends)
    after = with_rule(before, {"name": "new", "query": "x", "channels": ("desk",), "wait": None})
    gone, _ = _touched(before, after)
    assert gone == []
    block = '\n\n[[rules]]\nname = "new"\nquery = \'x\'\nchannels = ["desk"]\n\n[service]'
    assert _ends(block, ends) in after


@pytest.mark.parametrize("before", ["", "# only this", "[topics]\na = 'b'", "[topics]\na = 'b'\n\n", "[topics]\r\n"])
def test_first_rule_comes_at_the_end(before: str) -> None:
    """Also where the last line has no end."""
    after = with_rule(before, {"name": "new", "query": "x"})
    assert after.startswith(before)
    assert rules_in(after) == [{"name": "new", "query": "x"}]
    assert ("\n" in after.replace("\r\n", "")) == (not before.endswith("\r\n"))


def test_rules_in_one_list_stay_in_it() -> None:
    """Changed, added and taken out; a query of several lines has to be written in one."""
    changed = with_changed_rule(LISTED, 1, {"query": "b 'c'", "enabled": False})
    assert _touched(LISTED, changed) == (
        ["""  {name = "tea", query = 'b', channels = ["desk"]}, # two"""],
        ["""  {name = "tea", query = "b 'c'", channels = ["desk"], enabled = false}, # two"""],
    )
    added = with_rule(LISTED, {"name": "new", "query": "x\ny", "channels": ("desk",)})
    assert _touched(LISTED, added)[0] == []
    assert rules_in(added)[2] == {"name": "new", "query": "x\ny", "channels": ["desk"]}
    assert [rule["name"] for rule in rules_in(without_rule(LISTED, 0))] == ["tea"]
    assert rules_in(with_rule("rules = []\n", {"name": "new", "query": "x"})) == [{"name": "new", "query": "x"}]
    assert "[topics]\njapan = 'japan' # kept\n" in without_rule(without_rule(LISTED, 1), 0)


@pytest.mark.parametrize(
    "text",
    ["rules = 3", "[rules]\na = 1", "rules = [1]", "[[rules]]\nname = ", '[[rules]]\nname = "a"\nname = "b"'],
)
def test_file_that_is_not_understood_is_refused(text: str) -> None:
    """With a sentence, before anything is written."""
    with pytest.raises(NotEditableError):
        with_rule(text, {"name": "new", "query": "x"})


@pytest.mark.parametrize(
    "value",
    [
        "it's",
        'a "b"',
        "a\\d'",
        "\u202eevil",
        "a\nb",
        "a\n'''b",
        "a\nb'",
        "tab\there\nb",
        "\x00\x7f\x1b",
        "日本 گاڑی",
        "",
        "\U0001f697",
    ],
)
def test_any_text_survives_as_toml(value: str) -> None:
    """And what an editor would not show is escaped."""
    written = toml_text(value)
    assert tomllib.loads(f"a = {written}")["a"] == value
    assert "\u202e" not in written
    assert tomllib.loads(rule_text({"name": value, "query": value}))["rules"] == [{"name": value, "query": value}]
    for text in (MIXED, LISTED):
        assert rules_in(with_changed_rule(text, 1, {"query": value}))[1]["query"] == value


def test_rule_is_shown_as_it_is_written() -> None:
    """With the comments inside."""
    assert rule_as_written(MIXED, 1).startswith('[[ "rules" ]]\n')
    assert rule_as_written(MIXED, 1).endswith("# from outside\n")
