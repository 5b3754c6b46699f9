"""``khabardar token`` and ``khabardar password``."""

from __future__ import annotations

import io

import pytest

from khabardar.web.security.passwords import Password
from tests.khabardar.shell import Shell


def test_token_is_printed_once_and_known_by_its_name(shell: Shell) -> None:
    """The list never shows its words; a revoked one is gone."""
    assert shell("token", "create", "desk", "--scope", "read", "--scope", "feeds", "--days", "7") == 0
    words = shell.out.strip()
    assert words.startswith("khb_")
    assert shell("token", "list", "--json") == 0
    assert [(one["name"], one["scopes"]) for one in shell.lines] == [("desk", ["read", "feeds"])]
    assert words not in shell.out
    assert shell("token", "revoke", "desk") == 0
    assert shell("token", "list", "--json") == 0
    assert shell.lines == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["create", "desk", "--scope", "everything"], "no scope"),
        (["create", " "], "name"),
        (["create", "a\nb"], "name"),
        (["revoke", "nobody"], "nobody"),
    ],
)
def test_what_cannot_be_is_told(arguments: list[str], told: str, shell: Shell) -> None:
    """With the remedy."""
    assert shell("token", *arguments) in (1, 2)
    assert told in shell.err


def test_name_is_not_given_twice(shell: Shell) -> None:
    """Exit 2, and the first stays."""
    assert shell("token", "create", "desk") == 0
    assert shell("token", "create", "desk") == 2
    assert "already" in shell.err


def test_password_becomes_its_hash(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which opens what the password opens; a short one is refused."""
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough password\n"))
    assert shell("password") == 0
    assert Password(shell.out.strip()).is_right("a long enough password")
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert shell("password") == 2


def test_broken_hash_is_an_error_of_the_configuration(shell: Shell) -> None:
    """With its place, before anything starts; nobody could ever sign in."""
    (shell.folder / "web-password").write_text("$argon2id$broken")
    path = shell.folder / "khabardar.toml"
    path.write_text(path.read_text("utf-8") + '\n[web]\npassword_file = "web-password"\n', encoding="utf-8")
    assert shell("check") == 2
    assert "khabardar password" in shell.err + shell.out
    assert "argon2id$broken" not in shell.err + shell.out
