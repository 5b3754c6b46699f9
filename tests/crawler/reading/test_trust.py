"""The table of trust: every field has its order, and clocks settle their quarrels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from crawler.reading.moments import ReadDate
from crawler.reading.trust import TRUST, Clock, believe, believe_clock, not_ahead, whole_text

WALL = datetime(2025, 8, 15, 18)  # noqa: DTZ001
WHEN = datetime(2025, 8, 15, 13, tzinfo=UTC)
KARACHI = "Asia/Karachi"


def test_selectors_come_first_and_the_feed_does_not_outrank_the_page() -> None:
    """For what is printed on a page, the page is the better witness."""
    for field in ("title", "author", "published_at", "section"):
        assert TRUST[field][0] == "select"
        assert TRUST[field].index("feed") > TRUST[field].index("jsonld")


def test_the_first_who_says_something_is_believed() -> None:
    """Empty words are no words."""
    assert believe("title", select="", jsonld=None, meta="Meta", feed="Feed") == "Meta"
    assert believe("title") is None


def test_two_offsets_of_one_wall_clock_are_settled_by_the_sources_zone() -> None:
    """Only when another witness shows that clock: a lone offset is believed."""
    wrong, printed = ReadDate(WALL, UTC, True), ReadDate(WALL, None, True)
    assert believe_clock({"jsonld": wrong, "byline": printed}, None, KARACHI).at == WHEN
    assert believe_clock({"jsonld": wrong}, WHEN, KARACHI).at == WHEN
    assert believe_clock({"jsonld": wrong}, None, KARACHI).at == WALL.replace(tzinfo=UTC)


def test_a_right_offset_is_not_bent() -> None:
    """Another clock on the page speaks of another moment."""
    right = ReadDate(WALL, timezone(timedelta(hours=5)), True)
    assert believe_clock({"jsonld": right, "byline": ReadDate(WALL, UTC, True)}, None, KARACHI).at == WHEN


def test_nobody_knows() -> None:
    """Unknown stays unknown."""
    assert believe_clock({}, None, KARACHI).at is None
    assert believe_clock({"jsonld": None}, WHEN, None).at == WHEN


def test_a_corrected_clock_says_so_and_a_believed_one_does_not() -> None:
    """What was changed is marked, for whoever asks why."""
    wrong, printed = ReadDate(WALL, UTC, True), ReadDate(WALL, None, True)
    assert "local time of Asia/Karachi" in (
        believe_clock({"jsonld": wrong, "byline": printed}, None, KARACHI).corrected or ""
    )
    assert believe_clock({"jsonld": wrong}, None, KARACHI).corrected is None
    assert believe_clock({"jsonld": printed}, None, KARACHI).corrected is None


def test_a_date_in_the_future_is_right_in_the_sources_zone_or_is_when_it_was_seen() -> None:
    """A feed that prints local time as that of another zone; one that dates ten years ahead."""
    ahead = WHEN + timedelta(hours=11)
    zone = not_ahead(Clock(ahead), [WALL], KARACHI, WHEN)
    assert (zone.at, "right as the local time" in (zone.corrected or "")) == (WHEN, True)
    wild = not_ahead(Clock(WHEN + timedelta(days=3650)), [WALL + timedelta(days=3650)], KARACHI, WHEN)
    assert (wild.at, "2035-08-13 13:00 UTC lay in the future" in (wild.corrected or "")) == (WHEN, True)
    assert not_ahead(Clock(ahead), [WALL], None, WHEN).at == WHEN
    soon = Clock(WHEN + timedelta(minutes=3))
    assert not_ahead(soon, [], KARACHI, WHEN) is soon
    assert not_ahead(Clock(ahead), [], KARACHI, None).at == ahead
    assert not_ahead(Clock(), [], KARACHI, WHEN) == Clock()


def test_a_teaser_yields_to_the_whole_text_and_a_whole_text_to_nobody() -> None:
    """The order of trust stands among texts of about the same length."""
    whole, teaser = ["x" * 2000], ["x" * 300]
    assert whole_text({"printed": whole, "jsonld": whole, "feed": whole}) == "printed"
    assert whole_text({"printed": teaser, "jsonld": whole, "feed": whole}) == "jsonld"
    assert whole_text({"printed": teaser, "jsonld": teaser, "feed": whole}) == "feed"
    assert whole_text({"feed": teaser}) == "feed"
    assert whole_text({"printed": []}) is None
