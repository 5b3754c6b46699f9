"""Old texts go, what was seen stays known. Copies while running."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from archive.errors import ArchiveError
from archive.model import Keeping, Outcome, Told
from archive.store import Archive
from query import parse
from tests.archive.samples import DAY, HOUR, NOW, OTHER, WIRE, item, judged, promise


def test_old_texts_are_removed_and_their_identity_stays(archive: Archive) -> None:
    """The item is still known, found by its title, and never told again."""
    old = item(1, title="Makers met", body=WIRE, summary="A lede.", seen_at=NOW - 40 * DAY)
    kept = archive.keep([judged(old), judged(item(2, body=OTHER))], NOW, via="crawl")[0]
    assert archive.forget_texts(NOW - 30 * DAY, NOW) == 1
    assert archive.forget_texts(NOW - 30 * DAY, NOW) == 0
    left = archive.items([kept.item_id])[kept.item_id]
    assert (left.title, left.body, left.summary) == ("Makers met", None, None)
    assert list(archive.search(parse("delegation"))) == []
    assert len(list(archive.search(parse("makers")))) == 1
    again = archive.keep([judged(old, promise())], NOW, via="crawl")[0]
    assert (again.keeping, again.owed) == (Keeping.KNOWN, ())
    assert archive.items([kept.item_id])[kept.item_id].body is None
    assert archive.explain(kept.item_id).forgotten_at == NOW  # type: ignore[union-attr]


def test_a_forgotten_incomplete_item_is_not_filled(archive: Archive) -> None:
    """Its time is over."""
    archive.keep([judged(item(1, seen_at=NOW - 40 * DAY, complete=False))], NOW, via="crawl")
    archive.forget_texts(NOW - 30 * DAY, NOW)
    assert archive.keep([judged(item(1, body=WIRE))], NOW, via="crawl")[0].keeping is Keeping.KNOWN


def test_a_text_that_is_still_to_be_sent_stays(archive: Archive) -> None:
    """Until its message is frozen; sent messages go with the texts."""
    archive.keep([judged(item(1, body=WIRE, seen_at=NOW - 40 * DAY), promise())], NOW, via="crawl")
    assert archive.forget_texts(NOW, NOW) == 0
    number = archive.claim_deliveries(NOW, "me", HOUR, channels=["desk"])[0].id
    assert archive.forget_texts(NOW, NOW) == 0
    archive.freeze(number, {"body": WIRE})
    archive.settle(number, Told(Outcome.SENT, "200"), NOW - DAY, None)
    assert archive.forget_texts(NOW, NOW) == 1
    assert archive.deliveries("sent")[0].message is None


def test_many_texts_are_forgotten_in_small_steps(archive: Archive) -> None:
    """More than one transaction's worth."""
    archive.keep([judged(item(n, seen_at=NOW - 40 * DAY)) for n in range(430)], NOW, via="import")
    assert archive.forget_texts(NOW - DAY, NOW) == 430
    assert archive.stats()["forgotten"] == 430


def test_a_copy_is_whole_while_somebody_writes(tmp_path: Path) -> None:
    """One file, consistent, replacing an earlier copy only when it is complete."""
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}")
    archive.migrate()
    archive.keep([judged(item(1), promise())], NOW, via="crawl")
    target = tmp_path / "copy.db"
    target.write_text("an earlier copy")
    with archive._database.write() as connection:  # a writer is busy meanwhile
        connection.exec_driver_sql("DELETE FROM owed")
        archive.backup(target)
        connection.rollback()
    copy = Archive.open(f"sqlite:///{target}", read_only=True)
    assert (copy.stats()["items"], copy.stats()["owed"]) == (1, 1)
    assert len(list(copy.search(parse("report")))) == 1
    copy.close()
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]
    with sqlite3.connect(target) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    for bad, said in ((tmp_path / "a.db", "the archive itself"), (tmp_path / "no" / "x.db", "could not be written")):
        with pytest.raises(ArchiveError, match=said):
            archive.backup(bad)
    archive.close()


def test_postgres_has_its_own_tool_for_copies(postgres_url: str, tmp_path: Path) -> None:
    """The sentence names it."""
    archive = Archive.open(postgres_url)
    with pytest.raises(ArchiveError, match="pg_dump"):
        archive.backup(tmp_path / "x")
    archive.close()
