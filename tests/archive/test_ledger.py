"""Explain: the whole account of an item."""

from __future__ import annotations

from archive.model import Outcome, Rejected, Told
from archive.store import Archive
from tests.archive.samples import DAY, HOUR, NOW, WIRE, item, judged, promise


def test_the_account_of_an_item_that_was_told(archive: Archive) -> None:
    """Where it was seen, its story, what was owed, every try."""
    kept = archive.keep([judged(item(1, body=WIRE), promise())], NOW, via="crawl")[0]
    archive.keep([judged(item(1, source="dawn", body=WIRE))], NOW + HOUR, via="crawl")
    archive.keep([judged(item(2, source="b", body=WIRE), promise("cars"), promise("jobs"))], NOW, via="crawl")
    for one in archive.claim_deliveries(NOW, "me", HOUR, channels=["desk"]):
        archive.settle(one.id, Told(Outcome.RETRY, "503"), NOW, NOW)
        archive.settle(one.id, Told(Outcome.SENT, "200"), NOW + HOUR, None)
    ledger = archive.explain("http://www.dawn.example/news/1?fbclid=x")
    assert ledger is not None
    assert ledger.item is not None
    assert (ledger.item.id, ledger.via, ledger.kept_at) == (kept.item_id, "crawl", NOW)
    assert ledger.keys == ("url:https://dawn.example/news/1",)
    seen = [(one.outcome, one.source, one.count, one.first_at) for one in ledger.sightings]
    assert seen == [("kept", "dawn", 1, NOW), ("known", "dawn", 1, NOW + HOUR)]
    assert ledger.story is not None
    assert [one.source for one in ledger.story.items] == ["dawn", "b"]
    assert [one.rule for one in ledger.owed] == ["cars"]
    assert [one.rule for one in ledger.story_owed] == ["jobs"]
    tries = [[one.outcome.value for one in account.tries] for account in ledger.deliveries]
    assert tries == [["retry", "sent"]]


def test_the_account_of_what_was_never_kept(archive: Archive) -> None:
    """Why not, when, how often; reasons that differ are told apart."""
    rejected = Rejected("dawn", "https://dawn.example/sport/7", "A match", "not wanted by only")
    for day in range(3):
        archive.reject([rejected], NOW + day * DAY)
    archive.reject([Rejected("dawn", "https://dawn.example/sport/7", "A match", "404", transient=True)], NOW)
    ledger = archive.explain("https://www.dawn.example/sport/7/")
    assert ledger is not None
    assert ledger.item is None
    accounts = {one.reason: (one.count, one.first_at, one.last_at) for one in ledger.sightings}
    assert accounts == {"not wanted by only": (3, NOW, NOW + 2 * DAY), "404": (1, NOW, NOW)}
    assert ledger.sightings[0].title == "A match"


def test_an_item_that_was_first_rejected_tells_both(archive: Archive) -> None:
    """The account survives the change of mind."""
    archive.reject([Rejected("dawn", "https://dawn.example/news/1", "T", "timed out", transient=True)], NOW)
    archive.keep([judged(item(1))], NOW + HOUR, via="crawl")
    ledger = archive.explain("https://dawn.example/news/1")
    assert ledger is not None
    assert [one.outcome for one in ledger.sightings] == ["rejected", "kept"]


def test_what_was_never_seen_has_no_account(archive: Archive) -> None:
    """None, not an error, whatever is asked."""
    for text in ("", "n0", "https://dawn.example/none", "\x00\ud800", "%"):
        assert archive.explain(text) is None
        assert archive.find(text) is None
    assert archive.story("s0") is None
    assert archive.items(["n0"]) == {}
