"""What the service does with items that were read: ``.venv/bin/python -m bench.keeping`` (``--items 600``,
``--rules 10000``, ``--batch 1 10 50``, ``--postgres URL`` of a database that may be emptied).

Ready items of 400-700 words from three sources of one outlet go through the steps of ``scheduler.intake`` in batches:
furniture is learned, the rules are asked, all is kept and indexed. Milliseconds of CPU per item and step, of this
process and (on PostgreSQL) without the server's; the statements of an item; and the seconds that loading the rules took
before. ``--warm 0`` shows what a cold start costs.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import event

from alerts.match import match
from alerts.rules import Rules
from archive.model import NewsItem
from archive.store import Archive
from bench.rules import Language, generated, settings_of
from khabardar.rules_file import set_apart

NOW = datetime(2025, 8, 15, 13, tzinfo=UTC)


class Clock:
    """CPU seconds of this process by step."""

    def __init__(self) -> None:
        self.used: Counter[str] = Counter()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """What happens within counts for this step."""
        began = time.process_time()
        yield
        self.used[name] += time.process_time() - began


class Statements:
    """Counts what is asked of the database, and the transactions."""

    def __init__(self, archive: Archive) -> None:
        self.number = 0
        engine = archive._database.engine  # noqa: SLF001 - to look on, as no user would
        event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.number += 1


def news(number: int, seed: int) -> list[NewsItem]:
    """Items as the crawler hands them on."""
    language = Language(seed)
    found = []
    for at in range(number):
        title, body = language.item()
        url = f"https://example.org/news/{10_000 + at}/report"
        source = ("whole", "brief", "map")[at * 3 // number]
        found.append(
            NewsItem(
                title=title,
                url=url,
                source=source,
                summary=body[:200] if at % 3 else None,
                body="\n\n".join(line for line in body.split("\n") if line.strip()),
                language="en",
                section="business",
                published_at=NOW - timedelta(minutes=at % 300),
                seen_at=NOW,
                keys=(f"url:{url}", f"guid:{source}:{at}", f"state:feed:{at:012x}:{at * 7:012x}"),
            )
        )
    return found


def feed(archive: Archive, rules: Rules, items: Sequence[NewsItem], batch: int, clock: Clock) -> int:
    """All items through the steps; how many rules matched."""
    matched = 0
    for start in range(0, len(items), batch):
        part = items[start : start + batch]
        with clock.step("lesson"):
            lesson = archive.lesson(part, NOW)
        with clock.step("match"):
            judged = match(lesson.items, rules, NOW)
        with clock.step("keep"):
            archive.keep(judged, NOW, via="crawl", lesson=lesson)
        matched += sum(len(one.rules) for one in judged)
    return matched


def race(url: str, rules: Rules, items: Sequence[NewsItem], batch: int, warm: int) -> None:
    """One archive, one size of batches: a line of figures."""
    archive = Archive.open(url)
    archive.migrate()
    statements, clock = Statements(archive), Clock()
    feed(archive, rules, items[:warm], batch, Clock())
    statements.number = 0
    rest, began = items[warm:], time.monotonic()
    matched = feed(archive, rules, rest, batch, clock)
    seconds = time.monotonic() - began
    archive.close()
    each = {name: 1000 * used / len(rest) for name, used in clock.used.items()}
    figures = (sum(each.values()), *(each[name] for name in ("lesson", "match", "keep")))
    others = f"{statements.number / len(rest):>9.1f}{matched / len(rest):>9.1f}{len(rest) / seconds:>9.0f}"
    print(f"{batch:>6}" + "".join(f"{figure:>9.2f}" for figure in figures) + others, flush=True)


def main() -> None:
    """Each size of batches on a new archive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=600)
    parser.add_argument("--warm", type=int, default=100, help="items before those that are measured")
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", help="address of an empty database, which is emptied again after each run")
    asked = parser.parse_args()
    items = news(asked.items + asked.warm, asked.seed)
    with TemporaryDirectory() as name:
        began = time.process_time()
        rules = Rules(settings_of(generated(Language(asked.seed), asked.rules)), file=Path(name) / "x.rules")
        made = time.process_time() - began
        match(items[:1], rules, NOW)
        first = time.process_time() - began - made
        set_apart()  # as the service does
        print(f"{asked.rules} rules made in {made:.2f} s, first asked in {first:.2f} s; load {os.getloadavg()[0]:.1f}")
        print(f"SQLite {sqlite3.sqlite_version}; CPU ms per item, {asked.items} items after {asked.warm}")
        titles = ("batch", "all", "lesson", "match", "keep", "SQL/item", "rules", "items/s")
        print("".join(f"{title:>9}" for title in titles)[3:])
        for batch in asked.batch:
            if asked.postgres:
                emptied(asked.postgres)
            race(asked.postgres or f"sqlite:///{name}/{batch}.db", rules, items, batch, asked.warm)


def emptied(url: str) -> None:
    """A database without tables."""
    archive = Archive.open(url)
    with archive._database.write() as connection:  # noqa: SLF001 - to begin anew, as no user would
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    archive.close()


if __name__ == "__main__":
    main()
