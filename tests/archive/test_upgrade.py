"""An archive that an earlier program wrote is brought up to date with everything that is in it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

import archive as room
from archive import fulltext
from archive.database import Database
from archive.document import document_of
from archive.furniture_rows import Lesson
from archive.model import Keeping
from archive.store import Archive
from archive.tables import SECOND_BITS
from query import parse
from tests.archive.samples import HOUR, NOW, WIRE, item, judged, promise

LATER = NOW + HOUR


def _as_first_written(url: str) -> None:
    """An archive of the first schema with one item that was told to a channel, written by the statements of then."""
    database = Database(url)
    seconds = int(NOW.timestamp())
    row = {
        "seq": seconds << SECOND_BITS,
        "at": seconds * 1_000_000,
        "body": WIRE,
    }
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(room.__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001_memory")
        connection.execute(text("INSERT INTO marks VALUES ('analyser', :mark)"), {"mark": fulltext._fingerprint()})
        connection.execute(
            text(
                "INSERT INTO items (seq, id, story_id, source, url, title, body, seen_at, kept_at, via, complete) "
                "VALUES (:seq, 'n_1', 's_1', 'dawn', 'https://dawn.example/news/1', 'Makers meet', :body, :at, :at, "
                "'crawl', true)"
            ),
            row,
        )
        connection.execute(text("INSERT INTO item_keys VALUES ('url:https://dawn.example/news/1', 'n_1')"))
        connection.execute(
            text(
                "INSERT INTO owed (item_id, story_id, rule, query, channel, bundle, due_at, owed_at) VALUES "
                "('n_1', 's_1', 'cars', 'cars', 'desk', 'now', :at, :at)"
            ),
            row,
        )
        old = item(1, title="Makers meet", body=WIRE, seen_at=NOW, published_at=None)
        fulltext.write(connection, row["seq"], fulltext.entry_of(document_of(old)))
    database.close()


def test_an_archive_of_the_first_schema_goes_on(archive_url: str) -> None:
    """Its items are found, in their first version; what was owed is still owed once; edits and furniture work."""
    _as_first_written(archive_url)
    archive = Archive.open(archive_url)
    assert "0003_furniture_and_versions" in archive.migrate()
    assert [one.id for one in archive.search(parse("delegation"))] == ["n_1"]
    again = archive.keep([judged(item(1, title="Makers meet", body=WIRE), promise())], NOW, via="crawl")[0]
    assert (again.keeping, again.owed) == (Keeping.KNOWN, ())
    news = item(1, title="Makers meet", body=f"{WIRE}\n\nA new sentence came on Monday.", seen_at=LATER)
    lesson: Lesson = archive.lesson([news], LATER)
    kept = archive.keep([judged(lesson.items[0], promise())], LATER, via="crawl", lesson=lesson)[0]
    assert (kept.keeping, kept.owed) == (Keeping.EDITED, ())
    account = archive.explain("n_1")
    assert account is not None
    assert [one.body for one in account.versions] == [WIRE]
    assert [one.rule for one in account.owed] == ["cars"]
    archive.close()
