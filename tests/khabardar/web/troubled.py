"""An archive in every kind of trouble, with hostile words wherever somebody else's words may come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from archive.model import Delivery, Look, Outcome, Promise, Told, Visit, VisitStatus
from archive.standing import Afterwards, Health, Standing
from archive.store import Archive
from scheduler.trouble import judge_for
from tests.khabardar.web.conftest import HOSTILE, NOW

HOUR = timedelta(hours=1)


def owe(archive: Archive, item_id: str, channel: str, *, rule: str = "japan", **more: object) -> None:
    """An item that is kept is owed to a channel."""
    assert archive.replay(item_id, [replace(Promise(rule, "q", channel), **more)], [], NOW - HOUR)  # type: ignore[arg-type]


def claimed(archive: Archive, channel: str) -> list[Delivery]:
    """What is due for a channel, with its message frozen."""
    found = archive.claim_deliveries(NOW, "me", HOUR, channels=[channel])
    for one in found:
        archive.freeze(one.id, message_of(archive, one))
    return found


def message_of(archive: Archive, delivery: Delivery) -> dict[str, object]:
    """A message as it is frozen, with the words of its items."""
    stories = []
    for owed in delivery.owed:
        item = archive.items([owed.item_id])[owed.item_id]
        words = {"id": item.id, "source": item.source, "title": item.title, "body": item.body, "url": item.url}
        stories.append({"story_id": item.story_id, "title": item.title, "items": [words]})
    return {"type": "alert", "timestamp": "2025-08-15T13:04:12Z", "data": {"stories": stories}}


def tried(archive: Archive, delivery_id: str, outcome: Outcome, answer: str, *, disable: bool = False) -> None:
    """A try that ended an hour ago."""
    again = NOW + HOUR if outcome is Outcome.RETRY else None
    archive.settle(delivery_id, Told(outcome, answer, disable=disable), NOW - HOUR, again, judge_for(()))


def visited(archive: Archive, source: str, status: VisitStatus, *, days: int = 0, new: int = 0, **more: object) -> None:
    """A visit so many days ago."""
    at = NOW - timedelta(days=days)
    standing = Standing(source, "", **more) if more else Standing(source)  # type: ignore[arg-type]
    visit = Visit(
        source,
        status,
        at - timedelta(seconds=2),
        at,
        items=30,
        new=new,
        error=standing.why,
        requests=3,
        looks=(Look(0, "feed", "https://dawn.example/feed"),),
    )
    archive.checked(visit, at + HOUR, 1 if more else 0, after=Afterwards((standing,)))


def troubled(archive: Archive) -> dict[str, str]:
    """One delivery of each kind by its state: owed and failing, given up, sent; something held for a channel that left
    the configuration; a source dark and one well."""
    found: dict[str, str] = {}
    for item_id, state, outcome in (
        (_id_of(archive, "lang:ja"), "sent", Outcome.SENT),
        ("evil", "owed", Outcome.RETRY),
        (_id_of(archive, "coffee"), "gave-up", Outcome.GAVE_UP),
    ):
        owe(archive, item_id, "hook", rule="tea & <b>" if state == "gave-up" else "japan")
        (one,) = claimed(archive, "hook")
        tried(archive, one.id, outcome, f"500 {HOSTILE}")
        found[state] = one.id
    owe(archive, _id_of(archive, "lang:ur"), "left", due_at=NOW + HOUR, bundle="daily 08:00")
    for days in range(20):
        visited(archive, "brief", VisitStatus.OK, days=20 - days, new=days % 7)
    dark = {"state": Health.DARK, "since": NOW - HOUR, "kind": "failing", "why": f"500 {HOSTILE}"}
    visited(archive, "dawn", VisitStatus.FAILED, **dark)
    return found


def _id_of(archive: Archive, query: str) -> str:
    from query import parse

    return next(iter(archive.search(parse(query)))).id
