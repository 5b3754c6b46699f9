"""Regular expressions of queries: RE2, so that no expression and no text takes more than linear time."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

import re2

# Neighbours that the empty assertions of RE2 (\b \B ^ $ \A \z) can tell apart.
_NEIGHBOURS = ("", "a", " ", "\n")
# RE2 makes its automaton while it reads, in at most so many bytes; where they do not suffice it goes a slower way.
_MOST_MEMORY = 32 << 20

_BEYOND_LATIN = re.compile(r"[^\x00-\x7f]|\\x\{[0-9A-Fa-f]+\}")
_SINGLE_BYTE = re.compile(r"(?s)(?:[^\\]|\\[^C])*?\\C")
_SURROGATES = re.compile("[\ud800-\udfff]")


@functools.lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Any:
    """The expression, case-insensitive unless it says ``(?-i)``. Raises ValueError with a sentence."""
    if _SINGLE_BYTE.match(text):
        raise ValueError("`\\C` stands for a byte, which is not a letter; write `.` for any letter.")
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.never_capture = True  # nobody asks for groups, and with them RE2 takes fifty times as long
    try:
        small = re2.compile(text, options)  # refuses what is too large for RE2's usual memory
        if _matches_nothing(small):
            raise ValueError(
                "This regular expression can match nothing at all, so it would match everywhere. Make a part of it"
                " obligatory: `+` for `*`, nothing for `?`."
            )
        options.max_mem = _MOST_MEMORY
        return re2.compile(text, options)
    except (re2.error, UnicodeEncodeError) as problem:
        reason = problem.args[0] if isinstance(problem, re2.error) else b"it holds half a character"
        raise ValueError(
            f"This regular expression cannot be used: {reason.decode('utf-8', 'replace')}. The syntax is RE2, which"
            " has no look-around and no back-references."
        ) from None


@functools.lru_cache(maxsize=1024)
def steps(text: str) -> int:
    """How many places an expression that compiles can be at, at once: what a letter of a text costs at worst.

    Counted as if all letters were of one byte, for a class of thousands of letters is one step and not thousands.
    """
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.encoding = re2.Options.Encoding.LATIN1
    try:
        size: int = re2.compile(_BEYOND_LATIN.sub("é", text).encode("latin-1"), options).programsize
    except re2.error:
        size = compile_pattern(text).programsize
    return size


def places(pattern: Any, text: str) -> Iterator[tuple[int, int]]:
    """Start and end, in code points, of every match in the original text."""
    for match in pattern.finditer(encodable(text)):
        if match.end() > match.start():
            yield match.span()


def found(pattern: Any, text: str) -> bool:
    """Whether the expression matches somewhere in the text."""
    return pattern.search(encodable(text)) is not None


def encodable(text: str) -> str:
    """RE2 reads UTF-8, which has no lone surrogates; the length stays."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _matches_nothing(pattern: Any) -> bool:
    """Whether it matches the empty place between any two neighbours, which RE2 sees beyond the given ends."""
    return any(pattern.fullmatch(left + right, len(left), len(left)) for left in _NEIGHBOURS for right in _NEIGHBOURS)
