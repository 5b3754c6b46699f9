"""Who wrote it and when, in the line under a headline."""

from __future__ import annotations

import pytest

from crawler.reading.byline import person, read_byline


@pytest.mark.parametrize(
    ("line", "author", "day"),
    [
        ("Faizan Hashmi Published August 15, 2025 | 06:00 PM", "Faizan Hashmi", 15),
        ("Faizan HashmiPublished August 15, 2025 | 06:00 PM", "Faizan Hashmi", 15),
        ("Press Release Published March 19, 2025 Updated March 20, 2025 06:49am", "Press Release", 19),
        ("APP Published March 19, 2025", "APP", 19),
        ("Published May 06, 2024", None, 6),
        ("By Irfan Khan / May 27, 2015", "Irfan Khan", 27),
        ("Sun July 08, 2018 / OC / Our Correspondent", "Our Correspondent", 8),
        ("MG News | August 15, 2025 at 3:24 PM GMT+05:00", "MG News", 15),
        ("Ali Raza | 3 min read | August 15, 2025, 6:00 pm PKT", "Ali Raza", 15),
        ("Ali Raza (@aliraza) Published August 15, 2025", "Ali Raza", 15),
        ("Business August 15, 2025", None, 15),
        ("Maryam Solomon Published August 15, 2025", "Maryam Solomon", 15),
        ("کوکب پیرزادہ 15 اگست 2025ء", "کوکب پیرزادہ", 15),
        ("Thursday, November 7, 2019 | 9 Rabiulawal, 1441", None, 7),
        ("بدھ, اکتوبر 15, 2025, 4:01 شام", None, 15),
        ("اسرار خان جمعہ 15 اگست 2025ء", "اسرار خان", 15),
        ("2016年06月02日(木曜日) 午前11時55分", None, 2),
        (" date 2025-08-15 Open Menu", None, 15),
    ],
)
def test_author_and_date_are_parted(line: str, author: str | None, day: int) -> None:
    """Glued together, behind labels, in either order."""
    found = read_byline(line)
    assert found is not None
    assert found.author == author
    assert found.date is not None
    assert found.date.wall.day == day


@pytest.mark.parametrize(("line", "author"), [("By Ali Raza", "Ali Raza"), ("تحریر: اسرار خان", "اسرار خان")])
def test_a_labelled_name_without_a_date_is_a_byline(line: str, author: str) -> None:
    """The label is the proof."""
    found = read_byline(line)
    assert found is not None
    assert found.author == author


@pytest.mark.parametrize(
    "line",
    [
        "On August 14, 2025 the minister opened the plant",
        "The plant opened on August 14, 2025",
        "August 14, 2025 is a holiday.",
        "By the end of the year, exports will have doubled",
        "Exports rose 20 percent in July 2025, officials said",
        "Home > Business",
        "x" * 1_000,
        "",
    ],
)
def test_a_sentence_with_a_date_is_no_byline(line: str) -> None:
    """What is left without the date must be a name."""
    assert read_byline(line) is None


def test_an_update_line_is_furniture_without_a_date() -> None:
    """It says nothing of when the report came out."""
    found = read_byline("Updated 06 May, 2024")
    assert found is not None
    assert found.date is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("desk@example.org (Ali Raza)", "Ali Raza"),
        ("Ali Raza <ali@example.org>", "Ali Raza"),
        ("By Ali Raza", "Ali Raza"),
        ("  Ali \n Raza ", "Ali Raza"),
        ("Our Correspondent", "Our Correspondent"),
        ("admin", None),
        ("desk@example.org", None),
        ("https://example.org/author/ali", None),
        ("12345", None),
        ("", None),
        (None, None),
    ],
)
def test_people_are_named_as_printed(written: str | None, name: str | None) -> None:
    """Addresses and accounts are nobody."""
    assert person(written) == name
