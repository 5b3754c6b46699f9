"""A batch is written with a few statements; what comes of it is what would come of its items one by one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from archive import fulltext
from archive.document import document_of
from archive.model import Judged, Keeping
from archive.store import Archive
from query import parse
from tests.archive.samples import DAY, NOW, OTHER, WIRE, item, judged, promise

BEFORE = NOW - DAY
_WORDS = WIRE.split()
LEFT, RIGHT = " ".join(_WORDS[:66]), " ".join(_WORDS[30:])


@pytest.fixture
def other_archive(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Archive]:
    """One more empty archive, for the same items one by one."""
    shutil.copy(migrated_sqlite, tmp_path / "other.db")
    opened = Archive.open(f"sqlite:///{tmp_path / 'other.db'}")
    yield opened
    opened.close()


def everything() -> list[Judged]:
    """Two parts of a text, the whole that joins them, a reprint, the first again, a page that is read later."""
    news = [
        item(1, body=LEFT),
        item(2, source="profit", body=RIGHT),
        item(3, body=OTHER),
        item(4, source="app", body=WIRE),
        item(7, source="sun", body="KARACHI (APP): " + OTHER),
        item(1, body=LEFT),
        item(5, source="app", body=None, summary="Only a summary.", complete=False),
        item(5, source="app", body="The whole text at last.", summary="Only a summary."),
        item(6, source="profit"),
    ]
    each = (promise(), promise("rain", "hook", repeat="each"), promise("facts", "hook", repeat="updates"))
    return [judged(one, *each) for one in news]


def account(archive: Archive, kept: list) -> list[object]:
    """What became of every item, with stories numbered as they come."""
    lasting = [archive.story(one.story_id).id for one in kept]  # type: ignore[union-attr]
    numbers = {story: number for number, story in enumerate(dict.fromkeys(lasting))}
    items = [one.item_id for one in kept]
    seen = [[(each.outcome, each.count) for each in archive.explain(one).sightings] for one in items]  # type: ignore[union-attr]
    return [
        [one.keeping for one in kept],
        [one.owed for one in kept],
        [numbers[story] for story in lasting],
        [items.index(one) for one in items],
        [archive.items([one])[one].rules for one in items],
        [archive.spans(one) for one in items],
        seen,
        archive.stats(),
    ]


def test_a_batch_comes_to_the_same_as_its_items_one_by_one(archive: Archive, other_archive: Archive) -> None:
    """Stories, versions, promises, matches and accounts: also where one item of a batch changes what another wrote."""
    together = archive.keep(everything(), NOW, via="crawl")
    apart = [other_archive.keep([one], NOW, via="crawl")[0] for one in everything()]
    assert account(archive, together) == account(other_archive, apart)
    assert Keeping.FILLED in {one.keeping for one in together}


def test_many_items_take_few_statements(archive: Archive) -> None:
    """Not some for each: forty items with promises and keys are written by fewer statements than there are items."""
    statements: list[str] = []
    event.listen(archive._database.engine, "before_cursor_execute", lambda *asked: statements.append(asked[2]))
    archive.keep([judged(item(number), promise()) for number in range(40)], NOW, via="crawl")
    asked = len(statements)
    assert archive.stats()["owed"] == 40
    assert 0 < asked < 40


def test_items_of_one_second_all_have_a_place(archive: Archive) -> None:
    """In one batch, in the next, and where a batch is written in between."""
    batch = [judged(item(number, published_at=BEFORE)) for number in range(3)]
    archive.keep(batch, NOW, via="crawl")
    archive.keep([judged(item(number, published_at=BEFORE)) for number in range(2, 6)], NOW, via="crawl")
    unread = item(7, published_at=BEFORE, complete=False)
    archive.keep(
        [judged(unread), judged(item(7, published_at=BEFORE)), judged(item(8, published_at=BEFORE))], NOW, via="crawl"
    )
    assert len(list(archive.search(None, limit=50))) == 8


def test_imported_items_of_one_batch_share_the_story_they_name(archive: Archive) -> None:
    """The first begins it, the others find it, though nothing is written yet."""
    batch = [judged(item(number, story_id="paper-9")) for number in range(3)]
    kept = archive.keep(batch, NOW, via="import")
    assert {one.story_id for one in kept} == {"paper-9"}


def test_a_batch_that_is_refused_leaves_nothing(archive: Archive) -> None:
    """A time without a zone in the last item; the others come alone then, and are found by the beginnings of words."""
    good = [judged(item(number, body=f"The zyxwolf{number} howled.")) for number in range(3)]
    with pytest.raises(ValueError, match="zone"):
        archive.keep([*good, judged(item(9, published_at=NOW.replace(tzinfo=None)))], NOW, via="crawl")
    assert archive.stats()["items"] == 0
    archive.keep(good, NOW, via="crawl")
    assert len(list(archive.search(parse("zyxwolf*")))) == 3


def test_words_of_a_write_that_was_undone_are_still_found(archive: Archive) -> None:
    """What is noted of the words of the index holds only when the write is in the file."""
    entry = fulltext.entry_of(document_of(item(1, body="A zyxwolf howled.")))

    def write_in_vain() -> None:
        with archive._database.write() as connection:
            fulltext.write_all(connection, [(1, entry)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_in_vain()
    archive.keep([judged(item(1, body="A zyxwolf howled."))], NOW, via="crawl")
    assert len(list(archive.search(parse("zyxwol*")))) == 1


def test_a_story_told_within_the_batch_is_told_once(archive: Archive) -> None:
    """Also when the story was there before: its promises are those of the archive and those of the batch."""
    archive.keep([judged(item(1, body=WIRE), promise("early"))], NOW, via="crawl")
    reprints = [
        judged(item(2, source="profit", body=WIRE), promise(), promise("early")),
        judged(item(3, source="app", body=WIRE), promise()),
    ]
    kept = archive.keep(reprints, NOW + timedelta(minutes=1), via="crawl")
    assert [one.owed for one in kept] == [(("desk", "cars"),), ()]
