"""Searching: what the judge would say of every item, newest first, on both databases."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from archive.document import document_of
from archive.model import NewsItem
from archive.store import Archive
from query import Names, judge, parse
from tests.archive.samples import DAY, HOUR, NOW, OTHER, WIRE, item, judged

NASTY = [
    item(1, title="Pakistan’s S.R.O. 1,895(I)/2025 on used cars", body="IT services; it is 24/7. Rs1,895 or 6.5 %"),
    item(
        2, title="自動車産業の会議", body="日本の自動車産業。今日、本社で。パキスタン ガス カス タイヤ", summary="ﾊﾟｷｽﾀﾝ"
    ),
    item(3, title="جاپان کی گاڑیاں", body="پاکستان میں گاڑي اور كار\nسرکار کا اعلان", summary="۲۰۲۵"),
    item(
        4,
        title="AT&T and Café",
        body="co-operation, soft\u00adhyphen, McDonald's 'quoted' \"double\" back\\slash *",
        url=None,
    ),
    item(5, title="", body="", summary=None, source="geo"),
    replace(item(6, body=WIRE), author="O'Neil, Ali", place="ISLAMABAD", credit="APP / Agency", section="World / Asia"),
    replace(item(7, body=OTHER, source="urdu-point_1"), language="en", section="sports"),
    item(8, title="japan", body="duties exported. Tokyo\n\nauto\n\nindustry", published_at=None),
    item(9, title="\x00nul", body="japan \ud800 japanese " + "japan " * 300),
    item(10, title="Future", body="japan automotive", published_at=NOW + 5 * DAY),
]
QUERIES = [
    *("japan", "duty", '"auto industry"', "auto-industry", "automo*", "=IT", '="IT services"', "sro", "1895", "6.5"),
    *("24/7", "japan automotive", "japan OR tokyo", "japan NOT automotive", "japan -tokyo", "at&t", "cafe"),
    *(
        "(japan OR 日本) NOT section:sports",
        "自動車",
        "自動車産業",
        "日本 NEAR/8 自動車*",
        "ガス",
        "パキスタン",
        "本社",
    ),
    *("گاڑی*", "گاڑی", "پاکستان", "کار", "2025", "title:japan", "body:japan", "title:(japan OR جاپان)"),
    *("author:neil", "place:islamabad", "credit:app", "section:world*", 'section:"World / Asia"', "source:dawn"),
    *("source:urdu-point_1", "source:urdu*", "lang:en", "url:news", "url:dawn", "after:2025-08-01"),
    *("before:2025-08-16 japan", "after:7d cars", "topic:cars", "topic:cars NOT topic:nothing", "japan /tokyo/"),
    *(r"/\bS\.?R\.?O\.?\s*\d+/", "cooperation", "co-operation", "softhyphen", "mcdonald", "quoted", "nul", "x'y"),
    *('"back slash"', "minister NEAR/3 delegation", "shopkeepers", "-japan cars", "o'neil"),
]
NAMES = Names({"cars": 'car OR auto OR گاڑی* OR 自動車 OR "used cars"', "nothing": "zzzz"})


def fill(archive: Archive, news: list[NewsItem]) -> list[NewsItem]:
    archive.keep([judged(one) for one in news], NOW, via="crawl")
    return list(archive.search(None, limit=None))


@pytest.fixture
def parsed() -> dict[str, object]:
    """Those of the queries that the language allows."""
    from query import QueryError

    found = {}
    for text in QUERIES:
        try:
            found[text] = parse(text, NAMES)
        except QueryError:
            continue
    assert len(found) > len(QUERIES) - 6
    return found


def test_ages_count_from_now_in_a_search_and_from_the_time_an_item_was_seen_in_a_rule(archive: Archive) -> None:
    """What a rule would have matched as it came is found years later."""
    fresh = item(1, title="rice", seen_at=NOW, published_at=NOW - HOUR)
    stale = item(2, title="rice", seen_at=NOW, published_at=NOW - 3 * DAY)
    fill(archive, [fresh, stale])
    query = parse("rice after:1d")
    later = NOW + 900 * DAY
    assert [one.url for one in archive.search(query, now=NOW)] == [fresh.url]
    assert [one.url for one in archive.search(query, now=later)] == []
    assert [one.url for one in archive.search(query, now=later, as_rule=True)] == [fresh.url]


def test_any_limit_is_a_limit(archive: Archive) -> None:
    """Numbers that no machine counts to are as good as none."""
    fill(archive, [item(1), item(2)])
    for sort in ("newest", "relevance"):
        assert len(list(archive.search(parse("text"), limit=10**30, sort=sort))) == 2


def test_search_says_what_the_judge_says_of_every_item(archive: Archive, parsed) -> None:
    """Nasty words in three scripts, every form of the language."""
    everything = fill(archive, NASTY)
    assert len(everything) == len(NASTY)
    hits = 0
    for text, query in parsed.items():
        expected = [one.id for one in everything if judge(query, document_of(one), NOW)]
        assert [one.id for one in archive.search(query, limit=None, now=NOW)] == expected, text
        hits += len(expected)
    assert hits > 60


def test_rule_and_search_agree_on_what_was_cleaned(archive: Archive) -> None:
    """The item as it comes is judged on the text that will be stored."""
    arriving = item(1, title="nul\x00japan", body="x\ud800y")
    kept = archive.keep([judged(arriving)], NOW, via="crawl")[0]
    query = parse("japan")
    before = judge(query, document_of(arriving), NOW).spans
    assert before == judge(query, document_of(archive.items([kept.item_id])[kept.item_id]), NOW).spans


def test_random_queries_over_random_texts_never_miss(archive: Archive) -> None:
    """Words, phrases, prefixes, fields, AND, OR, NOT at random; seeded."""
    dice = random.Random(7)
    words = [
        "japan",
        "tokyo",
        "auto",
        "autos",
        "industry",
        "duty",
        "duties",
        "日本",
        "自動車",
        "گاڑی",
        "گاڑیاں",
        "IT",
        "it",
        "6.5",
    ]
    news = [
        item(
            n,
            title=" ".join(dice.choices(words, k=3)),
            body=" ".join(dice.choices(words, k=9)),
            summary=dice.choice(words),
        )
        for n in range(60)
    ]
    everything = fill(archive, news)

    def part(depth: int) -> str:
        if depth == 0 or dice.random() < 0.3:
            word = dice.choice(words)
            forms = [
                word,
                f'"{word} {dice.choice(words)}"',
                f"title:{word}",
                f"body:{word}",
                f"={word}",
                f"{word[:4]}*",
            ]
            return forms[dice.randrange(len(forms) if word.isascii() and len(word) > 3 else 5)]
        left, right = part(depth - 1), part(depth - 1)
        return f"({left} {dice.choice(['AND', 'OR', 'AND NOT'])} {right})"

    from query import QueryError

    asked = 0
    for _ in range(250):
        try:
            query = parse(part(3))
        except QueryError:
            continue
        asked += 1
        expected = [one.id for one in everything if judge(query, document_of(one), NOW)]
        assert [one.id for one in archive.search(query, limit=None, now=NOW)] == expected, query
    assert asked > 120


@pytest.mark.parametrize(
    "text",
    [
        " OR ".join(f"w{n:03}" for n in range(900)),
        "(" * 60 + "japan" + ")" * 60,
        "japan " + "(tokyo OR (japan " * 25 + "x" + "))" * 25,
        '"' + "japan " * 31 + 'japan"',
    ],
)
def test_large_and_deep_queries_are_answered(archive: Archive, text: str) -> None:
    """Neither database's query parser is overrun."""
    everything = fill(archive, NASTY)
    query = parse(text)
    expected = [one.id for one in everything if judge(query, document_of(one), NOW)]
    assert [one.id for one in archive.search(query, limit=None, now=NOW)] == expected


def test_newest_first_by_effective_time_and_only_as_far_as_taken(archive: Archive) -> None:
    """A hundred thousand matches cost what ten cost: pages are read when somebody takes them."""
    fill(archive, [item(n, title="harvest", published_at=NOW - n * HOUR) for n in range(200)])
    found = list(archive.search(parse("harvest"), limit=150))
    assert len(found) == 150
    assert all(one.effective_at > other.effective_at for one, other in pairwise(found))
    walking = archive.search(parse("harvest"), limit=None)
    assert next(walking).url == "https://dawn.example/news/0"


def test_since_is_inclusive_and_until_exclusive(archive: Archive) -> None:
    """To the microsecond, with and without a query."""
    moment = NOW - DAY + timedelta(microseconds=500)
    around = [item(n, title="harvest", published_at=moment + timedelta(microseconds=n - 1)) for n in range(3)]
    fill(archive, around)
    for query in (None, parse("harvest")):
        after = {one.url for one in archive.search(query, since=moment)}
        before = {one.url for one in archive.search(query, until=moment)}
        assert after == {around[1].url, around[2].url}
        assert before == {around[0].url}


def test_relevance_puts_the_title_first_and_the_newest_among_equals(archive: Archive) -> None:
    """Title, then summary, then body; then time."""
    fill(
        archive,
        [
            item(1, body="harvest once", published_at=NOW - HOUR),
            item(2, title="Harvest", body="x", published_at=NOW - DAY),
            item(3, body="harvest again", published_at=NOW - 2 * HOUR),
            item(4, body="harvest, harvest and harvest", published_at=NOW - 3 * DAY),
        ],
    )
    found = [str(one.url)[-1] for one in archive.search(parse("harvest"), sort="relevance")]
    assert found == ["2", "4", "1", "3"]
    assert len(list(archive.search(parse("harvest"), sort="relevance", limit=2))) == 2
    with pytest.raises(ValueError, match="newest, relevance"):
        archive.search(None, sort="random")


def test_a_filled_item_is_found_by_its_new_words_only(archive: Archive) -> None:
    """No ghosts of the replaced text in the index."""
    archive.keep([judged(item(1, body="lede about turnips", complete=False))], NOW, via="crawl")
    archive.keep([judged(item(1, body=OTHER, published_at=NOW - DAY))], NOW, via="crawl")
    assert list(archive.search(parse("turnips"))) == []
    assert len(list(archive.search(parse("shopkeepers")))) == 1
    ghosts = "SELECT count(*) FROM fulltext WHERE fulltext MATCH 'turnips'"
    if not archive._database.sqlite:
        ghosts = "SELECT count(*) FROM fulltext WHERE words @@ 'turnips'::tsquery"
    with archive._database.read() as connection:
        assert connection.exec_driver_sql(ghosts).scalar() == 0


def test_items_added_while_somebody_reads_disturb_nothing(archive: Archive) -> None:
    """No connection is held between pages; nothing comes twice."""
    fill(archive, [item(n, title="harvest", published_at=NOW - n * HOUR) for n in range(100)])
    walking = archive.search(parse("harvest"), limit=None)
    first = [next(walking) for _ in range(40)]
    fill(archive, [item(n, title="harvest", published_at=NOW) for n in range(200, 205)])
    rest = list(walking)
    assert len({one.id for one in first + rest}) == len(first) + len(rest) == 100


def test_found_items_carry_their_rules(archive: Archive) -> None:
    """As when they came."""
    from tests.archive.samples import promise

    archive.keep([judged(item(1, title="harvest"), promise("b"), promise("a"))], NOW, via="crawl")
    assert next(archive.search(parse("harvest"))).rules == ("b", "a")


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("clock", [None, "the page's zone was wrong"])
def test_found_items_are_whole(archive: Archive, complete: bool, clock: str | None) -> None:
    """Every field is what looking the item up by its address gives; only the keys are left out."""
    whole = replace(
        item(1, title="harvest", summary="In short", complete=complete),
        author="Ali",
        language="en",
        section="trade",
        place="KARACHI",
        credit="APP",
        clock=clock,
    )
    archive.keep([judged(whole)], NOW, via="crawl")
    looked_up = archive.find(whole.url or "")
    assert looked_up is not None
    assert (looked_up.complete, looked_up.clock) == (complete, clock)
    assert list(archive.search(parse("harvest"))) == [replace(looked_up, keys=())]
