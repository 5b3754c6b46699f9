"""Our side of the process in which a user's templates are run: started when the first is asked for, ended with the
message, or as soon as one of them takes too long."""

from __future__ import annotations

import json
import os
import pickle
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from alerts.letter import Letter

PATIENCE = 5.0
"""Seconds for one template."""

_START = 60.0  # seconds for the process to be there, on a machine that has other work
_CHILD = Path(__file__).with_name("template_child.py")
_ROOT = _CHILD.parents[1]
_LONGEST = 16 << 20  # bytes of an answer; one within the limits of a template is shorter, whatever it is made of


class Unusable(Exception):  # noqa: N818  not an error of ours: the text says what is wrong with a template
    """A template cannot be used."""


class TooSlow(Unusable):
    """It had no end in time."""


class TemplateProcess:
    """Runs templates of one folder; a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, name: str) -> None:
        """Raises ``Unusable`` for a template that cannot be understood."""
        self._asked(name, None, None)

    def written(self, name: str, letter: Letter, message: Mapping[str, Any] | None) -> str:
        """What a template makes of a letter. Raises ``Unusable`` for whatever goes wrong with it."""
        text = self._asked(name, letter, message)
        if not text.strip():
            raise Unusable("it writes nothing")
        return text

    def _asked(self, name: str, letter: Letter | None, message: Mapping[str, Any] | None) -> str:
        try:
            child = self._ready()
            assert child.stdin is not None
            pickle.dump((self._folder, name, letter, message), child.stdin)
            child.stdin.flush()
            answer = json.loads(self._line(child, PATIENCE))
        except TimeoutError:
            self._end()
            raise TooSlow(f"it took longer than {PATIENCE:g} seconds") from None
        except (OSError, ValueError):
            self._end()
            raise Unusable("the process that runs it ended without an answer") from None
        if "fault" in answer:
            raise Unusable(str(answer["fault"]))
        return str(answer["text"])

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(  # noqa: S603 - our own script, by our own Python
                [sys.executable, "-P", str(_CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            )
            try:
                self._line(self._child, _START)
            except TimeoutError:
                raise OSError("it does not start") from None
        return self._child

    @staticmethod
    def _line(child: subprocess.Popen[bytes], seconds: float) -> bytes:
        assert child.stdout is not None
        until = time.monotonic() + seconds
        heard = bytearray()
        while not heard.endswith(b"\n"):
            if not select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError
            part = os.read(child.stdout.fileno(), 1 << 16)
            heard += part
            if not part or len(heard) > _LONGEST:
                raise OSError("no whole answer")
        return bytes(heard)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except OSError:
                continue  # what was not written goes nowhere
        child.wait()
