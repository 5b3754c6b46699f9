"""What a batch is going to write, gathered while its items are judged one by one: then it is one statement a table.

Whoever asks the database about what may be gathered here has it written first (``Batch.flush``), or asks here too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from archive import fulltext, print_rows, sightings
from archive.sightings import Seen
from archive.story_rows import Unwritten
from archive.tables import item_keys, items, matches, owed

Row = Mapping[str, Any]


@dataclass(slots=True)
class Pending:
    """Rows that are not written yet. ``stories`` are those that began here, so nothing in the database is of them."""

    items: list[Row] = field(default_factory=list)
    entries: list[tuple[int, fulltext.Entry]] = field(default_factory=list)
    texts: Unwritten = field(default_factory=Unwritten)
    matches: list[Row] = field(default_factory=list)
    keys: list[Row] = field(default_factory=list)
    fresh: list[Seen] = field(default_factory=list)
    known: list[Seen] = field(default_factory=list)
    owed: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    kept: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    stories: set[str] = field(default_factory=set)

    def owe(self, story_id: str, rows: Sequence[Row]) -> None:
        """Promises of an item of this story."""
        self.owed[story_id] += rows

    def write(self, connection: Connection, now: datetime) -> None:
        """Everything, in the order in which rows need each other."""
        promised = [row for rows in self.owed.values() for row in rows]
        for table, rows in ((items, self.items), (matches, self.matches), (item_keys, self.keys), (owed, promised)):
            if rows:
                connection.execute(table.insert(), rows)
        fulltext.write_all(connection, self.entries)
        texts = {item_id: (one.effective_at, one.print) for item_id, one in self.texts.prints.items()}
        print_rows.keep_prints(connection, texts, now)
        sightings.note_fresh(connection, self.fresh, now)
        for seen in self.known:
            sightings.note(connection, seen, now)
        for source, moments in self.kept.items():
            sightings.count_kept(connection, source, len(moments), max(moments))
