"""The letter as words: built-in templates, or those a user put into a folder, which can break nothing.

A user's template is run in Jinja2's sandbox, in a process of its own with limits of time, memory and size. When it
fails in whatever way, the built-in one takes its place and says so, in the message and in the log: no alert is lost.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alerts.inert import one_line
from alerts.letter import Letter
from alerts.template_process import TemplateProcess, TooSlow, Unusable

if TYPE_CHECKING:
    from jinja2 import Environment

log = logging.getLogger(__name__)

TEMPLATES = ("letter.html", "letter.txt", "brief.txt", "subject.txt")
"""What a user may replace: the two parts of a mail, the short text of chat services, the subject of both."""

_slow: set[tuple[Path, int]] = set()


@dataclass(frozen=True, slots=True)
class Words:
    """A letter in the forms it is sent in; ``faults`` says, per template of the user's that could not be used, why."""

    subject: str
    text: str
    html: str
    brief: str
    faults: Mapping[str, str]


def words_of(letter: Letter, message: Mapping[str, Any] | None = None, folder: Path | None = None) -> Words:
    """All forms of a letter. ``folder`` holds a user's templates, any of ``TEMPLATES``; they are given ``letter`` and
    ``message``."""
    faults: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        process = stack.enter_context(TemplateProcess(folder)) if folder is not None else None

        def form(name: str, letter: Letter) -> str:
            if folder is None or process is None or not (folder / name).is_file():
                return _built_in(name, letter)
            try:
                return _by_user(process, folder, name, letter, message)
            except Unusable as fault:
                faults[name] = str(fault)
                log.error("template %s could not be used, the built-in form is sent: %s", folder / name, fault)
                return _built_in(name, replace(letter, warning=_warning(folder, faults)))

        subject = one_line(form("subject.txt", letter), 300) or letter.subject
        written = replace(letter, subject=subject, warning=_warning(folder, faults))
        forms = {name: form(name, written) for name in TEMPLATES[:3]}
    return Words(subject, forms["letter.txt"], forms["letter.html"], forms["brief.txt"], faults)


def faults_in(folder: Path) -> dict[str, str]:
    """What is wrong with the templates in a folder, as far as can be said before there is a message."""
    faults: dict[str, str] = {}
    with TemplateProcess(folder) as process:
        for name in TEMPLATES:
            if (folder / name).is_file():
                try:
                    process.read(name)
                except Unusable as fault:
                    faults[name] = str(fault)
    return faults


def render(letter: Letter) -> tuple[str, str]:
    """The letter as plain text and as HTML, by the built-in templates."""
    return _built_in("letter.txt", letter), _built_in("letter.html", letter)


def _warning(folder: Path | None, faults: Mapping[str, str]) -> str:
    told = "; ".join(f"{name}: {fault}" for name, fault in faults.items())
    name = folder.name if folder else ""  # readers of mail need not know where it lies
    return one_line(f"A template in {name}/ could not be used, so this is the built-in form. {told}") if told else ""


def _built_in(name: str, letter: Letter) -> str:
    if name == "subject.txt":
        return letter.subject
    written = _templates().get_template(name).render(letter=letter)
    return written if name.endswith(".html") else _tidy(written)


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _by_user(
    process: TemplateProcess, folder: Path, name: str, letter: Letter, message: Mapping[str, Any] | None
) -> str:
    """What a user's template makes of the letter. Raises ``Unusable`` for whatever goes wrong with it."""
    file = folder / name
    try:
        version = (file, file.stat().st_mtime_ns)
    except OSError as error:
        raise Unusable(error.strerror or str(error)) from None
    if version in _slow:
        raise Unusable("it took too long before, and is not tried again until it is changed")
    try:
        made = process.written(name, letter, message)
    except TooSlow:
        _slow.add(version)
        raise
    return made if name.endswith(".html") else _tidy(made)


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
