"""What a demo says at its end: the verdict on the round and the tables behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from rich.text import Text

from archive.claims import SourceState
from archive.store import Archive
from khabardar.demo.stage import Stage
from khabardar.demo.tables import alerts_table, silent_table, sources_table
from khabardar.demo.verdict import compare, silences


def report(stage: Stage, over: str, *, seconds: float, once: bool) -> bool:
    """Shows the tables (after a whole round all of them) and returns whether everything was as expected.

    ``over`` says how the demo ended; a round that ended by its "limit" was not whole, and says what it lacked.
    """
    stage.flush()
    states, seen = _from_archive(stage)
    facts, lacking = replace(stage.facts(), seen=seen), stage.lacking() if over == "limit" else []
    lines, quiet = compare(stage.arrivals, facts), silences(stage.arrivals, facts)
    bad = sum(not line.good for line in lines) + sum(not silence.good for silence in quiet)
    view = stage.view
    if once:
        view.show(Text(), alerts_table(lines), silent_table(quiet))
    wide = stage.console.width >= 100
    view.show(sources_table(stage.content, stage.newsroom.asked, states, wide=wide))
    if not once:
        arrived = Counter(arrival.channel for arrival in stage.arrivals)
        told = f"{arrived['desk']} mails and {arrived['hook']} webhooks arrived in {seconds:.0f} seconds."
        view.show(Text(told, "bold"))
        return True
    for lack in lacking:
        view.show(Text(f"The round was cut short: {lack}.", "red"))
    if not bad and not lacking:
        told = f"All {len(lines)} expected alerts arrived, each once, and nothing else ({seconds:.0f} s)."
        view.show(Text("✓ " + told, "bold green"))
        return True
    view.show(Text(f"✗ {bad} of {len(lines) + len(quiet)} expectations failed ({seconds:.0f} s).", "bold red"))
    view.show(Text("The service's last words:\n" + stage.service.last_words(), "dim"))
    return False


def _from_archive(stage: Stage) -> tuple[Mapping[str, SourceState], Mapping[str, datetime]]:
    """How the service sees its sources, and when it saw which piece, read from the archive it leaves."""
    file = stage.folder / "khabardar.db"
    if not file.exists():
        return {}, {}
    archive = Archive.open(f"sqlite:///{file}", read_only=True)
    try:
        seen: dict[str, datetime] = {}
        for item in archive.search(None, limit=1000):
            piece = stage.newsroom.piece_at(item.url or "")
            if piece and item.seen_at:
                seen[piece.key] = item.seen_at
        return archive.source_states(), seen
    finally:
        archive.close()
