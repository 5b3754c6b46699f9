"""Very many rules: those that the file of compiled rules vouches for are not parsed, and all is said as without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts import compiling
from alerts import rules as alert_rules
from khabardar.rules_file import rules_of
from khabardar.settings import Settings, SettingsErrors, load
from query import Names

HEAD = """
[topics]
cars = 'car OR automobile'
"""
QUERIES = ["topic:cars", "tax and duty", "steel", "a !b", "cotton after:7d"]


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_rules, "MANY", 2)
    monkeypatch.setattr(compiling, "MOST_FRESH", 0.5)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rules parsed while many are checked."""
    texts: list[str] = []
    parse = compiling.parse

    def noted(text: str, names: Names | None = None) -> object:
        texts.append(text)
        return parse(text, names)

    monkeypatch.setattr(compiling, "parse", noted)
    return texts


def written(file: Path, queries: list[str], head: str = HEAD, disabled: str = "steel") -> Path:
    rules = [
        f"\n[[rules]]\nname = \"r{number}\"\nquery = '{query}'\n{'enabled = false' if query == disabled else ''}\n"
        for number, query in enumerate(queries)
    ]
    file.write_text(head + "".join(rules), encoding="utf-8")
    return file


def said(settings: Settings) -> list[str]:
    return [str(warning) for warning in settings.warnings]


def test_each_rule_is_parsed_once_and_at_the_next_start_not_at_all(tmp_path: Path, parsed: list[str]) -> None:
    """Also those that are made of the settings then; warnings stand in the file, too."""
    file = written(tmp_path / "k.toml", QUERIES)
    first = load(file)
    rules_of(first)
    assert parsed == [query for query in QUERIES if query != "steel"]
    assert len(first.warnings) == 2
    parsed.clear()
    again = load(file)
    assert [rule.name for rule in rules_of(again).rules] == ["r0", "r1", "r3", "r4"]
    assert parsed == []
    assert said(again) == said(first)
    assert again == first


def test_a_check_writes_no_file(tmp_path: Path) -> None:
    """Reading a configuration leaves nothing behind; the rules do, when they are made."""
    file = written(tmp_path / "k.toml", QUERIES)
    settings = load(file)
    assert list(tmp_path.iterdir()) == [file]
    rules_of(settings)
    assert len(list(tmp_path.iterdir())) == 2


def test_what_changed_is_parsed_and_its_errors_stand_where_they_stood(tmp_path: Path, parsed: list[str]) -> None:
    """The same errors, with their lines, as when nothing vouches; all at once, disabled rules with them."""
    file = written(tmp_path / "k.toml", QUERIES)
    rules_of(load(file))
    parsed.clear()
    bad = ["(open", *QUERIES, "-not", "fine"]
    with pytest.raises(SettingsErrors) as caught:
        load(written(file, bad, disabled="-not"))
    assert parsed == ["(open", "steel", "fine"]
    for kept in tmp_path.glob("*.rules"):
        kept.unlink()
    with pytest.raises(SettingsErrors) as alone:
        load(file)
    assert [str(error) for error in caught.value.errors] == [str(error) for error in alone.value.errors]
    assert [error.line for error in caught.value.errors] == [7, 37]


def test_a_changed_topic_or_time_zone_is_a_reason_to_parse(tmp_path: Path, parsed: list[str]) -> None:
    """Of those rules that name one, or a day."""
    file = written(tmp_path / "k.toml", QUERIES)
    rules_of(load(file))
    parsed.clear()
    load(written(file, QUERIES, HEAD.replace("automobile", "lorry")))
    assert "topic:cars" in parsed
    assert "tax and duty" not in parsed
    parsed.clear()
    load(written(file, QUERIES, HEAD + "[service]\ntimezone = 'Asia/Tokyo'\n"))
    assert parsed == ["topic:cars", "cotton after:7d"]


def test_a_topic_that_is_broken_is_the_only_error(tmp_path: Path) -> None:
    """Rules that name it are not blamed as well, whether a file vouches for the others or not."""
    file = written(tmp_path / "k.toml", QUERIES)
    rules_of(load(file))
    with pytest.raises(SettingsErrors) as caught:
        load(written(file, QUERIES, HEAD.replace("car OR", "car OR (")))
    assert [error.key for error in caught.value.errors] == ["topics.cars"]
