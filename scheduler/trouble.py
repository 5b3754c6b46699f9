"""When a channel has failed for long, and what the operator hears of it: decisions on values, and their words.

The operator hears once that a channel fails, and once that it works again. A try that fails now and then is nobody's
concern; a delivery that was given up is, at once. A channel that comes and goes is told of once a day at the most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.compose import notice
from archive.model import Outcome, Trouble, rfc3339
from archive.settling import Ended, Judge, Notices

LONG = ((3, timedelta(minutes=30)), (2, timedelta(hours=6)))
"""What is "for long": so many tries failed in a row, and since the first of them so much time has gone by."""

NOT_AGAIN = timedelta(days=1)
"""For so long after it was told, a channel that failed, worked and fails again is not told of anew."""


class News(StrEnum):
    """What there is to tell of a channel."""

    FAILING = "failing"
    DISABLED = "disabled"
    RECOVERED = "recovered"


def after_try(before: Trouble | None, end: Ended) -> tuple[Trouble | None, News | None]:
    """How a channel stands after a try, and what there is to tell; None: nothing to remember, nothing to tell."""
    if end.told.outcome is Outcome.SENT:
        return _works(before, end.at)
    trouble = _failed(before, end)
    if end.disabled:
        return replace(trouble, told=True, told_at=end.at), News.DISABLED
    if trouble.told or not (end.gave_up or for_long(trouble)) or _lately(trouble.told_at, end.at):
        return trouble, None
    return replace(trouble, told=True, told_at=end.at), News.FAILING


def for_long(trouble: Trouble) -> bool:
    """Whether it failed often enough, and for long enough, to trouble the operator with it."""
    return any(trouble.failures >= number and trouble.last_at - trouble.since >= time for number, time in LONG)


def _works(before: Trouble | None, now: datetime) -> tuple[Trouble | None, News | None]:
    if before is None or (before.failures == 0 and _lately(before.told_at, now)):
        return before, None
    well = replace(before, failures=0, told=False) if _lately(before.told_at, now) else None
    return well, News.RECOVERED if before.told else None


def _failed(before: Trouble | None, end: Ended) -> Trouble:
    first = Trouble(end.channel, end.at, 0, "", end.at)
    start = before if before and before.failures else replace(first, told_at=before.told_at if before else None)
    since = min(start.since, end.at)  # the clock may have been set back
    return replace(start, since=since, failures=start.failures + 1, why=end.told.answer, last_at=end.at)


def _lately(told_at: datetime | None, now: datetime) -> bool:
    return told_at is not None and timedelta(0) <= now - told_at < NOT_AGAIN


def judge_for(operator: Sequence[str], hear: Callable[[News, Trouble, str], None] = lambda *_: None) -> Judge:
    """The judge that ``archive.settle`` is handed: ``operator`` are the channels that are told, ``hear``
    is told what there is to tell, of which channel and by which delivery."""

    def judge(before: Trouble | None, end: Ended) -> tuple[Trouble | None, Notices]:
        after, news = after_try(before, end)
        if news is None:
            return after, ()
        about = after if news is not News.RECOVERED else before
        assert about is not None
        hear(news, about, end.delivery_id)
        message = _message(news, about, end)
        others = [channel for channel in operator if channel != end.channel]
        if news is News.RECOVERED and not others:
            others = [channel for channel in operator if channel == end.channel]  # it works, and nobody else could tell
        return after, tuple((channel, message) for channel in others)

    return judge


def _message(news: News, about: Trouble, end: Ended) -> dict[str, object]:
    name = about.channel
    tries = "one try" if about.failures == 1 else f"{about.failures} tries in a row"
    if news is News.RECOVERED:
        subject = f"Channel {name} works again"
        text = (
            f"The channel {name!r} took a message again. Before that {tries} had failed since {rfc3339(about.since)}, "
            f"the last one with: {about.why}. What was given up meanwhile is sent by: "
            f"khabardar delivery retry --all --channel {name}"
        )
    elif news is News.DISABLED:
        subject = f"Channel {name} is disabled"
        text = (
            f"The channel {name!r} answered: {about.why}. What is owed stays owed. When the receiver is back: "
            f"khabardar channel enable {name}"
        )
    else:
        subject = f"Channel {name} cannot be told"
        lost = (
            f"The delivery {end.delivery_id} was given up; to send it again: khabardar delivery retry "
            f"{end.delivery_id}. "
            if end.gave_up
            else ""
        )
        text = (
            f"The channel {name!r} fails since {rfc3339(about.since)}: {tries} failed, the last one with: {about.why}. "
            f"{lost}What is owed is tried again for days; you hear of this channel once more when it works again. "
            f"To see what waits: khabardar delivery list --channel {name}"
        )
    since = about.since if news is not News.RECOVERED else end.at
    return notice(subject, text, about=name, state=news.value, since=since, now=end.at)
