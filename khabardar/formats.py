"""Items as JSON lines, CSV and an Atom feed."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from archive.json_item import item_json
from archive.model import NewsItem, rfc3339
from khabardar.inert import block, cell, one_line

COLUMNS = (
    "id", "url", "source", "title", "author", "summary", "body", "language", "section", "place", "credit",
    "published_at", "seen_at", "story_id", "rules",
)  # fmt: skip
_ATOM = "http://www.w3.org/2005/Atom"
_WEB = ("http://", "https://")


def csv_lines(items: Iterable[NewsItem]) -> Iterator[str]:
    """A heading and a row per item (RFC 4180); cells that a spreadsheet would calculate are kept text."""
    yield _row(COLUMNS)
    for item in items:
        record = item_json(item)
        yield _row([_csv_text(record[name]) for name in COLUMNS])


def _csv_text(value: object) -> str:
    if value is None:
        return ""
    return cell(" ".join(value) if isinstance(value, (list, tuple)) else str(value))


def _row(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def atom_lines(
    items: Iterable[NewsItem],
    *,
    title: str,
    now: datetime | None = None,
    identity: tuple[str, str] | None = None,
    address: str | None = None,
) -> Iterator[str]:
    """An Atom feed (RFC 4287). Texts are plain text; only http and https links are given. ``identity`` is what the feed
    is of (a kind and a name), and gives it its id; ``address`` is where it was got."""
    moment = rfc3339(now or datetime.now(UTC))
    feed_id = _identity(*(identity or ("search", title)))
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f"<feed xmlns={quoteattr(_ATOM)}>\n"
    yield f"  <title>{_xml(title)}</title>\n  <id>urn:uuid:{feed_id}</id>\n  <updated>{moment}</updated>\n"
    if address:
        yield f'  <link rel="self" href={quoteattr(_legal(address))}/>\n'
    yield "  <author><name>Khabardar</name></author>\n"
    for item in items:
        yield _entry(item)
    yield "</feed>\n"


def _entry(item: NewsItem) -> str:
    entry = ET.Element("entry")
    _add(entry, "title", one_line(item.title))
    _add(entry, "id", f"urn:uuid:{_identity('item', item.id)}")
    _add(entry, "updated", rfc3339(item.seen_at or item.published_at) or "1970-01-01T00:00:00Z")
    if item.published_at:
        _add(entry, "published", rfc3339(item.published_at) or "")
    if item.url and item.url.startswith(_WEB):
        entry.append(ET.Element("link", {"href": _legal(one_line(item.url)), "rel": "alternate"}))
    author = ET.SubElement(entry, "author")
    _add(author, "name", one_line(item.author or item.source or "unknown"))
    if item.section:
        entry.append(ET.Element("category", {"term": _legal(one_line(item.section))}))
    if item.summary:
        _add(entry, "summary", block(item.summary))
    if item.body:
        _add(entry, "content", block(item.body))
    ET.indent(entry, "  ", level=1)
    return "  " + ET.tostring(entry, encoding="unicode").rstrip() + "\n"


def _identity(kind: str, name: str) -> uuid.UUID:
    """The same for the same name; a query from a command line may hold bytes that are no UTF-8."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"khabardar:{kind}:{name}".encode("utf-8", "replace").decode())


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _legal(text)


def _xml(text: str) -> str:
    return escape(_legal(one_line(text)))


def _legal(text: str) -> str:
    """Without the code points that XML 1.0 has no place for."""
    return "".join(
        letter for letter in text if letter in "\n\t" or (ord(letter) >= 32 and ord(letter) not in (0xFFFE, 0xFFFF))
    )
