"""The reference names everything there is, and nothing that is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from khabardar import cli
from khabardar.settings import CHANNEL_KINDS, TABLES
from khabardar.settings.validate import fields_of, model_at

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def _sections(page: str) -> dict[str, str]:
    """The text below each heading of a page, by heading."""
    parts = re.split(r"^#+ (.+)$", (REFERENCE / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _settings() -> Iterator[tuple[str, type[BaseModel]]]:
    from alerts.rules import RuleSettings
    from crawler.settings import FallbackSettings, SelectSettings, SourceSettings

    for name, model in TABLES.items():
        yield f"[{name}]", model
    yield "[[sources]]", SourceSettings
    yield "[[sources]]", FallbackSettings
    yield "[sources.select]", SelectSettings
    yield "[[rules]]", RuleSettings
    for kind, channel in CHANNEL_KINDS.items():
        yield f'kind = "{kind}"', channel


@pytest.mark.parametrize(
    ("heading", "model"), list(_settings()), ids=lambda value: getattr(value, "__name__", str(value))
)
def test_every_key_of_the_configuration_is_in_the_reference(heading: str, model: type[BaseModel]) -> None:
    """Under the heading of its table."""
    sections = _sections("configuration.md")
    text = sections[heading] + (sections["[[channels]]"] if heading.startswith("kind") else "")
    missing = [key for key in sorted(fields_of(model)) if f"`{key}`" not in text]
    assert missing == []


@pytest.mark.parametrize(
    ("heading", "model"), list(_settings()), ids=lambda value: getattr(value, "__name__", str(value))
)
def test_reference_names_no_key_that_does_not_exist(heading: str, model: type[BaseModel]) -> None:
    """The first column of every table."""
    rows = re.findall(r"^\| (`.+?) \|", _sections("configuration.md")[heading], flags=re.MULTILINE)
    named = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    allowed = fields_of(model) | {f"{key}_file" for key in fields_of(model)}
    if model.__name__ == "FallbackSettings":
        return
    assert named <= allowed, named - allowed


def test_select_table_is_found_from_its_source() -> None:
    """What a misspelt selector is compared with."""
    from crawler.settings import SourceSettings

    assert "body" in fields_of(model_at(SourceSettings, ("select",)))


def _commands() -> Iterator[tuple[str, list[str]]]:
    """Every command with its options, from the command line itself."""
    from typer.main import get_command

    root = get_command(cli.application())
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        for words, one in (
            [(name, command)]
            if not hasattr(command, "commands")
            else [(f"{name} {inner}", one) for inner, one in command.commands.items()]
        ):
            yield words, [option for parameter in one.params for option in parameter.opts if option.startswith("--")]


@pytest.mark.parametrize(
    ("command", "options"), list(_commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_and_option_is_in_the_reference(command: str, options: list[str]) -> None:
    """In the row of the command; --config and --help are explained once for all."""
    rows = re.findall(
        r"^\| `khabardar (.+?)` \|", (REFERENCE / "commands.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    row = next((row for row in rows if row == command or row.startswith(f"{command} ")), None)
    assert row is not None, f"khabardar {command} has no row"
    missing = [option for option in options if option not in {"--config", "--help"} and option not in row]
    assert missing == []


def test_every_field_of_the_query_language_is_in_the_reference() -> None:
    """And every operator."""
    text = (REFERENCE / "query.md").read_text(encoding="utf-8")
    from query.fields import FIELDS

    forms = [f"`{field}:`" for field in FIELDS] + [
        "`after:",
        "`before:",
        "`topic:",
        "`rule:",
        "NEAR/",
        "`NOT ",
        " OR ",
        "AND",
    ]
    assert [form for form in forms if form not in text] == []
