"""Deliveries: bundled once, frozen once, tried until told, never lost."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from archive.errors import ArchiveError
from archive.model import Delivery, DeliveryState, Outcome, Told
from archive.store import Archive
from tests.archive.samples import DAY, HOUR, MINUTE, NOW, WIRE, item, judged, promise

SENT = Told(Outcome.SENT, "200 OK")
RETRY = Told(Outcome.RETRY, "503 busy", retry_after=7.5)
GAVE_UP = Told(Outcome.GAVE_UP, "550 no such user")
GONE = Told(Outcome.GAVE_UP, "410 gone", disable=True)


def claim(archive: Archive, now=NOW, owner="me", channels=("desk", "hook"), **more) -> list[Delivery]:
    return archive.claim_deliveries(now, owner, 10 * MINUTE, channels=channels, **more)


def owe(archive: Archive, number: int = 1, *promises, **more) -> str:
    return archive.keep([judged(item(number, **more), *(promises or (promise(),)))], NOW, via="crawl")[0].item_id


def test_what_is_owed_becomes_one_delivery_with_all_rules_of_the_story(archive: Archive) -> None:
    """One message names all rules that matched."""
    item_id = owe(archive, 1, promise("cars"), promise("autos"), promise("cars", "hook"))
    found = {one.channel: one for one in claim(archive)}
    assert found["desk"].rules == ("cars", "autos")
    assert found["hook"].rules == ("cars",)
    assert [one.item_id for one in found["desk"].owed] == [item_id] * 2
    assert found["desk"].owed[0].query == "about cars"
    assert (found["desk"].kind, found["desk"].message, found["desk"].state) == ("alert", None, DeliveryState.OWED)
    assert found["desk"].created_at == NOW


def test_a_leased_delivery_is_nobody_elses_until_the_lease_runs_out(archive: Archive) -> None:
    """The same delivery comes back under the same id."""
    owe(archive)
    first = claim(archive)
    assert claim(archive, owner="other") == []
    again = claim(archive, NOW + 11 * MINUTE, owner="other")
    assert [one.id for one in again] == [one.id for one in first]


def test_two_processes_never_claim_the_same(archive: Archive) -> None:
    """Bundling and leasing are one transaction."""
    for number in range(12):
        owe(archive, number)
    claimed: list[str] = []
    start = threading.Barrier(3)

    def work(owner: str) -> None:
        start.wait()
        while found := claim(archive, owner=owner, limit=2):
            claimed.extend(one.id for one in found)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 12


def test_a_message_is_frozen_once(archive: Archive) -> None:
    """The second composer learns which message counts, byte for byte the first one's."""
    owe(archive)
    number = claim(archive)[0].id
    message = {"type": "alert", "data": {"title": "جاپان \ud800 \x00", "n": [1, None, 2.5]}}
    assert archive.freeze(number, message) == message
    assert archive.freeze(number, {"type": "other"}) == message
    assert archive.deliveries()[0].message == message


def test_sent_is_sent(archive: Archive) -> None:
    """It is not claimed again, and its try is on record."""
    owe(archive)
    number = claim(archive)[0].id
    archive.settle(number, SENT, NOW, None)
    assert claim(archive, NOW + DAY) == []
    done = archive.deliveries(DeliveryState.SENT)[0]
    assert (done.id, done.tries, done.ended_at, done.next_try_at) == (number, 1, NOW, None)
    assert [(one.at, one.outcome, one.answer) for one in archive.delivery_tries(number)] == [
        (NOW, Outcome.SENT, "200 OK")
    ]


def test_a_retry_is_due_at_its_time_and_keeps_who_was_reached(archive: Archive) -> None:
    """Partial success is not sent again to those who have it."""
    owe(archive)
    number = claim(archive)[0].id
    archive.settle(number, replace(RETRY, reached=("a@x.example",)), NOW, NOW + HOUR)
    assert claim(archive, NOW + 59 * MINUTE) == []
    again = claim(archive, NOW + HOUR)[0]
    assert (again.id, again.tries, again.reached, again.last_error) == (number, 1, ("a@x.example",), "503 busy")
    archive.settle(number, replace(SENT, reached=("b@x.example", "a@x.example")), NOW + HOUR, None)
    assert archive.deliveries()[0].reached == ("a@x.example", "b@x.example")
    assert archive.delivery_tries(number)[0].retry_after == 7


def test_given_up_keeps_its_reason_and_can_be_put_back(archive: Archive) -> None:
    """delivery retry: owed, due now, tries counted anew, same id, same message."""
    owe(archive)
    number = claim(archive)[0].id
    archive.freeze(number, {"n": 1})
    archive.settle(number, GAVE_UP, NOW, NOW + HOUR)
    lost = archive.deliveries("gave-up")[0]
    assert (lost.id, lost.last_error, lost.ended_at) == (number, "550 no such user", NOW)
    assert claim(archive, NOW + DAY) == []
    assert archive.retry(None, NOW + DAY) == 1
    back = claim(archive, NOW + DAY)[0]
    assert (back.id, back.tries, back.message) == (number, 0, {"n": 1})
    assert len(archive.delivery_tries(number)) == 1


def test_a_retry_without_a_next_time_has_given_up(archive: Archive) -> None:
    """The scheduler has no more tries to offer."""
    owe(archive)
    archive.settle(claim(archive)[0].id, RETRY, NOW, None)
    assert archive.deliveries()[0].state is DeliveryState.GAVE_UP


def test_what_was_sent_is_never_put_back(archive: Archive) -> None:
    """Neither by retry nor by a slower process that reports a failure afterwards."""
    owe(archive)
    number = claim(archive)[0].id
    archive.settle(number, SENT, NOW, None)
    archive.settle(number, RETRY, NOW, NOW)
    archive.settle(number, GONE, NOW, None)
    assert archive.retry(number, NOW) == 0
    assert archive.deliveries()[0].state is DeliveryState.SENT


def test_a_disabled_channel_keeps_what_is_owed_and_delays_no_other(archive: Archive) -> None:
    """410: nothing more is claimed for it until it is enabled; then all of it."""
    owe(archive, 1, promise("cars", "hook"))
    archive.settle(claim(archive)[0].id, GONE, NOW, None)
    assert archive.disabled_channels() == {"hook": "410 gone"}
    owe(archive, 2, promise("cars", "hook"), promise("cars", "desk"))
    assert [one.channel for one in claim(archive)] == ["desk"]
    assert [one.channel for one in archive.deliveries("owed", channel="hook")] == ["hook", "hook"]
    assert archive.enable_channel("hook")
    assert not archive.enable_channel("hook")
    assert [one.channel for one in claim(archive, NOW + MINUTE)] == ["hook", "hook"]


def test_a_story_that_grows_while_its_channel_is_disabled_is_one_delivery(archive: Archive) -> None:
    """What is not composed yet takes the rules that came since."""
    owe(archive, 9, promise("x", "hook"))
    archive.settle(claim(archive)[0].id, GONE, NOW, None)
    owe(archive, 1, promise("cars", "hook"), body=WIRE)
    claim(archive)
    owe(archive, 2, promise("jobs", "hook"), body=WIRE, source="b")
    claim(archive)
    archive.enable_channel("hook")
    assert sorted(one.rules for one in claim(archive)) == [("cars", "jobs"), ("x",)]


def test_channels_take_turns(archive: Archive) -> None:
    """A hundred waiting for one channel do not hold up the other's one."""
    for number in range(20):
        owe(archive, number, promise("cars", "desk"))
    owe(archive, 99, promise("cars", "hook"))
    assert [one.channel for one in claim(archive, limit=3)].count("hook") == 1


def test_channels_that_are_not_asked_for_stay_owed(archive: Archive) -> None:
    """A channel that is no longer configured loses nothing."""
    owe(archive, 1, promise("cars", "gone"))
    assert claim(archive) == []
    assert claim(archive, channels=()) == []
    assert archive.stats()["owed"] == 1
    assert [one.channel for one in claim(archive, channels=["gone"])] == ["gone"]


def test_a_promise_that_is_not_due_waits(archive: Archive) -> None:
    """rules.wait collects a story's first moments."""
    owe(archive, 1, replace(promise(), due_at=NOW + MINUTE))
    assert claim(archive) == []
    assert len(claim(archive, NOW + MINUTE)) == 1


def test_one_due_rule_takes_the_storys_waiting_ones_along(archive: Archive) -> None:
    """A channel gets the story once, with all of its rules."""
    owe(archive, 1, promise("cars"), replace(promise("slow"), due_at=NOW + HOUR))
    found = claim(archive)
    assert [one.rules for one in found] == [("cars", "slow")]
    archive.settle(found[0].id, SENT, NOW, None)
    assert claim(archive, NOW + HOUR) == []


def test_a_digest_is_one_delivery_for_a_channel_and_a_due_time(archive: Archive) -> None:
    """Many stories, one message; the next day's is another."""
    morning, next_day = NOW + HOUR, NOW + HOUR + DAY
    for number in range(3):
        owe(archive, number, replace(promise(), bundle="daily 08:00", due_at=morning))
    owe(archive, 7, replace(promise(), bundle="daily 08:00", due_at=next_day))
    owe(archive, 8, replace(promise(), bundle="hourly", due_at=morning))
    assert claim(archive) == []
    found = claim(archive, morning)
    assert sorted((one.kind, len(one.stories)) for one in found) == [("digest", 1), ("digest", 3)]
    assert [len(one.stories) for one in claim(archive, next_day)][-1] == 1


def test_a_clean_stop_gives_leases_back(archive: Archive) -> None:
    """Only one's own."""
    owe(archive)
    number = claim(archive, owner="me")[0].id
    archive.drop_lease("other")
    assert claim(archive, owner="other") == []
    archive.drop_lease("me")
    assert [one.id for one in claim(archive, owner="other")] == [number]


def test_a_notice_is_owed_like_anything_else_and_once(archive: Archive) -> None:
    """The operator's notices survive a crash; the same id again changes nothing."""
    message = {"type": "notice", "data": {"subject": "A source went dark"}}
    number = archive.owe_message("desk", "notice", message, NOW, "dark:dawn:1")
    assert archive.owe_message("desk", "notice", {}, NOW, "dark:dawn:1") == number
    found = claim(archive)
    assert [(one.id, one.kind, one.message, one.owed) for one in found] == [("dark:dawn:1", "notice", message, ())]


def test_an_unknown_delivery_is_named(archive: Archive) -> None:
    """A sentence, not a silence."""
    for act in (lambda: archive.freeze("d0", {}), lambda: archive.settle("d0", SENT, NOW, None)):
        with pytest.raises(ArchiveError, match="no delivery 'd0'"):
            act()
    assert archive.retry("d0", NOW) == 0
