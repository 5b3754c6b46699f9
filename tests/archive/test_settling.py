"""What came of tries, written together; how channels stand; deliveries that are dropped, put back, brought forward."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from archive.model import Delivery, DeliveryState, Outcome, Told, Trouble
from archive.settling import Ended, Notices, Settlement
from archive.store import Archive
from tests.archive.samples import DAY, HOUR, MINUTE, NOW, item, judged, promise

SENT = Told(Outcome.SENT, "200 OK")
BUSY = Told(Outcome.RETRY, "503 busy\x00")


def owed(archive: Archive, many: int = 1, channel: str = "hook") -> list[Delivery]:
    """Claimed deliveries of one channel."""
    batch = [judged(item(f"{channel}{n}"), promise(channel=channel)) for n in range(many)]
    archive.keep(batch, NOW, via="crawl")
    return archive.claim_deliveries(NOW, "me", 10 * MINUTE, channels=[channel], limit=many)


def counting(before: Trouble | None, end: Ended) -> tuple[Trouble | None, Notices]:
    """Tells the operator of the third failure in a row, and of the first success after it."""
    if end.told.outcome is Outcome.SENT:
        return None, [("desk", {"about": end.channel, "now": "works"})] if before and before.told else []
    failures = before.failures + 1 if before else 1
    told = failures >= 3
    notices = [("desk", {"about": end.channel, "now": "fails"})] if failures == 3 else []
    return Trouble(end.channel, NOW, failures, end.told.answer, end.at, told), notices


def notices(archive: Archive) -> list[str]:
    return [one.message["now"] for one in archive.deliveries(channel="desk", limit=10**4) if one.message]


def test_many_tries_are_written_together_each_with_its_own_end(archive: Archive) -> None:
    """One that nobody knows does not spoil the others, and is named."""
    one, two, three = owed(archive, 3)
    settlements = [
        Settlement(one.id, SENT, NOW),
        Settlement("d0", SENT, NOW),
        Settlement(two.id, BUSY, NOW, NOW + HOUR),
        Settlement(three.id, BUSY, NOW),
        Settlement(two.id, SENT, NOW + MINUTE),
    ]
    assert archive.settle_all(settlements) == ["d0"]
    states = {found.id: found for found in archive.deliveries()}
    assert [states[n.id].state for n in (one, two, three)] == ["sent", "sent", "gave-up"]
    assert states[two.id].tries == 2
    assert [[t.outcome for t in archive.delivery_tries(n.id)] for n in (one, two, three)] == [
        ["sent"],
        ["retry", "sent"],
        ["retry"],
    ]


def test_many_messages_are_frozen_together_and_the_first_composer_wins(archive: Archive) -> None:
    """As if each were alone."""
    one, two = owed(archive, 2)
    archive.freeze(one.id, {"n": 1})
    assert archive.freeze_all({one.id: {"n": 9}, two.id: {"n": 2}, "d0": {}}) == {one.id: {"n": 1}, two.id: {"n": 2}}


def test_the_trouble_of_a_channel_is_kept_and_told_once_by_two_services_at_once(archive: Archive) -> None:
    """Forty failures written by four threads through two openings of the archive; then two successes."""
    deliveries = owed(archive, 42)
    other = Archive(archive._database)
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        for one in deliveries[number:40:4]:
            (archive, other)[number % 2].settle(one.id, BUSY, NOW, NOW + HOUR, counting)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notices(archive) == ["fails"]
    trouble = archive.channel_troubles()["hook"]
    assert (trouble.failures, trouble.since, trouble.why, trouble.told) == (40, NOW, "503 busy\ufffd", True)
    archive.settle_all([Settlement(one.id, SENT, NOW) for one in deliveries[40:]], counting)
    assert sorted(notices(archive)) == ["fails", "works"]
    assert archive.channel_troubles() == {}


def test_a_dropped_delivery_is_never_sent_and_its_account_is_kept(archive: Archive) -> None:
    """State, reason and time; `retry --all` leaves it alone, its own id brings it back."""
    one, two = owed(archive, 2)
    archive.settle(two.id, BUSY, NOW, None)
    archive.drop_lease("me")
    assert archive.drop([one.id, two.id, "d0"], "old news \ud800", NOW + MINUTE) == (1, [two.id, "d0"])
    ledger = archive.explain(one.owed[0].item_id)
    assert ledger is not None
    lost = ledger.deliveries[0].delivery
    assert (lost.state, lost.dropped, lost.ended_at) == ("gave-up", "old news \ufffd", NOW + MINUTE)
    assert archive.retry(None, NOW) == 1
    assert [found.id for found in archive.claim_deliveries(NOW + DAY, "me", HOUR, channels=["hook"])] == [two.id]
    assert archive.retry(one.id, NOW) == 1
    again = archive.claim_deliveries(NOW + DAY, "me", HOUR, channels=["hook"])
    assert [(found.id, found.dropped) for found in again] == [(one.id, None)]


def test_a_delivery_dropped_while_it_was_under_way_is_sent_if_it_arrived_and_else_stays_dropped(
    archive: Archive,
) -> None:
    """The slower word about a try counts only when it is a yes."""
    one, two = owed(archive, 2)
    assert archive.drop([], "too late", NOW, channel="hook") == (2, [])
    archive.settle(one.id, BUSY, NOW, NOW + HOUR)
    archive.settle(two.id, SENT, NOW, None)
    states = {found.id: (found.state, found.dropped) for found in archive.deliveries()}
    assert states == {one.id: (DeliveryState.GAVE_UP, "too late"), two.id: (DeliveryState.SENT, None)}


def test_deliveries_are_listed_by_what_is_asked_for(archive: Archive) -> None:
    """State, channel, rule, age, and what is tried in vain."""
    one, two = owed(archive, 2)
    owed(archive, 1, "desk")
    archive.settle(one.id, BUSY, NOW, NOW + HOUR)
    assert [found.id for found in archive.deliveries(failing=True)] == [one.id]
    assert len(archive.deliveries(rule="cars")) == 3
    assert archive.deliveries(rule="boats") == []
    assert archive.deliveries(since=NOW + MINUTE) == []
    assert {found.id for found in archive.deliveries("owed", channel="hook")} == {one.id, two.id}


def longest(tries: int, retry_after: float | None) -> timedelta:
    return max(tries * MINUTE, timedelta(seconds=retry_after or 0))


def test_after_the_clock_was_set_back_nothing_waits_for_the_whole_jump(archive: Archive) -> None:
    """Tries, promises and leases of a day ahead; a pause that was asked for stays, a digest keeps its hour."""
    first, asked, never, fine = owed(archive, 4)
    archive.settle(first.id, BUSY, NOW, NOW + MINUTE)
    archive.settle(asked.id, Told(Outcome.RETRY, "503", retry_after=7200), NOW, NOW + 2 * HOUR)
    archive.settle(never.id, BUSY, NOW, NOW)
    archive.retry(never.id, NOW)
    back = NOW - DAY
    later = promise(channel="later")
    archive.keep([judged(item("l"), later)], NOW, via="crawl")
    assert archive.clock_set_back(back, longest, HOUR) == 5
    assert archive.clock_set_back(back, longest, HOUR) == 0
    due = {found.id: found.next_try_at for found in archive.deliveries()}
    assert due[first.id] == back + MINUTE
    assert due[asked.id] == back + 2 * HOUR
    assert due[never.id] == back
    assert [one.channel for one in archive.claim_deliveries(back, "me", HOUR, channels=["later"])] == ["later"]
    assert [one.id for one in archive.claim_deliveries(back + HOUR, "you", HOUR, channels=["hook"], limit=9)].count(
        fine.id
    ) == 1


def test_nothing_is_brought_forward_that_waits_by_this_clock(archive: Archive) -> None:
    """It may be asked at any time."""
    (one,) = owed(archive)
    archive.settle(one.id, BUSY, NOW, NOW + MINUTE)
    assert archive.clock_set_back(NOW + timedelta(seconds=1), longest, HOUR) == 0


@pytest.mark.parametrize("each", [None, 2])
def test_a_long_queue_of_one_channel_costs_the_others_nothing(archive: Archive, each: int | None) -> None:
    """What is claimed for one by itself does not see what waits for another."""
    names = [f"c{n}" for n in range(6)]
    for name in names:
        owed(archive, 12 if name == "c0" else 1, name)
    archive.drop_lease("me")
    found = archive.claim_deliveries(NOW, "me", HOUR, channels=names, limit=8, each=each)
    assert {one.channel for one in found} == set(names)
    assert len(found) == (8 if each is None else 7)
