"""The tables at the end of a round: what was expected and what arrived, what stayed silent, how the sources fared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from archive.claims import SourceState
from khabardar.demo.content import CHANNELS, Content
from khabardar.demo.newsroom import Asked
from khabardar.demo.verdict import Line, Silence
from khabardar.demo.view import offers
from khabardar.inert import one_line

LOOKS = {
    "arrived": "green",
    "missing": "bold red",
    "unexpected": "bold red",
    "repeated": "bold red",
    "wrong": "bold red",
}


def alerts_table(lines: Sequence[Line]) -> Table:
    """Expected and received alerts, channel by channel; under each mismatch its explanation."""
    table = _table("Expected and received alerts", "channel", "story", "rules", "result")
    table.columns[1].ratio = 1
    for channel, medium in CHANNELS.items():
        for line in (line for line in lines if line.channel == channel):
            what = Text(one_line(line.story))
            if line.why:
                what.append(f"\n{one_line(line.why)}", "red")
            if line.arrival and line.arrival.also_in:
                what.append(f"\nalso in {', '.join(line.arrival.also_in)}", "magenta")
            result = ("✓ " if line.good else "✗ ") + line.state
            table.add_row(f"{channel} ({medium})", what, "\n".join(line.rules), Text(result, LOOKS[line.state]))
        table.add_section()
    return table


def silent_table(silences: Sequence[Silence]) -> Table:
    """The stories that had to stay silent, and whether they did."""
    table = _table("Stories that must alert nobody", "story", "why", "result")
    table.columns[1].ratio = 1
    for silence in silences:
        why = Text(silence.why)
        if silence.problem:
            why.append(f"\n{silence.problem}", "red")
        good = silence.good
        table.add_row(
            silence.piece, why, Text("✓ silent" if good else "✗ " + silence.state, "green" if good else "bold red")
        )
    return table


def sources_table(
    content: Content,
    asked: Mapping[str, Asked],
    states: Mapping[str, SourceState],
    *,
    wide: bool = True,
) -> Table:
    """How every source fared: what the newsroom was asked for, what the archive kept, what the service says of it.

    A ``wide`` one also says what each offers.
    """
    table = _table("Sources", "source", *(["offers"] if wide else []), "visits", "304", "pages", "kept", "state")
    for name in ("visits", "304", "pages", "kept"):
        next(column for column in table.columns if column.header == name).justify = "right"
    table.columns[-1].ratio = 1
    for outlet in content.outlets:
        here, state = asked[outlet.name], states.get(outlet.name)
        table.add_row(
            outlet.name, *([offers(outlet)] if wide else []), str(here.visits), str(here.unchanged), str(here.pages),
            str(state.kept if state else 0), _state(state),
        )  # fmt: skip
    return table


def _state(state: SourceState | None) -> Text:
    if state is None or state.checked_at is None:
        return Text("not visited", "red")
    if state.failures:
        return Text(f"failing, {state.failures} times in a row: {one_line(state.last_error or '')}", "red")
    return Text("ok", "green")


def _table(title: str, *names: str) -> Table:
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False, expand=True)
    for name in names:
        table.add_column(name, overflow="fold")
    return table
