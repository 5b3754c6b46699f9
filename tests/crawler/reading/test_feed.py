"""Feeds of every kind, and what comes instead of feeds."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from crawler.reading.feed import FeedReading, read_feed
from crawler.reading.share import MAX_ENTRIES, MAX_TEXT
from crawler.reading.xmlbounds import MAX_XML

URL = "https://example.org/feeds/business.xml"
WHEN = datetime(2025, 8, 15, 13, tzinfo=UTC)
LONG = "Owners of small looms asked for yarn without duty until the end of December, and they asked for it politely. "
WHOLE = f"<p>KARACHI: {LONG * 3}</p><p>{LONG * 2}</p><p>The ministry will hear them.</p>"


def rss(item: str, head: str = "", version: str = "2.0") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="{version}" xmlns:content='
        '"http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Example</title>{head}{item}</channel></rss>"
    ).encode()


def read(body: bytes, content_type: str | None = "application/rss+xml") -> FeedReading:
    return read_feed(body, URL, content_type, "Asia/Karachi")


ITEM = (
    "<item><title>Looms stand still</title><link>/news/1</link><guid isPermaLink='false'>1</guid>"
    "<pubDate>Fri, 15 Aug 2025 18:00:00 +0500</pubDate><description>A short lede.</description></item>"
)
ATOM = (
    '<feed xmlns="{ns}" xml:lang="en-PK"><title>x</title><entry><title type="html">Looms &amp;amp; mills</title>'
    '<link rel="alternate" href="/news/1"/><id>tag:example.org,2025:1</id><{date}>2025-08-15T18:00:00+05:00</{date}>'
    "<author><name>Nadia Malik</name></author><content type='xhtml'><div"
    " xmlns='http://www.w3.org/1999/xhtml'>{text}</div>"
    "</content></entry></feed>"
)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>t</title></channel>'
    '<item rdf:about="/news/1">'
    "<title>Looms stand still</title><link>https://example.org/news/1</link>"
    "<dc:date>2025-08-15T18:00:00+05:00</dc:date>"
    "</item></rdf:RDF>"
)
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "language": "en-PK",
    "items": [
        {
            "id": 1,
            "url": "/news/1",
            "title": "Looms stand still",
            "content_html": WHOLE,
            "date_published": "2025-08-15T18:00:00+05:00",
            "authors": [{"name": "Nadia Malik"}],
            "tags": ["Textiles"],
        }
    ],
}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (rss(ITEM), "rss"),
        (rss(ITEM, version="0.91"), "rss"),
        (rss(ITEM, version="0.92"), "rss"),
        (ATOM.format(ns="http://www.w3.org/2005/Atom", date="published", text=WHOLE).encode(), "atom"),
        (ATOM.format(ns="http://purl.org/atom/ns#", date="issued", text=WHOLE).encode(), "atom"),
        (RDF.encode(), "rdf"),
        (json.dumps(JSON).encode(), "json"),
        (b"\xef\xbb\xbf\n\n " + rss(ITEM), "rss"),
        (rss(ITEM).decode().replace("utf-8", "utf-16").encode("utf-16"), "rss"),
    ],
)
def test_every_kind_of_feed_gives_link_and_moment(body: bytes, kind: str) -> None:
    """RSS of all ages, both Atoms, RDF, JSON Feed, with BOM and white space before it."""
    found = read(body)
    assert (found.kind, found.problem) == (kind, None)
    assert [(entry.url, entry.published_at) for entry in found.entries] == [("https://example.org/news/1", WHEN)]


def test_full_text_becomes_paragraphs_and_a_lede_becomes_the_summary() -> None:
    """content:encoded beside description."""
    item = f"<description>A short lede.</description><content:encoded><![CDATA[{WHOLE}]]></content:encoded>"
    entry = read(rss(f"<item><title>T</title>{item}</item>")).entries[0]
    assert entry.summary == "A short lede."
    assert (entry.text or "").split("\n\n")[2] == "The ministry will hear them."


def test_a_whole_article_in_the_description_is_seen_as_one() -> None:
    """Some outlets have no content element and put everything into the description."""
    entry = read(rss(f"<item><title>T</title><description><![CDATA[{WHOLE}]]></description></item>")).entries[0]
    assert (entry.text or "").endswith("The ministry will hear them.")
    assert (entry.summary or "").startswith("KARACHI: Owners")


@pytest.mark.parametrize(
    "ending", ["[…]", "[&#8230;]", "...", "<a href='/1'>Read more</a>", "Continue reading Looms", "مزید پڑھیں"]
)
def test_a_cut_text_is_a_summary(ending: str) -> None:
    """A content that ends in an ellipsis must not stand for the article."""
    item = f"<item><title>T</title><content:encoded><![CDATA[<p>{LONG * 6} {ending}</p>]]></content:encoded></item>"
    entry = read(rss(item)).entries[0]
    assert entry.text is None
    assert (entry.summary or "").startswith("Owners")


def test_the_blogs_tail_is_no_text() -> None:
    """ "The post ... appeared first on ..." is added to every entry by a widespread program."""
    tail = "<p>The post Looms appeared first on Example.</p>"
    item = f"<item><title>T</title><content:encoded><![CDATA[{WHOLE}{tail}]]></content:encoded></item>"
    assert "appeared first" not in (read(rss(item)).entries[0].text or "")


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Looms &amp; mills", "Looms & mills"),
        ("Looms &amp;amp; mills", "Looms & mills"),
        ("<![CDATA[Looms & <b>mills</b>]]>", "Looms & mills"),
        ("<![CDATA[Looms ]]><![CDATA[& mills]]>", "Looms & mills"),
        ("&lt;i&gt;Looms&lt;/i&gt; &amp;#038; mills", "Looms & mills"),
        ("Looms\n\t &amp;\x0b mills", "Looms & mills"),
        ("Loo&shy;ms &amp; mills", "Looms & mills"),
        ("Looms & mills", "Looms & mills"),
        ("5 &lt; 6 looms", "5 < 6 looms"),
    ],
)
def test_titles_become_plain_text(written: str, title: str) -> None:
    """Entities escaped once or twice, markup, soft hyphens, a bare ampersand that makes the feed ill-formed."""
    assert read(rss(f"<item><title>{written}</title><link>/1</link></item>")).entries[0].title == title


@pytest.mark.parametrize(
    ("item", "url", "guid"),
    [
        ("<title>T</title><guid>https://example.org/n/7</guid>", "https://example.org/n/7", "https://example.org/n/7"),
        ("<title>T</title><guid isPermaLink='false'>7</guid>", None, "7"),
        ("<title>T</title><guid>7</guid>", None, "7"),
        ("<title>T</title><guid>tag:example.org,2025:7</guid>", None, "tag:example.org,2025:7"),
        ("<title>T</title><guid>/n/7</guid><link>/n/7</link>", "https://example.org/n/7", "/n/7"),
        ("<title>T</title><link> https://example.org/n/7\n</link>", "https://example.org/n/7", None),
        ("<title>T</title><link>javascript:alert(1)</link>", None, None),
        ("<title>T</title><link>//example.org/n/7</link>", "https://example.org/n/7", None),
    ],
)
def test_links_are_absolute_web_addresses_or_nothing(item: str, url: str | None, guid: str | None) -> None:
    """From the link, else from a guid that is one."""
    entry = read(rss(f"<item>{item}</item>")).entries[0]
    assert (entry.url, entry.guid) == (url, guid)


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("<author>desk@example.org (Nadia Malik)</author>", "Nadia Malik"),
        ("<dc:creator><![CDATA[Nadia Malik]]></dc:creator>", "Nadia Malik"),
        ("<author>desk@example.org</author>", None),
        ("<dc:creator>admin</dc:creator>", None),
    ],
)
def test_authors_are_people(written: str, author: str | None) -> None:
    """Mail addresses and accounts are not."""
    assert read(rss(f"<item><title>T</title>{written}</item>")).entries[0].author == author


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Fri, 15 Aug 25 18:00:00 +05:00", WHEN),
        ("2025-08-15 18:00:00", WHEN),
        ("15 اگست 2025 شام 6:00", WHEN),
        ("Fri, 31 Feb 2025 18:00:00 +0500", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_of_entries_are_read_or_unknown(date: str, moment: datetime | None) -> None:
    """Without a zone they are the source's local time."""
    assert read(rss(f"<item><title>T</title><pubDate>{date}</pubDate></item>")).entries[0].published_at == moment


@pytest.mark.parametrize(
    ("charset", "header", "declared"),
    [
        ("euc_jp", "text/xml; charset=euc-jp", "utf-8"),
        ("euc_jp", "text/xml", "EUC-JP"),
        ("cp932", "text/xml; charset=Shift_JIS", "utf-8"),
        ("utf-8", "text/xml; charset=iso-8859-1", "utf-8"),
        ("utf-8", "text/xml; charset=utf-7", "utf-8"),
        ("utf-8", None, "windows-1256"),
        ("utf-8", None, "x-unknown"),
        ("utf-16-le", None, "utf-16"),
    ],
)
def test_characters_are_right_under_any_charset(charset: str, header: str | None, declared: str) -> None:
    """The HTTP header first, unless the bytes contradict it."""
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    text = f"{head}<rss><channel><item><title>織機が止まる</title></item></channel></rss>"
    assert read(text.encode(charset), header).entries[0].title == "織機が止まる"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b" \n\0", "empty"),
        (b"hello", "plain text"),
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "title 'Sign in'"),
        (b"<html><title>Just a moment...</title></html>", "challenge"),
        (b'<html><link rel="alternate" type="application/rss+xml" href="/feed2"></html>', "https://example.org/feed2"),
        (b"<urlset></urlset>", "sitemap"),
        (b"<opml></opml>", "OPML"),
        (b"<nothing/>", "not a feed"),
        (b"{}", "items"),
        (b'{"items": [', "not valid"),
        (b"[" * 200_000, "not valid"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, problem: str) -> None:
    """The sentence says what came and, where known, where the feed is."""
    found = read(body, None)
    assert found.entries == ()
    assert problem in (found.problem or "")


def test_an_empty_feed_is_no_problem() -> None:
    """Nothing new is not an error."""
    assert read(rss("")) == FeedReading("rss", (), None, None)


def test_ill_formed_feeds_give_every_readable_entry() -> None:
    """Cut off in the middle, unclosed tags, an image inside an image, a stray control character."""
    whole = rss(ITEM * 3, head="<image><url>x</url><image>y</image></image>").decode()
    assert len(read(whole[: whole.rindex("<description>")].encode()).entries) == 3
    assert len(read(whole.replace("lede.", "lede.<br><p>more\x01").encode()).entries) == 3
    assert len(read(rss("<item><title>T" + "<br>" * 3_000 + "</title></item>" + ITEM)).entries) == 2


def test_a_feed_that_is_a_packed_file_is_unpacked() -> None:
    """Some servers send the file and do not say that it is packed; a bomb ends at the cap."""
    assert len(read(gzip.compress(rss(ITEM), mtime=0)).entries) == 1
    assert "at most" in (read(gzip.compress(rss(" " * MAX_XML), mtime=0)).problem or "")
    assert "broken" in (read(b"\x1f\x8bnothing").problem or "")
    assert read(b"\x89PNG\r\n\x1a\n\0\0").problem == "not a feed but binary data"


@pytest.mark.parametrize("cut", [20, 100, -30])
def test_a_feed_that_breaks_off_before_its_first_entry_is_no_empty_one(cut: int) -> None:
    """Else a source that sends only beginnings would look healthy for ever."""
    found = read(rss("")[:cut])
    assert found.entries == ()
    assert found.problem is not None
    assert read(b"<rss version='2.0'/>").problem is None
    assert read(rss("") + b"\n<!-- made in 0.1 s -->\n").problem is None


def test_of_a_feed_of_many_thousands_the_first_and_the_last_are_read() -> None:
    """All of them would take longer than a reader has; the newest may stand at either end."""
    count = MAX_ENTRIES + 2_000
    many = "".join(f"<item><title>Item {n}</title><link>/n/{n}</link></item>" for n in range(count))
    titles = [entry.title for entry in read(rss(many)).entries]
    assert len(titles) == len(set(titles)) == MAX_ENTRIES
    assert (titles[0], titles[-1]) == ("Item 0", f"Item {count - 1}")


def test_letters_that_windows_has_where_others_have_controls_are_read_as_meant() -> None:
    """And the letters of every script stay as they are, also those that no table holds."""
    others = "\u2013 \u06cc\u06c1 \u2122 \u65e5\u672c \U0001f600"
    said = f"It&#146;s 5&#150;6 degrees {others}"
    [found] = read(rss(f"<item><title>{said}</title><description>{said}</description></item>")).entries
    assert found.title == found.summary == f"It\u2019s 5\u20136 degrees {others}"


def test_of_an_entry_too_long_to_read_the_title_and_the_beginning_are() -> None:
    """One that is made of nothing but tags is left out, and the reading says so; its neighbours are read."""
    words = "A sentence of the report. " * (MAX_TEXT // 20)
    long = f"<item><title>Long</title><link>/l</link><description><![CDATA[<p>{words}</p>]]></description></item>"
    wild = f"<item><title>Wild</title>{'<x>y</x>' * (MAX_TEXT // 8)}</item>"
    found = read(rss("<item><title>First</title></item>" + long + wild + "<item><title>Last</title></item>"))
    assert [entry.title for entry in found.entries] == ["First", "Long", "Last"]
    assert (found.entries[1].text or "").startswith("A sentence of the report.")
    assert found.left_out == "entries that are too long were not read: 1"
    assert read(rss(wild)).problem == "entries that are too long were not read: 1"


def test_a_picture_inside_of_an_entry_does_not_make_it_too_long() -> None:
    """Some systems put photographs of megabytes into the text itself."""
    picture = f"<img src='data:image/png;base64,{'A' * MAX_TEXT}'>"
    text = f"<description><![CDATA[{picture}<p>A sentence of the report.</p>]]></description>"
    found = read(rss(f"<item><title>A</title>{text}</item>"))
    assert [entry.summary for entry in found.entries] == ["A sentence of the report."]
