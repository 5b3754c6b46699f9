"""The process in which a user's templates are run, with limits that hold. Run by its path, never imported.

Says ``{}`` when it is ready. Then reads pickled ``(folder, name, letter, message)`` from stdin, one after the other,
and answers each with a JSON line: ``{"text"}`` or ``{"fault"}``. Without a letter the template is only read.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import resource
import signal
import sys
from typing import Any

from alerts import letter as _letter  # noqa: F401 - what is unpickled, loaded before memory counts
from alerts.sandbox import environment, explained, written

MEMORY = 400 << 20
"""Bytes of address space: the interpreter and Jinja2 take some 50 million of them."""


def main() -> None:
    """Answer until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us, who ends us
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # not every system has it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    asking, answers = sys.stdin.buffer, sys.stdout
    sys.stdout = sys.stderr
    _say(answers, {})
    while True:
        try:
            asked = pickle.load(asking)  # noqa: S301 - from the process that started us, of which we are a part
        except EOFError:
            return
        try:
            answer = {"text": _made(*asked)}
        except Exception as error:
            answer = {"fault": explained(error)}
        _say(answers, answer)


def _made(folder: Any, name: str, letter: object, message: Any) -> str:
    if letter is None:
        environment(folder).get_template(name)
        return ""
    return written(folder, name, letter, message or {})


def _say(answers: Any, answer: dict[str, str]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
