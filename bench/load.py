"""Fills an archive and a tantivy index with the same made-up items, many at once, for ``bench.search``.

The archive is filled through its own tables with what its own analyser makes of the items. Left out is what searching
does not read: keys, sightings, prints of reprints. tantivy gets the same words, so that both find the same items.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tantivy

from archive import fulltext
from archive.document import document_of
from archive.model import NewsItem
from archive.store import Archive
from archive.tables import items, matches, seq_floor
from bench.corpus import Corpus

_A_TRANSACTION = 10_000
_CHECKED = 499  # of so many items one is checked
_CONTENT = [field.name for field in dataclasses.fields(NewsItem) if field.name in items.c]

Row = tuple[int, NewsItem, fulltext.Entry]


def rows(total: int, seed: int) -> Iterator[Row]:
    """All items with their words, in order. Raises ``AssertionError`` if the words are not those of the analyser."""
    corpus = Corpus(seed)
    for number in range(total):
        item, entry = corpus.item(number)
        if number % _CHECKED == 0:
            whole = fulltext.entry_of(document_of(item))
            assert _sorted(entry) == _sorted(whole), item
        yield seq_floor(item.effective_at) + number % 1024, item, entry


def _sorted(entry: fulltext.Entry) -> Mapping[str, Sequence[str]]:
    """The order of coded words means nothing."""
    return {**entry.columns, "meta": sorted(entry.columns["meta"])}


def fill(archive: Archive, sides: Sequence[tantivy.IndexWriter], total: int, seed: int) -> Iterator[int]:
    """Put all items into the archive and into the tantivy indexes; yields how many are in."""
    done = 0
    parts = rows(total, seed)
    while chunk := list(itertools.islice(parts, _A_TRANSACTION)):
        with archive._database.write() as connection:  # noqa: SLF001 - by the tables, as no user would
            connection.execute(items.insert(), [_values(seq, item) for seq, item, _ in chunk])
            marked = [{"item_id": item.id, "rule": "desk", "position": 0, "spans": "[]"} for _, item, _ in chunk[::10]]
            connection.execute(matches.insert(), marked)
            fulltext.write_all(connection, [(seq, entry) for seq, _, entry in chunk])
        for side in sides:
            for seq, item, entry in chunk:
                side.add_document(_tantivy_document(seq, item, entry))
        done += len(chunk)
        yield done
    for side in sides:
        side.commit()


def _values(seq: int, item: NewsItem) -> Mapping[str, Any]:
    values = {name: getattr(item, name) for name in _CONTENT}
    return values | {"seq": seq, "kept_at": item.seen_at, "via": "import"}


def schema() -> tantivy.Schema:
    """Title, body and coded fields, all as words parted by spaces; ``seq`` is what newest-first goes by."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("seq", stored=True, indexed=True, fast=True)
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in ("title", "body", "meta"):
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace")
    return builder.build()


def tantivy_index(folder: Path) -> tantivy.Index:
    """The index in a folder, made if there is none."""
    folder.mkdir(exist_ok=True)
    return tantivy.Index(schema(), str(folder))


def _tantivy_document(seq: int, item: NewsItem, entry: fulltext.Entry) -> tantivy.Document:
    words = {name: " ".join(entry.columns[name]) for name in ("title", "body", "meta")}
    return tantivy.Document(seq=seq, id=item.id, **words)
