"""Pages of a search: complete or not, where it stopped, how to go on. Counts. Backtests."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive.store import Archive
from query import Names, parse
from tests.archive.samples import DAY, HOUR, NOW, item, judged

MANY = 200


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """Items an hour apart, every tenth with a code that only a regular expression finds."""
    news = [
        item(
            n,
            title="Harvest" if n % 2 else "Tax",
            body=f"rice {'CODE' + str(n) if n % 10 == 0 else 'plain'}",
            published_at=NOW - n * HOUR,
            seen_at=NOW - n * HOUR + timedelta(minutes=5),
            story_id=f"s{n // 4}",
        )
        for n in range(MANY)
    ]
    archive.keep([judged(one) for one in news], NOW, via="import")
    return archive


def walked(archive: Archive, text: str, **how: object) -> tuple[list[str], list[bool]]:
    """Titles' numbers page by page, and whether each page was complete."""
    found: list[str] = []
    complete: list[bool] = []
    cursor = None
    while True:
        page = archive.page(parse(text), cursor=cursor, now=NOW, **how)  # type: ignore[arg-type]
        found += [str(one.url) for one in page.items]
        complete.append(page.complete)
        cursor = page.cursor
        if cursor is None:
            return found, complete


def test_a_query_without_the_index_stops_in_time_and_goes_on_with_its_cursor(filled: Archive) -> None:
    """Nothing is left out and nothing comes twice; each page says that it is not the whole, and how far it came."""
    page = filled.page(parse("/code[0-9]+/"), limit=50, seconds=0, now=NOW)
    assert not page.complete
    assert len(page.items) == 4
    assert page.looked_back_to == NOW - 31 * HOUR
    found, complete = walked(filled, "/code[0-9]+/", limit=50, seconds=0)
    assert found == [f"https://dawn.example/news/{n}" for n in range(0, MANY, 10)]
    assert complete[0] is False
    assert complete[-1] is True


def test_a_page_that_is_full_is_complete(filled: Archive) -> None:
    """Even if time ran out with its last item."""
    page = filled.page(parse("/code[0-9]+/"), limit=2, seconds=0, now=NOW)
    assert page.complete
    assert page.cursor is not None
    assert [len(filled.page(parse("/code[0-9]+/"), limit=2, cursor=page.cursor).items)] == [2]


def test_pages_together_are_the_whole(filled: Archive) -> None:
    """In both orders, with an index that is exact and with one that is not."""
    for text in ("harvest", "harvest rice", "rice NEAR/2 plain", "after:2d rice", "rice -tax", "/r.ce/"):
        whole = [str(one.url) for one in filled.search(parse(text), limit=None, now=NOW)]
        for sort in ("newest", "relevance"):
            found, complete = walked(filled, text, limit=29, sort=sort)
            assert sorted(found) == sorted(whole)
            assert all(complete)
            assert sort != "newest" or found == whole


def test_ages_count_from_the_first_page_on(filled: Archive) -> None:
    """The cursor keeps the time of asking."""
    first = filled.page(parse("rice after:2d"), limit=40, now=NOW)
    second = filled.page(parse("rice after:2d"), limit=40, cursor=first.cursor, now=NOW + 9 * DAY)
    assert len(first.items) + len(second.items) == 49


def test_only_matches_can_be_ranked_that_the_words_of_the_index_name(filled: Archive) -> None:
    """A scan keeps the order of time; all the others are put in order of weight."""
    scanned, _ = walked(filled, "/code[0-9]+/", limit=50, sort="relevance")
    assert len(scanned) == 20
    page = filled.page(parse("tax OR code10"), sort="relevance", limit=1)
    assert page.items[0].title == "Tax"


def test_what_is_no_cursor_is_refused(archive: Archive) -> None:
    """With the remedy, whatever it is; an empty one is none."""
    assert archive.page(parse("rice"), cursor="").complete
    bad = (" ", "n", "n1", "r1.2", f"n{'9' * 20}.1", "n1.2.3", "x1.2", f"n1.{'9' * 20}", "n١.٢", f"n1.{'9' * 18}")
    for cursor in bad:
        with pytest.raises(ValueError, match="the page before it"):
            archive.page(parse("rice"), cursor=cursor)
    with pytest.raises(ValueError, match="the same order"):
        archive.page(parse("rice"), cursor="n1.2", sort="relevance")


def test_counts_are_exact_where_the_index_is(filled: Archive) -> None:
    """With and without bounds, also within a second; the others are counted one by one, within a time."""
    bounds = (
        (None, None),
        (NOW - DAY, None),
        (None, NOW - DAY),
        (NOW - 50 * HOUR + timedelta(microseconds=1), NOW - DAY),
        (NOW, NOW - DAY),
    )
    alone = ("rice", "harvest OR tax", "after:2d", "rice before:2d")
    for text in (*alone, "rice NEAR/2 plain", "/code[0-9]+/", "=rice"):
        query = parse(text)
        for since, until in bounds:
            counted = filled.count(query, since=since, until=until, now=NOW)
            assert counted.exact
            assert counted.number == len(list(filled.search(query, since=since, until=until, limit=None, now=NOW)))
        assert filled.count(query, seconds=0, now=NOW).exact is (text in alone)


def test_a_backtest_finds_what_the_rule_would_have_found(filled: Archive) -> None:
    """Ages count from the time each item was seen; nothing but ids, stories and times is read."""
    for text, number in (("harvest after:1d", 100), ("rice after:2m", 1), ("harvest", 100), ("/code[0-9]+/", 20)):
        batches = list(filled.backtest(parse(text), since=NOW - 900 * DAY))
        found = [match for batch in batches for match in batch.matches]
        assert len(found) == number, text
        assert batches[-1].back_to is None
        assert [match.effective_at for match in found] == sorted((m.effective_at for m in found), reverse=True)
    assert not batches[-1].matches or batches[-1].judged


def test_forgotten_texts_are_found_by_what_is_left_of_them(filled: Archive) -> None:
    """By every way of asking the same: newest, counted, by relevance, page by page, as a rule."""
    assert filled.forget_texts(NOW - 100 * HOUR, NOW) > 50
    for text in ("rice", "harvest", "rice NEAR/2 plain", "/code[0-9]+/", "=Harvest", "harvest -rice"):
        query = parse(text)
        found = [one.id for one in filled.search(query, limit=None)]
        assert filled.count(query).number == len(found)
        assert sorted(one.id for one in filled.search(query, limit=None, sort="relevance")) == sorted(found)
        assert [m.item_id for batch in filled.backtest(query) for m in batch.matches] == found
    assert len(list(filled.search(parse("harvest -rice"), limit=None))) > 20


def test_words_with_capitals_are_found_by_the_index(archive: Archive) -> None:
    """=IT does not look at every "it"."""
    archive.keep(
        [
            judged(item(1, title="IT services", body="it is")),
            judged(item(2, title="so it is", body="It was")),
            judged(item(3, title="タイの車", body="タイヤ")),
        ],
        NOW,
        via="crawl",
    )
    asked = {"=IT": {1}, "=It": {2}, "=it": {1, 2}, "=タイ": {3}, '="IT services"': {1}, "it -=IT": {2}}
    asked |= {"title:=IT": {1}, "title:=It": set(), "body:=It": {2}}
    for text, numbers in asked.items():
        found = {int(str(one.url)[-1]) for one in archive.search(parse(text, Names()))}
        assert found == numbers, text
    assert archive.count(parse("=IT")).exact


def test_a_beginning_with_many_words_is_found_like_one_with_few(archive: Archive) -> None:
    """The index joins them; up to a hundred are asked for one by one."""
    news = [item(n, title=f"auto{n:03} vehicle", body=f"autos{n % 7}") for n in range(150)]
    archive.keep([judged(one) for one in news], NOW, via="crawl")
    for text, number in (("auto*", 150), ("autos*", 150), ("auto00*", 10), ("autox*", 0), ("title:auto1*", 50)):
        assert len(list(archive.search(parse(text), limit=None))) == number, text
        assert archive.count(parse(text)).number == number, text
