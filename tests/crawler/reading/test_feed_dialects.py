"""Feeds as other programs write them: what each says of its one entry, as its author would expect it."""

from __future__ import annotations

import pytest

from crawler.reading.feed import read_feed

URL = "https://example.org/dir/feed.xml"
XHTML = "xmlns='http://www.w3.org/1999/xhtml'"


def atom(entry: str, of_feed: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{of_feed}>{entry}</feed>'


def rss(item: str) -> str:
    spaces = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" '
    spaces += 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom"'
    return f'<rss version="2.0" {spaces}><channel><title>Port News</title><item>{item}</item></channel></rss>'


ENTRY = "<entry><title>Ships</title>{}</entry>"
ITEM = "<title>Ships</title>{}"
BASE = ' xml:base="http://port.example/sea/"'

LINKS = {
    "base that is none": (
        atom(ENTRY.format('<link href="nine.html"/>'), ' xml:base="http://[port"'),
        None,
    ),
    "base of the feed": (atom(ENTRY.format('<link href="nine.html"/>'), BASE), "http://port.example/sea/nine.html"),
    "base of the link": (
        atom(ENTRY.format('<link xml:base="bay/" href="nine.html"/>'), BASE),
        "http://port.example/sea/bay/nine.html",
    ),
    "many links": (
        atom(ENTRY.format('<link rel="edit" href="/e"/><link rel="self" href="/s"/><link rel="alternate" href="/9"/>')),
        "https://example.org/9",
    ),
    "a page before its data": (
        atom(ENTRY.format('<link type="application/json" href="/9.json"/><link type="text/html" href="/9"/>')),
        "https://example.org/9",
    ),
    "an id that is an address": (atom(ENTRY.format("<id>http://port.example/9</id>")), "http://port.example/9"),
    "guid": (rss(ITEM.format("<guid>http://port.example/9</guid>")), "http://port.example/9"),
    "guid from the root": (rss(ITEM.format('<guid isPermaLink="true">/9</guid>')), "https://example.org/9"),
    "guid that is a number": (rss(ITEM.format("<guid>9</guid>")), None),
    "empty link": (rss(ITEM.format("<link/><guid>http://port.example/9</guid>")), "http://port.example/9"),
    "another link of the item's own": (
        rss(ITEM.format('<link>http://port.example/9</link><atom:link rel="self" href="http://port.example/f"/>')),
        "http://port.example/9",
    ),
    "no scheme": (rss(ITEM.format("<link>//port.example/9</link>")), "https://port.example/9"),
    "no scheme at all": (rss(ITEM.format("<link>www.port.example/9</link>")), "http://www.port.example/9"),
    "spaces": (rss(ITEM.format("<link>\n http://port.example/a 9\n</link>")), "http://port.example/a%209"),
    "bare ampersands": (
        rss(ITEM.format("<link>http://port.example/?a=1&copy=2&b=3</link>")),
        "http://port.example/?a=1&copy=2&b=3",
    ),
    "ampersands in a section": (
        rss(ITEM.format("<link><![CDATA[http://port.example/?a=1&copy=2]]></link>")),
        "http://port.example/?a=1&copy=2",
    ),
    "a picture's own link": (
        rss(ITEM.format("<image><title>Sea</title><link>http://port.example/</link></image><link>/9</link>")),
        "https://example.org/9",
    ),
    "rdf about": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<item rdf:about="http://port.example/9"><title>Ships</title></item></rdf:RDF>',
        "http://port.example/9",
    ),
    "rss 0.90": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://my.netscape.com/rdf/simple/0.9/"><item><title>Ships</title><link>http://port.example/9</link>'
        "</item></rdf:RDF>",
        "http://port.example/9",
    ),
    "items beside the channel": (
        "<rss version='2.0'><channel/><item><title>Ships</title><link>/9</link></item></rss>",
        "https://example.org/9",
    ),
    "relation without a name": (atom(ENTRY.format('<link rel="" href="/9"/>')), "https://example.org/9"),
    "relation in full": (
        atom(ENTRY.format('<link rel="http://www.iana.org/assignments/relation/alternate" href="/9"/>')),
        "https://example.org/9",
    ),
    "base of the item in a relative one": (
        atom(ENTRY.replace("<entry>", '<entry xml:base="bay/">').format('<link href="9"/>'), ' xml:base="/sea/"'),
        "https://example.org/sea/bay/9",
    ),
    "backslashes": (rss(ITEM.format("<link>http:\\\\port.example\\9</link>")), "http://port.example/9"),
    "a comment that speaks of pages": (
        f"<!-- an <html> page --> {rss(ITEM.format('<link>/9</link>'))}",
        "https://example.org/9",
    ),
    "capitals": (
        "<RSS><CHANNEL><ITEM><TITLE>Ships</TITLE><LINK>/9</LINK></ITEM></CHANNEL></RSS>",
        "https://example.org/9",
    ),
    "a warning before it": (
        f"<br />\n<b>Warning</b>: x<br />\n{rss(ITEM.format('<link>/9</link>'))}",
        "https://example.org/9",
    ),
}


@pytest.mark.parametrize(("text", "url"), LINKS.values(), ids=LINKS)
def test_the_address_of_an_entry(text: str, url: str | None) -> None:
    """Where the article is, wherever the feed says it."""
    [entry] = read_feed(text.encode(), URL).entries
    assert (entry.title, entry.url) == ("Ships", url)


TITLES = {
    "xhtml": (atom(f"<entry><title type='xhtml'><div {XHTML}>Nine <b>ships</b></div></title></entry>"), "Nine ships"),
    "escaped twice": (atom('<entry><title type="html">Ships &amp;amp; ports</title></entry>'), "Ships & ports"),
    "signs": (atom("<entry><title>9 &lt; 10 and 3 &gt; 2</title></entry>"), "9 < 10 and 3 > 2"),
    "names of HTML": (rss("<title>Caf&eacute; &amp;eacute;l&amp;#233;</title>"), "Café élé"),
    "bare ampersand": (rss("<title>Ships & ports</title>"), "Ships & ports"),
    "two sections": (rss("<title><![CDATA[Ships]]> and <![CDATA[ports]]></title>"), "Ships and ports"),
    "a section escaped": (rss("<title>&lt;![CDATA[Ships]]&gt;</title>"), "Ships"),
    "a picture's own title first": (rss("<media:title>A pier</media:title><title>Ships</title>"), "Ships"),
    "a picture's own title within": (
        rss("<title>Ships</title><media:content url='x'><media:title>A pier</media:title></media:content>"),
        "Ships",
    ),
    "a podcast's own": (rss("<itunes:title>Other</itunes:title><title>Ships</title>"), "Ships"),
    "Dublin Core": (rss("<dc:title>Ships</dc:title>"), "Ships"),
    "prefix on everything": (
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>Ships</a:title></a:entry></a:feed>',
        "Ships",
    ),
    "channel of Microsoft": ('<channel href="/"><item href="/9"><title>Ships</title></item></channel>', "Ships"),
    "a podcast's own alone": (rss("<itunes:title>Ships</itunes:title>"), "Ships"),
    "words in angles": (
        atom("<entry><title>Vec&lt;Ship&gt; and &lt;blink&gt;</title></entry>"),
        "Vec<Ship> and <blink>",
    ),
    "a line break": (rss("<title>Ships&lt;br/&gt;and ports</title>"), "Ships and ports"),
    "a name of the document's own": (
        '<!DOCTYPE rss [<!ENTITY port "Ships"><!ENTITY pic SYSTEM "file:///x">]>'
        "<rss><channel><item><title>&port;</title></item></channel></rss>",
        "Ships",
    ),
    "json 1.0": (
        '{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"title":"Ships &amp; ports"}]}',
        "Ships & ports",
    ),
}


@pytest.mark.parametrize(("text", "title"), TITLES.values(), ids=TITLES)
def test_the_title_of_an_entry(text: str, title: str) -> None:
    """As a reader would see it, and of the entry, not of its picture."""
    assert [entry.title for entry in read_feed(text.encode(), URL).entries] == [title]


@pytest.mark.parametrize("declared", [False, True])
@pytest.mark.parametrize(
    "name",
    ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
)
def test_wide_letters_are_known_with_and_without_a_mark(name: str, declared: bool) -> None:
    """And whether the document says so or not."""
    said = f'<?xml version="1.0" encoding="{name.removesuffix("-sig")}"?>' if declared else ""
    text = said + rss("<title>Café جاپان</title>")
    assert [entry.title for entry in read_feed(text.encode(name), URL).entries] == ["Café جاپان"]


def test_who_wrote_a_feed_wrote_its_entries() -> None:
    """In Atom, where they name nobody themselves."""
    named = "<author><name>Ali Khan</name></author>"
    text = atom(f"{named}<entry><title>A</title></entry><entry><title>B</title>{named.replace('Ali', 'Zara')}</entry>")
    assert [entry.author for entry in read_feed(text.encode(), URL).entries] == ["Ali Khan", "Zara Khan"]
    written = '{"version":"https://jsonfeed.org/version/1","author":{"name":"Ali Khan"},"items":[{"title":"A"}]}'
    assert [entry.author for entry in read_feed(written.encode(), URL).entries] == ["Ali Khan"]


@pytest.mark.parametrize(
    "written",
    [
        "desk@port.example (Ali Khan)",
        "desk@port.example Ali Khan",
        "Ali Khan &lt;desk@port.example&gt;",
        "(Ali Khan)",
        "desk@port.example</author><author>Ali Khan",
    ],
)
def test_the_end_of_a_long_domain_is_no_name(written: str) -> None:
    """Nor are brackets."""
    [entry] = read_feed(rss(f"<title>A</title><author>{written}</author>").encode(), URL).entries
    assert entry.author == "Ali Khan"


def test_names_that_a_document_repeats_are_put_in_so_often_and_no_oftener() -> None:
    """A small feed cannot grow without end by them."""
    text = f'<!DOCTYPE rss [<!ENTITY a "{"long " * 12}">]>' + rss("<title>A</title><description>" + "&a;" * 90_000)
    [entry] = read_feed(text.encode(), URL).entries
    assert len(entry.text or "") < 600_000


CHARSETS = [
    ("cp1256", "iso-8859-1", "ur", "جاپان كى تجارت"),
    ("cp1252", "utf-8", "en", "It’s a ship"),
    ("cp1252", None, None, "Déjà vu – again"),
    ("euc_jp", "utf-8", "ja", "日本の自動車産業は好調"),
    ("cp932", "utf-8", "ja", "日本の自動車産業は好調"),
]


@pytest.mark.parametrize(("charset", "declared", "language", "title"), CHARSETS)
def test_characters_that_are_told_wrongly(charset: str, declared: str | None, language: str | None, title: str) -> None:
    """What the language, and the number of letters beyond ASCII, say of them."""
    said = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = f"{said}<rss><channel><item><title>{title}</title></item></channel></rss>".encode(charset)
    assert [entry.title for entry in read_feed(body, URL, None, None, language).entries] == [title]
