"""Old texts go, what was seen stays known. Copies while running."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import retention, vacuum
from archive.errors import ArchiveError
from archive.model import Keeping, Outcome, Rejected, Told, Visit, VisitStatus
from archive.store import Archive
from archive.tables import metadata
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
    """More than one transaction's worth; within a time, and the rest the next time."""
    archive.keep([judged(item(n, seen_at=NOW - 40 * DAY)) for n in range(130)], NOW, via="import")
    first = archive.forget_texts(NOW - DAY, NOW, seconds=0)
    assert 0 < first < 130
    assert first + archive.forget_texts(NOW - DAY, NOW) == 130
    assert archive.stats()["forgotten"] == 130


def test_what_was_forgotten_is_in_no_table(archive: Archive) -> None:
    """Neither its text nor that of its earlier versions, nor in the index, in spans or in messages."""
    secret = "quincunx"
    old = item(1, body=f"{WIRE} The {secret} plan.", summary=f"A {secret}.", seen_at=NOW - 40 * DAY)
    archive.keep([judged(old, promise())], NOW - 40 * DAY, via="crawl")
    edited = item(1, body=f"{WIRE} The {secret} plan was changed on Monday to 47 points.", seen_at=NOW - 39 * DAY)
    assert archive.keep([judged(edited, promise())], NOW - 39 * DAY, via="crawl")[0].keeping is Keeping.EDITED
    number = archive.claim_deliveries(NOW, "me", HOUR, channels=["desk"])[0].id
    archive.freeze(number, {"text": f"the {secret}"})
    archive.settle(number, Told(Outcome.GAVE_UP, "550 no"), NOW - 39 * DAY, None)
    archive.forget_texts(NOW - 30 * DAY, NOW)
    archive.prune(NOW + 400 * DAY)
    assert archive.deliveries("gave-up")[0].message is None
    assert list(archive.search(parse(secret))) == []
    with archive._database.read() as connection:
        for table in metadata.sorted_tables:
            assert [row for row in connection.execute(select(table)) if secret in str(row)] == [], table.name


def test_rows_that_serve_nobody_go_and_those_that_guard_against_a_second_alert_stay(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tries and words of deliveries of the year before last, sums of visits, accounts of entries long gone; what goes
    on, what is known to the next visit and what was told stay."""
    monkeypatch.setattr(retention, "MOST_SIGHTINGS", 1)
    then = NOW - 500 * DAY
    archive.claim_sources(["dawn"], then, "me", HOUR)
    archive.keep([judged(item(1, body=WIRE), promise())], then, via="crawl")
    archive.reject([Rejected("dawn", f"https://dawn.example/no/{n}", "No", "not news") for n in range(4)], then - DAY)
    archive.reject([Rejected("dawn", f"https://dawn.example/late/{n}", f"Late {n}", "not news") for n in range(2)], NOW)
    archive.checked(Visit("dawn", VisitStatus.OK, then, then, items=0), NOW)
    told, waits = (
        archive.claim_deliveries(NOW, "me", HOUR, channels=["desk"])[0].id,
        archive.owe_message("hook", "notice", {"subject": "x"}, then),
    )
    archive.freeze(told, {"body": WIRE})
    archive.settle(told, Told(Outcome.RETRY, "451"), then, then)
    archive.settle(told, Told(Outcome.SENT, "250"), then, None)
    archive.settle(waits, Told(Outcome.RETRY, "503"), then, NOW)
    pruned = archive.prune(NOW)
    assert (pruned.tries, pruned.messages, pruned.sightings, pruned.days) == (2, 1, 4, 1)
    assert archive.prune(NOW) == retention.Pruned()
    assert archive.delivery_tries(told) == []
    assert len(archive.delivery_tries(waits)) == 1
    assert archive.explain("https://dawn.example/late/1") is not None
    assert archive.explain("https://dawn.example/no/1") is None
    again = archive.keep([judged(item(1, body=WIRE), promise())], NOW, via="crawl")[0]
    assert (again.keeping, again.owed) == (Keeping.KNOWN, ())


def test_free_room_is_given_back_where_there_is_much_of_it(tmp_path: Path) -> None:
    """A new archive shrinks in place, one of an earlier version by way of a compact copy; a little is left free."""
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}")
    archive.migrate()
    archive.keep([judged(item(n, body=f"{WIRE} {n} " * 40, seen_at=NOW - 40 * DAY)) for n in range(150)], NOW, via="x")
    archive.forget_texts(NOW - DAY, NOW)
    before = archive.size()
    assert before.free > 0.3 * before.used
    assert archive.shrink(5) == 0  # not worth the writing
    assert vacuum.shrink(archive._database, 5, spare=0) > 0
    after = archive.size()
    assert after.free <= after.used / 5
    archive.backup(tmp_path / "new.db", compact=True)
    with sqlite3.connect(tmp_path / "new.db", isolation_level=None) as earlier:
        earlier.execute("PRAGMA auto_vacuum=NONE")
        earlier.execute("VACUUM")
    earlier.close()
    old = Archive.open(f"sqlite:///{tmp_path / 'new.db'}")
    assert vacuum.shrink(old._database, 5, spare=-1) == 0
    old.backup(tmp_path / "small.db", compact=True)
    old.close()
    with sqlite3.connect(tmp_path / "small.db") as copy:
        assert copy.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert copy.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    small = Archive.open(f"sqlite:///{tmp_path / 'small.db'}")
    assert small.stats() == archive.stats()
    assert len(list(small.search(parse("report"), limit=None))) == 150
    small.close()
    archive.close()


def test_a_copy_is_whole_and_comes_to_an_end_while_somebody_writes_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is of one moment: every item that is in it has all that belongs to it."""
    monkeypatch.setattr("archive.backup._PAGES_AT_ONCE", 5)
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}")
    archive.migrate()
    archive.keep([judged(item(n, body=WIRE)) for n in range(200)], NOW, via="crawl")
    stop, kept = threading.Event(), iter(range(1000, 100_000))

    def write() -> None:
        while not stop.is_set():
            archive.keep([judged(item(next(kept)), promise())], NOW, via="crawl")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            archive.backup(tmp_path / f"copy{number}.db")
    finally:
        stop.set()
        writer.join()
    copy = Archive.open(f"sqlite:///{tmp_path / 'copy2.db'}", read_only=True)
    found = copy.stats()
    assert 200 <= found["items"] <= archive.stats()["items"]
    assert found["owed"] == found["items"] - 200 == copy.items_ever() - 200
    assert len(list(copy.search(parse("report"), limit=None))) == found["items"]
    copy.close()
    archive.close()


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


def test_a_text_that_changes_while_it_is_to_be_forgotten_leaves_no_ghost(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading and the writing an edit comes: its words are found afterwards, and then forgotten whole."""
    archive.keep([judged(item(1, body=WIRE, seen_at=NOW - 40 * DAY))], NOW - 40 * DAY, via="crawl")
    edited = item(1, body=f"{WIRE} A corrigendum of 47 points was issued on Monday.", seen_at=NOW - 39 * DAY)
    words, meanwhile = retention._words, [edited]

    def slow(row: object) -> object:
        made = words(row)  # type: ignore[arg-type]
        if meanwhile:
            kept = archive.keep([judged(meanwhile.pop())], NOW - 39 * DAY, via="crawl")[0]
            assert kept.keeping is Keeping.EDITED
        return made

    monkeypatch.setattr(retention, "_words", slow)
    assert archive.forget_texts(NOW - 30 * DAY, NOW) == 0
    assert len(list(archive.search(parse("corrigendum")))) == 1
    assert archive.forget_texts(NOW - 30 * DAY, NOW) == 1
    assert list(archive.search(parse("corrigendum OR delegation"))) == []
