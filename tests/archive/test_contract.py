"""The table of the language's reference, asked of an archive instead of one item."""

from __future__ import annotations

from dataclasses import replace

from archive.document import document_of, storable
from archive.json_item import item_from_json
from archive.model import Judged, NewsItem
from archive.store import Archive
from query import judge, parse
from tests.query.contract import NAMES, SEEN, Case, cases

ACCEPTED = [case for case in cases() if not case.refused]


def news(case: Case) -> NewsItem:
    """The item of a case, with what an archive needs and the case leaves open."""
    address = {"url": f"https://paper.example/{case.line}", "title": "Untitled", "source": "paper", **case.item}
    item = item_from_json({**address, "id": f"case-{case.line}"})
    return replace(item, keys=(f"id:table:{case.line}",))


def test_search_finds_what_the_reference_says_is_found(archive: Archive) -> None:
    """All items of the table in one archive; every query finds its own item or not, and the same as the judge."""
    own = {case.line: news(case) for case in ACCEPTED}
    archive.keep([Judged(item) for item in own.values()], SEEN, via="import")
    kept = {item.id: item for item in archive.search(None, limit=None)}
    assert len(kept) == len(ACCEPTED)
    assert all(kept[item.id].body == (item.body and storable(item.body)) for item in own.values())
    documents = {id_: document_of(item) for id_, item in kept.items()}
    for text in sorted({case.query for case in ACCEPTED}):
        query = parse(text, NAMES)
        found = {item.id for item in archive.search(query, limit=None, now=SEEN)}
        assert found == {id_ for id_, one in documents.items() if judge(query, one, SEEN).matched}, text
        for case in ACCEPTED:
            if case.query == text:
                assert (f"case-{case.line}" in found) == bool(case.expected), case
