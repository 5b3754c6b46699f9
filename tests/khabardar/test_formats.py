"""Items as CSV and Atom: whatever a headline holds, the reader's programs can read the file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from archive.model import NewsItem
from khabardar.formats import COLUMNS, atom_lines, csv_lines

SEEN = datetime(2025, 8, 15, 13, 30, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = [
    *("=cmd|'/c calc'!A0", "\u00a0+1+1", "-2", "@SUM(1)", "\tx", "\ufeff=1", "a\n=1", "\u200b＝1", "%0A=1"),
    *("a\r\nBcc: x@y", "\x1b]0;title\x07a \x1b[31mred", "<script>alert(1)</script>", "]]> & <b>", "{{7*7}}", '"a","b"'),
    *(
        "\ufffe\uffff",
        "\ud800",
        "\U0001ffff",
        "\u202eevil\u2066",
        "a\x00b\x85c\u2028d",
        "\x9b31m",
        "",
        " ",
        "日本 آٹو 😀",
    ),
]


def hostile(text: str) -> NewsItem:
    """An item with this text in every field."""
    return NewsItem(
        id=f"id {text}", url=f"https://paper.example/{text}", source=text, title=text, author=text, summary=text,
        body=text, section=text, language=text, place=text, credit=text, seen_at=SEEN, published_at=SEEN, rules=(text,),
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_an_atom_feed_is_well_formed_whatever_an_item_says(text: str) -> None:
    """Also in attributes, where noncharacters are as forbidden as in text. What is no web address is no link."""
    script = NewsItem(id="2", url=f"javascript:{text}", title=text, seen_at=SEEN)
    feed = ET.fromstring("".join(atom_lines([hostile(text), script], title=text)).encode())
    first, second = feed.findall(f"{ATOM}entry")
    assert first.find(f"{ATOM}link") is not None
    assert second.find(f"{ATOM}link") is None
    for entry in (first, second):
        assert all(entry.find(ATOM + name) is not None for name in ("title", "id", "updated", "author"))


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_csv_row_is_one_row_of_inert_cells_whatever_an_item_says(text: str) -> None:
    """A cell with a line that begins like a formula is marked as text, and nothing moves a cursor."""
    heading, row = csv.reader(io.StringIO("".join(csv_lines([hostile(text)])), newline=""))
    assert tuple(heading) == COLUMNS
    assert len(row) == len(COLUMNS)
    for cell in row:
        cell.encode()
        formulas = [line for line in cell.split("\n") if line.strip().startswith(("=", "+", "-", "@"))]
        assert not formulas or cell.startswith("'")
        assert not set(cell) & set("\x00\x1b\x9b\r\u202e")
