"""Lines that an outlet puts under everything leave its articles; what is an article's own stays. Nasty cases first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive import furniture_rows
from archive.furniture import Habit, lines_of, mark_of, outlet_of, without_furniture
from archive.model import Judged, NewsItem
from archive.rewriting import Correction
from archive.store import Archive
from query import parse
from tests.archive.outlet import CALL, LABEL, articles
from tests.archive.samples import DAY, NOW, item, judged, promise

BACKGROUND = "The flood of last winter drowned four villages and closed the road to Sukkur for eleven days."
LATER = NOW + 5 * DAY


def _keep(archive: Archive, *news: NewsItem) -> list[NewsItem]:
    """By the way of a batch: learn, correct, keep; the items as they were judged."""
    lesson = archive.lesson(news, LATER)
    archive.correct([Correction(before, Judged(freed)) for before, freed in lesson.earlier], ["cars"], LATER)
    archive.keep([Judged(one) for one in lesson.items], LATER, via="crawl", lesson=lesson)
    return list(lesson.items)


def _report(number: int, *lines: str, title: str | None = None) -> NewsItem:
    body = [f"In report {number} the council counted {number * 37} bricks for the wall of tower {number}.", *lines]
    return item(number, title=title or f"Tower {number} grows by a wall", body="\n\n".join(body))


def test_the_first_articles_of_an_outlet_are_not_damaged(archive: Archive) -> None:
    """Two stories with one line in common prove nothing."""
    news = [_report(n, "A new pump for the old waterworks") for n in (1, 2)]
    assert _keep(archive, *news) == news


def test_a_reprint_teaches_nothing(archive: Archive) -> None:
    """The same article under five titles and addresses is one story: all its lines are its own."""
    lines = ["A list of towns follows", "Rain fell all night", "Nobody was hurt, said the mayor of the town."]
    news = [
        item(n, title=f"Headline as edited for the {n}th time", body="\n\n".join([BACKGROUND, *lines]))
        for n in range(5)
    ]
    assert _keep(archive, *news) == news
    again = [
        item(
            n,
            title="One headline for all",
            body=f"Beginning {n} of a text of its own, long enough to count.\n\nTail without stop",
        )
        for n in range(5)
    ]
    assert _keep(archive, *again) == again


def test_background_that_follows_a_story_through_many_reports_stays(archive: Archive) -> None:
    """It recurs under six titles, and speaks of what they speak of."""
    titles = [
        "Road to Sukkur reopens",
        "Sukkur villages get tents",
        "Flood closed Sukkur schools",
        "Winter flood relief for villages",
    ]
    news = [_report(n, BACKGROUND, title=f"{titles[n % 4]} after flood, day {n}") for n in range(8)]
    assert _keep(archive, *news) == news


def test_a_short_sentence_within_the_text_stays_and_a_call_after_it_goes(archive: Archive) -> None:
    """A dozen bulletins may well advise the same."""
    advice, own = "People should stay at home.", "The lake rose by {0}0 inches in report {0}."
    for n in range(1, 8):
        _keep(archive, _report(n, advice, own.format(n), "Write to us with your views."))
    last = archive.find("https://dawn.example/news/7")
    assert last is not None
    assert last.body == _report(7, advice, own.format(7)).body


def test_a_label_in_the_middle_may_head_figures_and_stays(archive: Archive) -> None:
    """Tables of market reports carry the same labels every day."""
    news = [_report(n, "Gold, tola", f"{n}00,{n}50 rupees were paid for it on day {n}.") for n in range(1, 7)]
    assert _keep(archive, *news) == news


def test_a_text_is_never_emptied(archive: Archive) -> None:
    """A page whose every line recurs is kept as it is."""
    for n in range(4):
        _keep(archive, _report(n, CALL, LABEL))
    bare = item(99, title="Nothing else was found", body=f"{CALL}\n\n{LABEL}")
    assert _keep(archive, bare)[0].body == bare.body


def test_a_call_of_the_outlet_and_a_label_at_the_edge_leave_with_the_third_story(archive: Archive) -> None:
    """Also from the first two, which are kept already."""
    for n in (1, 2, 3):
        _keep(archive, _report(n, CALL, "Share this"))
    bodies = [archive.find(f"https://dawn.example/news/{n}").body for n in (1, 2, 3)]  # type: ignore[union-attr]
    assert bodies == [_report(n).body for n in (1, 2, 3)]


def test_the_headline_of_another_item_is_a_caption_at_once(archive: Archive) -> None:
    """Once is enough, before or after that item came; an item's own headline and a sentence are not touched."""
    other = _report(7, title="Harbour engineer opens the old lighthouse")
    first = _report(1, "Harbour engineer opens the old lighthouse")
    _keep(archive, first)
    _keep(archive, other)
    second = _keep(archive, _report(2, "HARBOUR ENGINEER OPENS THE OLD LIGHTHOUSE", "It shines, said one, and slept."))[
        0
    ]
    assert archive.find(first.url or "").body == _report(1).body  # type: ignore[union-attr]
    assert second.body == _report(2, "It shines, said one, and slept.").body


def test_headlines_that_ask_or_shout_are_captions_and_sentences_are_not(archive: Archive) -> None:
    """A line that ends in a full stop stays, even when another item is called so."""
    asks, says = "Who will pay for the new lighthouse?", "The lighthouse is paid for by nobody."
    _keep(archive, _report(7, title=asks), _report(8, title=says))
    assert _keep(archive, _report(1, asks, says))[0].body == _report(1, says).body


def test_a_sentence_about_something_else_leaves_after_four_stories(archive: Archive) -> None:
    """Captions of pictures are sentences too."""
    caption = "Dancers rehearse beside a fountain in the moonlight on Thursday."
    got = [_keep(archive, _report(n, caption))[0] for n in range(1, 6)]
    assert [caption in (one.body or "") for one in got] == [True, True, True, False, False]
    kept = [archive.find(one.url or "") for one in got]
    assert not any(caption in (one.body or "") for one in kept if one)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_captions_of_an_outlet_all_leave_and_its_texts_stay_whole(archive: Archive, size: int) -> None:
    """Whatever the size of the batches: in the end every body is what the outlet wrote."""
    dirty, clean = articles(60)
    for start in range(0, len(dirty), size):
        _keep(archive, *dirty[start : start + size])
    stored = {one.url: one.body for one in archive.search(None, limit=None)}
    assert stored == {one.url: one.body for one in clean}


def test_learning_the_same_twice_teaches_nothing_more(archive: Archive) -> None:
    """After a crash the same visit is seen again."""
    for _ in range(5):
        _keep(archive, _report(1, CALL), _report(2, CALL))
    assert CALL in (_keep(archive, _report(1, CALL))[0].body or "")


def test_outlets_do_not_learn_from_each_other(archive: Archive) -> None:
    """What is furniture here may be text there; several sources of one site are one outlet."""
    line = "All prices are in rupees per tonne"
    _keep(archive, *(_report(n, line) for n in range(4)))
    elsewhere = item(9, source="tribune", title="Elsewhere", body=f"Another outlet says this and that today.\n\n{line}")
    assert line in (_keep(archive, elsewhere)[0].body or "")
    assert outlet_of(item(1, source="a", url="https://www.dawn.example/x")) == outlet_of(_report(2)) == "dawn.example"
    assert outlet_of(NewsItem(title="x", source="a")) == "source:a"


def test_a_correction_strikes_the_rule_and_takes_back_what_is_not_sent(archive: Archive) -> None:
    """The rule had matched a caption; full text, spans and what is owed go along; the story stays."""
    caption = "Makers of cars praise the harbour"
    first = _report(1, caption)
    kept = archive.keep([judged(first, promise("cars"))], LATER, via="crawl", lesson=archive.lesson([first], LATER))[0]
    assert kept.owed
    assert list(archive.search(parse("praise")))
    _keep(archive, _report(2, caption), _report(3, caption))
    account = archive.explain(kept.item_id)
    assert account is not None
    assert (account.rules, account.owed) == ((), ())
    assert not list(archive.search(parse("praise")))
    assert [one.id for one in archive.search(parse('"tower 1"'))] == [kept.item_id]


def test_a_correction_yields_to_an_edit(archive: Archive) -> None:
    """What is not there any more as it was read is not overwritten."""
    kept = archive.keep([judged(_report(1))], LATER, via="crawl")[0]
    stale = item(1, id=kept.item_id, body="Older words")
    assert archive.correct([Correction(stale, Judged(stale))], [], LATER) == 0
    assert archive.find(kept.item_id).body == _report(1).body  # type: ignore[union-attr]


def test_what_never_comes_again_is_forgotten(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is bounded, by age and by number; furniture stays."""
    monkeypatch.setattr(furniture_rows, "MOST_LINES", 60)
    _keep(archive, *(_report(n, CALL, f"Caption that stands only once, under {n}") for n in range(100)))
    assert _lines(archive) <= 66
    late = LATER + timedelta(days=20)
    lesson = archive.lesson([_report(500, CALL)], late)
    assert lesson.items[0].body == _report(500).body
    archive.keep([Judged(lesson.items[0])], late, via="crawl", lesson=lesson)
    assert _lines(archive) <= 4


def _lines(archive: Archive) -> int:
    with archive._database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM furniture").scalar() or 0)


def test_japanese_and_urdu_captions() -> None:
    """A Han or Kana sign counts for three letters; sentences end in their own signs."""
    own = ["本文の最初の段落です。", "متن کا جملہ یہاں ختم ہوتا ہے۔"]
    body = f"{own[0]}\n\n新工場の建設が来月始まる\n\n{own[1]}\n\nوزیر صنعت کا دورہ جاپان مکمل ہو گیا"
    news = item(1, title="見出し", body=body)
    habits = {mark_of(line.text): Habit(0, True) for line in lines_of(body)}
    assert without_furniture(news, habits).body == "\n\n".join(own)


def test_offsets_of_lines_point_into_the_text() -> None:
    """Whatever ends a line."""
    body = "One line here\r\n\r\n  Second line\u2028third line \n\n\nx"
    assert [body[line.start : line.end].strip() for line in lines_of(body)] == [
        "One line here",
        "Second line",
        "third line",
    ]
