"""What an operator should see to, the worst first, each with where to do it. Values only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from khabardar.commands.sources import Known
from khabardar.terminal import plural
from khabardar.web.desk import View
from khabardar.web.pages.channels import Channel
from khabardar.web.pages.text import address

OVERDUE = timedelta(minutes=5)
LEAST_ROOM = 500_000_000
"""Bytes; an archive that grows by a few thousand items a day then lasts for weeks."""
NAMED = 10
"""Sources that are named one by one."""


@dataclass(frozen=True, slots=True)
class Concern:
    """A sentence, and the page where it is put right ("" for none) with its name."""

    text: str
    link: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the concerns are made of. ``given_up``: deliveries of a week, counted up to ``given_up_most``; ``missed``:
    ticks that came late within a day; ``free``: bytes of the disk, None where unknown; ``services`` that run with this
    file; ``file_newer``: the configuration was written after it was taken up."""

    alive: bool
    known: Sequence[Known]
    channels: Sequence[Channel]
    given_up: int
    given_up_most: int
    missed: int
    free: int | None
    services: int
    file_newer: bool


def concerns_of(facts: Facts, view: View, now: datetime) -> list[Concern]:
    """All of them."""
    return [
        *_of_the_service(facts),
        *_of_channels(facts, now),
        *_of_sources(facts, view),
        *_of_the_configuration(facts, view),
    ]


def _of_the_service(facts: Facts) -> Iterator[Concern]:
    if not facts.alive:
        yield Concern("The clock stands still: nothing is visited or sent. Restart the service, and see its log.")
    if facts.free is not None and facts.free < LEAST_ROOM:
        yield Concern(f"Only {facts.free / 1e6:,.0f} MB are free on the archive's disk.")


def _of_channels(facts: Facts, now: datetime) -> Iterator[Concern]:
    for one in facts.channels:
        link = address("/deliveries", state="owed", channel=one.name)
        waits = f"; {plural(one.waits, 'alert')} {'waits' if one.waits == 1 else 'wait'}" if one.waits else ""
        label = f"What {one.name} is owed"
        if one.state == "disabled":
            yield Concern(
                f"Channel {one.name} is disabled: {one.why}{waits}.",
                address("/channels/enable", name=one.name),
                f"Enable {one.name}",
            )
        elif one.kind is None:
            yield Concern(f"Channel {one.name} is not in the configuration{waits}.", link, label)
        elif one.state == "failing":
            yield Concern(
                f"Channel {one.name} fails ({plural(one.failures, 'try')} in vain): {one.why}{waits}.", link, label
            )
        elif one.queue.due_since is not None and now - one.queue.due_since > OVERDUE:
            minutes = int((now - one.queue.due_since).total_seconds() // 60)
            yield Concern(
                f"Channel {one.name}: the first message has been due for {plural(minutes, 'minute')}.", link, label
            )
    if facts.given_up:
        least = "at least " if facts.given_up >= facts.given_up_most else ""
        yield Concern(
            f"{least}{plural(facts.given_up, 'delivery')} of the last week could not be delivered.".capitalize(),
            address("/deliveries", state="gave-up"),
            "What was given up",
        )


def _of_sources(facts: Facts, view: View) -> Iterator[Concern]:
    for word, told in (("dark", "is dark"), ("degraded", "is degraded")):
        found = [one for one in facts.known if one.word == word]
        for one in found[:NAMED]:
            why = f": {view.masked(one.why)}" if one.why else ""
            yield Concern(
                f"Source {one.source.name} {told}{why}.", f"/sources/{quote(one.source.name)}", one.source.name
            )
        if len(found) > NAMED:
            more = plural(len(found) - NAMED, "more source")
            yield Concern(
                f"{more} {'are' if len(found) - NAMED > 1 else 'is'} {word}.",
                f"/sources?state={word}",
                f"All that are {word}",
            )
    if facts.missed:
        yield Concern(
            f"{plural(facts.missed, 'visit')} of the last day {'were' if facts.missed > 1 else 'was'} left out: the "
            "machine was away or busy. The next visits saw what these would have, as far as the lists still held it.",
            "/sources",
            "Sources",
        )


def _of_the_configuration(facts: Facts, view: View) -> Iterator[Concern]:
    settings = view.settings
    file = settings.path.name
    if facts.file_newer:
        yield Concern(
            f"{file} was changed after it was taken up: `khabardar check` says whether it is right, `khabardar reload` "
            "takes it up."
        )
    if facts.services > 1:
        yield Concern(f"{facts.services} services run with this configuration. One is enough.")
    if settings.channels and not settings.service.operator:
        yield Concern(
            "Nobody hears when a source goes dark or a channel gives up: name a channel in [service] operator."
        )
    for one in settings.warnings[:NAMED]:
        yield Concern(view.masked(str(one)))
