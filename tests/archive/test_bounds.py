"""Quiet hours, caps and silences where a message begins: what waits is marked, and nothing is dropped."""

from __future__ import annotations

from datetime import datetime

import pytest

from archive import bundling
from archive.model import Bounds, Delivery, Outcome, Told
from archive.store import Archive
from tests.archive.samples import DAY, HOUR, MINUTE, NOW, WIRE, item, judged, promise

NIGHT = {"desk": Bounds(quiet="quiet hours 22:00-07:00")}
THREE = {"desk": Bounds(max_per_hour=3)}
WHY_THREE = "more than 3 messages in an hour"
SENT = Told(Outcome.SENT, "200 OK")


def claim(archive: Archive, now: datetime = NOW, bounds: dict[str, Bounds] | None = None) -> list[Delivery]:
    return archive.claim_deliveries(now, "me", 10 * MINUTE, channels=("desk", "hook"), bounds=bounds)


def tell(archive: Archive, now: datetime = NOW, bounds: dict[str, Bounds] | None = None) -> list[Delivery]:
    """Claim and settle as sent, as the service does."""
    told = []
    while claimed := claim(archive, now, bounds):
        for one in claimed:
            archive.freeze(one.id, {"type": one.kind})
            archive.settle(one.id, SENT, now, None)
        told += claimed
    return told


def owe(archive: Archive, number: int, *promises, at: datetime = NOW, **more) -> str:
    news = item(number, seen_at=at, published_at=at, **more)
    return archive.keep([judged(news, *(promises or (promise(),)))], at, via="crawl")[0].item_id


def test_in_quiet_hours_only_what_is_urgent_is_told_and_the_morning_brings_one_digest(archive: Archive) -> None:
    """Nothing is lost, nothing is told twice, other channels are not touched."""
    for number in range(3):
        owe(archive, number, promise("calm"), promise("calm", "hook"))
    owe(archive, 9, promise("fire", urgent=True))
    night = tell(archive, NOW, NIGHT)
    assert sorted((one.channel, one.rules) for one in night) == [("desk", ("fire",))] + [("hook", ("calm",))] * 3
    assert tell(archive, NOW + HOUR, NIGHT) == []
    assert archive.held() == {("desk", "quiet hours 22:00-07:00"): 3}
    (morning,) = tell(archive, NOW + 9 * HOUR)
    assert (morning.kind, len(morning.stories)) == ("digest", 3)
    assert {one.held for one in morning.owed} == {"quiet hours 22:00-07:00"}
    assert archive.held() == {}
    assert tell(archive, NOW + DAY) == []


def test_a_single_story_of_the_night_is_an_alert(archive: Archive) -> None:
    """A digest of one is a nuisance."""
    owe(archive, 1)
    assert tell(archive, NOW, NIGHT) == []
    assert [one.kind for one in tell(archive, NOW + HOUR)] == ["alert"]


def test_without_a_cap_many_at_once_are_no_reason_to_hold_any_back(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the night more falls due than one transaction makes into alerts: the next ones make the rest."""
    monkeypatch.setattr(bundling, "_MOST_AT_ONCE", 5)
    monkeypatch.setattr(bundling, "_SHARE", 5)
    owe(archive, 1)
    assert tell(archive, NOW, NIGHT) == []
    for number in range(10, 20):
        owe(archive, number, at=NOW + HOUR)
    assert [one.kind for one in tell(archive, NOW + HOUR)] == ["alert"] * 11
    assert archive.held() == {}


def test_an_urgent_rule_takes_the_story_s_calm_ones_along(archive: Archive) -> None:
    """A channel gets the story once, with all of its rules."""
    owe(archive, 1, promise("calm"), body=WIRE)
    assert tell(archive, NOW, NIGHT) == []
    owe(archive, 2, promise("fire", urgent=True), body=WIRE, source="b")
    assert [one.rules for one in tell(archive, NOW + MINUTE, NIGHT)] == [("calm", "fire")]
    assert tell(archive, NOW + DAY) == []


def test_a_retry_and_a_notice_wait_for_the_end_of_the_quiet_hours(archive: Archive) -> None:
    """Quiet is quiet; what is urgent is tried again."""
    owe(archive, 1, promise("calm"))
    owe(archive, 2, promise("fire", urgent=True))
    for one in claim(archive):
        archive.freeze(one.id, {"type": "alert"})
        archive.settle(one.id, Told(Outcome.RETRY, "503"), NOW, NOW + MINUTE)
    archive.owe_message("desk", "notice", {"type": "notice"}, NOW)
    assert [one.rules for one in claim(archive, NOW + HOUR, NIGHT)] == [("fire",)]
    assert sorted(one.kind for one in claim(archive, NOW + 2 * HOUR) if one.rules != ("fire",)) == ["alert", "notice"]


def test_digests_of_the_night_are_one_in_the_morning(archive: Archive) -> None:
    """Nine hourly digests at seven o'clock would be nine too many; tomorrow's is not among them."""
    for hour in range(4):
        owe(archive, hour, promise(bundle="hourly", due_at=NOW + hour * HOUR))
        assert tell(archive, NOW + hour * HOUR, NIGHT) == []
    owe(archive, 7, promise(bundle="hourly", due_at=NOW + 5 * HOUR))
    assert [(one.kind, len(one.stories)) for one in tell(archive, NOW + 4 * HOUR)] == [("digest", 4)]
    assert [len(one.stories) for one in tell(archive, NOW + 5 * HOUR)] == [1]


def test_beyond_the_cap_of_an_hour_the_rest_is_one_digest(archive: Archive) -> None:
    """Three alerts at once; when the hour is over, one digest with all the others, and it says why."""
    for number in range(10):
        owe(archive, number)
    assert [one.kind for one in tell(archive, NOW, THREE)] == ["alert"] * 3
    owe(archive, 20, at=NOW + 30 * MINUTE)
    assert tell(archive, NOW + 59 * MINUTE, THREE) == []
    (rest,) = tell(archive, NOW + 61 * MINUTE, THREE)
    assert (rest.kind, len(rest.stories)) == ("digest", 8)
    assert {one.held for one in rest.owed} == {WHY_THREE}
    assert tell(archive, NOW + DAY, THREE) == []


def test_the_cap_counts_the_digest_and_lets_what_is_urgent_pass(archive: Archive) -> None:
    """Never more than three in any hour, urgent ones apart, also right after the rest was told."""
    for number in range(5):
        owe(archive, number)
    tell(archive, NOW, THREE)
    owe(archive, 30, promise("fire", urgent=True), at=NOW + MINUTE)
    assert [one.rules for one in tell(archive, NOW + MINUTE, THREE)] == [("fire",)]
    for number in range(40, 45):
        owe(archive, number, at=NOW + 2 * HOUR)
    assert [one.kind for one in tell(archive, NOW + 2 * HOUR, THREE)] == ["digest", "alert", "alert"]
    assert [(one.kind, len(one.stories)) for one in tell(archive, NOW + 4 * HOUR, THREE)] == [("digest", 3)]


def test_a_receiver_that_was_away_is_not_flooded_when_it_is_back(archive: Archive) -> None:
    """What waits to be sent counts: five hours of news are three alerts and a digest, an hour apart."""
    for hour in range(5):
        for number in range(4):
            owe(archive, 10 * hour + number, at=NOW + hour * HOUR)
        for one in claim(archive, NOW + hour * HOUR, THREE):
            archive.freeze(one.id, {"type": one.kind})
            archive.settle(one.id, Told(Outcome.RETRY, "503"), NOW + hour * HOUR, NOW + hour * HOUR + MINUTE)
    back = NOW + 5 * HOUR
    assert [one.kind for one in tell(archive, back, THREE)] == ["alert"] * 3
    assert [(one.kind, len(one.stories)) for one in tell(archive, back + HOUR + MINUTE, THREE)] == [("digest", 17)]


def test_a_later_rule_for_a_story_that_waits_goes_with_it(archive: Archive) -> None:
    """One story, one message, whatever made it wait."""
    for number in range(5):
        owe(archive, number, promise("a"), body=WIRE if number == 4 else None)
    tell(archive, NOW, THREE)
    owe(archive, 50, promise("b"), body=WIRE, source="x", at=NOW + 2 * HOUR)
    (rest,) = tell(archive, NOW + 2 * HOUR, THREE)
    assert (len(rest.stories), rest.rules) == (2, ("a", "b"))


def test_a_clock_set_back_does_not_close_a_channel(archive: Archive) -> None:
    """What was sent in a future that did not come does not count."""
    for number in range(3):
        owe(archive, number, at=NOW)
    tell(archive, NOW + DAY, THREE)
    owe(archive, 9, at=NOW + MINUTE)
    assert [one.kind for one in tell(archive, NOW + MINUTE, THREE)] == ["alert"]


def test_what_a_silence_keeps_back_is_on_its_account(archive: Archive) -> None:
    """The rule's part of the story is told to nobody, the other rule's is; the silence counts and names it."""
    made = archive.silence("cars", NOW + 4 * HOUR, "trade fair", NOW)
    both = owe(archive, 1, promise("cars"), promise("jobs"))
    alone = owe(archive, 2, promise("cars"))
    assert [one.rules for one in tell(archive)] == [("jobs",)]
    assert [one.item_id for one in archive.silenced(made.id)] == [both, alone]
    assert [(one.why, one.count) for one in archive.silences(NOW)] == [("trade fair", 2)]
    ledger = archive.explain(alone)
    assert ledger is not None
    assert ledger.owed[0].silence_id == made.id
    assert ledger.silences[made.id].why == "trade fair"
    assert archive.stats()["owed"] == 0
    assert archive.stats()["silenced"] == 2
    assert archive.waiting() == {}


def test_after_a_silence_news_is_told_again(archive: Archive) -> None:
    """By its time, or because somebody ended it; it cannot be ended twice."""
    archive.silence("cars", NOW + HOUR, "", NOW)
    owe(archive, 1)
    assert tell(archive) == []
    owe(archive, 2, at=NOW + HOUR)
    assert len(tell(archive, NOW + HOUR)) == 1
    again = archive.silence("cars", NOW + 9 * HOUR, "", NOW + 2 * HOUR)
    ended = archive.end_silence(again.id, NOW + 3 * HOUR)
    assert ended is not None
    assert ended.ended_at == NOW + 3 * HOUR
    assert archive.end_silence(again.id, NOW + 3 * HOUR) is None
    assert archive.end_silence("nothing", NOW) is None
    owe(archive, 3, at=NOW + 4 * HOUR)
    assert len(tell(archive, NOW + 4 * HOUR)) == 1


def test_what_came_during_a_silence_is_silenced_in_a_later_digest_too(archive: Archive) -> None:
    """And what waits when the silence begins is not told while it goes on."""
    digest = promise(bundle="daily 08:00", due_at=NOW + 10 * HOUR)
    archive.silence("cars", NOW + HOUR, "", NOW)
    owe(archive, 1, digest, at=NOW + MINUTE)
    owe(archive, 2, digest, at=NOW + 2 * HOUR)
    assert [len(one.stories) for one in tell(archive, NOW + 10 * HOUR)] == [1]
    owe(archive, 3, at=NOW + 11 * HOUR)
    archive.silence("cars", NOW + 20 * HOUR, "", NOW + 12 * HOUR)
    assert tell(archive, NOW + 12 * HOUR) == []


def test_replay_tells_what_was_not_told_once(archive: Archive) -> None:
    """Items kept before the rule was so, and what a silence kept back; what was told is not told again."""
    quiet = archive.keep([judged(item(1), promise(), quiet="first visit")], NOW, via="crawl")[0].item_id
    told = owe(archive, 2)
    tell(archive)
    archive.silence("cars", NOW + HOUR, "", NOW)
    silenced = owe(archive, 3)
    assert tell(archive, NOW + MINUTE) == []
    again = promise(bundle="replay", due_at=NOW + 2 * HOUR)
    owed = [archive.replay(one, (again,), (), NOW + 2 * HOUR) for one in (quiet, told, silenced, "nothing")]
    assert owed == [1, 0, 1, 0]
    (digest,) = tell(archive, NOW + 2 * HOUR)
    assert (digest.kind, {one.item_id for one in digest.owed}) == ("digest", {quiet, silenced})
    assert [archive.replay(one, (again,), (), NOW + 3 * HOUR) for one in (quiet, told, silenced)] == [0, 0, 0]
    assert archive.items([quiet])[quiet].rules == ("cars",)


def test_an_alert_knows_what_was_told_of_its_story_before(archive: Archive) -> None:
    """Oldest first, through this channel only: mail programs make a thread of it."""
    each = promise(repeat="each")
    owe(archive, 1, each, body=WIRE)
    (first,) = tell(archive)
    owe(archive, 2, each, promise("cars", "hook"), body=WIRE, source="b", at=NOW + MINUTE)
    second = {one.channel: one for one in tell(archive, NOW + MINUTE)}
    assert (first.earlier, second["desk"].earlier, second["hook"].earlier) == ((), (first.id,), ())


@pytest.mark.parametrize("kept", [{"a@x.example": "550 no"}, {}])
def test_who_refused_for_good_is_remembered_until_somebody_asks_for_a_retry(
    archive: Archive, kept: dict[str, str]
) -> None:
    """A restart must not ask them again; a person who has put it right may."""
    owe(archive, 1)
    number = claim(archive)[0].id
    archive.settle(number, Told(Outcome.RETRY, "450 later", reached=("b@x.example",), refused=kept), NOW, NOW + MINUTE)
    again = claim(archive, NOW + MINUTE)[0]
    assert (again.refused, again.reached) == (kept, ("b@x.example",))
    archive.settle(number, Told(Outcome.GAVE_UP, "550", refused={"c@x.example": "551"}), NOW, None)
    assert archive.deliveries()[0].refused == {**kept, "c@x.example": "551"}
    archive.retry(number, NOW + HOUR)
    back = claim(archive, NOW + HOUR)[0]
    assert (back.refused, back.reached) == ({}, ("b@x.example",))


def test_what_is_dropped_for_a_channel_includes_what_is_held_back_and_comes_back_as_one_digest(
    archive: Archive,
) -> None:
    """Held by the night, meant for a digest of tomorrow, and already in a delivery; another channel keeps its own."""
    owe(archive, 1)
    (tried,) = claim(archive, NOW)
    archive.settle(tried.id, Told(Outcome.RETRY, "503"), NOW, NOW + HOUR)
    owe(archive, 2, promise("calm"), promise("calm", "hook"))
    owe(archive, 3)
    owe(archive, 4, promise("daily", bundle="daily 08:00", due_at=NOW + DAY))
    assert [one.channel for one in tell(archive, NOW, NIGHT)] == ["hook"]
    assert archive.drop([], "the desk moved", NOW, "desk") == (2, [])
    assert archive.held() == {}
    assert tell(archive, NOW + 2 * DAY) == []
    dropped = {len(one.owed): one for one in archive.deliveries(channel="desk")}
    assert {one.dropped for one in dropped.values()} == {"the desk moved"}
    assert archive.drop([], "again", NOW, "desk") == (0, [])
    assert archive.retry(dropped[3].id, NOW + 3 * DAY) == 1
    (back,) = tell(archive, NOW + 3 * DAY)
    assert (back.id, back.kind, len(back.stories)) == (dropped[3].id, "digest", 3)


def test_what_was_dropped_takes_nobody_s_room_in_the_hour(archive: Archive) -> None:
    """Three may come in an hour: three that were dropped did not."""
    for number in range(3):
        owe(archive, number)
    assert len(claim(archive, NOW, THREE)) == 3
    assert archive.drop([], "a flood of nonsense", NOW, "desk") == (3, [])
    owe(archive, 5, at=NOW + MINUTE)
    assert [one.kind for one in tell(archive, NOW + MINUTE, THREE)] == ["alert"]
