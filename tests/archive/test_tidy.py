"""The full-text index is kept in few pieces while keeping and searching go on."""

from __future__ import annotations

from archive.store import Archive
from query import parse
from tests.archive.samples import NOW, item, judged


def _segments(archive: Archive) -> int:
    with archive._database.read() as connection:
        found = connection.exec_driver_sql("SELECT count(DISTINCT segid) FROM fulltext_idx").scalar_one()
        return int(found)


def test_what_was_kept_bit_by_bit_is_found_in_a_tidy_index(archive: Archive) -> None:
    """Before, in between and afterwards; a second time there is nothing to do."""
    for number in range(40):
        archive.keep([judged(item(number, title=f"Harvest {number}"))], NOW, via="crawl")
        if number == 20:
            assert archive.tidy(60)
    before = [found.title for found in archive.search(parse("harvest"), limit=None)]
    if archive._database.sqlite:
        assert _segments(archive) > 2
    assert archive.tidy(60)
    if archive._database.sqlite:
        assert _segments(archive) <= 2
    assert archive.tidy(60)
    assert [found.title for found in archive.search(parse("harvest"), limit=None)] == before
    assert len(before) == 40
    assert [found.title for found in archive.search(parse("harv* 3"))] == ["Harvest 3"]


def test_without_time_nothing_is_done(archive: Archive) -> None:
    """And it says that there may be more to do."""
    assert not archive.tidy(0)
