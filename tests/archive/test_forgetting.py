"""What a source lets us keep, and what is removed on demand: no word of it is left, and it never comes back."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from archive import fulltext
from archive.model import Judged, Keeping, MatchSpan, Outcome, Rejected, Told
from archive.store import Archive
from archive.storing import EXCERPT, cut_text
from query import parse
from tests.archive.samples import HOUR, NOW, OTHER, WIRE, item, judged, promise

SECRET = "quicksilver"
WORDS = f"{WIRE} The word {SECRET} stands in this text."
TABLES = ("items", "matches", "sightings", "deliveries", "owed", "prints")


def said(archive: Archive) -> str:
    """All that stands in the tables."""
    with archive._database.read() as connection:
        return " ".join(str(row) for table in TABLES for row in connection.execute(text(f"SELECT * FROM {table}")))


def keep(archive: Archive, number: int = 1, *promises: object, source: str = "dawn", body: str = WORDS) -> str:
    """Keep one item about it; its id."""
    news = item(number, source=source, title=f"About {SECRET} {number}", body=body, summary=f"Of {SECRET}.")
    return archive.keep([judged(news, *promises)], NOW, via="crawl")[0].item_id  # type: ignore[arg-type]


def test_an_item_that_is_removed_leaves_no_word(archive: Archive) -> None:
    """Not in the tables, the index, a story or a list; by its address it is known, and known as removed."""
    number = keep(archive, 1, promise())
    url = item(1).url
    assert SECRET in said(archive)
    done = archive.forget(f"{url}?utm_source=x", NOW)
    assert done is not None
    assert done.items == 1
    assert SECRET not in said(archive)
    assert list(archive.search(parse(SECRET))) == []
    assert list(archive.search(parse("source:dawn"))) == []
    assert list(archive.search(None)) == []
    assert list(archive.search(parse("after:2000-01-01"))) == []
    left = archive.find(str(url))
    assert left is not None
    assert (left.id, left.url, left.title, left.body) == (number, url, "", None)
    assert archive.story(left.story_id or "") is None
    account = archive.explain(number)
    assert account is not None
    assert account.forgotten_at == NOW
    assert archive.forget(number, NOW) is not None
    assert archive.forget("https://nowhere.example/1", NOW) is None


def test_what_was_removed_never_comes_back_and_alerts_nobody(archive: Archive) -> None:
    """Listed again by its source and by another one, complete or not."""
    keep(archive, 1)
    archive.forget(str(item(1).url), NOW)
    for source, complete in (("dawn", True), ("dawn", False), ("geo", True)):
        again = replace(item(1, title=f"About {SECRET}", body=WORDS, complete=complete), source=source)
        kept = archive.keep([judged(again, promise())], NOW + HOUR, via="crawl")[0]
        assert (kept.keeping, kept.owed) == (Keeping.KNOWN, ())
    archive.forget_texts(NOW + 9 * HOUR, NOW)
    assert archive.find(str(item(1).url)).body is None  # type: ignore[union-attr]
    assert list(archive.search(parse(SECRET))) == []


def test_a_message_that_waits_does_not_tell_of_it(archive: Archive) -> None:
    """Alone in it: given up with the reason. With others: composed anew without it. Sent: its words are dropped."""
    digest = {"bundle": "daily 08:00"}
    alone = keep(archive, 1, promise(channel="alone"))
    both = [
        keep(archive, 2, promise(channel="both", **digest)),
        keep(archive, 3, promise(channel="both", **digest), body=f"{OTHER} {SECRET}"),
    ]
    sent = keep(archive, 4, promise(channel="sent"), body=OTHER + SECRET)
    found = {one.channel: one for one in archive.claim_deliveries(NOW, "me", HOUR, channels=["alone", "both", "sent"])}
    for one in found.values():
        archive.freeze(one.id, {"text": SECRET})
    archive.settle(found["sent"].id, Told(Outcome.SENT, "200"), NOW, None)
    assert archive.forget(alone, NOW).deliveries == 1  # type: ignore[union-attr]
    assert archive.forget(both[0], NOW).deliveries == 0  # type: ignore[union-attr]
    assert archive.forget(sent, NOW).deliveries == 0  # type: ignore[union-attr]
    after = {one.channel: one for one in archive.deliveries()}
    assert after["alone"].state == "gave-up"
    assert "removed on demand" in (after["alone"].last_error or "")
    assert SECRET not in str(after["alone"].message)
    assert after["sent"].message is None
    assert after["both"].message is None
    assert [owed.item_id for owed in after["both"].owed] == [both[1]]
    archive.retry(None, NOW)
    assert SECRET not in str(archive.deliveries()[0].message)


def test_a_promise_not_bundled_yet_is_dropped(archive: Archive) -> None:
    """Owed for tomorrow, removed today."""
    number = keep(archive, 1, promise())
    archive.forget(number, NOW)
    assert archive.claim_deliveries(NOW + HOUR, "me", HOUR, channels=["desk"]) == []


def test_a_whole_source_is_removed_in_steps(archive: Archive) -> None:
    """More than one transaction's worth; other sources stay; a new item of it is kept again."""
    archive.keep([judged(item(n, title=f"About {SECRET} {n}")) for n in range(430)], NOW, via="crawl")
    keep(archive, 1, source="geo")
    archive.reject([Rejected("dawn", "https://dawn.example/x", "A rejected headline", "why", ("k",))], NOW)
    assert archive.forget_source("dawn", NOW).items == 430
    assert "A rejected headline" not in said(archive)
    assert archive.forget_source("dawn", NOW).items == 0
    assert [found.source for found in archive.search(parse(SECRET))] == ["geo"]
    assert archive.keep([judged(item(999))], NOW, via="crawl")[0].keeping is Keeping.NEW


def test_a_new_analyser_does_not_bring_it_back(archive: Archive) -> None:
    """The index is built anew without what was removed."""
    archive.forget(keep(archive, 1), NOW)
    keep(archive, 2)
    with archive._database.write() as connection:
        connection.execute(text("UPDATE marks SET value = 'another' WHERE name = 'analyser'"))
        fulltext.ensure_current(connection)
    assert len(list(archive.search(parse("source:dawn")))) == 1


def test_the_index_of_sqlite_stays_whole(tmp_path: Path) -> None:
    """Contentless tables keep ghosts silently when the wrong words are taken out."""
    archive = Archive.open(f"sqlite:///{tmp_path / 'a.db'}")
    archive.migrate()
    for number in range(5):
        archive.forget(keep(archive, number), NOW)
    archive.close()
    with sqlite3.connect(tmp_path / "a.db") as raw:
        assert raw.execute("SELECT count(*) FROM fulltext WHERE fulltext MATCH ?", (SECRET,)).fetchone() == (0,)
        raw.execute("INSERT INTO fulltext(fulltext) VALUES('integrity-check')")


@pytest.mark.parametrize("store", ["excerpt", "link"])
def test_no_more_is_kept_than_a_source_allows(archive: Archive, store: str) -> None:
    """Rules have judged the whole text; what is kept, searched and quoted is what may be kept."""
    body = f"{WIRE} {OTHER} {SECRET}"
    spans = (
        MatchSpan("cars", "title", 0, 6, "Report"),
        MatchSpan("cars", "body", 4, 14, body[4:14]),
        MatchSpan("cars", "body", len(body) - 11, len(body), SECRET),
    )
    news = item(1, body=body, summary="A lede.")
    promised = Judged(news, rules=("cars",), spans=spans, promises=(promise(),), store=store)
    [kept] = archive.keep([promised], NOW, via="crawl")
    assert kept.owed == (("desk", "cars"),)
    stored = archive.items([kept.item_id])[kept.item_id]
    assert stored.body == (None if store == "link" else cut_text(body, "excerpt"))
    assert stored.summary == (None if store == "link" else "A lede.")
    assert len(stored.body or "") <= EXCERPT
    assert SECRET not in said(archive)
    assert list(archive.search(parse(SECRET))) == []
    assert [span.field for span in archive.spans(kept.item_id)] == ["title", "body"][: 1 if store == "link" else 2]
    reprint = replace(item(2, source="geo", body=body), title="Another headline")
    assert archive.keep([judged(reprint)], NOW, via="crawl")[0].story_id == kept.story_id


def test_what_was_kept_before_is_cut_when_the_source_allows_less(archive: Archive) -> None:
    """Once for each change; rejected entries and other sources are not touched."""
    for number in range(3):
        keep(archive, number)
    keep(archive, 9, source="geo")
    archive.reject([Rejected("dawn", "https://dawn.example/x", "x", "reason")], NOW)
    assert archive.cut_source("dawn", "full", NOW) == 0
    assert archive.cut_source("dawn", "link", NOW) == 3
    assert archive.cut_source("dawn", "link", NOW) == 0
    assert archive.find(str(item(1).url)).body is None  # type: ignore[union-attr]
    assert len(list(archive.search(parse("delegation")))) == 1
    assert len(list(archive.search(parse(f"title:{SECRET}")))) == 4
