"""What pages for whoever runs the service ask: what waits and is in no message, what visits brought by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from archive.model import Visit, VisitStatus
from archive.store import Archive
from archive.yields import Lately
from tests.archive.samples import HOUR, NOW, item, judged, promise

DAY = timedelta(days=1)
BOTH = ("dawn", "profit")


def _visit(archive: Archive, source: str, at: object, new: int, *, failed: bool = False, missed: int = 0) -> None:
    status = VisitStatus.FAILED if failed else VisitStatus.OK
    visit = Visit(source, status, at, at, items=9, new=new, error="gone" if failed else None)  # type: ignore[arg-type]
    archive.checked(visit, at + HOUR, missed)  # type: ignore[operator]


def test_what_waits_comes_in_the_order_in_which_it_is_due_a_page_at_a_time(archive: Archive) -> None:
    """None twice and none left out, also of those that are due at one moment; what is in a message is not there."""
    for number in range(7):
        due = NOW + HOUR * (number // 3)
        made = replace(promise(), due_at=due, channel="desk" if number % 2 else "hook", bundle="daily 08:00")
        archive.keep([judged(item(number, title=f"Number {number} of its own kind"), made)], NOW, via="crawl")
    seen, after = [], None
    while page := archive.promised(2, after=after):
        seen += page
        after = (page[-1].owed.due_at, page[-1].owed.id)
    assert [one.title for one in seen] == [f"Number {number} of its own kind" for number in range(7)]
    assert [one.title[7] for one in archive.promised(9, "desk")] == ["1", "3", "5"]
    assert archive.promised(9, rule="nobody's\x00") == []
    assert (archive.count_promised(), archive.count_promised("desk"), archive.count_promised(most=2)) == (7, 3, 3)
    archive.claim_deliveries(NOW + DAY, "me", HOUR, channels=["desk"])
    assert archive.count_promised("desk") == 0


def test_a_delivery_is_found_by_its_id(archive: Archive) -> None:
    """And nothing by another, however strange."""
    number = archive.owe_message("desk", "notice", {"type": "notice"}, NOW)
    found = archive.delivery(number)
    assert found
    assert (found.id, found.channel) == (number, "desk")
    assert archive.delivery("no\x00ne\ud800") is None


def test_items_of_a_day_are_those_of_the_reader_s_day(archive: Archive) -> None:
    """Half past ten in the evening in UTC is the next day five hours east, and the same day in the west."""
    evening = NOW.replace(hour=22, minute=30)
    _visit(archive, "dawn", evening, 4)
    _visit(archive, "dawn", evening - timedelta(hours=20), 3)
    _visit(archive, "dawn", evening, 0)
    _visit(archive, "profit", evening - 40 * DAY, 9)
    today = evening.date()
    assert archive.yields(NOW - 30 * DAY, timedelta(hours=5), BOTH) == {"dawn": {today: 3, today + DAY: 4}}
    assert archive.yields(NOW, timedelta(0), []) == {}
    assert archive.yields(NOW - 30 * DAY, timedelta(hours=-3), BOTH) == {"dawn": {today: 4, _before(today): 3}}


def _before(day: date) -> date:
    return day - DAY


def test_the_last_day_is_summed_by_source(archive: Archive) -> None:
    """Failed ones and late ticks too; what was before it does not count."""
    _visit(archive, "dawn", NOW - 2 * DAY, 5, missed=3)
    _visit(archive, "dawn", NOW - HOUR, 2, missed=1)
    _visit(archive, "dawn", NOW, 0, failed=True)
    assert archive.lately(NOW - DAY) == {"dawn": Lately(visits=2, failed=1, new=2, missed=1)}
