"""An edited article: the old words are kept, the new ones are found, nobody hears twice who did not ask for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from archive.model import Judged, Keeping, NewsItem, Outcome, Told
from archive.store import Archive
from query import parse
from tests.archive.samples import DAY, HOUR, NOW, OTHER, WIRE, item, judged, promise

LATER = NOW + HOUR
ADDED = "A second meeting, on 14,500 jobs and 620 million rupees of loans, was called for Monday."


def _edited(**changes: object) -> NewsItem:
    values: dict[str, object] = {"title": "Makers meet minister", "body": f"{WIRE}\n\n{ADDED}", "seen_at": LATER}
    return item(1, **{**values, **changes})  # type: ignore[arg-type]


def _first(archive: Archive, **changes: object) -> str:
    news = item(1, title="Makers meet minister", body=WIRE, **changes)  # type: ignore[arg-type]
    return archive.keep([judged(news, promise())], NOW, via="crawl")[0].item_id


def test_an_edit_is_a_version_of_the_same_item(archive: Archive) -> None:
    """Same id, same time of publication; the new words are found, the old ones are not, and both can be shown."""
    item_id = _first(archive)
    kept = archive.keep([judged(_edited(title="Makers and minister meet"))], LATER, via="crawl")[0]
    assert (kept.keeping, kept.item_id, kept.owed) == (Keeping.EDITED, item_id, ())
    now = archive.find(item_id)
    assert now is not None
    assert (now.title, now.seen_at, now.published_at) == ("Makers and minister meet", NOW, NOW - HOUR)
    assert len(list(archive.search(parse('"14,500 jobs"')))) == 1
    account = archive.explain(item_id)
    assert account is not None
    [before] = account.versions
    assert (before.number, before.title, before.body) == (1, "Makers meet minister", WIRE)
    assert (before.seen_at, before.replaced_at, account.edited_at) == (NOW, LATER, LATER)
    assert [seen.outcome for seen in account.sightings] == ["kept", "edited"]
    archive.keep([judged(_edited(body=OTHER + WIRE, seen_at=LATER + HOUR))], LATER + HOUR, via="crawl")
    assert [one.number for one in archive.explain(item_id).versions] == [1, 2]  # type: ignore[union-attr]
    assert list(archive.search(parse('"14,500 jobs"'))) == []
    assert archive.stats()["items"] == 1


@pytest.mark.parametrize(
    "again",
    [
        {"body": WIRE},
        {"body": f"PK\n\n{WIRE.upper()}"},
        {"body": WIRE[:120]},
        {"body": None},
        {"source": "tribune", "url": "https://dawn.example/news/1"},
        {"seen_at": NOW - DAY},
        {"seen_at": NOW},
        {"complete": False},
    ],
    ids=[
        "same",
        "stray token",
        "cut off",
        "empty",
        "other source",
        "older",
        "same moment",
        "from a list",
    ],
)
def test_another_reading_of_the_same_is_no_edit(archive: Archive, again: dict[str, object]) -> None:
    """Nothing changes, nothing is owed."""
    item_id = _first(archive)
    news = _edited(**again) if "body" in again else _edited(body=WIRE + ADDED, **again)
    kept = archive.keep([judged(news, promise(repeat="updates"))], LATER, via="crawl")[0]
    assert (kept.keeping, kept.item_id, kept.owed) == (Keeping.KNOWN, item_id, ())
    assert archive.find(item_id).body == WIRE  # type: ignore[union-attr]
    assert archive.explain(item_id).versions == ()  # type: ignore[union-attr]


def test_a_page_cut_off_under_a_new_headline_keeps_the_text(archive: Archive) -> None:
    """The headline is the edit; the text that did not come whole is not."""
    item_id = _first(archive)
    archive.keep([judged(_edited(title="Another headline", body=WIRE[:100]))], LATER, via="crawl")
    now = archive.find(item_id)
    assert now is not None
    assert (now.title, now.body) == ("Another headline", WIRE)


@pytest.mark.parametrize(("repeat", "told"), [("story", False), ("each", False), ("updates", True)])
def test_only_who_asks_for_updates_hears_of_an_edit(archive: Archive, repeat: str, told: bool) -> None:
    """With new facts; and once for each version."""
    item_id = _first(archive)
    deliver(archive)
    kept = archive.keep([judged(_edited(), promise(repeat=repeat))], LATER, via="crawl")[0]
    assert bool(kept.owed) is told
    same = archive.keep([judged(_edited(seen_at=LATER + HOUR), promise(repeat=repeat))], LATER + HOUR, via="crawl")[0]
    assert (same.keeping, same.owed) == (Keeping.KNOWN, ())
    assert len(deliver(archive)) == (1 if told else 0)
    assert len(archive.explain(item_id).owed) == (2 if told else 1)  # type: ignore[union-attr]


def test_an_edit_without_new_facts_is_no_update(archive: Archive) -> None:
    """A corrected headline, a comma."""
    _first(archive)
    edit = _edited(title="Makers met the minister", body=WIRE.replace("cheaper", "cheap"))
    assert archive.keep([judged(edit, promise(repeat="updates"))], LATER, via="crawl")[0].owed == ()


def test_a_rule_that_matches_only_the_new_words_is_told(archive: Archive) -> None:
    """It was not told of the story, and nobody else is told again."""
    _first(archive)
    kept = archive.keep([judged(_edited(), promise(), promise("loans"))], LATER, via="crawl")[0]
    assert kept.owed == (("desk", "loans"),)


def test_an_edit_of_what_was_quiet_stays_quiet(archive: Archive) -> None:
    """An item of a first visit alarms nobody when it is edited."""
    archive.keep([judged(item(1, title="Makers", body=WIRE), promise(), quiet="first visit")], NOW, via="crawl")
    kept = archive.keep([judged(_edited(), promise("loans"))], LATER, via="crawl")[0]
    assert (kept.keeping, kept.owed) == (Keeping.EDITED, ())


def test_an_older_backup_that_is_imported_undoes_no_edit(archive: Archive) -> None:
    """What was exported before the edit is not younger than it."""
    item_id = _first(archive)
    archive.keep([judged(_edited())], LATER, via="crawl")
    exported = item(1, title="Makers meet minister", body=WIRE, seen_at=NOW)
    assert archive.keep([judged(exported)], LATER + DAY, via="import")[0].keeping is Keeping.KNOWN
    assert ADDED in (archive.find(item_id).body or "")  # type: ignore[union-attr]


def test_removed_texts_take_their_versions_along(archive: Archive) -> None:
    """Retention leaves the headlines; a forgotten item takes no edit."""
    news = item(1, title="Makers meet minister", body=WIRE)
    item_id = archive.keep([judged(news)], NOW, via="crawl")[0].item_id
    archive.keep([judged(_edited())], LATER, via="crawl")
    archive.forget_texts(NOW + DAY, NOW + DAY)
    account = archive.explain(item_id)
    assert account is not None
    assert [(one.title, one.body) for one in account.versions] == [("Makers meet minister", None)]
    again = archive.keep([Judged(_edited(body=OTHER, seen_at=NOW + 2 * DAY))], NOW + 2 * DAY, via="crawl")[0]
    assert again.keeping is Keeping.KNOWN


def test_how_an_entry_looked_is_no_name(archive: Archive) -> None:
    """Two items whose entries look alike stay two; the source knows the looks it has seen."""
    keys = [(f"url:https://dawn.example/{n}", "state:feed:aaaa:bbbb") for n in (0, 1)]
    kept = archive.keep([judged(item(n, keys=key)) for n, key in enumerate(keys)], NOW, via="crawl")
    assert [one.keeping for one in kept] == [Keeping.NEW, Keeping.NEW]
    assert "state:feed:aaaa:bbbb" not in archive.explain(kept[0].item_id).keys  # type: ignore[union-attr]
    known = archive.claim_sources(["dawn"], NOW, "me", timedelta(minutes=1))["dawn"]
    assert "state:feed:aaaa:bbbb" in known.keys
    later = NOW + timedelta(days=30)
    known = archive.claim_sources(["dawn"], later, "me", timedelta(minutes=1))["dawn"]
    assert known.keys == {"url:https://dawn.example/0", "url:https://dawn.example/1"}


def deliver(archive: Archive) -> list[str]:
    """Sends what is due; the delivery ids."""
    at = NOW + 2 * DAY
    found = archive.claim_deliveries(at, "me", timedelta(minutes=5), channels=["desk"])
    for one in found:
        archive.settle(one.id, Told(Outcome.SENT, "ok"), at, None)
    return [one.id for one in found]
