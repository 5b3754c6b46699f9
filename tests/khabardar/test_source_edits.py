"""A source is written behind the last one, and all else stays as it was, letter for letter."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crawler.leads import Found
from khabardar.commands.source_find import as_source
from khabardar.rule_edits import NotEditableError
from khabardar.settings.errors import Findings
from khabardar.settings.values import from_environment
from khabardar.source_edits import with_source

LINES = as_source(Found("feed", "https://new.example/feed", 3, language="en"), "new")
NEW = {"name": "new", "feed": "https://new.example/feed", "language": "en"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only a remark",
        '[topics]\njapan = "日本" # with a remark\n',
        '[[sources]]\nname = "a"\nfeed = "https://a.example"\n',
        '[[sources]]\nname = "a"\n[sources.select]\nbody = ["p"] # fits\n\n[[sources.fallback]]\nfeed = "x"\n\n'
        '# of the rules\n[[rules]]\nname = "r"\nquery = "tea"',
        '[[sources]]\r\nname = "a"\r\n\r\n[[rules]]\r\nname = "r"\r\n[[sources]]\r\nname = "b"\r\n# end\r\n',
    ],
)
def test_all_else_stays(text: str) -> None:
    """Remarks, order, line ends, tables of the source before; the new one is the last."""
    made = with_source(text, LINES)
    known = tomllib.loads(text)
    assert tomllib.loads(made) == known | {"sources": [*known.get("sources", []), NEW]}
    left = made.replace("\r\n", "\n").replace(LINES, "")
    assert "".join(left.split()) == "".join(text.split())
    assert ("\r\n" in made) == ("\r\n" in text)
    assert "\n" not in made.replace("\r\n", "") or "\r\n" not in made


@pytest.mark.parametrize("text", ['sources = [{name = "a"}]\n', "sources = 3\n", "[sources]\n", "= broken"])
def test_file_that_is_written_in_another_way_is_left_alone(text: str) -> None:
    """With a sentence."""
    with pytest.raises(NotEditableError):
        with_source(text, LINES)


def test_what_a_site_says_takes_nothing_of_the_environment() -> None:
    """Its feed might be called ``${SMTP_PASSWORD}``, and would be asked for by that."""
    evil = Found("api", "https://evil.example/${SECRET}?${SECRET}", 1, items="$${SECRET}", fields={"url": "${SECRET}"})
    said = tomllib.loads(as_source(evil, "evil"))["sources"][0]
    read = from_environment(said, {"SECRET": "swordfish"}, Findings(Path()))
    assert "swordfish" not in repr(read)
    assert read["api"] == evil.url
    assert read["fields"] == {"url": "${SECRET}"}
