"""Whatever happens on the way, what is owed is told exactly once, or is on the account of a silence."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.model import Bounds, Outcome, Told
from archive.store import Archive
from tests.archive.samples import DAY, HOUR, MINUTE, NOW, item, judged, promise

CAP = 3
WHY = "quiet hours"
_numbers = itertools.count(1)

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("news"), st.sampled_from(["calm", "fire", "digest", "slow"]), st.integers(1, 6)),
        st.tuples(st.just("wait"), st.sampled_from([MINUTE, 20 * MINUTE, HOUR, 7 * HOUR])),
        st.tuples(st.just("quiet"), st.booleans()),
        st.tuples(st.just("cap"), st.booleans()),
        st.tuples(st.just("silence"), st.sampled_from(["calm", "fire", "digest"]), st.sampled_from([HOUR, DAY])),
        st.tuples(st.just("end")),
        st.tuples(st.just("fails"), st.booleans()),
        st.tuples(st.just("dies")),
    ),
    max_size=25,
)


class Course:
    """One channel of an archive, and what came of it."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.number = next(_numbers)
        self.channel = f"desk{self.number}"
        self.now: datetime = NOW + self.number * 100 * DAY  # a time of its own: nothing of another course is near
        self.bounds = Bounds()
        self.fails = False
        self.told: dict[str, datetime] = {}
        self.calm: list[datetime] = []

    def rule(self, kind: str) -> str:
        return f"{kind}{self.number}"

    def news(self, kind: str, count: int) -> None:
        later = {"digest": 5 * HOUR, "slow": 2 * MINUTE}.get(kind, timedelta(0))
        owed = promise(
            self.rule(kind),
            self.channel,
            urgent=kind == "fire",
            bundle="daily 08:00" if kind == "digest" else "now",
            due_at=self.now + later,
        )
        batch = [item(f"{self.number}-{next(_numbers)}", seen_at=self.now) for _ in range(count)]
        self.archive.keep([judged(one, owed) for one in batch], self.now, via="crawl")

    def deliver(self, *, dies: bool = False) -> None:
        """As the service: claim, freeze, send, settle. ``dies`` before anything is settled."""
        while claimed := self.archive.claim_deliveries(
            self.now, "me", MINUTE, channels=[self.channel], bounds={self.channel: self.bounds}
        ):
            if dies:
                return
            for one in claimed:
                urgent = any(row.urgent for row in one.owed)
                assert urgent or self.bounds.quiet is None
                self.archive.freeze(one.id, {"type": one.kind})
                if self.fails:
                    told, again = Told(Outcome.RETRY, "503"), self.now + 5 * MINUTE
                    self.archive.settle(one.id, told, self.now, again)
                    continue
                assert one.id not in self.told
                self.archive.settle(one.id, Told(Outcome.SENT, "200"), self.now, None)
                self.told[one.id] = self.now
                if not urgent and self.bounds.max_per_hour and one.kind == "alert":
                    self.calm.append(self.now)

    def step(self, name: str, *given: object) -> None:
        if name == "news":
            self.news(*given)  # type: ignore[arg-type]
        elif name == "wait":
            self.now += given[0]  # type: ignore[operator]
        elif name == "quiet":
            self.bounds = Bounds(WHY if given[0] else None, self.bounds.max_per_hour)
        elif name == "cap":
            self.bounds = Bounds(self.bounds.quiet, CAP if given[0] else 0)
        elif name == "silence":
            self.archive.silence(self.rule(str(given[0])), self.now + given[1], "", self.now)  # type: ignore[operator]
        elif name == "end":
            mine = [one for one in self.archive.silences(self.now) if one.rule.endswith(str(self.number))]
            for one in mine:
                self.archive.end_silence(one.id, self.now)
        elif name == "fails":
            self.fails = bool(given[0])
        self.deliver(dies=name == "dies")

    def end(self) -> None:
        """The channel works, days pass."""
        self.bounds, self.fails = Bounds(None, self.bounds.max_per_hour), False
        for _ in range(10):
            self.now += 3 * DAY
            self.deliver()


@settings(max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_what_is_owed_is_told_exactly_once_or_is_on_the_account_of_a_silence(archive: Archive, steps: list) -> None:
    """Urgent and calm, digests, caps, quiet hours, silences, failures, deaths, in any order."""
    course = Course(archive)
    for one in steps:
        course.step(*one)
    course.end()
    deliveries = archive.deliveries("sent", limit=1000, channel=course.channel)
    in_deliveries = [row.id for one in deliveries for row in one.owed]
    accounted = [
        row.id
        for silence in archive.silences()
        if silence.rule.endswith(str(course.number))
        for row in archive.silenced(silence.id)
        if row.channel == course.channel
    ]
    everything = _owed_to(archive, course.channel)
    assert sorted(in_deliveries + accounted) == everything
    assert {one.id for one in deliveries} == set(course.told)
    for moment in course.calm:
        assert sum(moment - HOUR < other <= moment for other in course.calm) <= CAP


def _owed_to(archive: Archive, channel: str) -> list[int]:
    from sqlalchemy import select

    from archive.tables import owed

    with archive._database.read() as connection:
        return sorted(connection.execute(select(owed.c.id).where(owed.c.channel == channel)).scalars())
