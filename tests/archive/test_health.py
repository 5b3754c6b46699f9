"""What is kept of the sources' behaviour, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

import archive as room
from archive.database import Database
from archive.migrations import REVISIONS
from archive.model import Look, Pace, Visit, VisitStatus
from archive.standing import Afterwards, Health, Standing
from archive.store import Archive
from tests.archive.samples import NOW

HOUR = timedelta(hours=1)
DARK = Standing(
    "dawn",
    state=Health.DARK,
    since=NOW - HOUR,
    kind="failing",
    why="the server answered 500 \x00\ud800",
    began=NOW - HOUR,
    silent=5,
    troubled=5,
    gap=3600.5,
    pace=Pace(60.0, None, (1, 2), (6,)),
)


def visit(number: int = 0, *, fresh: int = 0, status: VisitStatus = VisitStatus.OK) -> Visit:
    """The visit of that hour."""
    at = NOW + number * HOUR
    return Visit("dawn", status, at, at, looks=(Look(0, "feed", "u", listed=9, fresh=fresh),))


def settle(archive: Archive, number: int, after: Afterwards, **seen: object) -> None:
    """Write a visit down."""
    archive.checked(visit(number, **seen), NOW, after=after)  # type: ignore[arg-type]


def test_what_a_visit_changed_is_read_back(archive: Archive) -> None:
    """Standings by way, the habit by the hour, and the last day; a broken text is stored without what breaks."""
    way = Standing("dawn", "http://example.org/feed", newest_at=NOW, size=20.0)
    settle(archive, 0, Afterwards((DARK, way), {3: (1.5, 1.0)}))
    settle(archive, 1, Afterwards((), {3: (2.5, 1.8), 167: (0.0, 1.0)}), fresh=4)
    settle(archive, 2, Afterwards(), fresh=7)
    settle(archive, 3, Afterwards(), fresh=100, status=VisitStatus.FAILED)
    record = archive.record("dawn", NOW + 3 * HOUR)
    assert record.standings[way.way] == way
    assert replace(record.whole, why=None) == replace(DARK, why=None)
    assert (record.whole.why or "").startswith("the server answered 500")
    assert record.habit == {3: (2.5, 1.8), 167: (0.0, 1.0)}
    assert (record.day.fresh, record.day.hours) == (11, 3)
    assert archive.record("dawn", NOW + 30 * HOUR).day.fresh == 0
    assert archive.record("nobody", NOW).whole == Standing("nobody")


def test_the_operator_is_told_once(archive: Archive) -> None:
    """Of two processes that would tell, one does; what was told stays with the source through later visits."""
    settle(archive, 0, Afterwards((DARK,)))
    notice = ("desk", {"type": "notice"})
    assert archive.tell([DARK], [notice], NOW) == 1
    assert archive.tell([DARK], [notice], NOW) == 0
    settle(archive, 1, Afterwards((DARK,)))
    assert archive.standings()["dawn"].told is Health.DARK
    assert archive.standings()["dawn"].told_at == NOW
    assert [delivery.kind for delivery in archive.deliveries()] == ["notice"]


def test_outages_are_remembered_with_their_end(archive: Archive) -> None:
    """One row from dark to not dark, with the reason it had last; old ones go."""
    settle(archive, 0, Afterwards((DARK,)))
    settle(archive, 1, Afterwards((replace(DARK, why="still 500"),)))
    [outage] = archive.outages(NOW)
    assert (outage.since, outage.until, outage.why) == (NOW - HOUR, None, "still 500")
    settle(archive, 2, Afterwards((replace(DARK, state=Health.OK, why="gone"),)))
    [outage] = archive.outages(NOW)
    assert (outage.until, outage.why) == (NOW + 2 * HOUR, "still 500")
    assert archive.outages(NOW + 3 * HOUR) == []
    later = 24 * 200
    settle(archive, later, Afterwards((replace(DARK, since=NOW + later * HOUR),)))
    assert len(archive.outages(NOW - 9999 * HOUR)) == 1


def test_an_archive_of_the_version_before_is_upgraded_with_what_it_holds(archive_url: str) -> None:
    """Its visits and items are there, the new tables are empty, and a visit can be written down."""
    database = Database(archive_url)
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(room.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, REVISIONS[REVISIONS.index("0004_health") - 1])
        at = int(NOW.timestamp()) * 1_000_000
        connection.execute(text("INSERT INTO sources (name, first_visit) VALUES ('dawn', false)"))
        connection.execute(
            text(
                "INSERT INTO visits (source, status, started_at, ended_at, items, new, missed, requests)"
                f" VALUES ('dawn', 'ok', {at}, {at}, 0, 0, 0, 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO items (seq, id, story_id, source, title, seen_at, kept_at, via, complete)"
                f" VALUES (1, 'n1', 's1', 'dawn', 'Report number 1', {at}, {at}, 'crawl', true)"
            )
        )
    database.close()
    archive = Archive.open(archive_url)
    assert archive.migrate()[0] == "0004_health"
    assert [one.items for one in archive.visits("dawn")] == [0]
    assert [found.title for found in archive.search(None)] == ["Report number 1"]
    settle(archive, 0, Afterwards())
    settle(archive, 1, Afterwards((DARK,)), fresh=3)
    assert archive.record("dawn", NOW + HOUR).day.fresh == 3
    archive.close()
