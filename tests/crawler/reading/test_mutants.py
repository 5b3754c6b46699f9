"""No reader breaks or hangs on broken bytes, and what it reads can be stored.

``KHABARDAR_MUTANTS`` says how many are tried for each reader (60). A failure names its reader and seed.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from tests.crawler.reading.mutants import READERS, mutant

COUNT = int(os.environ.get("KHABARDAR_MUTANTS", "60"))
HANGS = 5.0  # seconds of CPU for some kilobytes: no measure of speed, only what would never end


def texts(value: object) -> Iterator[str]:
    """All texts in a reading."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from texts(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts(getattr(value, field.name))


@pytest.mark.parametrize("kind", READERS)
def test_broken_bytes_give_a_reading_that_can_be_stored(kind: str) -> None:
    """Mostly none, with a reason; never an exception, half a character or a NUL."""
    failed = []
    for seed in range(COUNT):
        body, told = mutant(random.Random(f"{kind} {seed}"), kind)
        began = time.process_time()
        try:
            reading = READERS[kind](body, told)
            for text in texts(reading):
                text.encode("utf-8")
                assert "\0" not in text
        except Exception as error:  # every mutant is tried: one failure must not hide the next
            failed.append(f"{kind} {seed}: {type(error).__name__}: {error}")
        if time.process_time() - began > HANGS:
            failed.append(f"{kind} {seed}: {time.process_time() - began:.1f} s")
    assert failed == []
