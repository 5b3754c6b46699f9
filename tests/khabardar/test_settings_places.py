"""One mistake is one error, at the line where it can be put right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.khabardar.test_settings import CHANNEL, RULE, _errors, _load


@pytest.mark.parametrize(
    ("text", "line", "place"),
    [
        (RULE.replace("'x'", "'''\njapan\nAND (tokyo\n'''"), 5, "column 5, at “(tokyo”"),
        (RULE.replace("'x'", "'''japan\nAND (tokyo\n'''"), 4, "column 5, at “(tokyo”"),
        (RULE.replace("'x'", '"""\r\njapan\r\nAND topic:x\r\n"""'), 5, "column 5, at “topic:x”"),
        (RULE.replace("'x'", '"""\\\n japan\nAND (tokyo\n"""'), 3, "column 5, at “(tokyo”"),
        (RULE.replace("'x'", '"japan\\nAND (tokyo"'), 3, "column 5, at “(tokyo”"),
        ("[topics]\na = '''\n\n\n('''\n", 5, "column 1, at “(”"),
    ],
)  # fmt: skip
def test_mistake_in_a_query_of_many_lines_is_named_by_its_own_line(
    tmp_path: Path, text: str, line: int, place: str
) -> None:
    """Where the lines of the text are those of the file; else by the line of the key."""
    [error] = _errors(tmp_path, text)
    assert error.startswith(f"{line}: ")
    assert place in error


MAIL = """\
[[channels]]
name = "desk"
kind = "email"
to = ["desk@example.org"]
from = "khabardar@example.org"
server = "smtp://localhost:25"
username = "khabardar"
"""


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("[web]\nlisten = '0.0.0.0:1'\npassword_file = 'none'\n", ["3: web.password_file: the secret file"]),
        (MAIL + "password_file = 'none'\n", ["8: channels[desk].password_file: the secret file"]),
        (MAIL + "password_file = 5\n", ["8: channels[desk].password_file: must be the path"]),
        (MAIL + 'password = "${NONE}"\n', ["8: channels[desk].password: the environment variable NONE"]),
        (RULE.replace("'x'", "'${A} OR ${B}'") + "channels = ['${C}']\n",
         ["3: rules[a].query: the environment variable A", "3: rules[a].query: the environment variable B",
          "4: rules[a].channels[0]: the environment variable C"]),
    ],
)  # fmt: skip
def test_value_that_could_not_be_had_is_one_error(tmp_path: Path, text: str, errors: list[str]) -> None:
    """What is compared with it is not judged: "a password is required" would send people the wrong way."""
    found = _errors(tmp_path, text)
    assert len(found) == len(errors)
    assert all(one.startswith(error) for one, error in zip(found, errors, strict=True))


def test_mistake_inside_of_a_secret_file_is_named_where_the_file_is_named(tmp_path: Path) -> None:
    """Not at the table, and without the secret."""
    (tmp_path / "keys").write_text("whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0\nwhsec_not/base64!!\n")
    [error] = _errors(tmp_path, CHANNEL + "secret_file = 'keys'\n")
    assert error.startswith("6: channels[a].secret_file: ")
    assert "not/base64" not in error


def test_password_file_of_two_lines_is_refused(tmp_path: Path) -> None:
    """Two lines were sent as one password, with the line break."""
    (tmp_path / "pass").write_text("first\nsecond\n")
    [error] = _errors(tmp_path, MAIL + "password_file = 'pass'\n")
    assert error.startswith("8: channels[desk].password_file: the secret file holds 2 lines.")


def test_password_inside_of_a_url_is_a_secret(tmp_path: Path) -> None:
    """Of the archive, above all: it is masked in logs and messages."""
    settings = _load(tmp_path, "[archive]\nurl = 'postgresql+psycopg://user:hidden-word@h/d'\n")
    assert "hidden-word" in settings.secrets
