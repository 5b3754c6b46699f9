"""The documentation is tried: its configurations pass, its links lead somewhere, its commands exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from khabardar import cli
from khabardar.settings import load

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
_REST = """
[[channels]]
name = "desk"
kind = "webhook"
url = "https://example.org/hook"
"""


def _blocks(language: str) -> list[tuple[str, str]]:
    """Page and text of every fenced block in this language, its indentation taken away."""
    found = []
    for page in PAGES:
        fenced = rf"(?ms)^( *)```{language}\n(.*?)^ *```$"
        for indent, block in re.findall(fenced, page.read_text("utf-8")):
            found.append((str(page.relative_to(ROOT)), re.sub(rf"^{indent}", "", block, flags=re.MULTILINE)))
    return found


@pytest.mark.parametrize(("page", "text"), _blocks("toml"))
def test_every_configuration_shown_passes_check(page: str, text: str, tmp_path: Path) -> None:
    """As it is written, with the channel of its rules added where it shows none."""
    (tmp_path / "smtp-password").write_text("hidden\n")
    file = tmp_path / "khabardar.toml"
    file.write_text(text if "[[channels]]" in text else text + _REST, encoding="utf-8")
    load(file, {"SMTP_PASSWORD": "hidden", "DB_PASSWORD": "hidden", "CREDENTIALS_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_into_the_project_leads_somewhere(page: Path) -> None:
    """Pages, pictures and files."""
    links = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_command_shown_exists() -> None:
    """With its group."""
    from typer.main import get_command

    known = get_command(cli.application()).commands  # type: ignore[attr-defined]
    wrong = []
    for page, block in _blocks("console"):
        for line in re.findall(r"^[$#] (?:\.venv/bin/)?khabardar (.+)$", block, re.MULTILINE):
            words = shlex.split(line, comments=True)
            if words[0] == "-c":
                words = words[2:]
            command = known.get(words[0])
            inner = getattr(command, "commands", None)
            if command is None or (inner is not None and words[1] not in inner):
                wrong.append(f"{page}: {line}")
    assert wrong == []
