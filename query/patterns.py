"""Regular expressions of queries: RE2, so that no expression and no text takes more than linear time."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

import re2

# Neighbours that the empty assertions of RE2 (\b \B ^ $ \A \z) can tell apart.
_NEIGHBOURS = ("", "a", " ", "\n")
_SURROGATES = re.compile("[\ud800-\udfff]")


@functools.lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Any:
    """The expression, case-insensitive unless it says ``(?-i)``. Raises ValueError with a sentence."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        pattern = re2.compile(text, options)
        if _matches_nothing(text, options):
            raise ValueError(
                "This regular expression can match nothing at all, so it would match everywhere. Make a part of it"
                " obligatory: `+` for `*`, nothing for `?`."
            )
    except (re2.error, UnicodeEncodeError) as problem:
        reason = problem.args[0] if isinstance(problem, re2.error) else b"it holds half a character"
        raise ValueError(
            f"This regular expression cannot be used: {reason.decode('utf-8', 'replace')}. The syntax is RE2, which"
            " has no look-around and no back-references."
        ) from None
    return pattern


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


def _matches_nothing(pattern: str, options: re2.Options) -> bool:
    for left in _NEIGHBOURS:
        for right in _NEIGHBOURS:
            around = re2.compile(f"{re2.escape(left)}(?:{pattern}){re2.escape(right)}", options)
            if around.fullmatch(left + right):
                return True
    return False
