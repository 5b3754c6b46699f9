"""Datelines and credits leave the text; what only looks like one stays."""

from __future__ import annotations

import pytest

from crawler.reading.dateline import split_dateline, split_tail_credit

REST = "Factories reopened on Monday."


@pytest.mark.parametrize(
    "text",
    [
        "Pakistan: At least four factories reopened.",
        "PTI (Pakistan Tehreek-e-Insaf) said it would attend.",
        "METI (Ministry of Economy, Trade and Industry): the plan is new.",
        "SBP (State Bank of Pakistan) on Friday kept the rate.",
        "JETRO (Japan External Trade Organization) opened an office.",
        "FPCCI: the chamber welcomed the plan.",
        "IMF: the fund agreed.",
        "WATCH: the plant opens its gates.",
        "EXCLUSIVE - the plan in full.",
        "COVID-19 cases fell again.",
        "US–China trade grew.",
        "Japan (along with others) said yes.",
        "Toyota - the company - will invest.",
        "Pakistan and Japan on Friday explored: three plans.",
        "The Minister, (Industries) said so.",
        "وزیراعظم: ہم تیار ہیں۔",
        "پاکستان تحریک انصاف (پی ٹی آئی) نے کہا۔",
        "日本とパキスタンは合意した。",
        "",
        "(" * 300,
    ],
)
def test_no_dateline_is_seen_where_there_is_none(text: str) -> None:
    """Every form needs proof: a false dateline would cost a word of the report."""
    found = split_dateline(text)
    assert (found.place, found.credit, found.rest) == (None, None, text)


@pytest.mark.parametrize(
    ("lead", "place", "credit"),
    [
        (
            "ISLAMABAD, (UrduPoint / Pakistan Point News - 15th Aug, 2025) ",
            "ISLAMABAD",
            "UrduPoint / Pakistan Point News",
        ),
        ("PESHAWAR, (APP - UrduPoint / Some News - 4th Jan, 2023 ) :", "PESHAWAR", "APP - UrduPoint / Some News"),
        ("(UrduPoint / Some News-July 21st, 2026) ", None, "UrduPoint / Some News"),
        ("ISLAMABAD: ", "ISLAMABAD", None),
        ("ISLAMABAD  -  ", "ISLAMABAD", None),
        ("ISLAMABAD/Lahore - ", "ISLAMABAD/Lahore", None),
        ("Islamabad : ", "Islamabad", None),
        ("ISLAMABAD – ", "ISLAMABAD", None),
        ("KARACHI –", "KARACHI", None),
        ("KARACHI, Aug 6: ", "KARACHI", None),
        ("ISLAMABAD, AUG 29: ", "ISLAMABAD", None),
        ("LAHOERE: ", "LAHOERE", None),
        ("KARACHI, Aug 15 (APP): ", "KARACHI", "APP"),
        ("LONDON (Reuters) - ", "LONDON", "Reuters"),
        ("TOKYO, Aug 15 (Xinhua) -- ", "TOKYO", "Xinhua"),
        ("Tokyo (Jiji Press) – ", "Tokyo", "Jiji Press"),
        ("RAHIM YAR KHAN: ", "RAHIM YAR KHAN", None),
        ("WASHINGTON, D.C. (AP) — ", "WASHINGTON, D.C.", "AP"),
    ],
)
def test_english_datelines_become_place_and_credit(lead: str, place: str | None, credit: str | None) -> None:
    """The forms of the field, the typing mistake included."""
    found = split_dateline(lead + REST)
    assert (found.place, found.credit, found.rest) == (place, credit, REST)


def test_the_date_of_a_credit_is_kept_and_leaves_it() -> None:
    """The date behind the agency's name is the report's."""
    found = split_dateline(f"MULTAN, (Some Agency / Some News - 3rd Feb, 2026) {REST}")
    assert found.credit == "Some Agency / Some News"
    assert found.date is not None
    assert (found.date.wall.year, found.date.wall.month, found.date.wall.day) == (2026, 2, 3)


@pytest.mark.parametrize(
    ("lead", "place", "credit"),
    [
        ("اسلام آباد (اسرار خان) ", "اسلام آباد", "اسرار خان"),
        ("ٹوکیو(عرفان صدیقی) ", "ٹوکیو", "عرفان صدیقی"),
        ("کراچی (اسٹاف رپورٹر) ", "کراچی", "اسٹاف رپورٹر"),
        ("کراچی(این این آئی)", "کراچی", "این این آئی"),
        ("اسلام آباد(آن لائن )", "اسلام آباد", "آن لائن"),
        ("اسلام آباد۔: (نمائندہ خصوصی ): ", "اسلام آباد", "نمائندہ خصوصی"),
        ("اسلام آباد(مانیٹرنگ ڈیسک) ", "اسلام آباد", "مانیٹرنگ ڈیسک"),
        ("اسلام آباد: ", "اسلام آباد", None),
        ("اسلام آباد ۔ 05 اکتوبر (اے پی پی) ", "اسلام آباد", "اے پی پی"),
        ("کھاریاں (نامہ نگار) ", "کھاریاں", "نامہ نگار"),
    ],
)
def test_urdu_datelines_become_place_and_credit(lead: str, place: str, credit: str | None) -> None:
    """A known place, an agency's word or a date is the proof."""
    found = split_dateline(lead + "کارخانے پیر کو کھل گئے۔")
    assert (found.place, found.credit, found.rest) == (place, credit, "کارخانے پیر کو کھل گئے۔")


def test_japanese_datelines_become_place_and_credit() -> None:
    """The bracket of newspapers, the line of agencies' offices, the list of countries."""
    found = split_dateline("【カラチ＝共同】工場が再開した。")
    assert (found.place, found.credit, found.rest) == ("カラチ", "共同", "工場が再開した。")
    assert split_dateline("カラチ発").place == "カラチ"
    assert split_dateline("（パキスタン、日本）").place == "パキスタン、日本"


def test_only_the_first_line_is_touched() -> None:
    """Given a whole text, the other paragraphs stay as they are."""
    found = split_dateline(f"KARACHI: {REST}\n\nLAHORE: Another paragraph.")
    assert found.rest == f"{REST}\n\nLAHORE: Another paragraph."


@pytest.mark.parametrize(
    ("text", "rest", "credit"),
    [
        ("The talks ended.—APP", "The talks ended.", "APP"),
        ("The talks ended. (APP)", "The talks ended.", "APP"),
        ("The talks ended. —Our Correspondent", "The talks ended.", "Our Correspondent"),
        ("Copyright APP (Associated Press of Pakistan), 2018", "", "APP"),
        ("Copyright Some Recorder, 2025", "", None),
        ("The talks ended—quickly", "The talks ended—quickly", None),
        ("He met the head of the chamber (FPCCI)", "He met the head of the chamber (FPCCI)", None),
        ("The talks ended.", "The talks ended.", None),
    ],
)
def test_trailing_credits_leave_the_last_paragraph(text: str, rest: str, credit: str | None) -> None:
    """Only names that are agencies' or desks' are credits."""
    assert split_tail_credit(text) == (rest, credit)
