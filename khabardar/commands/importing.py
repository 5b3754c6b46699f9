"""``khabardar import``: items from JSON lines, by the same way as crawled ones."""

from __future__ import annotations

import asyncio
import os
import select
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from khabardar.commands.options import CommandError, ConfigOption, configuration
from khabardar.terminal import json_line, say, waiting

_MARK = "\ufeff"
_PATIENCE = 0.2  # seconds between two looks whether a signal has come


@contextmanager
def lines_of(file: str) -> Iterator[Iterator[str]]:
    """The lines of a UTF-8 file, or of stdin for ``-``. Bytes that are not UTF-8 spoil their own line only. A byte
    order mark is left out, also in the middle, where files were joined."""
    if file == "-":
        yield (line.decode("utf-8", "surrogateescape").removeprefix(_MARK) for line in _stdin())
        return
    with ExitStack() as opened:
        try:
            handle = opened.enter_context(Path(file).open(encoding="utf-8", errors="surrogateescape", newline="\n"))
        except OSError as error:
            raise _unreadable(file, error) from None
        yield _lines(file, handle)


def _lines(file: str, handle: IO[str]) -> Iterator[str]:
    try:
        for line in handle:
            yield line.removeprefix(_MARK)
    except OSError as error:
        raise _unreadable(file, error) from None


def _unreadable(file: str, error: OSError) -> CommandError:
    return CommandError(f"{file} cannot be read: {error.strerror or error}.", 2)


def _stdin() -> Iterator[bytes]:
    """The lines of stdin. A signal ends the waiting for the next one, also inside an event loop, which would only take
    note of it after the read."""
    descriptor = sys.stdin.fileno()
    begun = b""
    while True:
        while not select.select([descriptor], [], [], _PATIENCE)[0]:
            _end_if_cancelled()
        chunk = os.read(descriptor, 1 << 16)
        _end_if_cancelled()
        *lines, begun = (begun + chunk).split(b"\n")
        yield from lines
        if not chunk:
            if begun:
                yield begun
            return


def _end_if_cancelled() -> None:
    try:
        task = asyncio.current_task()
    except RuntimeError:  # no event loop: there, the signal itself ends the waiting
        return
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def import_items(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines, one item each; - reads stdin.")],
    alert: Annotated[
        bool, typer.Option("--alert", help="Let matching items alert, as if they had been crawled.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Put items from JSON lines into the archive: identity, story and rules as for crawled ones.

    Without --alert nothing is owed to anybody. Prints one JSON object with counts; bad lines are reported on stderr.
    """
    settings = configuration(ctx, config)
    from khabardar import wiring

    with lines_of(file) as lines, waiting(f"importing {file} …") as sign:

        def bad(number: int, why: str) -> None:
            sign.aside(lambda: say(f"line {number}: {why}"))

        counts = asyncio.run(wiring.import_lines(settings, lines, alert=alert, on_bad=bad))
    json_line(counts)
    if counts["rejected"]:
        raise typer.Exit(1)
