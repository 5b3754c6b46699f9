"""Sitemap bytes in, addresses out: sitemap indexes, plain sitemaps, the ``news:`` tags, gzip with a cap.

Sources: sitemaps.org protocol 0.9; the news sitemap extension (``news:publication_date``, ``news:title``,
``news:keywords``, ``news:language``). Namespaces are ignored: many sitemaps declare wrong ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from crawler.reading.charset import decode
from crawler.reading.dates import parse_date
from crawler.reading.entries import address, language_tag
from crawler.reading.newest import newest_of
from crawler.reading.plain import caption, clean, excerpt
from crawler.reading.stubs import what_page
from crawler.reading.unpacking import unzipped
from crawler.reading.xmlbounds import MAX_DEPTH, too_deep, unreadable, without_doctype

MAX_SITEMAP = 16 * 1024 * 1024  # bytes uncompressed; the protocol allows 50 MB, which take ten times that to read
MAX_ENTRIES = 50_000  # the protocol's own limit
_MAX_TAGS = 20 * MAX_ENTRIES
_HEAD = 100_000
_WHOLE = re.compile(r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One address of a sitemap; ``title`` and what follows come from the ``news:`` tags. Times are UTC."""

    url: str
    lastmod: datetime | None = None
    title: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    keywords: str | None = None


@dataclass(frozen=True, slots=True)
class SitemapReading:
    """``index_urls`` are further sitemaps with their last change (newest first where told); ``problem`` is a sentence
    when the body is not a sitemap or could be read only in part."""

    index_urls: tuple[str, ...] = ()
    entries: tuple[SitemapEntry, ...] = ()
    problem: str | None = None


def read_sitemap(
    body: bytes, url: str = "", content_type: str | None = None, timezone: str | None = None
) -> SitemapReading:
    """Read a sitemap or a sitemap index, gzipped or not; never raises."""
    raw, problem = unzipped(body, MAX_SITEMAP, "sitemap")
    if not raw.strip(b"\0 \t\r\n"):
        return SitemapReading(problem=problem or "the body is empty: the server sent no sitemap at all")
    if len(raw) > MAX_SITEMAP:
        return SitemapReading(problem=f"the sitemap has more than {MAX_SITEMAP:,} bytes")
    text = clean(decode(raw, content_type)).lstrip()
    if not text.startswith("<"):
        return _plain_list(text, url)
    if text[:300].lower().startswith(("<!doctype html", "<html")):
        return SitemapReading(problem=f"an HTML page came instead of a sitemap ({what_page(text)})")
    if reason := unreadable(text, _MAX_TAGS):
        return SitemapReading(problem=f"the sitemap {reason} and was not read")
    if too_deep(text[:_HEAD]):  # for the message's sake: the parser has a limit of its own
        return SitemapReading(problem=f"the sitemap is nested deeper than {MAX_DEPTH} levels and was not read")
    return _parsed(newest_of(text), url, timezone, problem)


def _plain_list(text: str, url: str) -> SitemapReading:
    """The protocol's plain form: one address a line."""
    found = [address(line, url) for line in text.splitlines()[:MAX_ENTRIES] if line.strip().startswith("http")]
    entries = tuple(SitemapEntry(one) for one in found if one)
    return SitemapReading(entries=entries, problem=None if entries else f"not a sitemap: {excerpt(text, 80)!r}")


def _parsed(text: str, url: str, timezone: str | None, problem: str | None) -> SitemapReading:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(without_doctype(text).encode("utf-8", "replace"), parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        return SitemapReading(problem=f"not a sitemap: {excerpt(str(error), 100)}")
    if root is None or _name(root) not in ("urlset", "sitemapindex"):
        return SitemapReading(problem=f"not a sitemap: the document begins {excerpt(text, 80)!r}")
    if _name(root) == "sitemapindex":
        return SitemapReading(index_urls=tuple(_index(root, url, timezone)), problem=problem)
    entries: list[SitemapEntry] = []
    for element in root.iterchildren():
        if len(entries) >= MAX_ENTRIES:
            problem = problem or f"the sitemap lists more than {MAX_ENTRIES:,} addresses; the rest was not read"
            break
        if _name(element) == "url" and (entry := _entry(element, url, timezone)):
            entries.append(entry)
    return SitemapReading(entries=tuple(entries), problem=problem)


def _index(root: Any, url: str, timezone: str | None) -> Iterator[str]:
    """Addresses of further sitemaps, the last changed first; those without a date keep their order at the end."""
    found: list[tuple[float, int, str]] = []
    for number, element in enumerate(root.iterchildren()):
        said = _leaves(element)
        if number >= MAX_ENTRIES:
            break
        if one := address(said.get("loc"), url):
            changed = _moment(said.get("lastmod"), timezone)
            found.append((-changed.timestamp() if changed else 0.0, number, one))
    yield from dict.fromkeys(one for _, _, one in sorted(found))


def _entry(element: Any, url: str, timezone: str | None) -> SitemapEntry | None:
    said = _leaves(element)
    found = address(said.get("loc"), url)
    if not found:
        return None
    return SitemapEntry(
        url=found,
        lastmod=_moment(said.get("lastmod"), timezone),
        title=caption(said.get("title")) or None,
        published_at=_moment(said.get("publication_date"), timezone),
        language=language_tag(said.get("language")),
        keywords=caption(said.get("keywords")) or None,
    )


def _moment(written: str | None, timezone: str | None) -> datetime | None:
    """A date; those that say all there is to say are read at once, for a sitemap may have fifty thousand."""
    if written and len(written) >= 20 and _WHOLE.fullmatch(written):
        with suppress(ValueError, OverflowError):
            return datetime.fromisoformat(written).astimezone(UTC)
    return parse_date(written, timezone)


def _leaves(element: Any) -> dict[str, str]:
    """The texts below an entry by local name, the first of each; those of images and videos are not the page's."""
    said: dict[str, str] = {}
    for leaf in element.iterdescendants():
        if (
            isinstance(leaf.tag, str)
            and leaf.text
            and leaf.text.strip()
            and _name(leaf.getparent()) not in ("image", "video")
        ):
            said.setdefault(_name(leaf), leaf.text.strip())
    return said


def _name(element: Any) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.rpartition("}")[2].lower().rpartition(":")[2]
