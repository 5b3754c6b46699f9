"""What a command shows: results on stdout, everything else on stderr; tables on a terminal, plain lines in a pipe.

All text passes ``inert``: a headline cannot move the cursor. Markup of rich is never read from text.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from khabardar.inert import block, one_line, one_line_as_it_is

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status
    from rich.text import Text


def is_terminal() -> bool:
    """Results go to somebody's eyes."""
    return sys.stdout.isatty()


def console(*, stderr: bool = False) -> Console:
    """A rich console that reads no markup and highlights nothing by itself."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)


def width() -> int:
    """The columns of the terminal; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def has_styles() -> bool:
    """Results go to a terminal that can show bold letters and colours, and may."""
    return is_terminal() and not console().is_dumb_terminal and not os.environ.get("NO_COLOR")


def line(text: str = "") -> None:
    """One line of a result, laid out with spaces."""
    sys.stdout.write(one_line_as_it_is(text).rstrip() + "\n")


def fields(*cells: str) -> None:
    """One line of tab-separated fields, for a pipe."""
    sys.stdout.write("\t".join(one_line(cell) for cell in cells) + "\n")


def paragraph(text: str) -> None:
    """A result of several lines."""
    sys.stdout.write(block(text).rstrip("\n") + "\n")


def json_line(value: object) -> None:
    """One JSON value on one line, for machines."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
    if not is_terminal():
        sys.stdout.flush()


def say(text: str) -> None:
    """A word to the person at the terminal; never part of a result."""
    sys.stdout.flush()
    sys.stderr.write(block(text).rstrip("\n") + "\n")


def styled(text: Text) -> None:
    """A styled line: colours on a terminal, plain text in a pipe."""
    if is_terminal():
        console().print(text)
    else:
        sys.stdout.write(text.plain + "\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, wide: str = "", right: Sequence[str] = ()) -> None:
    """Rows under headings. In a pipe: tab-separated lines with one line of headings, nothing shortened.

    ``wide`` names the column that takes the room that is left; ``right`` those that are aligned to the right.
    """
    if not is_terminal():
        for row in [columns, *rows]:
            fields(*row)
        return
    from rich import box
    from rich.table import Table

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=False, header_style="bold")
    for name in columns:
        free = name == wide
        shown.add_column(
            name,
            justify="right" if name in right else "left",
            no_wrap=not free,
            overflow="fold" if free else "ellipsis",
            ratio=1 if free else None,
        )
    for row in rows:
        shown.add_row(*(_cell(cell) for cell in row))
    shell = console()
    shell.soft_wrap = False
    shell.print(shown)


_COLOURS = {
    "ok": "green", "sent": "green", "new": "green", "yes": "green", "not-modified": "green",
    "failed": "red", "gave-up": "red", "no": "red", "disabled": "red", "owed": "yellow", "leased": "yellow",
}  # fmt: skip


def _cell(text: str) -> Text:
    from rich.text import Text

    shown = one_line(text)
    return Text(shown, style=_COLOURS.get(shown, ""))


def marked(text: str, spans: Sequence[tuple[int, int]], *, limit: int = 0) -> Text:
    """The text with ``spans`` (code points) standing out: in colour, or else between ›‹.

    With a ``limit``, about that many code points around the first span are shown.
    """
    from rich.text import Text

    start, end = _window(text, spans, limit)
    shown = Text("…" if start else "")
    at = start
    for first, last in sorted(spans):
        if first < at or last > end:
            continue
        shown.append(_flat(text[at:first]))
        found = _flat(text[first:last])
        shown.append(found if has_styles() else f"›{found}‹", style="bold yellow")
        at = last
    shown.append(_flat(text[at:end]))
    if end < len(text):
        shown.append("…")
    return shown


def _flat(text: str) -> str:
    """Like ``one_line``, but a space at an edge stays."""
    inner = one_line(text)
    before = " " if text[:1].isspace() and inner else ""
    after = " " if text[-1:].isspace() and inner else ""
    return f"{before}{inner}{after}" if inner else " " * bool(text)


def _window(text: str, spans: Sequence[tuple[int, int]], limit: int) -> tuple[int, int]:
    if not limit or len(text) <= limit:
        return 0, len(text)
    first = min((start for start, _ in spans), default=0)
    start = max(0, first - limit // 3)
    if start:
        space = text.find(" ", start, first)
        start = space + 1 if space >= 0 else start
    return start, min(len(text), start + limit)


def local(moment: datetime | None, timezone: str = "UTC") -> str:
    """``2025-08-15 18:00`` in the reader's zone; "" for an unknown time."""
    return moment.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M") if moment else ""


def plural(number: int, noun: str) -> str:
    """``1 item``, ``3 items``, ``2 stories``."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun[-1] == "y" and noun[-2] not in "aeiou" else f"{number:,} {noun}s"


class Waiting:
    """A moving sign on stderr while something takes its time. Without a terminal it says nothing."""

    def __init__(self, status: Status | None) -> None:
        self._status = status

    def __call__(self, words: str) -> None:
        """Other words beside the sign."""
        if self._status is not None:
            self._status.update(one_line(words))

    def aside(self, write: Callable[[], None]) -> None:
        """Let something be written while the sign is away, so that both do not end up on one line."""
        if self._status is None:
            write()
            return
        self._status.stop()
        write()
        sys.stdout.flush()
        self._status.start()


@contextmanager
def waiting(what: str) -> Iterator[Waiting]:
    """Show a moving sign during the block, if stderr is a terminal."""
    if not sys.stderr.isatty():
        yield Waiting(None)
        return
    with console(stderr=True).status(one_line(what)) as status:
        yield Waiting(status)
