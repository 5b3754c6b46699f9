"""The documentation is tried: its configurations pass, its links lead somewhere, its commands exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
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
    for name in ("smtp-password", "web-password", "smtp"):
        (tmp_path / name).write_text("hidden\n")
    file = tmp_path / "khabardar.toml"
    file.write_text(text if "[[channels]]" in text else text + _REST, encoding="utf-8")
    secrets = dict.fromkeys(("SMTP_PASSWORD", "DB_PASSWORD", "KHABARDAR_WEB_PASSWORD"), "hidden")
    load(file, secrets | {"SLACK_TOKENS": "T1/B2/x3", "CREDENTIALS_DIRECTORY": str(tmp_path)})


def test_the_site_is_built_of_every_page_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Without a doubt of the generator's; no script, style, font or picture has an address of its own."""
    pages = {str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")}
    assert set(re.findall(r'= "([\w/-]+\.md)"', (ROOT / "zensical.toml").read_text("utf-8"))) == pages
    shutil.copy(ROOT / "zensical.toml", tmp_path)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", "zensical.toml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    site = tmp_path / "build" / "site"
    assert {str(page.relative_to(site).with_suffix(".md")) for page in site.rglob("*.html")} == pages | {"404.md"}
    outside = re.compile(
        r"""(?:<(?:script|img|iframe|source)[^>]*\bsrc|<link[^>]*\bhref|url\()\W*https?://[^\s"\')]+"""
    )
    for file in (*site.rglob("*.html"), *site.rglob("*.css")):
        found = [one for one in outside.findall(file.read_text("utf-8")) if 'rel="canonical"' not in one]
        assert found == [], file


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
