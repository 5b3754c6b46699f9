"""``khabardar match`` on files of all shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from khabardar import cli


class Shell:
    """Runs the command; keeps what it wrote."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self.capture = capture
        self.lines: list[dict[str, Any]] = []
        self.err = ""

    def __call__(self, *arguments: str) -> int:
        code = cli.run(list(arguments))
        out, self.err = self.capture.readouterr()
        self.lines = [json.loads(line) for line in out.splitlines()]
        return code


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """In an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KHABARDAR_CONFIG", raising=False)
    return Shell(capsys)


@pytest.mark.parametrize(
    ("lines", "answers", "says"),
    [
        (b"", [], ""),
        (b"\n  \n", [], ""),
        (b'\xef\xbb\xbf{"id": "bom", "title": "Japan"}\r\n{"id": "crlf", "title": "x"}', ["bom", "crlf"], ""),
        (b'{"body": "japan"}\n\n{"id": 7, "title": null}\n', [1, 7], ""),
        (b'{bad\n{"id": "a"}\n', ["a"], "line 1: this is not JSON"),
        (b'[1]\nnull\n"x"\n{"id": "a"}\n', ["a"], "line 3: an item must be a JSON object."),
        (b'{"id": ["x"]}\n{"id": "a", "title": 5}\n{"id": "b"}\n', ["b"], "line 2: title must be a text or null"),
        (b"[" * 100_000 + b'\n{"id": "a"}\n', ["a"], "line 1: this is no item: its values lie too deep"),
        (b'{"id": 1' + b"0" * 5_000 + b'}\n{"id": "a"}\n', ["a"], "line 1: this is no item: it holds a number"),
        (b'{"id": "a", "title": "Jap\xe9n \\ud800"}\n', ["a"], ""),
    ],
)
def test_match_answers_for_every_line_that_is_an_item(
    shell: Shell, tmp_path: Path, lines: bytes, answers: list[object], says: str
) -> None:
    """A title is not needed; what is no item is named with its line, and the rest goes on."""
    (tmp_path / "odd.jsonl").write_bytes(lines)
    assert shell("match", "--query", "japan", str(tmp_path / "odd.jsonl")) == bool(says)
    assert [line["id"] for line in shell.lines] == answers
    assert says in shell.err


def test_places_of_match_count_in_the_text_as_it_was_given(shell: Shell, tmp_path: Path) -> None:
    """White space at its beginning included: nothing is stored, so nothing is trimmed."""
    (tmp_path / "item.jsonl").write_text('{"title": "  Japan", "body": "\\n\\n 日本\\ud83d\\ude97 japan "}\n', "utf-8")
    assert shell("match", "--query", "japan", "--spans", str(tmp_path / "item.jsonl")) == 0
    assert [(span["start"], span["end"]) for span in shell.lines[0]["matches"]] == [(2, 7), (7, 12)]


def test_match_by_many_rules_gives_what_each_gives_alone(shell: Shell, tmp_path: Path) -> None:
    """In the order of the file, whether an index chooses or not."""
    words = [f"w{number}" for number in range(40)]
    queries = [f"{one} {other}" for one, other in zip(words, words[7:] + words[:7], strict=True)] + words
    rules = "".join(f"[[rules]]\nname = 'rule {number}'\nquery = '{text}'\n" for number, text in enumerate(queries))
    (tmp_path / "rules.toml").write_text(rules, "utf-8")
    (tmp_path / "items.jsonl").write_text('{"title": "w1 w8 w30 w37 w2"}\n{"body": "W9, w16"}\n', "utf-8")
    assert shell("match", "--rules", str(tmp_path / "rules.toml"), str(tmp_path / "items.jsonl")) == 0
    together = [line["rules"] for line in shell.lines]
    assert together == [
        ["rule 1", "rule 30", "rule 41", "rule 42", "rule 48", "rule 70", "rule 77"],
        ["rule 9", "rule 49", "rule 56"],
    ]
