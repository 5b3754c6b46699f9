"""``khabardar demo``: the newsroom, the receivers, the real service and the view, put together."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from khabardar.demo.content import load
from khabardar.demo.report import report
from khabardar.demo.stage import Stage
from khabardar.demo.view import console

ROUND_LIMIT = 46.0
"""Seconds after which a round is judged as it stands; with the stop of the service it ends under a minute."""

PACE = 3.0
"""On a terminal the timetable is played so much slower, so that one can follow."""

FOLDER = "khabardar-demo-"


def main(once: bool = False, keep: bool = False, shown: Console | None = None) -> int:
    """Runs the demo on a console (``shown``, else the terminal's); returns the exit code.

    With ``once``, or when stdout is no terminal, it ends after one whole round: 0 only if exactly the expected alerts
    arrived. Else it goes on until Ctrl-C or SIGTERM. Its folder is removed at the end unless ``keep`` is set.
    """
    once = once or not sys.stdout.isatty()
    for name in ("uvicorn", "mail"):  # the newsroom's servers and the mailbox are the scenery, only the play is shown
        logging.getLogger(name).setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix=FOLDER)).resolve()
    try:
        return asyncio.run(_run(folder, shown or console(), once=once, keep=keep))
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


async def _run(folder: Path, shown: Console, *, once: bool, keep: bool) -> int:
    began = time.monotonic()
    stop = asyncio.Event()
    with _told_to_stop(stop):
        stage = Stage(folder, load(), shown)
        await stage.open()
        try:
            with stage.view.live():
                playing = asyncio.create_task(stage.play(1.0 if once else PACE))
                over = await _until_over(stage, stop, began, once=once)
                playing.cancel()
                await asyncio.gather(playing, return_exceptions=True)
            return await _close(stage, over, once=once, began=began)
        finally:
            await stage.close()
            end = f"Everything of this demo is in {folder}" if keep else "Nothing of this demo is left behind."
            shown.print(Text(end, "dim"))


async def _until_over(stage: Stage, stop: asyncio.Event, began: float, *, once: bool) -> str:
    """Waits for the end and says which it was: "round", "limit", "stopped" (by the user) or "service" (it ended)."""
    while not stop.is_set():
        if stage.service.ended is not None:
            return "service"
        if once and not stage.lacking():
            return "round"
        if once and time.monotonic() - began > ROUND_LIMIT:
            return "limit"
        try:
            await asyncio.wait_for(stop.wait(), 0.1)
        except TimeoutError:
            continue
    return "stopped"


async def _close(stage: Stage, over: str, *, once: bool, began: float) -> int:
    shown = stage.console
    if over == "service":
        shown.print(
            Text(f"The service ended by itself with exit code {stage.service.ended}. Its last words:", "bold red")
        )
        shown.print(Text(stage.service.last_words()))
        return 1
    shown.print(Text("Stopping the service …", "dim"))
    code = await stage.service.stop()
    if over == "stopped" and once:
        shown.print(Text("Stopped before the round was over: nothing is proved.", "red"))
        return 1
    if code != 0:
        shown.print(Text(f"The service stopped with exit code {code} instead of 0. Its last words:", "bold red"))
        shown.print(Text(stage.service.last_words()))
    good = report(stage, over, seconds=time.monotonic() - began, once=once)
    return 0 if good and code == 0 else 1


@contextmanager
def _told_to_stop(stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal set ``stop``; a second time changes nothing, the end is bounded."""
    loop = asyncio.get_running_loop()
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for name in names:
        loop.add_signal_handler(name, stop.set)
    try:
        yield
    finally:
        for name in names:
            loop.remove_signal_handler(name)
