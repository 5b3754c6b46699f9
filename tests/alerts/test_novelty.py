"""What is new in a further report of a story."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.compose import compose
from alerts.letter import letter_of
from alerts.novelty import new_sentences
from archive.model import NewsItem
from tests.alerts.samples import BODY, NOW, delivery, item, owed, span, story_of

TARIFF = "On Saturday the cabinet cut the tariff on imported machines."


def told(*reports: NewsItem, last: NewsItem) -> dict[str, Any]:
    row = owed(last)
    return compose(
        delivery(row, earlier=("d-before",)), [story_of(*reports)], {last.id: [span(last, "title", "Japan")]}, {}, NOW
    )


def further(number: int, **changes: Any) -> NewsItem:
    return item(number, story_id="story-1", **changes)


def test_a_further_report_says_what_is_new_in_it_and_then_tells_the_story() -> None:
    """In the message as places of its body, in the mail before the lead."""
    body = f"{BODY}\n\n{TARIFF} The course now has ninety places."
    later = further(2, body=body)
    message = told(item(), later, last=later)
    (found,) = message["data"]["stories"][0]["items"]
    assert [body[at["start"] : at["end"]] for at in found["new"]] == [TARIFF, "The course now has ninety places."]
    (report,) = letter_of(message, NOW.tzinfo).stories[0].reports  # type: ignore[arg-type]
    (news,) = report.news
    assert "".join(piece.text for piece in news.pieces) == f"{TARIFF} The course now has ninety places."


def test_a_new_sentence_that_matched_is_shown_once() -> None:
    """Not again among the sentences that matched."""
    later = further(2, body=f"{BODY}\n\nJapan will send nine trainers, not five.")
    row = owed(later)
    found = [span(later, "body", "Japan"), span(later, "body", "Japan will")]
    message = compose(delivery(row, earlier=("d1",)), [story_of(item(), later)], {later.id: found}, {}, NOW)
    (report,) = letter_of(message, NOW.tzinfo).stories[0].reports  # type: ignore[arg-type]
    shown = ["".join(piece.text for piece in each.pieces) for each in (*report.news, *report.passages)]
    assert sum("nine trainers" in each for each in shown) == 1
    assert sum("Japan would teach" in each for each in shown) == 1


def test_reports_that_came_after_it_make_nothing_old() -> None:
    """What another outlet wrote later is not what the reader knew."""
    later, last = further(2, body=f"{BODY} {TARIFF}"), further(3, body=f"{BODY} {TARIFF}")
    (found,) = told(item(), later, last, last=later)["data"]["stories"][0]["items"]
    assert len(found["new"]) == 1


def test_a_first_report_has_nothing_new() -> None:
    """All of it is."""
    one = item()
    message = compose(delivery(owed(one)), [story_of(one)], {}, {}, NOW)
    assert "new" not in message["data"]["stories"][0]["items"][0]


RS30 = "The plant costs Rs 30 billion."
RS45 = "The plant costs Rs 45 billion."
MAY = "Work begins in May."
JAPANESE = ("日本の新工場は二年後に動く。", "関税も下がる見込みだ。")
URDU = ("کارخانہ کراچی میں لگے گا۔", "حکومت نے درآمدی ٹیکس کم کر دیا ہے۔")


@pytest.mark.parametrize(
    ("text", "earlier", "new"),
    [
        (f"{RS30} {MAY}", [RS30], [MAY]),
        (RS45, [RS30], [RS45]),
        (f"{MAY} the plant COSTS Rs 30 billion", [f"{RS30} {MAY}"], []),
        ("Yes. No.", [RS30], []),
        ("".join(JAPANESE), [JAPANESE[0]], [JAPANESE[1]]),
        (" ".join(URDU), [URDU[0]], [URDU[1]]),
        (RS30, [], []),
        (RS30, ["", " \n"], []),
        ("", [RS30], []),
    ],
)
def test_a_sentence_is_new_by_its_words_or_its_figures(text: str, earlier: list[str], new: list[str]) -> None:
    """In three scripts; what is told in like words is not."""
    assert [text[start:end] for start, end in new_sentences(text, earlier)] == new


def test_a_long_text_against_many_is_quick() -> None:
    """It is asked while a message is composed: the work grows with the words and not with their square."""
    text = " ".join(f"Word{number} came in at {number} rupees." for number in range(20_000))
    assert len(new_sentences(text, [text] * 3 + ["The plant is new."])) == 0
