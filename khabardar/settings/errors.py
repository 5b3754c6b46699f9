"""What is wrong with a configuration: every error with its file, line and key, all of them at once."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from khabardar.toml_lines import LineIndex, index_lines
from khabardar.toml_lines import Path as KeyPath

WHOLE_FILE = "file"
_MASK = "***"


@dataclass(frozen=True, slots=True)
class SettingsError:
    """One error (or warning): ``line`` counts from 1, ``key`` is dotted, ``message`` says what would be right."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class SettingsErrors(ValueError):  # noqa: N818 - it is many errors
    """The configuration cannot be used; ``errors`` are all its errors in the order of the file."""

    def __init__(self, errors: Sequence[SettingsError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: error.line))
        super().__init__("\n".join(str(error) for error in self.errors))


@dataclass
class Findings:
    """Collects errors and warnings while a file is being read.

    ``source`` is the text of the file. ``secrets`` are texts that must not appear in a message (from the environment,
    from secret files): they are masked.
    ``unknown`` are the paths whose value could not be had (a variable that is not set, a file that cannot be read):
    they have their error, so nothing more is said about them, nor about what they would be compared with. ``written``
    says under which key a value really stands in the file (``password`` under ``password_file``).
    """

    file: Path
    source: str = ""
    table: Mapping[str, Any] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    errors: list[SettingsError] = field(default_factory=list)
    warnings: list[SettingsError] = field(default_factory=list)
    unknown: set[KeyPath] = field(default_factory=set)
    written: dict[KeyPath, KeyPath] = field(default_factory=dict)

    @functools.cached_property
    def lines(self) -> LineIndex:
        """Where each key stands in ``source``; looked up when something is first said of one."""
        return index_lines(self.source)

    def error(self, path: KeyPath, message: str, down: int = 0) -> None:
        """``down``: how many lines below the beginning of the text at ``path`` the mistake is."""
        if not self.doubtful(path):
            self.errors.append(self._finding(path, message, down))

    def doubtful(self, path: KeyPath) -> bool:
        """What stands at ``path``, or something in it, is not known."""
        return any(one[: len(path)] == path for one in self.unknown)

    def warn(self, path: KeyPath, message: str) -> None:
        self.warnings.append(self._finding(path, message))

    def at(self, line: int, message: str) -> None:
        """An error of the file itself, before its keys are known."""
        self.errors.append(SettingsError(str(self.file), line, WHOLE_FILE, message))

    def stop_if_any(self) -> None:
        if self.errors:
            raise SettingsErrors(self.errors)

    def _finding(self, path: KeyPath, message: str, down: int = 0) -> SettingsError:
        for target, key in self.written.items():
            if path[: len(target)] == target:
                path = (*key, *path[len(target) :])
        for secret in sorted(self.secrets, key=len, reverse=True):
            message = message.replace(secret, _MASK)
        one_line = " ".join(message.split())
        return SettingsError(str(self.file), self.lines.line_inside(path, down), key_text(path, self.table), one_line)


def key_text(path: KeyPath, table: Mapping[str, Any]) -> str:
    """``("sources", 3, "only")`` as ``sources[dawn].only``: elements by their name where they have one."""
    text = ""
    value: Any = table
    for key in path:
        value = _inside(value, key)
        if isinstance(key, int):
            name = value.get("name") if isinstance(value, Mapping) else None
            text += f"[{name if isinstance(name, str) and name else key}]"
        else:
            text += f".{key}" if text else key
    return text or WHOLE_FILE


def _inside(value: Any, key: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(key))
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` did you mean "x"?`` for the nearest known word, else what is known, else nothing. Begins with a space."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word.casefold(), [name.casefold() for name in names], n=1, cutoff=0.6)
    if near:
        best = next(name for name in names if name.casefold() == near[0])
        return f' Did you mean "{best}"?'
    if not names:
        return ""
    shown = ", ".join(names[:25]) + (", …" if len(names) > 25 else "")
    return f" Known here: {shown}."
