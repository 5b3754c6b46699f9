"""An item as JSON: the contract's shape, there and back; a bad one is named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from archive.json_item import item_from_json, item_json
from tests.archive.samples import NOW, item

KEYS = """
    id url source title author summary body language section place credit published_at seen_at story_id rules
"""


def test_the_shape_is_the_contracts() -> None:
    """These keys in this order; times with Z; unknown is null."""
    shape = item_json(replace(item(1), id="n1", story_id="s1", rules=("cars",), source=""))
    assert list(shape) == KEYS.split()
    assert (shape["seen_at"], shape["author"], shape["source"]) == ("2025-08-15T13:30:00Z", None, None)
    assert shape["rules"] == ["cars"]


def test_there_and_back() -> None:
    """Export and import lose nothing of the shape."""
    whole = replace(item(1), id="n1", story_id="s1", rules=("cars",), author="ا ب", place="LAHORE", keys=())
    assert item_from_json(json.loads(json.dumps(item_json(whole)))) == whole


def test_times_in_other_zones_become_utc() -> None:
    """RFC 3339 with an offset."""
    read = item_from_json({"id": "1", "title": "T", "published_at": "2025-08-15T18:30:00+05:00"})
    assert read.published_at == NOW
    assert read.published_at is not None
    assert read.published_at.tzinfo != timezone(timedelta(hours=5))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "JSON object"),
        (None, "JSON object"),
        ({"url": "https://x.example/1"}, "no title"),
        ({"url": "https://x.example/1", "title": "  "}, "no title"),
        ({"title": "T"}, '"url" nor "id"'),
        ({"title": {"a": 1}, "id": "1"}, "title must be a text"),
        ({"title": "T", "id": "1", "body": ["x"]}, "body must be a text or null, not a list"),
        ({"title": "T", "id": "1", "author": True}, "author must be a text"),
        ({"title": "T", "id": "1", "published_at": "yesterday"}, "'yesterday' is not a time"),
        ({"title": "T", "id": "1", "published_at": "2025-08-15T13:00:00"}, "names no time zone"),
        ({"title": "T", "id": "1", "seen_at": 5}, "seen_at must be a time as text"),
        ({"title": "T", "id": "1", "seen_at": "0001-01-01T00:00:00+10:00"}, "is not a time"),
        ({"title": "T", "id": "1", "rules": "cars"}, "rules must be a list"),
    ],
)
def test_a_bad_item_is_named(value: object, said: str) -> None:
    """A sentence with the key."""
    with pytest.raises(ValueError, match=said):
        item_from_json(value)


def test_a_number_as_id_is_an_id() -> None:
    """Other systems write numbers."""
    assert item_from_json({"id": 17, "title": "T", "unknown": {}}).id == "17"
