"""Search that runs out of time, and rules put to the test on an archive: what is said, and what is counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from archive.store import Archive
from khabardar.trial import Trial, bars, days_between
from tests.archive.samples import item, judged
from tests.khabardar.test_cli import Shell, shell  # noqa: F401 - a fixture

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def stocked(shell: Shell) -> Iterator[Shell]:  # noqa: F811
    """A hundred items, three a day; two of a story; every fourth names Japan, every tenth has a code."""
    archive = Archive.open(f"sqlite:///{shell.folder / 'khabardar.db'}")
    archive.migrate()
    news = [
        item(
            n,
            title=f"{'Japan' if n % 4 == 0 else 'Harvest'} and exports" if n % 8 else "Japanese car export",
            body="Exported rice" if n % 10 else f"CODE{n}",
            published_at=NOW - n * 8 * HOUR - HOUR,
            seen_at=NOW - n * 8 * HOUR,
            story_id=f"s{n // 2}",
        )
        for n in range(100)
    ]
    archive.keep([judged(one) for one in news], NOW, via="import")
    archive.close()
    return shell


def test_a_search_that_ran_out_of_time_says_so_and_can_be_taken_up(stocked: Shell) -> None:
    """On stderr, with how far it came and how to go on; exit 1; stdout holds items only."""
    urls: list[object] = []
    more = ["--seconds", "0"]
    for _ in range(9):
        code = stocked("search", "/code[0-9]+/", "--json", *more)
        urls += [line["url"] for line in stocked.lines]
        if code == 0:
            break
        assert code == 1
        assert "stopped after 0 s" in stocked.err
        assert "looked through back to 20" in stocked.err
        more = ["--seconds", "0", "--cursor", stocked.err.split("--cursor ")[1].split(",")[0]]
    assert urls == [f"https://dawn.example/news/{n}" for n in range(0, 100, 10)]
    assert stocked.err == ""


def test_what_lies_behind_the_limit_is_said_and_shown(stocked: Shell) -> None:
    """With the exact number, whatever the form; a cursor of no search is a wrong usage."""
    assert stocked("search", "exports", "--limit", "30", "--json") == 0
    assert "the first 30 items of 100" in stocked.err
    cursor = stocked.err.split("--cursor ")[1].split()[0]
    assert stocked("search", "exports", "--cursor", cursor, "--limit", "200", "--json") == 0
    assert len(stocked.lines) == 70
    assert stocked("search", "exports", "--cursor", "x", "--json") == 2
    assert "--cursor" in stocked.err
    assert stocked("search", "japan", "--sort", "relevance", "--limit", "100") == 0
    assert "12 items." in stocked.err


def test_rule_test_counts_stories_as_alerts_and_names_the_words(stocked: Shell) -> None:
    """A story that was told before the time looked at makes no alert in it."""
    assert stocked("rule", "test", "--query", "export", "--json", "--since", "10d", "--samples", "2") == 0
    (answer,) = stocked.lines
    assert answer["complete"] is True
    assert answer["items"] == 30
    assert answer["stories"] == 15
    assert answer["alerts"] in (14, 15)
    assert sum(day["items"] for day in answer["days"]) == 30  # type: ignore[attr-defined]
    assert sum(day["alerts"] for day in answer["days"]) == answer["alerts"]  # type: ignore[attr-defined]
    words = {entry["word"]: entry["items"] for entry in answer["words"]}  # type: ignore[attr-defined]
    assert words["exports"] + words["export"] == answer["words_of"] == 30
    assert words["exported"] == 27
    assert len(answer["samples"]) == 2  # type: ignore[arg-type]


def test_rule_test_shows_days_words_and_samples(stocked: Shell) -> None:
    """In a pipe as lines with tabs; matched words between marks."""
    assert stocked("rule", "test", "japan-cars") == 0
    assert stocked.out.startswith("japan-cars: 12 items of 12 stories since 20")
    assert "12 alerts" in stocked.out
    assert "words that matched, in how many of 12 items" in stocked.out
    assert "japanese\t12" in stocked.out
    assert "›Japanese› ›car‹".replace("›Japanese›", "›Japanese‹") in stocked.out


def test_rule_test_says_how_much_was_covered_when_time_is_over(stocked: Shell) -> None:
    """And counts that part only."""
    assert stocked("rule", "test", "--query", "/code[0-9]+/", "--seconds", "0", "--json") == 1
    (answer,) = stocked.lines
    assert answer["complete"] is False
    assert answer["items"] == 4
    assert answer["looked_back_to"] is not None
    assert "32 items were judged" in stocked.err
    assert "of 30 days" in stocked.err
    assert stocked("rule", "test", "--query", "/code[0-9]+/", "--json") == 0
    assert (stocked.lines[0]["complete"], stocked.lines[0]["items"]) == (True, 9)


@pytest.mark.parametrize(
    "arguments",
    [("rule", "test"), ("rule", "test", "a", "--query", "b"), ("rule", "test", "a", "--since", "1d", "--until", "2d")],
)
def test_rule_test_takes_one_rule_and_a_time_that_is_not_empty(shell: Shell, arguments: tuple[str, ...]) -> None:  # noqa: F811
    """Anything else is a wrong usage."""
    assert shell(*arguments) == 2
    assert shell.out == ""


def test_a_name_that_is_nearly_a_rules_is_pointed_out(stocked: Shell) -> None:
    """It is still read as a query."""
    assert stocked("rule", "test", "japan-car", "--json") == 0
    assert 'Did you mean "japan-cars"?' in stocked.err


def test_a_chart_of_a_long_time_has_a_bar_for_a_week_or_a_month() -> None:
    """From the first bar with an alert on; nothing is lost."""
    for length, unit, most in ((30, "day", 31), (200, "week", 31), (2000, "month", 68)):
        days = days_between(NOW - length * DAY, NOW, "Asia/Karachi")
        trial = Trial("Asia/Karachi", NOW - length * DAY)
        from archive.backtest import Match

        trial.count(Match(f"i{n}", f"s{n}", NOW - n * DAY) for n in range(0, length, 3))
        found, shown = bars(trial.alerts_by_day, days)
        assert found == unit
        assert len(shown) <= most
        assert shown[0].alerts > 0
        assert sum(each.alerts for each in shown) == len(trial.told)
