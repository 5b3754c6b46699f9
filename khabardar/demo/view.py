"""What the terminal shows while the demo runs: news as they appear, alerts as they arrive, how things stand.

On a terminal the line stays at the bottom and everything else scrolls above it; in a pipe the line is left out.
Nothing is framed on the right: Urdu turns a line around in many terminals, and a frame would break.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from khabardar.demo.arrivals import Arrival
from khabardar.demo.content import Content, Outlet
from khabardar.demo.dates import ago
from khabardar.demo.newsroom import Event
from khabardar.inert import one_line

LANGUAGES = {"en": "English", "ur": "Urdu", "ja": "Japanese"}
PIPE_WIDTH = 110
WIDEST = 120
MARGIN = 11  # the clock and the bar to the left of an alert


def console() -> Console:
    """The console of the demo: as wide as the terminal, up to what reads well; no markup is read from texts."""
    shown = Console(markup=False, highlight=False, emoji=False)
    shown.width = min(shown.width, WIDEST) if shown.is_terminal else PIPE_WIDTH
    return shown


def offers(outlet: Outlet) -> str:
    """What an outlet offers to a reader of machines, in two or three words."""
    if outlet.broken:
        return "nothing: it fails"
    kinds = {
        "rss.xml.jinja": "RSS", "rdf.xml.jinja": "RSS 1.0", "atom.xml.jinja": "Atom",
        "sitemap.xml.jinja": "news sitemap", "listing.html.jinja": "HTML listing",
    }  # fmt: skip
    told = {"full": ", full text", "summary": ", summaries", "none": ""}[outlet.feed.text]
    return kinds[outlet.door_template] + told


class View:
    """``titles`` gives the outlet's name for a URL, ``standing`` the line at the bottom, made anew twice a second."""

    def __init__(self, shown: Console, title_of: Callable[[str], str], standing: Callable[[], Text]) -> None:
        self._console = shown
        self._title_of = title_of
        self._standing = standing
        self._blank = False

    def live(self) -> AbstractContextManager[object]:
        """Keeps the line at the bottom of a terminal while the block runs; it vanishes at the end.

        A console that records for a picture keeps only what scrolls.
        """
        if not self._console.is_terminal or self._console.record:
            return nullcontext()
        return Live(
            get_renderable=self._standing, console=self._console, refresh_per_second=2, transient=True,
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip

    def opening(self, content: Content, rules: Sequence[tuple[str, str, str]], folder: str, web: str) -> None:
        """What is about to be seen. ``rules``: name, query, channels; ``web``: the address of the web page."""
        outlets = _plain_table("outlet", "offers", "language")
        for outlet in content.outlets:
            style = "red" if outlet.broken else ""
            language = LANGUAGES[outlet.language] + (", right to left" if outlet.language == "ur" else "")
            outlets.add_row(Text(outlet.name, style or "bold"), Text(offers(outlet), style), Text(language, "dim"))
        told = _plain_table("rule", "query", "tells")
        for name, query, channels in rules:
            told.add_row(Text(name, "bold cyan"), Text(query), Text(channels, "dim"))
        self._print(Rule(Text("Khabardar demo", "bold"), style="cyan", align="left"))
        self._print(
            Text(
                "A newsroom on this machine, the real service visiting it every two seconds, a mailbox (SMTP) and a "
                "webhook receiver. No network is used. Everything lies in "
            )
            + Text(folder, "bold")
            + Text(", and all of it is on the web page ")
            + Text(web, "bold blue underline")
        )
        self._print(Text(), Padding(outlets, (0, 0, 1, 2)), Padding(told, (0, 0, 1, 2)))

    def said(self, text: str, style: str = "dim") -> None:
        """A line of its own: something about the demo itself."""
        self._print(_timed(Text(text, style)))

    def event(self, event: Event) -> None:
        """The newsroom has published or changed something."""
        self._print(_timed(Text.assemble((f"{event.piece.outlet} {event.what} ", "dim"), _quoted(event.piece.title))))

    def alerts(self, arrivals: Sequence[Arrival]) -> None:
        """One story has been told; ``arrivals`` are its messages, one or more, that came at nearly the same time."""
        fullest = max(arrivals, key=lambda arrival: (bool(arrival.published_at), len(arrival.words)))
        lines = [_headline(arrivals), _marked(fullest), self._facts(fullest)]
        if fullest.also_in:
            lines.append(
                Text.assemble(("also in  ", "dim"), (", ".join(map(one_line, fullest.also_in)), "bold magenta"))
            )
        if fullest.words:
            lines.append(_labelled("matched", fullest.words[:10], "yellow"))
        lines += [_link(one_line(url)) for url in fullest.urls[:1]]
        lines += [_came(arrival) for arrival in arrivals]
        bar = Table.grid(padding=(0, 1))
        bar.add_column(width=8, style="dim")
        bar.add_column(width=1, style="green")
        bar.add_column()
        rows = [row for line in lines for row in line.wrap(self._console, self._console.width - MARGIN)]
        for number, row in enumerate(rows):
            bar.add_row(_clock(fullest.at) if not number else "", "┃", row)
        self._space()
        self._print(bar)
        self._space()

    def again(self, arrival: Arrival) -> None:
        """A further message about a story that was shown already."""
        self._print(_timed(Text.assemble(_came(arrival), (f"  {one_line(arrival.title)}", "dim"))))

    def next_steps(self, commands: Sequence[tuple[str, str]], title: str) -> None:
        """Real commands to try. ``commands``: what to type, and what it shows."""
        self._space()
        self._print(Rule(Text(title, "bold"), style="cyan", align="left"))
        for typed, shows in commands:
            self._print(Text(f"# {shows}", "dim"))
            # whole on one line whatever the width: it is there to be copied
            self._console.print(Text(typed, "bold green"), soft_wrap=True)
        self._blank = False

    def show(self, *parts: RenderableType) -> None:
        """Anything else, such as the tables at the end."""
        self._print(*parts)

    def _facts(self, arrival: Arrival) -> Text:
        outlet = next((title for url in arrival.urls if (title := self._title_of(url))), arrival.source)
        facts = [one_line(outlet), one_line(arrival.place)]
        if arrival.published_at:
            facts.append("published " + ago(datetime.now(UTC) - arrival.published_at))
        return Text(" · ".join(fact for fact in facts if fact), "dim")

    def _print(self, *parts: RenderableType) -> None:
        self._console.print(Group(*parts))
        self._blank = False

    def _space(self) -> None:
        """An empty line, if there is none yet."""
        if not self._blank:
            self._console.print()
        self._blank = True


def bottom_line(width: int, began: float, figures: Sequence[tuple[str, str]], note: str) -> Text:
    """How things stand, on one line: ``figures`` are value and name, fewer of them where there is little room."""
    seconds = int(time.monotonic() - began)
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(f" {seconds // 60:02d}:{seconds % 60:02d} ", "reverse")
    ending = Text.assemble((f"  {note}", "cyan"), ("  Ctrl-C ends", "dim"))
    for value, name in figures:
        part = Text.assemble("  ", (value, "bold"), (f" {name}", "dim"))
        if line.cell_len + part.cell_len + ending.cell_len <= width:
            line.append_text(part)
    return line.append_text(ending)


def _headline(arrivals: Sequence[Arrival]) -> Text:
    kinds = {arrival.kind for arrival in arrivals}
    rules = dict.fromkeys(rule for arrival in arrivals for rule in arrival.rules)
    label = "ALERT" if kinds == {"alert"} else ", ".join(sorted(kinds)).upper()
    return Text.assemble((f" {label} ", "bold white on green"), ("  " + ", ".join(map(one_line, rules)), "bold cyan"))


def _marked(arrival: Arrival) -> Text:
    title = Text(one_line(arrival.title) or "(no title)", "bold")
    title.highlight_words([one_line(word) for word in arrival.words], "bold yellow", case_sensitive=False)
    return title


def _labelled(label: str, words: Sequence[str], style: str) -> Text:
    return Text.assemble((f"{label}  ", "dim"), (", ".join(map(one_line, words)), style))


def _came(arrival: Arrival) -> Text:
    if arrival.problem:
        return Text(f"✗ {arrival.medium} to {arrival.channel}: {one_line(arrival.problem)}", "bold red")
    proof = "signature verified" if arrival.medium == "webhook" else "kept in mailbox/"
    told = f" · {', '.join(map(one_line, arrival.rules))} · {proof}"
    return Text.assemble((f"✓ {arrival.medium} to {arrival.channel}", "green"), (told, "dim"))


def _link(url: str) -> Text:
    safe = url.startswith(("http://", "https://")) and " " not in url
    return Text(url, f"blue link {url}" if safe else "blue", overflow="fold")


def _quoted(title: str) -> Text:
    return Text(f"“{one_line(title)}”", "italic")


def _timed(line: Text) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=8, style="dim")
    grid.add_column(width=1, style="dim")
    grid.add_column()
    grid.add_row(_clock(datetime.now(UTC)), "·", line)
    return grid


def _clock(moment: datetime) -> str:
    return moment.astimezone().strftime("%H:%M:%S")


def _plain_table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for name in names:
        table.add_column(name)
    return table
