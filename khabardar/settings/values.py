"""What a configuration takes from outside: ``${NAME}`` from the environment, ``*_file`` from a file beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from khabardar.settings.errors import Findings, did_you_mean
from khabardar.toml_lines import Path as KeyPath

_NAMED = re.compile(r"\$?\$\{(?P<name>[^}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LOGIN = re.compile(r"\A[\w+.-]+://[^/:@\s]*:(?P<password>[^@\s]+)@")
_SHORTEST_MASKED = 4  # a shorter secret would mask half of every message
_SECRET_KEYS = frozenset({"password", "secret", "token", "ping"})


def from_environment(value: Any, environ: Mapping[str, str], found: Findings, path: KeyPath = ()) -> Any:
    """The value with every ``${NAME}`` in its texts replaced. ``$${NAME}`` stands for a literal ``${NAME}``.

    ``${`` followed by something that cannot be a name (``${2}`` in a regular expression) is left alone.
    """
    if isinstance(value, str):
        return _replaced(value, environ, found, path)
    if isinstance(value, list):
        return [from_environment(member, environ, found, (*path, n)) for n, member in enumerate(value)]
    if isinstance(value, dict):
        return {key: from_environment(member, environ, found, (*path, key)) for key, member in value.items()}
    return value


def _replaced(text: str, environ: Mapping[str, str], found: Findings, path: KeyPath) -> str:
    missing = False

    def put(named: re.Match[str]) -> str:
        nonlocal missing
        name = named["name"]
        if named[0].startswith("$$"):
            return named[0][1:]
        if not _NAME.match(name):
            if name[:1].isalpha():
                found.error(path, f"${{{name}}} is not understood: only the name of a variable may stand in ${{…}}.")
                missing = True
            return named[0]
        if name not in environ:
            near = did_you_mean(name, environ) if len(name) > 2 else ""
            near = near if "mean" in near else ""
            remedy = f"Set it before starting, or write $${{{name}}} for the text itself.{near}"
            found.error(path, f"the environment variable {name} is not set. {remedy}")
            missing = True
            return ""
        if len(environ[name]) >= _SHORTEST_MASKED:
            found.secrets.add(environ[name])
        return environ[name]

    filled = _NAMED.sub(put, text)
    if missing:
        found.unknown.add(path)
    return filled


def variables_in(text: str) -> set[str]:
    """The variables of the environment that a text asks for."""
    return {named["name"] for named in _NAMED.finditer(text) if not named[0].startswith("$$") and named["name"]}


def note_secrets(value: Any, found: Findings, key: str = "") -> None:
    """Remember the texts under keys such as ``password``, so that no message repeats them."""
    if isinstance(value, str):
        login = _LOGIN.search(value) if key not in _SECRET_KEYS else None
        secret = login["password"] if login else value if key in _SECRET_KEYS else ""
        if len(secret) >= _SHORTEST_MASKED:
            found.secrets.add(secret)
    elif isinstance(value, list):
        for member in value:
            note_secrets(member, found, key)
    elif isinstance(value, dict):
        for name, member in value.items():
            note_secrets(member, found, name)


def with_secret_files(table: dict[str, Any], known: set[str], found: Findings, path: KeyPath) -> dict[str, Any]:
    """The table with ``X_file = "PATH"`` replaced by ``X = "what the file holds"``, for the keys ``X`` it may have.

    The path is relative to the configuration file. A ``secret`` of several lines gives a list (keys while rotating).
    """
    filled: dict[str, Any] = {}
    for key, value in table.items():
        target = key.removesuffix("_file")
        if target == key or target not in known:
            filled[key] = value
            continue
        if key in known:  # the settings want to know the file as well
            filled[key] = value
        if target in table:
            found.error((*path, key), f"{target} is given as well. Keep one of the two.")
            continue
        secret = _secret(value, found, (*path, key))
        shaped = None if secret is None else _shaped(secret, target, found, (*path, key))
        if shaped is None:
            found.unknown |= {(*path, key), (*path, target)}
        else:
            filled[target] = shaped
            found.written[(*path, target)] = (*path, key)
    return filled


def _secret(value: Any, found: Findings, path: KeyPath) -> str | None:
    if not isinstance(value, str) or not value:
        found.error(path, 'must be the path of a file as a text, such as "password.txt".')
        return None
    file = found.file.parent / Path(value).expanduser()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
        found.error(
            path, f"the secret file {file} cannot be read: {reason}. Its path is relative to this configuration."
        )
        return None
    if not text.strip():
        found.error(path, f"the secret file {file} is empty. Write the secret into its first line.")
        return None
    if path[-1] != "ca_file":  # certificates are public, and their first line is in messages about them
        found.secrets.update(line for line in text.splitlines() if len(line) >= _SHORTEST_MASKED)
    return text


def _shaped(text: str, key: str, found: Findings, path: KeyPath) -> str | list[str] | None:
    """What a key wants of its file: ``password`` one line, ``secret`` one or a list of them, others the whole text.

    None with an error noted where the file holds something else."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        return lines[0]
    if key == "secret":
        return lines
    if key == "password":
        found.error(path, f"the secret file holds {len(lines)} lines. A password is one line; remove the others.")
        return None
    return text
