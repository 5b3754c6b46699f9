"""A user's templates at work, in Jinja2's sandbox. Runs in the process of ``alerts.template_child``, which has limits
of time and memory: a sandbox knows what may be called, and not how much memory a call takes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.inert import one_line

if TYPE_CHECKING:
    from jinja2 import Environment

LARGEST = 2_000_000
"""Characters that a template may write."""

_HIGHEST = 64  # power


def written(folder: Path, name: str, letter: object, message: Mapping[str, Any]) -> str:
    """What a template makes of a letter. Raises whatever goes wrong with it."""
    parts: list[str] = []
    size = 0
    for part in environment(folder).get_template(name).generate(letter=letter, message=message):
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise ValueError(f"it writes more than {LARGEST:,} characters")
    return "".join(parts)


def explained(error: BaseException) -> str:
    """What went wrong, on one line."""
    if isinstance(error, MemoryError):
        return "it takes more memory than a template may have"
    place = getattr(error, "lineno", None)
    return one_line(f"{type(error).__name__}{f' in line {place}' if place else ''}: {error}", 300)


def environment(folder: Path) -> Environment:
    """Made anew for every message, so that a changed template counts at once. ``{% import "builtin/letter.html" %}``
    and ``{% include %}`` reach our own."""
    from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined, select_autoescape

    own = FileSystemLoader(Path(__file__).parent / "templates")
    made = _sandbox_class()(
        loader=ChoiceLoader([FileSystemLoader(folder), PrefixLoader({"builtin": own})]),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # A message says the same on every try: nothing by chance.
    made.filters.pop("random", None)
    made.globals.pop("lipsum", None)
    return made


@functools.cache
def _sandbox_class() -> type[Environment]:
    """Jinja2's sandbox; a multiplication that makes too much is told as what it is."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset(("*", "**"))

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            sizes = [len(one) if isinstance(one, (str, list, tuple)) else abs(one) for one in (left, right)]
            words = not (isinstance(left, (int, float)) and isinstance(right, (int, float)))
            if (words and sizes[0] * sizes[1] > LARGEST) or (operator == "**" and max(sizes) > _HIGHEST):
                raise ValueError(f"{operator} makes more than {LARGEST:,} characters or too large a number")
            return super().call_binop(context, operator, left, right)

    return Sandbox
