"""From a path to a TOML table and the lines of its keys: unreadable, not UTF-8, not TOML, empty."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any

from khabardar.settings.errors import Findings

_PLACE = re.compile(r"\s*\((?:at line (?P<line>\d+), column (?P<column>\d+)|at end of document)\)$")
_DECLARED = re.compile(r"\((?:'[^']*',? ?)+\)")  # tomllib names a table as Python writes a tuple
_LONG_NUMBER = re.compile(r"[0-9_]{4000}")
_LARGEST = 16 * 1024 * 1024  # bytes; a configuration this large is another file named by mistake


def read_table(path: Path, found: Findings, written: bytes | None = None) -> dict[str, Any]:
    """Read the file, or what is to be ``written`` to it, and note its lines in ``found``. Raises ``SettingsErrors``
    when there is nothing to go on with."""
    text = _text(_bytes(path, found) if written is None else written, found)
    found.stop_if_any()
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits is a plain ValueError
        found.at(*_syntax(error, text))
    else:
        if not table:
            found.at(1, "the file holds no setting. `khabardar init` writes a commented file to start from.")
        found.source = text
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
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        found.at(line, "the file holds a NUL byte, so it is no text or UTF-16. Save it as UTF-8 text.")
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
    if not isinstance(error, tomllib.TOMLDecodeError):
        long = _LONG_NUMBER.search(text)
        return text.count("\n", 0, long.start() if long else 0) + 1, "this number is too long to be read."
    message = _DECLARED.sub(lambda declared: "[" + ".".join(re.findall(r"'([^']*)'", declared[0])) + "]", str(error))
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
    if "\r" in written.removesuffix("\r"):
        return " The lines end with a carriage return alone; save the file with the line ends of Unix or Windows."
    for signs, remedy in _REMEDIES:
        if any(sign in message for sign in signs):
            return f" {remedy}"
    return " A quote is missing on this line." if written.count('"') % 2 else ""


_ESCAPES = "Write regular expressions and paths in single quotes: there a backslash is just a backslash."
_UNCLOSED = "The closing quote is missing; a text over several lines needs three quotes at both ends."
_TWICE = "The same key or table stands above already; a further source, channel or rule begins with [[…]]."

# What tomllib says -> what to do; the first that fits.
_REMEDIES = (
    (("character '\\n'", "character '\\r'", "Expected \"'", "Expected '\""), _UNCLOSED),
    (("invalid character", "Illegal character"), "Take this character out; most editors do not show it."),
    (("\\", "escape"), _ESCAPES),
    (("Invalid value",), "A text needs straight quotes; true and false are written small and without quotes."),
    (("Invalid date",), "A date is written 2025-08-15."),
    (("Expected '='", "Invalid statement", "key part"), "A line is either `key = value` or a `[table]`."),
    (("Cannot overwrite", "Cannot declare", "Cannot mutate", "Cannot add"), _TWICE),
    (("Expected newline",), 'Only one value stands on a line, and a text needs quotes, such as "15m".'),
    (("Unclosed array", "]"), "A list is closed with `]`, its members are parted with commas."),
)
