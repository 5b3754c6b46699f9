"""Keeping: nothing twice, nothing lost, what is owed in the same transaction."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.model import Judged, Keeping, NewsItem, Rejected
from archive.store import Archive
from tests.archive.samples import DAY, HOUR, MINUTE, NOW, OTHER, WIRE, item, judged, promise


def keep(archive: Archive, *batch: Judged, now=NOW, via="crawl"):
    return archive.keep(batch, now, via=via)


def test_an_item_is_kept_once_and_found_again(archive: Archive) -> None:
    """The second time it is known, under the same id."""
    first = keep(archive, judged(item(1)))[0]
    second = keep(archive, judged(item(1)))[0]
    assert (first.keeping, second.keeping) == (Keeping.NEW, Keeping.KNOWN)
    assert second.item_id == first.item_id
    assert second.story_id == first.story_id
    assert archive.stats()["items"] == 1
    found = archive.items([first.item_id])[first.item_id]
    assert found == replace(item(1), id=first.item_id, story_id=first.story_id, keys=())


def test_the_same_item_twice_in_one_batch_is_kept_once(archive: Archive) -> None:
    """Identity is judged item by item inside the transaction."""
    kept = keep(archive, judged(item(1), promise()), judged(item(1), promise()))
    assert [one.keeping for one in kept] == [Keeping.NEW, Keeping.KNOWN]
    assert [one.owed for one in kept] == [(("desk", "cars"),), ()]


def test_any_key_identifies(archive: Archive) -> None:
    """Another URL with the same number at the outlet is the same item, and its URL then also finds it."""
    old = item(1, keys=("id:dawn:77", "url:https://dawn.example/news/old-slug"))
    new = item(
        1, url="https://dawn.example/news/new-slug", keys=("id:dawn:77", "url:https://dawn.example/news/new-slug")
    )
    first = keep(archive, judged(old))[0]
    assert keep(archive, judged(new))[0].item_id == first.item_id
    found = archive.find("http://www.dawn.example/news/new-slug/?utm_source=x")
    assert found is not None
    assert found.id == first.item_id


def test_many_threads_keeping_the_same_items_keep_each_once(archive: Archive) -> None:
    """Identity is judged under the write lock."""
    start = threading.Barrier(4)
    fresh: list[str] = []

    def work() -> None:
        start.wait()
        for number in range(8):
            kept = keep(archive, judged(item(number), promise()))[0]
            if kept.keeping is Keeping.NEW:
                fresh.append(kept.item_id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fresh) == len(set(fresh)) == 8
    assert archive.stats()["items"] == archive.stats()["owed"] == 8


def test_an_id_that_is_given_stays(archive: Archive) -> None:
    """Import keeps ids."""
    kept = keep(archive, judged(item(1, id="paper-17")), via="import")[0]
    assert kept.item_id == "paper-17"
    assert keep(archive, judged(item(1, id="paper-17")), via="import")[0].keeping is Keeping.KNOWN


def test_an_item_with_only_an_id_is_known_again_by_it(archive: Archive) -> None:
    """No URL, no keys: the id identifies."""
    news = NewsItem(title="Minutes of the council", id="c-1")
    assert keep(archive, Judged(news), via="import")[0].keeping is Keeping.NEW
    assert keep(archive, Judged(news), via="import")[0].keeping is Keeping.KNOWN


def test_another_page_under_a_taken_id_is_kept_under_a_new_id(archive: Archive) -> None:
    """Two files that both number from 1 lose nothing."""
    keep(archive, judged(item(1, id="1")), via="import")
    other = keep(archive, judged(item(2, id="1")), via="import")[0]
    assert other.keeping is Keeping.NEW
    assert other.item_id != "1"


def test_an_item_without_any_key_is_known_by_its_words(archive: Archive) -> None:
    """A feed whose entries all link to the front page."""
    first, second = (NewsItem(title=title, url="https://dawn.example/", source="dawn") for title in ("One", "Two"))
    kept = keep(archive, Judged(first), Judged(second), Judged(first))
    assert [one.keeping for one in kept] == [Keeping.NEW, Keeping.NEW, Keeping.KNOWN]


def test_text_that_no_database_takes_is_kept_all_the_same(archive: Archive) -> None:
    """NUL and lone surrogates become U+FFFD, one for one; offsets stay."""
    nasty = item(1, title="Nul\x00 and \ud800 half", body="x\x00y\udfff", summary="\x00")
    kept = keep(archive, judged(replace(nasty, author="\x00", section="\ud801"), promise()))[0]
    found = archive.items([kept.item_id])[kept.item_id]
    assert found.title == "Nul\ufffd and \ufffd half"
    assert found.body == "x\ufffdy\ufffd"


def test_very_long_texts_ids_urls_and_sources_are_kept(archive: Archive) -> None:
    """Index rows and tsvectors have limits; items have none."""
    words = " ".join(f"word{number}x{'y' * (number % 9)}" for number in range(120_000))
    huge = item(1, body=words, url="https://dawn.example/" + "a" * 9000, source="s" * 5000, id="i" * 4000)
    kept = keep(archive, judged(huge), via="import")[0]
    assert keep(archive, judged(huge), via="import")[0].item_id == kept.item_id
    assert archive.items([kept.item_id])[kept.item_id].body == words


@pytest.mark.parametrize("year", [1, 1601, 1969, 9999])
def test_strange_years_are_kept_and_come_back(archive: Archive, year: int) -> None:
    """Dates lie."""
    published = NOW.replace(year=year)
    kept = keep(archive, judged(item(1, published_at=published)))[0]
    assert archive.items([kept.item_id])[kept.item_id].published_at == published


def test_seen_in_the_future_counts_as_seen_now(archive: Archive) -> None:
    """Nothing stays the newest for ever."""
    kept = keep(archive, judged(item(1, seen_at=NOW + DAY, published_at=NOW + 9 * DAY)))[0]
    assert archive.items([kept.item_id])[kept.item_id].effective_at == NOW


def test_a_time_without_zone_is_refused(archive: Archive) -> None:
    """It would be a guess."""
    with pytest.raises(ValueError, match="zone"):
        keep(archive, judged(item(1, published_at=NOW.replace(tzinfo=None))))
    assert archive.stats()["items"] == 0


def test_an_error_in_a_batch_keeps_nothing_of_it(archive: Archive) -> None:
    """One transaction: the good first item is not half there."""
    broken = judged(item(2), replace(promise(), channel=None))  # type: ignore[arg-type]
    with pytest.raises(Exception, match="archive"):
        keep(archive, judged(item(1), promise()), broken)
    assert archive.stats()["items"] == archive.stats()["owed"] == 0


def test_rules_and_spans_that_matched_are_kept(archive: Archive) -> None:
    """In the order of the rules."""
    kept = keep(archive, judged(item(1), promise("cars"), promise("autos")))[0]
    assert archive.items([kept.item_id])[kept.item_id].rules == ("cars", "autos")
    spans = archive.spans(kept.item_id)
    assert [(span.rule, span.field, span.start, span.end, span.text) for span in spans] == [
        ("cars", "title", 0, 6, "Report"),
        ("autos", "title", 0, 6, "Report"),
    ]


def test_a_quiet_item_owes_nothing_and_says_why(archive: Archive) -> None:
    """First visits and imports."""
    kept = keep(archive, judged(item(1), promise(), quiet="first visit"))[0]
    assert kept.owed == ()
    ledger = archive.explain(kept.item_id)
    assert ledger is not None
    assert (ledger.quiet, ledger.rules, ledger.owed) == ("first visit", ("cars",), ())


def test_without_alerting_nothing_is_owed(archive: Archive) -> None:
    """Import without --alert."""
    kept = archive.keep([judged(item(1), promise())], NOW, via="import", alerting=False)[0]
    assert kept.owed == ()
    assert archive.stats()["owed"] == 0


def test_a_known_item_owes_nothing_again(archive: Archive) -> None:
    """Also when another source brings it, or a rule matches only now."""
    keep(archive, judged(item(1), promise()))
    again = keep(archive, judged(item(1), promise(), promise("new-rule")))[0]
    assert (again.keeping, again.owed) == (Keeping.KNOWN, ())


def test_a_text_that_comes_late_fills_the_item(archive: Archive) -> None:
    """Text, matches and index are replaced; it is judged like a new one; its identity stays."""
    first = keep(archive, judged(item(1, body=None, summary="Only a lede.", complete=False), promise("early")))[0]
    late = judged(item(1, body=WIRE, summary="Only a lede.", seen_at=NOW + HOUR), promise("late"))
    filled = keep(archive, late, now=NOW + HOUR)[0]
    assert (filled.keeping, filled.item_id) == (Keeping.FILLED, first.item_id)
    assert filled.owed == (("desk", "late"),)
    stored = archive.items([first.item_id])[first.item_id]
    assert (stored.body, stored.complete, stored.seen_at) == (WIRE, True, NOW)
    assert stored.rules == ("late", "early")
    assert {span.rule for span in archive.spans(first.item_id)} == {"late"}
    assert keep(archive, late)[0].keeping is Keeping.KNOWN


def test_filling_does_not_tell_the_same_rule_twice(archive: Archive) -> None:
    """The rule was told when the feed's few words matched."""
    keep(archive, judged(item(1, complete=False), promise(), promise("all", repeat="each")))
    filled = keep(archive, judged(item(1, body=WIRE), promise(), promise("all", repeat="each")))[0]
    assert (filled.keeping, filled.owed) == (Keeping.FILLED, ())


def test_filling_a_quiet_item_stays_quiet(archive: Archive) -> None:
    """The old news of a first visit do not alarm when their pages can be read at last."""
    keep(archive, judged(item(1, complete=False), promise(), quiet="first visit"))
    filled = keep(archive, judged(item(1, body=WIRE), promise()))[0]
    assert (filled.keeping, filled.owed) == (Keeping.FILLED, ())


def test_an_incomplete_copy_never_replaces_a_text(archive: Archive) -> None:
    """The page was read once; a later failure changes nothing."""
    kept = keep(archive, judged(item(1, body=WIRE)))[0]
    assert keep(archive, judged(item(1, body=None, complete=False)))[0].keeping is Keeping.KNOWN
    assert archive.items([kept.item_id])[kept.item_id].body == WIRE


def test_filled_text_may_move_the_item_in_time(archive: Archive) -> None:
    """The page knew an earlier time of publication than the sitemap: order and search go by it."""
    keep(archive, judged(item(1, complete=False)), judged(item(2, published_at=NOW - 2 * HOUR)))
    keep(archive, judged(item(1, body=OTHER, published_at=NOW - DAY)))
    assert [found.url for found in archive.search(None)] == [
        "https://dawn.example/news/2",
        "https://dawn.example/news/1",
    ]


def test_items_of_one_second_come_back_newest_kept_first(archive: Archive) -> None:
    """The running number within the second orders them."""
    keep(archive, *(judged(item(number, published_at=None)) for number in range(5)))
    urls = [found.url for found in archive.search(None)]
    assert urls == [f"https://dawn.example/news/{number}" for number in (4, 3, 2, 1, 0)]


def test_an_empty_batch_is_nothing(archive: Archive) -> None:
    """No lock is taken for it."""
    assert keep(archive) == []


def test_the_time_of_keeping_may_run_backwards(archive: Archive) -> None:
    """A clock set back an hour loses nothing and doubles nothing."""
    keep(archive, judged(item(1), promise()))
    kept = keep(archive, judged(item(1), promise()), judged(item(2), promise()), now=NOW - HOUR)
    assert [one.keeping for one in kept] == [Keeping.KNOWN, Keeping.NEW]
    assert archive.explain(kept[0].item_id).sightings[0].count == 1  # type: ignore[union-attr]
    assert timedelta(0) < MINUTE


def test_why_a_page_was_not_read_stands_with_the_sighting(archive: Archive) -> None:
    """The last reason, as long as the page is lacking; a page that was read in the end has none."""
    for hour, why in enumerate(("it took too long", "it was too large", None)):
        now = NOW + hour * HOUR
        body = None if why else WIRE
        news = replace(item(1, title="Makers meet", body=body, complete=why is None, seen_at=now), unread=why)
        archive.keep([judged(news)], now, via="crawl")
        account = archive.explain(news.url or "")
        assert account is not None
        assert account.sightings[-1].reason == why
        lacking = archive.unread_pages(NOW - HOUR, ["dawn", "other"])
        assert lacking == ({news.source: (1, why)} if why else {})
    assert [one.outcome for one in account.sightings] == ["kept", "known", "filled"]
    assert archive.unread_pages(NOW + 9 * HOUR, ["dawn"]) == {}
    assert archive.unread_pages(NOW - HOUR, []) == {}


def test_a_page_of_which_nothing_is_kept_is_counted_as_unread_too(archive: Archive) -> None:
    """Until it is kept in the end; an entry that was refused for what it says is none."""
    news = item(1)
    for reason in ("the page could not be read: the server answered 500", "`only` does not match"):
        archive.reject([Rejected("map", f"{news.url}{len(reason)}", None, reason)], NOW)
    archive.reject([Rejected("map", news.url, None, "the page could not be read: it is empty", news.keys)], NOW)
    assert archive.unread_pages(NOW - HOUR, ["map"]) == {"map": (2, "the page could not be read: it is empty")}
    keep(archive, judged(replace(news, source="map")))
    assert archive.unread_pages(NOW - HOUR, ["map"]) == {
        "map": (1, "the page could not be read: the server answered 500")
    }
