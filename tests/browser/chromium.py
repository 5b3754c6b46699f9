"""Which browser the tests drive, and what is said where there is none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

VARIABLE = "KHABARDAR_TEST_CHROMIUM"
_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MACOS = ("Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome")
ABSENT = "no Chromium was found"
MISSING = (
    f"browser tests were NOT run: {ABSENT}. Everything else was. Debian, Ubuntu: apt-get install chromium "
    f"fonts-noto-core fonts-noto-cjk. Elsewhere: {VARIABLE}=/path/to/chromium make test"
)


def find() -> str | None:
    """The path of the Chromium that is named (it must be there; empty: none), else of an installed one, else None."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        if named and not os.access(named, os.X_OK):
            raise FileNotFoundError(f"{VARIABLE} names {named}, which cannot be run")
        return named or None
    installed = next(filter(None, map(shutil.which, _COMMANDS)), None)
    return installed or next((str(path) for each in _MACOS if (path := Path("/Applications") / each).exists()), None)
