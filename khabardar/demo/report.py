"""What a demo says at its end: the verdict on the round and the tables behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.text import Text

from archive.store import Archive, SourceState
from khabardar.demo.stage import Stage
from khabardar.demo.tables import alerts_table, silent_table, sources_table
from khabardar.demo.verdict import compare, silences


def report(stage: Stage, over: str, *, seconds: float, once: bool) -> bool:
    """Shows the tables (after a whole round all of them) and returns whether everything was as expected."""
    stage.flush()
    facts = stage.facts()
    lines, quiet = compare(stage.arrivals, facts), silences(stage.arrivals, facts)
    kept, states = _from_archive(stage.folder)
    good = all(line.good for line in lines) and all(silence.good for silence in quiet)
    view = stage.view
    if once:
        view.show(Text(), alerts_table(lines), silent_table(quiet))
    view.show(sources_table(stage.content, stage.newsroom.asked, kept, states, wide=stage.console.width >= 100))
    if not once:
        arrived = Counter(arrival.channel for arrival in stage.arrivals)
        view.show(
            Text(f"{arrived['desk']} mails and {arrived['hook']} webhooks arrived in {seconds:.0f} seconds.", "bold")
        )
        return True
    bad = sum(not line.good for line in lines) + sum(not silence.good for silence in quiet)
    if over == "limit":
        view.show(Text("The round was cut short by its time limit.", "red"))
    if good:
        told = f"All {len(lines)} expected alerts arrived, each once, and nothing else ({seconds:.0f} s)."
        view.show(Text("✓ " + told, "bold green"))
    else:
        view.show(Text(f"✗ {bad} of {len(lines) + len(quiet)} expectations failed ({seconds:.0f} s).", "bold red"))
        view.show(Text("The service's last words:\n" + stage.service.last_words(), "dim"))
    return good


def _from_archive(folder: Path) -> tuple[Mapping[str, int], Mapping[str, SourceState]]:
    """How many items of each source were kept, and how the service sees its sources."""
    file = folder / "khabardar.db"
    if not file.exists():
        return {}, {}
    archive = Archive.open(f"sqlite:///{file}", read_only=True)
    try:
        return Counter(item.source for item in archive.search(None, limit=1000)), archive.source_states()
    finally:
        archive.close()
