"""Migrations sum up to the tables, on both databases, and run once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, text

import archive as room
from archive import fulltext
from archive.database import Database
from archive.errors import ArchiveFullError, ArchiveNewerError, ArchiveOutdatedError
from archive.migrations import HEAD, REVISIONS
from archive.model import Visit, VisitStatus
from archive.store import Archive
from archive.tables import metadata, postgres_metadata, sqlite_metadata
from query import parse
from tests.archive.samples import DAY, HOUR, NOW, OTHER, WIRE, item, judged

FTS5_OWN = ("fulltext", "fulltext_data", "fulltext_idx", "fulltext_content", "fulltext_docsize", "fulltext_config")
ROOT = Path(__file__).parents[2]


def _differences(database: Database) -> list[object]:
    wanted = MetaData()
    own = sqlite_metadata if database.sqlite else postgres_metadata
    for table in (*metadata.tables.values(), *own.tables.values()):
        table.to_metadata(wanted)

    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return not (kind == "table" and (name == "alembic_version" or (database.sqlite and name in FTS5_OWN)))

    options = {"include_object": ours, "compare_type": True, "compare_server_default": True}
    with database.read() as connection:
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), wanted))


def test_the_migrations_sum_up_to_the_tables(archive: Archive) -> None:
    """Nothing to add, nothing too much."""
    assert _differences(archive._database) == []


def test_the_comparison_sees_a_difference(archive: Archive) -> None:
    """A comparison that never finds anything proves nothing."""
    with archive._database.write() as connection:
        connection.execute(text("ALTER TABLE channels ADD COLUMN extra TEXT"))
    assert len(_differences(archive._database)) == 1


def test_the_listed_revisions_are_those_in_the_folder() -> None:
    """The list spares loading Alembic at every start."""
    config = Config()
    config.set_main_option("script_location", str(Path(room.__file__).parent / "migrations"))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert tuple(script.revision for script in reversed(scripts)) == REVISIONS


def test_migrating_runs_once(archive_url: str) -> None:
    """The first run names what it did, the second has nothing to do and keeps everything."""
    archive = Archive.open(archive_url)
    assert archive.migrate() == list(REVISIONS)
    archive.keep([judged(item(1))], NOW, via="crawl")
    assert archive.migrate() == []
    assert archive.stats()["items"] == 1
    archive.close()


def test_an_archive_of_the_first_release_is_brought_up_to_date_with_all_it_holds(archive_url: str) -> None:
    """What was owed, given up and sent before stays so, and what is new about it is unknown, not wrong."""
    from alembic import command

    database = Database(archive_url)
    if database.sqlite:
        Archive.open(archive_url).close()
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(room.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001_memory")
        rows = "('d1', 'hook', 'alert', 'owed', 2, 1, 7), ('d2', 'hook', 'alert', 'gave-up', 10, 2, NULL)"
        connection.execute(
            text(f"INSERT INTO deliveries (id, channel, kind, state, tries, created_at, next_try_at) VALUES {rows}")
        )
        connection.execute(text("INSERT INTO channels (name, disabled_at, reason) VALUES ('hook', 5, '410 Gone')"))
    database.close()
    archive = Archive.open(archive_url)
    assert archive.migrate() == list(REVISIONS[1:])
    assert [(one.id, one.state, one.tries, one.dropped) for one in archive.deliveries()] == [
        ("d2", "gave-up", 10, None),
        ("d1", "owed", 2, None),
    ]
    assert archive.channel_troubles() == {}
    assert archive.enable_channel("hook")
    assert [one.id for one in archive.claim_deliveries(NOW, "me", HOUR, channels=["hook"])] == ["d1"]
    archive.close()


def test_two_processes_may_migrate_at_once(archive_url: str) -> None:
    """The second waits for the first and finds nothing to do."""
    script = "import sys; from archive.store import Archive; print(Archive.open(sys.argv[1]).migrate())"
    running = [
        subprocess.Popen([sys.executable, "-c", script, archive_url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = sorted(process.communicate(timeout=120)[0].strip() for process in running)
    assert [process.returncode for process in running] == [0, 0, 0]
    assert answers == sorted([str(list(REVISIONS)), "[]", "[]"])


def test_archive_without_tokens_gets_them_and_what_is_counted(archive: Archive) -> None:
    """On both databases, with the items that it holds."""
    archive.keep([judged(item(1, title="Automobiles and harvests"))], NOW, via="crawl")
    _back_to(archive, "0007_search")
    assert archive.migrate() == ["0009_tokens", "0010_retention", "0011_runs", "0012_counts"]
    assert _differences(archive._database) == []
    assert dict(archive.facets(None).sources) == {"dawn": 1}
    assert archive.find_token(archive.create_token("desk", ["read"], NOW), NOW)


def test_reprints_of_what_an_older_archive_holds_are_recognised(archive: Archive) -> None:
    """Its prints were made with another hash: they are made anew of the stored texts, and are pruned at their time."""
    first = archive.keep([judged(item(1, body=WIRE))], NOW, via="crawl")[0]
    archive.keep([judged(item(2, title="Of few words", body="Only these."))], NOW, via="crawl")
    _back_to(archive, "0010_retention")
    with archive._database.write() as connection:
        old = {"hashes": b"\x01\x02\x03\x04\x05\x06\x07\x08" * 3}
        connection.execute(text("UPDATE prints SET hashes = :hashes"), old)
        connection.execute(text("INSERT INTO shingles SELECT 578437695752307201, item_id FROM prints"))
    assert archive.migrate() == ["0011_runs", "0012_counts"]
    assert _differences(archive._database) == []
    assert archive.migrate() == []
    again = archive.keep([judged(item(3, source="profit", title="Again", body=WIRE))], NOW + HOUR, via="crawl")[0]
    assert again.story_id == first.story_id
    archive.keep([judged(item(4, body=OTHER))], NOW + 9 * DAY, via="crawl")
    with archive._database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM prints")).scalar() == 1
        left = "SELECT count(*) FROM shingles WHERE item_id NOT IN (SELECT item_id FROM prints)"
        assert connection.execute(text(left)).scalar() == 0


def test_words_of_an_older_archive_are_found_by_their_beginning(tmp_path: Path) -> None:
    """The words that the index had before there was a table of them are in it after the migration."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    archive = Archive.open(url)
    archive.migrate()
    archive.keep([judged(item(1, title="Automobiles and harvests"))], NOW, via="crawl")
    _back_to(archive, "0006_channel_trouble")
    assert archive.migrate() == list(REVISIONS[REVISIONS.index("0006_channel_trouble") + 1 :])
    assert _differences(archive._database) == []
    assert [found.title for found in archive.search(parse("automob*"))] == ["Automobiles and harvests"]
    archive.close()


_UNDONE = {
    "0007_search": ("DROP INDEX items_in_brief", "DROP TABLE lexicon"),
    "0009_tokens": ("DROP INDEX items_by_facet", "DROP TABLE tokens"),
    "0010_retention": (
        "DROP INDEX items_to_forget",
        "DROP INDEX deliveries_worded",
        "DROP INDEX sightings_refused",
        "DROP TABLE visit_days",
        "DELETE FROM marks WHERE name = 'items'",
    ),
    "0011_runs": (
        "DROP TABLE shingles",
        "CREATE TABLE shingles (hash BIGINT NOT NULL, item_id TEXT NOT NULL REFERENCES prints(item_id) ON DELETE "
        "CASCADE, PRIMARY KEY (hash, item_id))",
        "DELETE FROM marks WHERE name = 'runs'",
    ),
    "0012_counts": (
        "DROP INDEX items_unread",
        "DROP INDEX items_forgotten",
        "DROP INDEX deliveries_of_channel_by_time",
        "DELETE FROM marks WHERE name = 'stories'",
    ),
}


def _back_to(archive: Archive, revision: str) -> None:
    """The archive as that version left it, with what is in it."""
    with archive._database.write() as connection:
        for later in REVISIONS[REVISIONS.index(revision) + 1 :]:
            for statement in _UNDONE[later]:
                if archive._database.sqlite or "lexicon" not in statement:
                    connection.execute(text(statement))
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))


def test_an_archive_without_sums_and_counts_gets_them_from_what_it_holds(archive: Archive) -> None:
    """The items, the visits of the last month by day and outcome; the next ones are added."""
    archive.keep([judged(item(n)) for n in range(3)], NOW, via="crawl")
    for hours, status in ((0, VisitStatus.OK), (1, VisitStatus.OK), (30, VisitStatus.FAILED)):
        at = NOW - hours * HOUR
        archive.checked(Visit("dawn", status, at, at, items=4, new=2, requests=3), NOW, missed=1)
    before = archive.visit_days(NOW - 90 * DAY)
    assert [(one.status, one.visits, one.items, one.new, one.requests, one.missed) for one in before] == [
        ("failed", 1, 4, 2, 3, 1),
        ("ok", 2, 8, 4, 6, 2),
    ]
    _back_to(archive, "0007_search")
    assert "0010_retention" in archive.migrate()
    assert _differences(archive._database) == []
    assert (archive.items_ever(), archive.visit_days(NOW - 90 * DAY)) == (3, before)
    archive.keep([judged(item(9)), judged(item(1))], NOW, via="crawl")
    assert archive.items_ever() == 4


def test_stories_of_an_older_archive_are_counted_once(archive: Archive) -> None:
    """Reprints are one; from then on with every story that begins."""
    same = [judged(item(n, source=f"paper-{n}", title="Wire", body=WIRE)) for n in (1, 2)]
    archive.keep([*same, judged(item(3, title="Of few words"))], NOW, via="crawl")
    _back_to(archive, "0011_runs")
    assert archive.migrate() == ["0012_counts"]
    assert _differences(archive._database) == []
    assert (archive.stats()["items"], archive.stats()["stories"]) == (3, 2)
    archive.keep([judged(item(4, title="Another one of few")), same[0]], NOW, via="crawl")
    assert (archive.stats()["items"], archive.stats()["stories"]) == (4, 3)


def test_an_archive_is_copied_before_it_is_upgraded(tmp_path: Path) -> None:
    """To a file that is named after the version it holds, opens by itself and has everything; a new one needs none."""
    url, told = f"sqlite:///{tmp_path / 'a.db'}", []
    archive = Archive.open(url)
    archive.migrate(told.append)
    assert told == []
    archive.keep([judged(item(n)) for n in range(3)], NOW, via="crawl")
    _back_to(archive, "0007_search")
    archive.migrate(told.append)
    assert told == [tmp_path / "a.db.0007_search.backup"]
    with sqlite3.connect(told[0]) as copy:
        assert copy.execute("SELECT count(*) FROM items").fetchone() == (3,)
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0007_search",)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    archive.close()


def test_no_upgrade_without_room_for_the_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive stays as it was, and the sentence says how much is missing."""
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}")
    archive.migrate()
    _back_to(archive, "0007_search")
    monkeypatch.setattr("archive.backup.shutil.disk_usage", lambda _: SimpleNamespace(free=10_000))
    with pytest.raises(ArchiveFullError, match=r"no room for a copy.*0 MB are free"):
        archive.migrate()
    assert not list(tmp_path.glob("*.backup"))
    monkeypatch.undo()
    assert archive.migrate() == ["0009_tokens", "0010_retention", "0011_runs", "0012_counts"]
    archive.close()


def test_an_archive_of_a_later_program_is_refused(archive: Archive, archive_url: str) -> None:
    """Never write into what one does not understand."""
    with archive._database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999_future'"))
    with pytest.raises(ArchiveNewerError, match=f"0999_future.*{HEAD}.*upgrade"):
        Archive.open(archive_url)
    with pytest.raises(ArchiveNewerError):
        archive.ping()


def test_an_archive_without_tables_says_what_to_run(archive_url: str) -> None:
    """Reading, pinging and keeping before the first migration."""
    archive = Archive.open(archive_url)
    for act in (archive.ping, archive.stats, lambda: archive.keep([judged(item(1))], NOW, via="crawl")):
        with pytest.raises(ArchiveOutdatedError, match="khabardar migrate"):
            act()
    archive.close()
    with pytest.raises(ArchiveOutdatedError, match="khabardar migrate"):
        Archive.open(archive_url, read_only=True)


def test_another_analyser_rebuilds_the_index(archive: Archive) -> None:
    """Words of the old analyser leave no ghosts: everything is found by the new one's."""
    archive.keep([judged(item(n, title=f"Harvest {n}")) for n in range(450)], NOW, via="crawl")
    with archive._database.write() as connection:
        connection.execute(text("UPDATE marks SET value = 'another' WHERE name = 'analyser'"))
        assert not fulltext.is_current(connection)
    for act in (archive.ping, lambda: archive.keep([judged(item(999))], NOW, via="crawl")):
        with pytest.raises(ArchiveOutdatedError, match=r"another version.*khabardar migrate"):
            act()
    assert archive.migrate() == ["fulltext"]
    assert archive.migrate() == []
    assert len(list(archive.search(parse("harvest"), limit=None))) == 450
    assert [found.title for found in archive.search(parse("harvest 449"))] == ["Harvest 449"]


def test_sqlite_is_durable_and_guarded(tmp_path: Path) -> None:
    """WAL, FULL, foreign keys; strict enough that a full-text index and its items agree."""
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}")
    archive.migrate()
    with archive._database.read() as connection:
        facts = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert facts == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}
    archive.close()
    with sqlite3.connect(tmp_path / "a.db") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_archive_of_the_first_release_is_upgraded_with_all_it_holds(archive_url: str) -> None:
    """Items, what is owed, deliveries: nothing is lost, and the new columns say the old meaning."""
    database = Database(archive_url)
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(room.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001_memory")
        connection.execute(
            text(
                "INSERT INTO items (seq, id, story_id, source, title, seen_at, kept_at, via, complete)"
                " VALUES (1, 'n1', 's1', 'dawn', 'A report', 1, 1, 'crawl', true)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO deliveries (id, channel, kind, state, created_at, next_try_at)"
                " VALUES ('d1', 'desk', 'alert', 'owed', 1, 1)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO owed (id, item_id, story_id, rule, query, channel, bundle, due_at, owed_at, delivery_id)"
                " VALUES (1, 'n1', 's1', 'cars', 'car', 'desk', 'now', 1, 1, 'd1'),"
                " (2, 'n1', 's1', 'cars', 'car', 'hook', 'now', 1, 1, NULL)"
            )
        )
    database.close()
    archive = Archive.open(archive_url)
    assert archive.migrate() == list(REVISIONS[1:])
    claimed = archive.claim_deliveries(NOW, "me", HOUR, channels=["desk", "hook"])
    assert {one.channel for one in claimed} == {"desk", "hook"}
    assert all((one.refused, one.owed[0].urgent, one.owed[0].held) == ({}, False, None) for one in claimed)
    assert archive.silences() == []
    assert _differences(archive._database) == []
    archive.close()
