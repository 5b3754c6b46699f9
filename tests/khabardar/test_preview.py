"""``khabardar channel preview``: what a channel would be sent, in files."""

from __future__ import annotations

import json

from tests.alerts.mailserver import read
from tests.khabardar.shell import Shell

MAIL = """
[[channels]]
name = "desk"
kind = "email"
to = "a@example.org"
from = "b@example.org"
server = "smtp://127.0.0.1:9"
timezone = "Asia/Karachi"
templates = "own"
"""


def configured(shell: Shell) -> None:
    (shell.folder / "own").mkdir()
    (shell.folder / "own" / "subject.txt").write_text("News: {{ letter.subject }}", encoding="utf-8")
    config = shell.folder / "khabardar.toml"
    config.write_text(config.read_text(encoding="utf-8") + MAIL, encoding="utf-8")


def test_samples_of_every_kind_are_written_with_the_channels_own_templates(shell: Shell) -> None:
    """As JSON, HTML, text, short text and mail; nothing is sent."""
    configured(shell)
    assert shell("channel", "preview", "desk", "out") == 0
    out = shell.folder / "out"
    kinds = {"alert", "update", "late", "urdu", "japanese", "digest", "morning", "notice", "test"}
    assert {path.name for path in out.iterdir()} == {
        f"{kind}.{form}" for kind in kinds for form in ("json", "html", "txt", "brief.txt", "eml")
    }
    mail = read((out / "alert.eml").read_bytes())
    assert mail["Subject"].startswith("News: [japan-cars")
    assert "PKT" in (out / "alert.txt").read_text(encoding="utf-8")
    assert "Held back until now: quiet hours" in (out / "morning.txt").read_text(encoding="utf-8")
    assert json.loads((out / "digest.json").read_text(encoding="utf-8"))["type"] == "digest"
    assert 'dir="rtl" lang="ur"' in (out / "urdu.html").read_text(encoding="utf-8")


def test_a_template_that_fails_is_said(shell: Shell) -> None:
    """With the files written in the built-in form, and exit code 1."""
    configured(shell)
    (shell.folder / "own" / "letter.html").write_text("{{ letter.nothing }}", encoding="utf-8")
    assert shell("channel", "preview", "desk", "out") == 1
    assert "letter.html could not be used" in shell.err
    assert "built-in form" in (shell.folder / "out" / "alert.html").read_text(encoding="utf-8")


def test_a_channel_that_is_not_there_is_an_error(shell: Shell) -> None:
    """With the nearest name."""
    configured(shell)
    assert shell("channel", "preview", "desc") == 2
    assert 'Did you mean "desk"' in shell.err
