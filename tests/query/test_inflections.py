"""What an unquoted English word finds beside itself."""

from __future__ import annotations

import pytest

from query.inflections import blocked_pairs, forms


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("export", ["exports", "exported", "exporting"]),
        ("duty", ["duties"]),
        ("car", ["cars"]),
        ("tax", ["taxes"]),
        ("box", ["boxes"]),
        ("bus", ["buses"]),
        ("crash", ["crashes", "crashed", "crashing"]),
        ("stomach", ["stomachs"]),
        ("auto", ["autos"]),
        ("potato", ["potatoes"]),
        ("supply", ["supplies", "supplied", "supplying"]),
        ("trade", ["trades", "traded", "trading"]),
        ("agree", ["agreed", "agreeing"]),
        ("plan", ["plans", "planned", "planning"]),
        ("refer", ["referred", "referring"]),
        ("visit", ["visited", "visiting"]),
        ("travel", ["traveled", "travelled", "travelling"]),
        ("fuel", ["fuelled", "fueling"]),
        ("equip", ["equipped"]),
        ("play", ["plays", "played", "playing"]),
        ("focus", ["focused", "focusing"]),
        ("exports", ["export"]),
        ("duties", ["duty"]),
        ("taxes", ["tax"]),
        ("houses", ["house"]),
        ("movies", ["movie"]),
        ("pakistanis", ["pakistani"]),
        ("cars", ["car"]),
        ("fee", ["fees"]),
        ("unit", ["units"]),
    ],
)
def test_regular_forms_are_found(word: str, found: list[str]) -> None:
    """Plural, -ed, -ing with the rules of spelling; the singular of a plural."""
    assert {word, *found} <= forms(word)


@pytest.mark.parametrize(
    ("word", "never"),
    [
        ("export", "exporter"),
        ("university", "universe"),
        ("universe", "university"),
        ("auto", "author"),
        ("import", "important"),
        ("new", "news"),
        ("news", "new"),
        ("accord", "according"),
        ("unit", "united"),
        ("unit", "uniting"),
        ("fee", "feed"),
        ("good", "goods"),
        ("plan", "plane"),
        ("plan", "planes"),
        ("plan", "planed"),
        ("car", "care"),
        ("car", "cares"),
        ("star", "stared"),
        ("prince", "princess"),
        ("ban", "banned"),
        ("tax", "taxing"),
        ("class", "clas"),
        ("press", "pres"),
        ("gas", "ga"),
        ("exports", "exported"),
        ("exported", "export"),
        ("china", "chinese"),
    ],
)
def test_other_words_are_not_found(word: str, never: str) -> None:
    """No derivations, no verb forms of three-letter words, nothing from the list of false pairs."""
    assert never not in forms(word)


@pytest.mark.parametrize("word", ["us", "it", "6.5", "g20", "自", "گاڑی", "škoda", "straßen", ""])
def test_only_ascii_words_of_three_letters_have_forms(word: str) -> None:
    """Other scripts, numbers and short words stand for themselves."""
    assert forms(word) == {word}


def test_false_pairs_are_kept_apart_both_ways() -> None:
    """The list is data, and none of its lines is idle."""
    for word, others in blocked_pairs().items():
        assert not forms(word) & others
        assert all(word in blocked_pairs()[other] for other in others)


def test_forms_stay_few() -> None:
    """They are all looked up in the index."""
    assert max(len(forms(word)) for word in ("travel", "potato", "pakistanis", "stomach", "focus")) <= 10
