"""The letter as words: built-in templates, or those a user put into a folder, which can break nothing.

A user's template is run in Jinja2's sandbox, in a thread of its own with a limit of time and size. When it fails in
whatever way, the built-in one takes its place and says so, in the message and in the log: no alert is lost by it.
"""

from __future__ import annotations

import ctypes
import functools
import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.inert import one_line
from alerts.letter import Letter

if TYPE_CHECKING:
    from jinja2 import Environment

log = logging.getLogger(__name__)

TEMPLATES = ("letter.html", "letter.txt", "brief.txt", "subject.txt")
"""What a user may replace: the two parts of a mail, the short text of chat services, the subject of both."""
PATIENCE = 5.0
"""Seconds for a user's template."""
LARGEST = 2_000_000
"""Characters that it may write."""

_HIGHEST = 64  # power

_slow: set[tuple[Path, int]] = set()


@dataclass(frozen=True, slots=True)
class Words:
    """A letter in the forms it is sent in; ``faults`` says, per template of the user's that could not be used, why."""

    subject: str
    text: str
    html: str
    brief: str
    faults: Mapping[str, str]


class _Unusable(Exception):  # noqa: N818  not an error of ours: the text says what is wrong with a template
    pass


def words_of(letter: Letter, message: Mapping[str, Any] | None = None, folder: Path | None = None) -> Words:
    """All forms of a letter. ``folder`` holds a user's templates, any of ``TEMPLATES``; they are given ``letter`` and
    ``message``."""
    faults: dict[str, str] = {}
    subject = letter.subject
    if folder is not None and (folder / "subject.txt").is_file():
        try:
            subject = one_line(_by_user(folder, "subject.txt", letter, message), 300) or letter.subject
        except _Unusable as fault:
            faults["subject.txt"] = str(fault)
    written = replace(letter, subject=subject, warning=_warning(folder, faults))
    forms = {name: _form(name, written, message, folder, faults) for name in TEMPLATES[:3]}
    for name, why in faults.items():
        log.error("template %s could not be used, the built-in form is sent: %s", (folder or Path()) / name, why)
    return Words(subject, forms["letter.txt"], forms["letter.html"], forms["brief.txt"], faults)


def faults_in(folder: Path) -> dict[str, str]:
    """What is wrong with the templates in a folder, as far as can be said before there is a message."""
    faults: dict[str, str] = {}
    for name in TEMPLATES:
        if (folder / name).is_file():
            try:
                _sandbox(folder).get_template(name)
            except Exception as error:
                faults[name] = _explained(error)
    return faults


def render(letter: Letter) -> tuple[str, str]:
    """The letter as plain text and as HTML, by the built-in templates."""
    return _built_in("letter.txt", letter), _built_in("letter.html", letter)


def _form(
    name: str, letter: Letter, message: Mapping[str, Any] | None, folder: Path | None, faults: dict[str, str]
) -> str:
    if folder is None or not (folder / name).is_file():
        return _built_in(name, letter)
    try:
        return _by_user(folder, name, letter, message)
    except _Unusable as fault:
        own = {**faults, name: str(fault)}
        faults[name] = str(fault)
        return _built_in(name, replace(letter, warning=_warning(folder, own)))


def _warning(folder: Path | None, faults: Mapping[str, str]) -> str:
    told = "; ".join(f"{name}: {fault}" for name, fault in faults.items())
    name = folder.name if folder else ""  # readers of mail need not know where it lies
    return one_line(f"A template in {name}/ could not be used, so this is the built-in form. {told}") if told else ""


def _built_in(name: str, letter: Letter) -> str:
    written = _templates().get_template(name).render(letter=letter)
    return written if name.endswith(".html") else _tidy(written)


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _by_user(folder: Path, name: str, letter: Letter, message: Mapping[str, Any] | None) -> str:
    """What a user's template makes of the letter. Raises ``_Unusable`` for whatever goes wrong with it."""
    file = folder / name
    try:
        version = (file, file.stat().st_mtime_ns)
    except OSError as error:
        raise _Unusable(error.strerror or str(error)) from None
    if version in _slow:
        raise _Unusable(f"it took longer than {PATIENCE:g} seconds before, and is not tried again until it is changed")
    outcome: list[str | Exception] = []

    def work() -> None:
        try:
            outcome.append(_limited(folder, name, letter, message))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=work, name="template", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not outcome:
        _slow.add(version)
        _end(thread)
        raise _Unusable(f"it took longer than {PATIENCE:g} seconds")
    if isinstance(outcome[0], Exception):
        raise _Unusable(_explained(outcome[0]))
    if not outcome[0].strip():
        raise _Unusable("it writes nothing")
    return outcome[0] if name.endswith(".html") else _tidy(outcome[0])


def _end(thread: threading.Thread) -> None:
    """Have the thread end at its next step: a template's loops are Python's own. Nothing else runs in it."""
    if thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(TimeoutError))


def _limited(folder: Path, name: str, letter: Letter, message: Mapping[str, Any] | None) -> str:
    parts: list[str] = []
    size = 0
    for part in _sandbox(folder).get_template(name).generate(letter=letter, message=message or {}):
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise ValueError(f"it writes more than {LARGEST:,} characters")
    return "".join(parts)


def _explained(error: Exception) -> str:
    place = getattr(error, "lineno", None)
    return one_line(f"{type(error).__name__}{f' in line {place}' if place else ''}: {error}", 300)


def _sandbox(folder: Path) -> Environment:
    """Made anew for every message, so that a changed template counts at once. ``{% import "builtin/letter.html" %}``
    and ``{% include %}`` reach our own."""
    from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined, select_autoescape

    own = FileSystemLoader(Path(__file__).parent / "templates")
    environment = _sandbox_class()(
        loader=ChoiceLoader([FileSystemLoader(folder), PrefixLoader({"builtin": own})]),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # A message says the same on every try: nothing by chance.
    environment.filters.pop("random", None)
    environment.globals.pop("lipsum", None)
    return environment


@functools.cache
def _sandbox_class() -> type[Environment]:
    """Jinja2's sandbox, in which also no multiplication makes a text that fills the memory."""
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


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
