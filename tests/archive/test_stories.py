"""One event, one story; a channel gets each story once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive import stories
from archive.model import Kept
from archive.store import Archive
from query import Document
from tests.archive.samples import DAY, HOUR, NOW, OTHER, WIRE, item, judged, promise

SENTENCES = WIRE.split(". ")


def keep(archive: Archive, *batch: object, now=NOW, via="crawl") -> list[Kept]:
    return archive.keep(batch, now, via=via)  # type: ignore[arg-type]


def gold(price: int, change: int, world: int) -> str:
    """A daily report: the same sentences, other figures."""
    return (
        f"The price of gold per tola moved by Rs{change:,} on the local market and closed at Rs{price:,}, the dealers' "
        f"association said in its daily note. Ten grams were sold at Rs{price - 51_000:,}, and on the world market an "
        f"ounce stood at ${world:,} at the end of trade. Silver was quoted by the same dealers at Rs{price // 90:,} a "
        "tola, while the mood among jewellers before the season of weddings stayed what it had been in recent weeks."
    )


def test_a_reprint_under_another_headline_and_dateline_is_the_same_story(archive: Archive) -> None:
    """Wire copy, shortened a little; told once."""
    first = keep(archive, judged(item(1, source="dawn", body=WIRE), promise()))[0]
    copy = "KARACHI, Aug 15 (APP): " + ". ".join(SENTENCES[:-1])
    second = keep(archive, judged(item(2, source="profit", title="Makers asked in", body=copy), promise()))[0]
    assert second.story_id == first.story_id
    assert (first.owed, second.owed) == ((("desk", "cars"),), ())
    story = archive.story(first.story_id)
    assert story is not None
    assert [(one.source, one.title) for one in story.items] == [
        ("dawn", "Report number 1"),
        ("profit", "Makers asked in"),
    ]
    assert story.title == "Report number 1"


def test_reprints_in_one_batch_are_one_story(archive: Archive) -> None:
    """Judged item by item inside the transaction."""
    kept = keep(archive, *(judged(item(n, source=f"s{n}", body=WIRE), promise()) for n in range(3)))
    assert len({one.story_id for one in kept}) == 1
    assert [len(one.owed) for one in kept] == [1, 0, 0]


def test_another_event_is_another_story(archive: Archive) -> None:
    """Other words."""
    kept = keep(archive, judged(item(1, body=WIRE)), judged(item(2, source="profit", body=OTHER)))
    assert kept[0].story_id != kept[1].story_id


@pytest.mark.parametrize("source", ["dawn", "profit"])
def test_yesterdays_gold_price_is_not_todays(archive: Archive, source: str) -> None:
    """The same sentences with other figures are two events, in one outlet or two."""
    first = judged(item(1, body=gold(358_500, 1200, 3350)), promise())
    second = judged(item(2, source=source, body=gold(361_800, 3300, 3391), published_at=NOW), promise())
    kept = keep(archive, first, second)
    assert kept[0].story_id != kept[1].story_id
    assert kept[1].owed == (("desk", "cars"),)


def test_the_same_words_after_four_days_are_another_story(archive: Archive) -> None:
    """72 hours are the limit."""
    early = keep(archive, judged(item(1, body=WIRE, published_at=NOW - 4 * DAY, seen_at=NOW - 4 * DAY)))[0]
    late = keep(archive, judged(item(2, source="profit", body=WIRE)))[0]
    assert early.story_id != late.story_id


def test_a_few_words_alone_never_make_a_story(archive: Archive) -> None:
    """Short notes look alike."""
    short = "The market was closed on account of the holiday."
    kept = keep(archive, *(judged(item(n, source=f"s{n}", body=short)) for n in range(2)))
    assert kept[0].story_id != kept[1].story_id


def test_a_round_up_is_not_a_reprint_of_its_parts(archive: Archive) -> None:
    """A text many times longer that holds another whole tells more than that one event."""
    parts = [WIRE, OTHER, gold(358_500, 1200, 3350), OTHER.replace("lower", "upper").replace("rice", "lentils")]
    long = "\n\n".join(parts + [f"In district {n} the {w} office opened late." for n, w in enumerate(WIRE.split())])
    kept = keep(archive, judged(item(1, body=WIRE)), judged(item(2, source="profit", body=long)))
    assert kept[0].story_id != kept[1].story_id


def test_shared_furniture_of_one_outlet_is_no_story(archive: Archive) -> None:
    """Captions of other stories at the end of every page make seven tenths of two short texts the same."""
    block = " ".join(OTHER.split()[:60])
    one = "The bridge at the mill was opened by the mayor after nine months of work on its pillars. " + block
    two = "A court in the north allowed the appeal of a teacher who had lost her post last spring. " + block
    kept = keep(archive, judged(item(1, body=one)), judged(item(2, body=two)))
    assert kept[0].story_id != kept[1].story_id


def test_a_text_that_holds_two_stories_joins_them(archive: Archive) -> None:
    """Both ids find the joined story, and what was told goes along."""
    words = WIRE.split()
    left, right = " ".join(words[:66]), " ".join(words[30:])
    first = keep(archive, judged(item(1, source="a", body=left), promise("cars")))[0]
    second = keep(archive, judged(item(2, source="b", body=right), promise("autos")), now=NOW + HOUR)[0]
    assert first.story_id != second.story_id
    whole = judged(item(3, source="c", body=WIRE), promise("cars"), promise("autos"), promise("new"))
    third = keep(archive, whole, now=NOW + 2 * HOUR)[0]
    assert third.story_id == first.story_id
    assert third.owed == (("desk", "new"),)
    joined = archive.story(second.story_id)
    assert joined is not None
    assert (joined.id, len(joined.items)) == (first.story_id, 3)
    delivery = archive.claim_deliveries(NOW + 2 * HOUR, "me", HOUR, channels=["desk"])
    assert [one.rules for one in delivery] == [("cars", "autos", "new")]
    assert delivery[0].stories == (first.story_id,)
    assert archive.stats()["stories"] == 1


def test_a_rule_not_yet_told_fires_for_a_later_item_of_the_story(archive: Archive) -> None:
    """Another rule, or another channel, of the same story."""
    keep(archive, judged(item(1, body=WIRE), promise("cars")))
    later = judged(item(2, source="b", body=WIRE), promise("cars"), promise("jobs"), promise("cars", "hook"))
    assert keep(archive, later)[0].owed == (("desk", "jobs"), ("hook", "cars"))


def test_a_story_told_only_quietly_is_told_aloud_later(archive: Archive) -> None:
    """A rule that matched on a first visit was not told."""
    keep(archive, judged(item(1, body=WIRE), promise(), quiet="first visit"))
    assert keep(archive, judged(item(2, source="b", body=WIRE), promise()))[0].owed == (("desk", "cars"),)


def test_repeat_each_tells_every_item(archive: Archive) -> None:
    """But no item twice."""
    each = promise(repeat="each")
    kept = keep(archive, judged(item(1, body=WIRE), each), judged(item(2, source="b", body=WIRE), each))
    assert [one.owed for one in kept] == [(("desk", "cars"),)] * 2


def test_repeat_updates_tells_items_with_new_facts(archive: Archive) -> None:
    """A mere reprint brings none; new figures do."""
    updates = promise(repeat="updates")
    news = WIRE + " The council later put the loans at 4,500 million rupees for 212 firms."
    kept = keep(
        archive,
        judged(item(1, body=WIRE), updates),
        judged(item(2, source="b", body=WIRE), updates),
        judged(item(3, source="c", body=news), updates),
    )
    assert len({one.story_id for one in kept}) == 1
    assert [len(one.owed) for one in kept] == [1, 0, 1]


def test_a_filled_item_finds_its_story(archive: Archive) -> None:
    """With its text it turns out to be a reprint; its first story id still finds the story."""
    told = keep(archive, judged(item(1, body=WIRE), promise()))[0]
    alone = keep(archive, judged(item(2, source="b", complete=False)), now=NOW + HOUR)[0]
    filled = keep(archive, judged(item(2, source="b", body=WIRE), promise()), now=NOW + HOUR)[0]
    assert (filled.story_id, filled.owed) == (told.story_id, ())
    assert archive.story(alone.story_id).id == told.story_id  # type: ignore[union-attr]


def test_an_imported_archive_keeps_its_stories(archive: Archive) -> None:
    """Story ids that are given hold together what texts cannot."""
    kept = keep(archive, judged(item(1, story_id="s-old")), judged(item(2, source="b", story_id="s-old")), via="import")
    assert [one.story_id for one in kept] == ["s-old", "s-old"]
    assert len(archive.story("s-old").items) == 2  # type: ignore[union-attr]
    assert archive.stats()["stories"] == 1


def test_a_crawled_item_cannot_choose_its_story(archive: Archive) -> None:
    """Only import carries story ids."""
    assert keep(archive, judged(item(1, story_id="s-old")))[0].story_id != "s-old"


def test_japanese_reprints_are_one_story(archive: Archive) -> None:
    """Every character is a word; runs of five characters tell enough when there are many."""
    text = (
        "経済の会議が金曜日に港の町で開かれ、自動車の部品を作る会社の代表が新しい工場の計画を説明した。市長は道路と電気の準備を"
        "約束し、来年の春までに学校で技術を学ぶ若者を増やす考えを示した。参加者は輸出の手続きを短くするよう求め、次の会議は秋に開く。"
    )
    kept = keep(archive, judged(item(1, body=text)), judged(item(2, source="b", body=text[:-20])))
    assert kept[0].story_id == kept[1].story_id


def test_prints_are_pruned_when_no_reprint_can_come(archive: Archive) -> None:
    """The table of text prints stays as small as the last days."""
    keep(archive, judged(item(1, body=WIRE)))
    keep(archive, judged(item(2, body=OTHER)), now=NOW + timedelta(days=9))
    with archive._database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM prints").scalar() == 1


def test_every_shared_run_of_a_short_text_meets_a_long_texts_sample() -> None:
    """Sampling depends on the run alone."""
    found = stories.print_of(Document.of(title="", body=WIRE))
    assert found is not None
    assert set(stories.sampled(found.hashes)) == set(found.hashes)
    large = frozenset(range(1000))
    assert list(stories.sampled(large)) == [value for value in range(1000) if value % 4 == 0]
    assert stories.unpacked(stories.packed(found.hashes)) == found.hashes
