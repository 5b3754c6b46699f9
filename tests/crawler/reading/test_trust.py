"""The table of trust: every field has its order, and clocks settle their quarrels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from crawler.reading.moments import ReadDate
from crawler.reading.trust import TRUST, believe, believe_clock

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
    assert believe_clock({"jsonld": wrong, "byline": printed}, None, KARACHI) == WHEN
    assert believe_clock({"jsonld": wrong}, WHEN, KARACHI) == WHEN
    assert believe_clock({"jsonld": wrong}, None, KARACHI) == WALL.replace(tzinfo=UTC)


def test_a_right_offset_is_not_bent() -> None:
    """Another clock on the page speaks of another moment."""
    right = ReadDate(WALL, timezone(timedelta(hours=5)), True)
    assert believe_clock({"jsonld": right, "byline": ReadDate(WALL, UTC, True)}, None, KARACHI) == WHEN


def test_nobody_knows() -> None:
    """Unknown stays unknown."""
    assert believe_clock({}, None, KARACHI) is None
    assert believe_clock({"jsonld": None}, WHEN, None) == WHEN
