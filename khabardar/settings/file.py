"""From a path to a TOML table and the lines of its keys: unreadable, not UTF-8, not TOML, empty."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from khabardar.settings.errors import Findings
from khabardar.toml_lines import index_lines

_PLACE = re.compile(r"\s*\((?:at line (?P<line>\d+), column (?P<column>\d+)|at end of document)\)$")
_LARGEST = 16 * 1024 * 1024  # bytes; a configuration this large is another file named by mistake


def read_table(path: Path, found: Findings) -> dict[str, Any]:
    """Read the file and note its lines in ``found``. Raises ``SettingsErrors`` when there is nothing to go on with."""
    text = _text(_bytes(path, found), found)
    found.stop_if_any()
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found.at(*_syntax(error, text))
    else:
        if not table:
            found.at(1, "the file holds no setting. `khabardar init` writes a commented file to start from.")
        found.lines = index_lines(text)
        found.table = table
    found.stop_if_any()
    return table


def _bytes(path: Path, found: Findings) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > _LARGEST:
            found.at(1, "the file is larger than 16 MiB, so it cannot be a configuration.")
            return b""
        return path.read_bytes()
    except FileNotFoundError:
        found.at(
            1, "there is no such file. `khabardar init` writes one; -c PATH or KHABARDAR_CONFIG names another place."
        )
    except IsADirectoryError:
        found.at(1, f"this is a folder; name the file in it, such as {path / 'khabardar.toml'}.")
    except OSError as error:
        found.at(1, f"the file cannot be read: {error.strerror or error}.")
    return b""


def _text(raw: bytes, found: Findings) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        found.at(1, "the file is UTF-16. Save it as UTF-8.")
        return ""
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found.at(line, f"the file is not UTF-8: byte 0x{raw[error.start]:02x} means nothing here. Save it as UTF-8.")
        return ""


def _syntax(error: Exception, text: str) -> tuple[int, str]:
    """The line and a sentence with a remedy for a TOML syntax error."""
    if isinstance(error, RecursionError):
        return 1, "this is not readable TOML: lists or tables are nested too deeply."
    message = str(error)
    place = _PLACE.search(message)
    if place is None or place["line"] is None:
        line, column = text.count("\n") + (not text.endswith("\n")), 0
        where = "at the end of the file"
    else:
        line, column = int(place["line"]), int(place["column"])
        where = f"column {column}"
    if place is not None:
        message = message[: place.start()]
    remedy = _remedy(message, text, line)
    return max(line, 1), f"not valid TOML ({where}): {message[:1].lower()}{message[1:]}.{remedy}"


def _remedy(message: str, text: str, line: int) -> str:
    lines = text.split("\n")
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\\" in message or "escape" in message.lower():
        return " Write regular expressions and paths in single quotes: there a backslash is just a backslash."
    if "Invalid value" in message:
        return " A text needs quotes; true and false are written small and without quotes."
    if "Expected '='" in message or "Invalid statement" in message:
        return " A line is either `key = value` or a `[table]`."
    if "Cannot overwrite" in message or "Cannot declare" in message:
        return " The same key or table stands above already; a further source, channel or rule begins with [[…]]."
    if "newline" in message.lower() or "Illegal character '\\n'" in message:
        return " The closing quote is missing; a text over several lines needs three quotes at both ends."
    if "Unclosed array" in message or "]" in message:
        return " A list is closed with `]`, its members are parted with commas."
    if written.count('"') % 2:
        return " A quote is missing on this line."
    return ""
