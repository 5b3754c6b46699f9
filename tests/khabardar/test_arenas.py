"""Threads of the service share their memory, unless whoever runs it has chosen otherwise."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.route.conftest import environment

ASK = "from khabardar.arenas import few_arenas; print(few_arenas())"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has other ways")
@pytest.mark.parametrize(("chosen", "done"), [({}, "True"), ({"MALLOC_ARENA_MAX": "8"}, "False")])
def test_threads_share_two_arenas_unless_the_environment_says_how_many(chosen: dict[str, str], done: str) -> None:
    """What the operator set stays."""
    there = {name: value for name, value in environment().items() if name != "MALLOC_ARENA_MAX"}
    asked = subprocess.run([sys.executable, "-c", ASK], env=there | chosen, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == done
