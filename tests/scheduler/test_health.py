"""How a source is: every kind of trouble, when it is sure, when it is over. The clock is handed in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.model import Look, Visit, VisitStatus
from archive.standing import Day, Health, Record, Standing
from crawler.starts import Start
from scheduler import habit, health, notices

NOW = datetime(2025, 8, 15, 12, tzinfo=UTC)  # a Friday
EVERY = timedelta(minutes=15)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Start(kind="feed", url="http://example.org/feed")
MAP = Start(kind="sitemap", url="http://example.org/map")


def look(way: int = 0, **seen: object) -> Look:
    """A good look: twenty entries, one an hour, one of them new."""
    start = (FEED, MAP)[way]
    usual = {
        "listed": 20,
        "fresh": 1,
        "dated": 20,
        "newest_at": NOW - HOUR / 2,
        "longest_gap": 3600.0,
        "published": (NOW - HOUR / 2,),
    }
    return Look(way, start.kind, start.url, **{**usual, **seen})  # type: ignore[arg-type]


def broken(problem: str = "the server answered 500", trouble: str = "failing", way: int = 0) -> Look:
    """A look that saw nothing."""
    start = (FEED, MAP)[way]
    return Look(way, start.kind, start.url, problem=problem, trouble=trouble)


def visit(*looks: Look, at: datetime = NOW) -> Visit:
    """A visit made of these looks, served by the first good one that is listed last."""
    good = [one for one in looks if one.problem is None and (one.listed or one.not_modified)]
    way = good[-1].way if good else next((one.way for one in looks if one.problem is None), None)
    status = VisitStatus.FAILED if way is None else VisitStatus.OK
    return Visit("dawn", status, at, at, way=way, looks=looks, error=looks[0].problem)


class Course:
    """A source through many visits."""

    def __init__(self, *starts: Start, record: Record | None = None) -> None:
        self.starts = starts or (FEED,)
        self.record = record or Record("dawn")
        self.now = NOW
        self.first = True
        self.told: list[tuple[str, str]] = []

    def go(self, *looks: Look, times: int = 1, every: timedelta = EVERY) -> Course:
        """Visit again and again with the same outcome; dates keep their distance to the clock."""
        for _ in range(times):
            shift = self.now - NOW
            moved = tuple(
                replace(
                    one,
                    newest_at=one.newest_at + shift if one.newest_at else None,
                    published=tuple(moment + shift for moment in one.published),
                )
                for one in looks
            )
            self.go_as_it_is(*moved)
            self.now += every
        return self

    def go_as_it_is(self, *looks: Look) -> None:
        """One visit; the dates are those given."""
        after = health.judged(self.record, visit(*looks, at=self.now), self.starts, self.now, first=self.first)
        self.first = False
        known = {**self.record.standings, **{one.way: one for one in after.standings}}
        whole = known[""]
        for telling in notices.to_tell({"dawn": whole}, {"dawn"}, self.now):
            self.told.append((telling.state.value, telling.text))
            known[""] = replace(whole, told=whole.state, told_at=self.now)
        self.record = replace(self.record, standings=known, habit={**self.record.habit, **after.habit})

    @property
    def whole(self) -> Standing:
        """The source as a whole."""
        return self.record.whole

    @property
    def state(self) -> str:
        """In one word."""
        return self.whole.state.value


@pytest.mark.parametrize(
    ("seen", "kind", "state"),
    [
        (broken(), "failing", "dark"),
        (broken("an HTML page came instead of a feed (title 'Home')", "html"), "html", "dark"),
        (broken("an HTML page came instead of a feed (a challenge …)", "challenge"), "challenge", "dark"),
        (look(listed=0, fresh=0, dated=0, newest_at=None, published=(), longest_gap=None), "empty", "dark"),
        (look(fresh=0, newest_at=NOW - 276 * DAY, published=()), "stale", "dark"),
        (look(dated=0, newest_at=None, published=(), longest_gap=None), "undated", "degraded"),
        (look(ahead=20, newest_at=None, published=(), longest_gap=None), "future", "degraded"),
        (look(), None, "ok"),
    ],
)
def test_every_kind_of_trouble_is_known_when_it_is_sure(seen: Look, kind: str | None, state: str) -> None:
    """After five visits the state is sure; the operator hears of it once, and once when it is over."""
    course = Course().go(seen, times=health.SURE)
    assert (course.state, course.whole.kind) == (state, kind)
    course.go(seen, times=40)
    assert [told for told, _ in course.told] == ([state] if kind else [])
    course.go(look(), times=health.RECOVERED)
    assert course.state == "ok"
    course.go(look(), times=20)
    assert [told for told, _ in course.told] == ([state, "ok"] if kind else [])


def test_one_failure_is_a_hiccup() -> None:
    """It changes nothing, however often it comes back between good visits."""
    course = Course().go(look(), times=3)
    for _ in range(30):
        course.go(broken()).go(look())
        assert course.state == "ok"
    assert course.told == []


def test_two_failures_are_said_and_not_told() -> None:
    """Degraded in the list of sources; no notice before it is sure."""
    course = Course().go(look(), times=3).go(broken(), times=2)
    assert course.state == "degraded"
    assert course.told == []
    assert course.whole.since == NOW + 3 * EVERY


def test_a_source_that_flaps_is_no_nuisance() -> None:
    """Dark and well by turns within hours: at most one pair of notices an hour."""
    course = Course()
    for _ in range(12):
        course.go(broken(), times=5, every=timedelta(minutes=1)).go(look(), times=2, every=timedelta(minutes=1))
    hours = (course.now - NOW) / HOUR
    assert len([told for told, _ in course.told if told == "dark"]) <= hours + 1


def test_since_when_it_is_dark() -> None:
    """Since the trouble began; a frozen feed since its newest entry."""
    assert Course().go(look(), times=4).go(broken(), times=6).whole.since == NOW + 4 * EVERY
    frozen = Course()
    for _ in range(6):
        frozen.go_as_it_is(look(fresh=0, published=(), newest_at=NOW - 10 * DAY))
        frozen.now += EVERY
    assert frozen.whole.since == NOW - 10 * DAY


@pytest.mark.parametrize(
    ("gap", "age", "stale"),
    [
        (HOUR, 47 * HOUR, False),
        (HOUR, 49 * HOUR, True),
        (3 * DAY, 6 * DAY, False),  # over a weekend
        (7 * DAY, 14 * DAY, False),  # a weekly that left out one number
        (7 * DAY, 16 * DAY, True),
        (31 * DAY, 60 * DAY, False),
        (400 * DAY, 100 * DAY, True),  # nothing is usual for ever
    ],
)
def test_stale_is_older_than_usual_for_this_source(gap: timedelta, age: timedelta, stale: bool) -> None:
    """Its own pauses say what is usual: a weekly is not stale after three days, a daily is."""
    course = Course().go(look(fresh=0, published=(), newest_at=NOW - age, longest_gap=gap.total_seconds()), times=6)
    assert course.state == ("dark" if stale else "ok")


def test_a_list_of_one_or_two_entries_is_not_judged_by_age_before_its_pauses_are_known() -> None:
    """A law office that publishes twice a year is not dark."""
    rare = look(listed=2, fresh=0, dated=2, newest_at=NOW - 90 * DAY, published=(), longest_gap=None)
    assert Course().go(rare, times=20).state == "ok"


def test_what_has_not_changed_grows_old_all_the_same() -> None:
    """304 for days: the newest entry known is what counts."""
    course = Course().go(look(), times=2)
    same = look(listed=0, fresh=0, dated=0, newest_at=None, published=(), longest_gap=None, not_modified=True)
    course.go(same, times=10)
    assert course.state == "ok"
    course.now += 3 * DAY
    course.go(same, times=6)
    assert (course.state, course.whole.kind) == ("dark", "stale")


def test_a_short_list_may_be_empty_and_a_long_one_not() -> None:
    """A search without hits today is no trouble; an outlet's feed without entries is."""
    none = look(listed=0, fresh=0, dated=0, newest_at=None, published=(), longest_gap=None)
    assert Course().go(look(listed=2, dated=2), times=3).go(none, times=8).state == "ok"
    assert Course().go(look(), times=3).go(none, times=8).state == "dark"


def test_a_listing_needs_no_dates() -> None:
    """Links carry none, and nobody expects them."""
    listing = Start(kind="listing", url=FEED.url)
    undated = replace(look(dated=0, newest_at=None, published=(), longest_gap=None), kind="listing")
    assert Course(listing).go(undated, times=8).state == "ok"


def weeks_of(per_hour: float, weeks: int = 6) -> dict[int, tuple[float, float]]:
    """A habit learned over some weeks: so many entries in every hour."""
    found: dict[int, tuple[float, float]] = {}
    at = NOW - weeks * 7 * DAY
    while at < NOW:
        published = tuple(at - HOUR + (n + 1) * HOUR / (per_hour + 1) for n in range(int(per_hour)))
        found |= habit.learned(found, look(fresh=len(published), published=published), at - HOUR, at)
        at += HOUR
    return found


@pytest.mark.parametrize(
    ("per_hour", "brought", "hours", "kind"),
    [
        (4, 5, 24, "scanty"),
        (4, 0, 24, "silent"),
        (4, 40, 24, None),  # a quiet day
        (4, 0, 8, None),  # we were away ourselves
        (0, 0, 24, None),
    ],
)
def test_a_day_far_below_the_habit_is_trouble(per_hour: int, brought: int, hours: int, kind: str | None) -> None:
    """Under a tenth of what this weekday usually brings, over a whole day in which we looked."""
    found = health.scanty(weeks_of(per_hour), Day(brought, hours), NOW)
    assert (found.kind if found else None) == kind


def test_a_young_habit_proves_nothing() -> None:
    """Two weeks are too few to call a day unusual."""
    assert health.scanty(weeks_of(4, weeks=2), Day(0, 24), NOW) is None


def test_a_way_that_is_dead_rests_and_is_tried_again() -> None:
    """While the feed is dead its fallback is asked first; the feed is tried again, and taken back when it is well."""
    course = Course(FEED, MAP)

    def order() -> list[int]:
        ways = health.ways_of(course.starts, course.record, EVERY, course.now, all_again=False)
        return [way.index for way in ways]

    course.go(look(), times=3)
    assert order() == [0, 1]
    course.go(broken(), look(1), times=health.SURE)
    assert course.record.standings[FEED.url].state is Health.DARK
    assert (course.state, course.whole.kind) == ("degraded", "fallback")
    assert MAP.url in (course.whole.why or "")
    assert course.whole.served == MAP.url
    assert order() == [1, 0]
    course.now += health.REST * EVERY
    assert order() == [0, 1]
    assert [way.index for way in health.ways_of(course.starts, course.record, EVERY, NOW, all_again=True)] == [0, 1]
    course.go(look(), times=health.RECOVERED)
    assert order() == [0, 1]
    assert (course.state, course.whole.served) == ("ok", FEED.url)


def test_when_all_ways_are_dead_the_source_is_dark_and_all_are_tried() -> None:
    """Nothing is given up: what rests is still tried when nothing else does."""
    course = Course(FEED, MAP).go(broken(), broken(way=1), times=health.SURE)
    assert course.state == "dark"
    ways = health.ways_of(course.starts, course.record, EVERY, course.now, all_again=False)
    assert sorted(way.index for way in ways) == [0, 1]


def test_many_sources_that_fail_together_are_told_together() -> None:
    """One notice for all, and the question whether it is our own network."""
    dark = Course().go(broken(), times=6).whole
    many = {f"s{n}": replace(dark, source=f"s{n}", told=Health.OK, told_at=None) for n in range(8)}
    [telling] = notices.to_tell(many, set(many), NOW + 2 * HOUR)
    assert telling.subject == "8 sources have gone dark"
    assert "network of this machine" in telling.text
    assert all(name in telling.about for name in many)


def test_sources_that_are_not_visited_any_more_are_not_told() -> None:
    """Disabled or taken out of the configuration."""
    dark = Course().go(broken(), times=4).whole
    assert notices.to_tell({"dawn": replace(dark, state=Health.DARK)}, set(), NOW) == []
