"""What the terminal shows: readable at 80 columns, inert whatever a headline holds, nothing lost in a pipe."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console
from rich.text import Text

from khabardar.demo.arrivals import Arrival
from khabardar.demo.content import load
from khabardar.demo.newsroom import Event
from khabardar.demo.tables import alerts_table, silent_table
from khabardar.demo.verdict import Line, Silence
from khabardar.demo.view import View, bottom_line, offers

NOW = datetime.now(UTC)
URL = "http://127.0.0.1:40001/en/business/pakistan-japan-explore-joint-battery-venture-2041187.html"
MAIL = Arrival(
    "desk", "email", "d1", NOW, title="Japan builds cars", urls=(URL,), rules=("used-cars",), words=("Japan",)
)
HOOK = replace(MAIL, channel="hook", medium="webhook", published_at=NOW - timedelta(minutes=5), also_in=("dawn-x",))


def seen(width: int = 80, *, terminal: bool = False) -> tuple[View, io.StringIO]:
    """A view and what it wrote."""
    page = io.StringIO()
    shown = Console(
        file=page, width=width, force_terminal=terminal, color_system=None, markup=False, highlight=False
    )  # fmt: skip
    return View(shown, lambda url: "Indus Point", lambda: Text("standing")), page


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    """Opening, news, alerts, commands: long addresses are folded, not cut."""
    view, page = seen(width)
    content = load()
    view.opening(
        content,
        [("japan-automotive", "topic:japan AND topic:automotive NOT section:sports", "desk")],
        "/tmp/x",
        "http://127.0.0.1:8017/",
    )
    for piece in content.pieces.values():
        view.event(Event(1, "publishes", piece))
        view.alerts([replace(MAIL, title=piece.title, words=(*piece.title.split(),))])
    view.next_steps([("./khabardar source list", "the sources and their health")], "In another terminal, try")
    assert max(Text(line).cell_len for line in page.getvalue().splitlines()) <= width


def test_an_alert_shows_rule_headline_outlet_also_in_words_and_both_channels() -> None:
    """One story that came by mail and webhook is one block."""
    view, page = seen(120)
    view.alerts([MAIL, HOOK])
    for part in (
        "ALERT", "used-cars", "Japan builds cars", "Indus Point", " min ago", "dawn-x", "matched", URL,
        "email to desk", "webhook to hook", "signature verified",
    ):  # fmt: skip
        assert part in page.getvalue(), part
    assert page.getvalue().count("Japan builds cars") == 1


def test_a_headline_cannot_command_the_terminal() -> None:
    """Escape sequences, line breaks, right-to-left overrides and rich's own markup stay words or vanish."""
    view, page = seen(100, terminal=True)
    nasty = "\x1b]0;owned\x07\x1b[2J[bold red]Japan\r\nBcc: x \u202egnp"
    view.alerts([replace(MAIL, title=nasty, words=("\x1b[31mJapan",), rules=("a\x1b[1mb",))])
    view.again(replace(MAIL, problem="bad\x1b[2Jword"))
    shown = page.getvalue()
    assert "\x1b[2J" not in shown
    assert "\x1b]0" not in shown
    assert "\u202e" not in shown
    assert "[bold red]Japan Bcc: x" in shown


def test_the_line_at_the_bottom_fits_and_keeps_what_matters_most() -> None:
    """Where there is little room the last figures go first."""
    figures = [("5", "mails"), ("6", "webhooks"), ("123", "visits"), ("88", "unchanged (304)"), ("19", "pages read")]
    for width in (60, 80, 120):
        line = bottom_line(width, time.monotonic() - 75, figures, "2 more to come")
        assert line.cell_len <= width
        assert line.plain.startswith(" 01:15 ")
        assert "5 mails" in line.plain
        assert "Ctrl-C" in line.plain


def test_every_outlet_says_what_it_offers() -> None:
    """In words that differ where outlets differ."""
    told = {offers(outlet) for outlet in load().outlets}
    assert {"RSS, summaries", "RSS, full text", "RSS 1.0, summaries", "Atom, summaries", "news sitemap"} <= told
    assert "nothing: it fails" in told


@pytest.mark.parametrize("width", [80, 110])
def test_the_tables_explain_every_mismatch(width: int) -> None:
    """The reason stands under the story."""
    _, page = seen(width)
    shown = Console(file=page, width=width, color_system=None, markup=False)
    shown.print(
        alerts_table([Line("desk", "A plant", ("r",), "missing", "no message came"), Line("hook", "B", (), "arrived")])
    )
    shown.print(silent_table([Silence("o/p", "a trap", "alerted", "a message arrived"), Silence("o/q", "quiet")]))
    text = page.getvalue()
    for part in ("✗ missing", "no message came", "✓ arrived", "✗ alerted", "a message arrived", "✓ silent"):
        assert part in text, part


def test_a_command_stands_on_one_line_so_that_it_can_be_copied() -> None:
    """However long it is: the terminal folds it, not we."""
    view, page = seen(80)
    view.next_steps([("./khabardar explain " + URL, "who was told of this item, and why")], "Try")
    assert f"./khabardar explain {URL}" in page.getvalue().splitlines()
