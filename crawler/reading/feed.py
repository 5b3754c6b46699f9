"""Feed bytes in, entries out: RSS 0.9-2.0, RDF, Atom 0.3 and 1.0 by feedparser, JSON Feed by ``jsonfeed``.

feedparser is generous, so what reaches it is bounded first: size, depth, no DOCTYPE, characters already decided. Its
sanitising is off; the HTML of entries becomes plain text by our own reader.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from html.entities import html5
from typing import Any

from crawler.reading import jsonfeed
from crawler.reading.byline import person
from crawler.reading.charset import decode
from crawler.reading.dates import read_date
from crawler.reading.entries import FeedEntry, FeedReading, address, language_tag
from crawler.reading.full_text import texts
from crawler.reading.moments import ReadDate
from crawler.reading.plain import caption, clean, excerpt
from crawler.reading.share import MAX_TEXT, share_of
from crawler.reading.stubs import what_page
from crawler.reading.unpacking import unzipped
from crawler.reading.xmlbounds import MAX_DEPTH, MAX_XML, declared, too_deep, unreadable, without_doctype

__all__ = ["FeedEntry", "FeedReading", "read_feed"]

_USUAL_LETTERS = 0x2100  # Latin to Arabic letters, and the signs between words
_BINARY = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"PK\3\4", b"\xfd7zXZ", b"BZh", b"Rar!", b"7z\xbc\xaf")
_ORNAMENTS = re.compile(
    r"<(image|textinput)\b[^<>]{0,500}>.{0,2000}?</\1\s{0,9}>|</?(?:image|textinput|width|height)\b[^<>]{0,500}>",
    re.IGNORECASE | re.DOTALL,
)
_NO_TEXT = ("image/", "audio/", "video/", "application/octet-stream", "application/pdf")
_MOST_NAMES = 5_000  # places where a name of the document's own is put in
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{0,31});")
_COMPLETE = re.compile(r"(?:</[\w.-]{1,20}(?::[\w.-]{1,20})?\s*|/)>(?:\s|<!--.*?-->)*$", re.DOTALL)
# An ampersand that begins no reference: the strict parser stops there, and the loose one takes "&copy=1" for "©=1".
_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:[A-Za-z][A-Za-z0-9]{0,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)", re.DOTALL
)
_HOST_ALONE = re.compile(r"\s*www\.[\w-]{1,63}\.[\w.-]{2,63}/")
_ROOT = re.compile(r"<(?![?!])([A-Za-z][\w.:-]{0,60})")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_BASE = re.compile(r"""(\bxml:base\s*=\s*["'])([^"'<>]{1,2000})""")
_FEED_LINK = re.compile(r"<link\b[^<>]{0,600}application/(?:rss|atom)\+xml[^<>]{0,600}>", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]{1,1000})""", re.IGNORECASE)


def read_feed(
    body: bytes, url: str, content_type: str | None = None, timezone: str | None = None, language: str | None = None
) -> FeedReading:
    """Read a feed of any usual kind; never raises.

    ``url`` makes relative links absolute, ``timezone`` (IANA) is meant by dates without a zone, ``language`` is the
    source's own, for dates written in words and for guessing the characters.
    """
    body, problem = unzipped(body, MAX_XML + 1, "feed")
    if problem and not body:
        return FeedReading("", problem=problem)
    if not body.strip(b"\0 \t\r\n"):
        return FeedReading("", problem="the body is empty: the server sent no feed at all")
    if body.startswith(_BINARY):
        return FeedReading("", problem="not a feed but binary data")
    if len(body) > MAX_XML:
        return FeedReading("", problem=f"the feed has {len(body):,} bytes; at most {MAX_XML:,} are read")
    text = clean(decode(body, content_type, language)).lstrip()
    if text.startswith(("{", "[")):
        return jsonfeed.read_json_feed(text, url, timezone, language)
    if problem := _refusal(text, url):
        return FeedReading("", problem=problem)
    text, left_out = share_of(text)
    if problem := _excess(text):
        return FeedReading("", problem=problem)
    reading = _parsed(text, url, timezone, language)
    if not left_out or reading.problem is not None:
        return reading
    said = f"entries that are too long were not read: {left_out}"
    return replace(reading, left_out=said) if reading.entries else replace(reading, problem=said)


def _refusal(text: str, url: str) -> str | None:
    """Why this is nothing for the feed parser, None when it is."""
    if "<" not in text:
        told = f"plain text: {excerpt(text)!r}" if text and "\ufffd" not in text else "binary data"
        return f"not a feed but {told}"
    root = _ROOT.search(_COMMENT.sub("", text[:20_000]))
    name = root.group(1).lower().rpartition(":")[2] if root else ""
    if name == "html" or re.match(r"\s*<!doctype\s+html", text, re.IGNORECASE):
        return _html_instead(text, url)
    if name in ("urlset", "sitemapindex"):
        return "a sitemap came instead of a feed: configure it with the key `sitemap`, not `feed`"
    if name == "opml":
        return "an OPML list of feeds came instead of a feed: configure the feeds it names"
    return None


def _excess(text: str) -> str | None:
    """Why the share of a feed that is read would still cost its reader too much, None when it would not."""
    if len(text) > 2 * MAX_TEXT:
        return f"the feed has {len(text):,} characters outside of its entries and was not read"
    if reason := unreadable(text):
        return f"the feed {reason} and was not read"
    return f"the feed is nested deeper than {MAX_DEPTH} levels and was not read" if too_deep(text) else None


def _html_instead(text: str, url: str) -> str:
    told = what_page(text)
    link = _FEED_LINK.search(text, 0, 500_000)
    href = _HREF.search(link.group(0)) if link else None
    found = address(href.group(1).replace("&amp;", "&"), url) if href else None
    advice = f"; the page names this feed: {found}" if found and found != url else ""
    return f"an HTML page came instead of a feed ({told}){advice}"


@cache
def _parser() -> Any:
    """feedparser. It looks every letter of a text up among the 27 that Windows has where others have controls, and most
    letters are not there: a list, which has them all as they are, is asked four times as quickly as a dictionary."""
    import feedparser
    from feedparser import mixin

    meant = getattr(mixin, "_cp1252", None)
    if isinstance(meant, dict) and all(isinstance(code, int) for code in meant):
        mixin._cp1252 = [meant.get(code, code) for code in range(_USUAL_LETTERS)]  # noqa: SLF001
    return feedparser


def _parsed(text: str, url: str, timezone: str | None, language: str | None) -> FeedReading:
    bare = _AMPERSAND.sub(lambda found: found.group(0) if len(found.group(0)) > 1 else "&amp;", text[text.find("<") :])
    prepared = _with_names(_BASE.sub(partial(_absolute, url), without_doctype(bare), count=1), declared(bare))
    try:
        try:
            found = _by_library(prepared)
        except Exception:  # some of the channel's own ornaments, ill-formed, break the library
            found = _by_library(_ORNAMENTS.sub("", prepared))
    except Exception as error:  # a library for broken input that breaks must not end the visit
        return FeedReading("", problem=f"the feed could not be read: {type(error).__name__}: {excerpt(str(error))}")
    version = str(found.get("version") or "")
    spoken = language_tag(found.feed.get("language")) or language
    read = (_entry(raw, url, timezone, spoken) for raw in found.entries)
    entries = tuple(entry for entry in read if entry.says_something)
    if version.startswith("atom") and (author := _author(found.feed)):  # of all entries that name none (RFC 4287)
        entries = tuple(entry if entry.author else replace(entry, author=author) for entry in entries)
    if not version and not entries:
        return FeedReading("", problem=f"not a feed: the document begins {excerpt(text, 80)!r}")
    if not entries and not _COMPLETE.search(text[-200:]):
        return FeedReading("", problem=f"the feed breaks off before its first entry: {excerpt(text, 80)!r}")
    return FeedReading(_kind(version), entries, spoken, site=address(found.feed.get("link"), url))


def _by_library(text: str) -> Any:
    """What feedparser makes of a feed; raises whatever it breaks on."""
    feedparser = _parser()

    # never bytes or str as they are: feedparser would try to open those as a file or an address
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _absolute(url: str, found: re.Match[str]) -> str:
    """The outermost base made absolute: feedparser forgets one that is not where another stands within it."""
    return found.group(1) + (address(found.group(2), url) or found.group(2)).replace("&", "&amp;").replace(
        "&amp;amp;", "&amp;"
    )


def _with_names(text: str, own: Mapping[str, str]) -> str:
    """Names that the document declares, or HTML knows and XML does not, as characters: without a DOCTYPE they would
    make the feed ill-formed."""
    room = _MOST_NAMES

    def character(found: re.Match[str]) -> str:
        nonlocal room
        meant = html5.get(found.group(1) + ";")
        if meant:
            return meant if meant not in "<>&\"'" else found.group(0)
        room -= 1
        return own.get(found.group(1), found.group(0)) if room > 0 else found.group(0)

    return _NAMED.sub(character, text)


def _kind(version: str) -> str:
    if version.startswith("atom"):
        return "atom"
    return "rdf" if version in ("rss090", "rss10") else "rss"


def _entry(raw: Mapping[str, Any], url: str, timezone: str | None, language: str | None) -> FeedEntry:
    base = address(_base(raw), url) or url
    guid = clean(str(raw.get("id") or "")).strip() or None
    spoken = _language(raw) or language
    summary, text = texts(_html(raw.get("summary_detail")), _content(raw))
    published = _published(raw, timezone, spoken)
    return FeedEntry(
        url=_link(raw, base, guid),
        guid=guid,
        title=caption(raw.get("title") or raw.get("itunes_title")),
        author=_author(raw),
        published_at=published.utc(timezone) if published else None,
        wall=published.wall if published else None,
        summary=summary,
        text=text,
        section=_section(raw),
        language=spoken,
        updated=_as_stored(raw, "updated"),
    )


def _base(raw: Mapping[str, Any]) -> str:
    for part in ("title_detail", "summary_detail"):
        if base := (raw.get(part) or {}).get("base"):
            return str(base)
    return ""


def _link(raw: Mapping[str, Any], base: str, guid: str | None) -> str | None:
    alternates = [link for link in raw.get("links", ()) if str(link.get("rel")).rpartition("/")[2] in ("", "alternate")]
    named = [link.get("href") for link in sorted(alternates, key=lambda link: "html" not in str(link.get("type")))]
    linked = raw.get("link")
    if linked == raw.get("id"):  # feedparser takes a guid such as "7" for a link unless it says that it is none
        linked = None
    for candidate in (raw.get("feedburner_origlink"), *named, linked):
        if _HOST_ALONE.match(str(candidate or "")):
            candidate = f"http://{str(candidate).strip()}"
        if found := address(candidate, base):
            return found
    if guid and guid.startswith("/") and raw.get("guidislink"):
        return address(guid, base)
    return guid if guid and address(guid, "") == guid else None


def _content(raw: Mapping[str, Any]) -> str | None:
    """The longest content an entry carries, as HTML."""
    found = [html for part in raw.get("content", ()) if (html := _html(part))]
    return max(found, key=len, default=None)


def _html(detail: Mapping[str, Any] | None) -> str | None:
    value = str((detail or {}).get("value") or "")
    if not value.strip() or str((detail or {}).get("type")).startswith(_NO_TEXT):
        return None
    if (detail or {}).get("type") == "text/plain" and not re.search(r"</?(?:p|br|div|a|b|i|img)\b", value):
        return value.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    return value


def _author(raw: Mapping[str, Any]) -> str | None:
    names = [person(caption(_name(one))) for one in raw.get("authors", ()) if one.get("name")]
    named = list(dict.fromkeys(name for name in names if name))
    return ", ".join(named) or person(caption(raw.get("author")))


def _name(author: Mapping[str, Any]) -> str:
    """The name without the end of a mail address: feedparser knows top-level domains of four letters at most."""
    name, mail = str(author.get("name")), str(author.get("email") or "")
    if re.search(r"\.[A-Za-z]{4}$", mail) and not mail.lower().endswith((".info", ".news", ".name", ".mobi", ".asia")):
        name = re.sub(r"^[a-z]{1,20}(?![\w.@'’-])[\s(<]*|\s*<[a-z]{1,20}>$", "", name)
    return name


def _as_stored(raw: Mapping[str, Any], part: str) -> str | None:
    """What the entry holds: feedparser's own ``get`` answers "updated" with "published", and warns of it."""
    return str(dict(raw.items()).get(part) or "") or None


def _published(raw: Mapping[str, Any], timezone: str | None, language: str | None) -> ReadDate | None:
    for part in ("published", "created", "updated"):
        read = read_date(_as_stored(raw, part), timezone, [language] if language else [])
        if read and read.utc(timezone):
            return read
    return None


def _section(raw: Mapping[str, Any]) -> str | None:
    terms = (caption(tag.get("term")) for tag in raw.get("tags", ()))
    return next((term for term in terms if 1 < len(term) <= 80 and "://" not in term), None)


def _language(raw: Mapping[str, Any]) -> str | None:
    for part in ("summary_detail", "title_detail"):
        if tag := language_tag((raw.get(part) or {}).get("language")):
            return tag
    return language_tag(raw.get("language"))
