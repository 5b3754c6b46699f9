"""Rules and sources changed on the page: written into the configuration file when the whole file is good with them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerts.rules import RuleSettings
from khabardar import config_file
from khabardar.config_file import ConfigFile
from khabardar.rule_edits import Keys, NotEditableError, rules_in
from khabardar.settings import SettingsErrors, load
from khabardar.settings.errors import Findings
from khabardar.settings.values import from_environment, variables_in
from khabardar.web.desk import View


@dataclass(frozen=True)
class Standing:
    """The file as it is now: its ``text``, its rules as they are written and by the names they have in force."""

    file: ConfigFile
    text: str
    rules: list[dict[str, Any]]
    names: list[str]

    def number_of(self, name: str) -> int | None:
        """The place of a rule among the rules."""
        return self.names.index(name) if name in self.names else None


class RefusedError(Exception):
    """The file would not be good: what is wrong with the rule, by key, and ``elsewhere``. Nothing was written."""

    def __init__(self, keys: dict[str, str], elsewhere: list[str]) -> None:
        super().__init__("; ".join([*keys.values(), *elsewhere]))
        self.keys = keys
        self.elsewhere = elsewhere


def standing(view: View) -> Standing:
    """The configuration file as it is now, with its rules. Raises ``NotEditableError``, which says why no rule can be
    changed."""
    file, text = file_now(view)
    rules = rules_in(text)
    return Standing(file, text, rules, [str(_filled(rule.get("name", ""))) for rule in rules])


def file_now(view: View) -> tuple[ConfigFile, str]:
    """The configuration file as it is now, and its text. Raises ``NotEditableError``."""
    path = view.settings.path
    try:
        file = config_file.read(path)
        return file, file.text
    except OSError as error:
        raise NotEditableError(f"{path.name} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise NotEditableError(f"{path.name} is not UTF-8 text; `khabardar check` names the line.") from None


def _filled(value: Any) -> Any:
    return from_environment(value, os.environ, Findings(Path()))


def channels_of(rule: dict[str, Any]) -> dict[str, str]:
    """The channels of a rule as it is written, by the names they have in force."""
    written = rule.get("channels", [])
    return {str(_filled(one)): one for one in written if isinstance(one, str)} if isinstance(written, list) else {}


def judge(view: View, file: ConfigFile, made: str, name: str, number: int, kind: str = "rules") -> bytes:
    """The bytes of the file as it would be, if all of it is good. ``name`` and ``number`` are those of the rule, or of
    the table of another ``kind``, that was changed. Raises ``RefusedError``."""
    raw = file.saying(made)
    try:
        load(view.settings.path, written=raw)
    except SettingsErrors as errors:
        keys: dict[str, str] = {}
        elsewhere = []
        for error in errors.errors:
            key = _key_of(error.key, kind, name, number)
            if key is None:
                elsewhere.append(f"line {error.line}: {error.key}: {error.message}")
            else:
                keys.setdefault(key, error.message)
        raise RefusedError(keys, elsewhere) from None
    return raw


def _key_of(dotted: str, kind: str, name: str, number: int) -> str | None:
    """The key of this table that an error speaks of; None if it speaks of something else."""
    for start in (f"{kind}[{name}].", f"{kind}[{number}]."):
        if dotted.startswith(start):
            key = dotted.removeprefix(start).partition("[")[0].partition(".")[0]
            return key if kind != "rules" or key in RuleSettings.model_fields else "name"
    return None


def write(view: View, was: str, raw: bytes) -> None:
    """Puts it into the file. Raises ``FileChangedError`` and ``FileNotWritableError``."""
    config_file.replace(view.settings.path, raw, was)


def borrowing(keys: Keys, before: dict[str, Any]) -> dict[str, str]:
    """Keys that ask for more of the environment than they did: whoever may use the page must not read there. Key to
    what is wrong."""
    found = {}
    for key, value in keys.items():
        texts = [value] if isinstance(value, str) else value if isinstance(value, tuple) else ()
        known = variables_in(str(before.get(key, "")))
        if fresh := sorted({name for text in texts for name in variables_in(text)} - known):
            sign = f"${{{fresh[0]}}}"
            found[key] = (
                f"{sign} takes a variable of the environment: that is written in the file itself, not on this page. "
                f"${sign} stands for these letters."
            )
    return found
