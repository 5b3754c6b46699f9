"""Where a key of a TOML text stands: a small index from key path to line.

``tomllib`` gives values without places, so an error about a value could name no line. This scanner reads the same text
once more and notes where each key, table and array element begins. It judges nothing: the text was parsed by
``tomllib`` before. What the scanner does not understand it leaves out; an unknown path falls back to its parent.

A path is a tuple of keys and indexes: ``("sources", 2, "select", "body", 0)``.
Grammar: TOML 1.0, https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import bisect
import contextlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_SPACE = " \t\r\n"
_ENDS_BARE = " \t\r\n,]}#"


@dataclass(frozen=True)
class LineIndex:
    """Lines by key path. ``lines`` counts from 1; ``ends`` are the lines on which values end, and headers; ``texts``
    those on which the content of a text over several lines begins, where every line break of the content is one of the
    file."""

    lines: Mapping[Path, int] = field(default_factory=dict)
    texts: Mapping[Path, int] = field(default_factory=dict)
    ends: Mapping[Path, int] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """The line of ``path``, else of its nearest known parent, else 1."""
        for length in range(len(path), 0, -1):
            line = self.lines.get(tuple(path[:length]))
            if line is not None:
                return line
        return 1

    def line_inside(self, path: Path, down: int) -> int:
        """The line of the file that is ``down`` lines below the first one of the text at ``path``."""
        begin = self.texts.get(path)
        return self.line_of(path) if begin is None else begin + down


def index_lines(text: str) -> LineIndex:
    """Index a TOML text. Never fails: a text that is not TOML gives what was understood before the fault."""
    scanner = _Scanner(text)
    with contextlib.suppress(_LostError):
        scanner.scan()
    return LineIndex(scanner.lines, scanner.texts, scanner.ends)


class _LostError(Exception):
    """The scanner met something that is not TOML; what it knows so far is kept."""


class _Scanner:
    """One pass over the text. ``table`` is the path that bare keys belong to at the moment."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.starts = [0, *(i + 1 for i, letter in enumerate(text) if letter == "\n")]
        self.lines: dict[Path, int] = {}
        self.texts: dict[Path, int] = {}
        self.ends: dict[Path, int] = {}
        self.table: Path = ()
        self.counts: dict[Path, int] = {}  # arrays of tables: how many elements so far

    def scan(self) -> None:
        while self._skip(_SPACE):
            if self._here() == "[":
                self._header()
            else:
                self._pair(self.table)

    def _here(self) -> str:
        if self.at >= len(self.text):
            raise _LostError
        return self.text[self.at]

    def _line(self, at: int) -> int:
        return bisect.bisect_right(self.starts, at)

    def _note(self, path: Path, at: int) -> None:
        self.lines.setdefault(path, self._line(at))

    def _skip(self, letters: str) -> bool:
        """Skip white space and comments; False at the end of the text."""
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif letter in letters:
                self.at += 1
            else:
                return True
        return False

    def _expect(self, letters: str) -> None:
        if not self.text.startswith(letters, self.at):
            raise _LostError
        self.at += len(letters)

    def _header(self) -> None:
        start = self.at
        array = self.text.startswith("[[", self.at)
        self._expect("[[" if array else "[")
        keys = list(self._keys())
        self._expect("]]" if array else "]")
        path = self._resolve(keys[:-1])
        self._note_parents(path, start)
        path = (*path, keys[-1])
        if array:
            count = self.counts.get(path, 0)
            self.counts[path] = count + 1
            self._note(path, start)
            path = (*path, count)
        elif path in self.counts:
            path = (*path, self.counts[path] - 1)
        self._note(path, start)
        self.ends[path] = self._line(start)
        self.table = path

    def _resolve(self, keys: list[str]) -> Path:
        """A header's keys as a path: an array of tables on the way means its newest element."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        return path

    def _note_parents(self, path: Path, at: int) -> None:
        for length in range(1, len(path) + 1):
            self._note(path[:length], at)

    def _keys(self) -> Iterator[str]:
        """A dotted key: each part bare or quoted."""
        while True:
            self._skip(" \t")
            yield self._key()
            self._skip(" \t")
            if self._here() != ".":
                return
            self.at += 1

    def _key(self) -> str:
        start = self.at
        if self._here() in "\"'":
            self._quoted()
            return _text_of(self.text[start : self.at])
        while self._here().isalnum() or self._here() in "-_":
            self.at += 1
        if self.at == start:
            raise _LostError
        return self.text[start : self.at]

    def _pair(self, table: Path) -> None:
        start = self.at
        path = table
        for key in self._keys():
            path = (*path, key)
            self._note(path, start)
        self._expect("=")
        self._skip(" \t")
        self._value(path)
        self.ends[path] = self._line(self.at - 1)

    def _value(self, path: Path) -> None:
        letter = self._here()
        if letter in "\"'":
            start = self.at
            self._quoted()
            self._note_text(path, start)
        elif letter == "[":
            self._array(path)
        elif letter == "{":
            self._inline_table(path)
        else:
            self._bare()

    def _note_text(self, path: Path, start: int) -> None:
        """Where the content of a text over several lines begins; not with escapes, which make and join lines."""
        written = self.text[start : self.at]
        if written[:3] in {"'''", '"""'} and (written[0] == "'" or "\\" not in written):
            begins = written[3:4] in {"\n", "\r"}  # a line break right behind the quotes is not part of the text
            self.texts[path] = self._line(start) + begins

    def _bare(self) -> None:
        """A number, boolean or date; a date may hold one space before its time."""
        while self.at < len(self.text) and self.text[self.at] not in _ENDS_BARE:
            self.at += 1
        if self.text[self.at : self.at + 1] == " " and self.text[self.at + 1 : self.at + 4].replace(":", "").isdigit():
            self.at += 1
            self._bare()

    def _array(self, path: Path) -> None:
        self._expect("[")
        for number in range(len(self.text)):
            self._skip(_SPACE)
            if self._here() == "]":
                break
            self._note((*path, number), self.at)
            self._value((*path, number))
            self._skip(_SPACE)
            if self._here() == ",":
                self.at += 1
        self._expect("]")

    def _inline_table(self, path: Path) -> None:
        self._expect("{")
        while True:
            self._skip(_SPACE)
            if self._here() == "}":
                break
            self._pair(path)
            self._skip(_SPACE)
            if self._here() == ",":
                self.at += 1
        self._expect("}")

    def _quoted(self) -> None:
        """Skip a text in one of TOML's four forms."""
        quote = self._here()
        closing = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(closing)
        while not self.text.startswith(closing, self.at):
            if self.at >= len(self.text):
                raise _LostError
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += len(closing)
        if len(closing) == 3:  # up to two more quotes may belong to the text: """"quoted""""
            while self.text.startswith(quote, self.at):
                self.at += 1


def _text_of(quoted: str) -> str:
    try:
        return str(tomllib.loads(f"key = {quoted}")["key"])
    except tomllib.TOMLDecodeError as error:
        raise _LostError from error
