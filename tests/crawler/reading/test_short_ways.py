"""Where reading takes a shorter way, it says what the long way says."""

from __future__ import annotations

import pytest

from bench.reading.dress import Page
from bench.reading.shapes import pages
from crawler.reading import article, markup
from crawler.reading.page import PageHints, PageReading, Select, read_page
from crawler.reading.tree import parse_html
from crawler.reading.xmlbounds import too_deep, too_many_namespaces

KNOWN = list(pages())


def read(page: Page) -> PageReading:
    """One of the labelled pages."""
    hints = PageHints(timezone=page.timezone, language=page.language)
    return read_page(page.html.encode(), page.url, "text/html; charset=utf-8", hints)


@pytest.mark.parametrize("page", KNOWN, ids=[f"{page.shape}-{n}" for n, page in enumerate(KNOWN)])
def test_without_the_extractors_vote_a_page_says_the_same(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """The vote is left out only where it could not change anything."""
    short = read(page)
    monkeypatch.setattr(article, "_CLEAR", 10**9)
    assert read(page) == short


def test_plain_articles_are_read_without_the_extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    """One box of paragraphs between menus is clear; the extractor is not even asked."""
    asked: list[object] = []
    monkeypatch.setattr(article, "_extracted", lambda *_: asked.append(1) or "")
    text = "".join(f"<p>Paragraph {n} of the report says something of substance about money.</p>" for n in range(9))
    html = f"<html><body><nav><a href='/a'>Menu</a></nav><article><h1>The budget</h1><div>{text}</div></article></body>"
    assert (read_page(html.encode(), "https://news.example/1").body or "").count("Paragraph") == 9
    assert not asked


@pytest.mark.parametrize(
    "between",
    [
        "<p>Toyota Corolla 1.3</p>",  # a short line that is no sentence
        "<ul><li><a href='/x'>A headline of another story that is long enough to look like a line</a></li></ul>"
        "<p>Price list</p>",
    ],
)
def test_a_line_that_only_a_vote_can_judge_is_put_to_the_vote(between: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may belong to the report or not; its shape does not tell."""
    asked: list[object] = []
    monkeypatch.setattr(article, "_extracted", lambda *_: asked.append(1) or "")
    text = "".join(f"<p>Paragraph {n} of the report says something of substance about cars.</p>" for n in range(9))
    html = f"<html><body><article><h1>The prices</h1><div>{text}{between}{text}</div></article></body>"
    read_page(html.encode(), "https://news.example/1")
    assert asked


def test_two_boxes_of_prose_are_put_to_the_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of them is the report, or whether both are, is not clear."""
    asked: list[object] = []
    monkeypatch.setattr(article, "_extracted", lambda *_: asked.append(1) or "")
    text = "".join(f"<p>Paragraph {n} of the report says something of substance about cars.</p>" for n in range(9))
    read_page(f"<html><body><h1>Cars</h1><div>{text}</div><div>{text}</div></body>".encode(), "https://news.example/1")
    assert asked


def test_a_body_that_the_source_selects_is_found_inside_a_menu() -> None:
    """What the operator points at is looked at, whatever it is called."""
    text = "".join(f"<p>Paragraph {n} of the report says something of substance about cars.</p>" for n in range(30))
    html = f"<html><body><h1>Cars</h1><p>Elsewhere.</p><aside><div class='story'>{text}</div></aside></body></html>"
    reading = read_page(html.encode(), "https://news.example/1", hints=PageHints(select=Select(body=(".story p",))))
    assert "Paragraph 7" in (reading.body or "")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("so\u00adft hy\u00adphen", "soft hyphen"),
        ("\ufeffmark\u202e and \u2066isolate\u2069", "mark and isolate"),
        ("bell\x07 and \x9fcontrol", "bell and control"),
        ("our own\ue000 marks\ue001", "our own marks"),
        ("half a letter &#xD83D; here", "half a letter here"),
        ("“kept” – caf\u00e9 \u00a3 ٹ 日", "“kept” – caf\u00e9 \u00a3 ٹ 日"),
    ],
)
def test_what_is_never_content_leaves_a_page_before_it_is_parsed(written: str, read_as: str) -> None:
    """In bytes as in text, also where only some of the letters are ASCII."""
    root = parse_html(f"<p>{written}</p>")
    assert " ".join("".join(root.itertext()).split()) == read_as
    root = parse_html(f"<p>{written} é</p>")
    assert " ".join("".join(root.itertext()).split()) == f"{read_as} é"


@pytest.mark.parametrize(
    "fragment",
    [
        "<p>One <b>bold</b> word.</p>\n<p>Two <a href='/x'>links</a>.</p><p> </p>",
        "<p>One<br>two.</p><p>Three.</p>",
        "Bare text <p>One.</p>",
        "<p>One.</p> bare text <p>Two.</p>",
        "<p>One.</p><ul><li>Two.</li></ul>",
        "<p>One <script>x()</script>two.</p>",
        "<div><p>One.</p></div></div><p>Outside.</p>",
        "<p>so\u00adft</p><p><em>&amp; more</em></p>",
    ],
)
def test_paragraphs_of_a_feed_are_those_of_a_walk(fragment: str) -> None:
    """The short way and the walk over all elements agree, or there is no short way."""
    root = parse_html(f"<div>{fragment}</div>")
    walked = [block.text for block in markup.read_blocks(root).items]
    assert markup.paragraphs(fragment) == walked


def test_sections_that_are_never_closed_hide_what_follows() -> None:
    """An open CDATA section or comment runs to the end; what stands in it is no level of the feed."""
    deep = "<a>" * 500
    assert not too_deep(f"<rss><![CDATA[{deep}")
    assert not too_deep(f"<rss><!--{deep}-->")
    assert too_deep(f"<rss><![CDATA[x]]>{deep}")


def test_namespaces_are_counted_by_name() -> None:
    """The same one many times is one."""
    assert not too_many_namespaces("<a xmlns:x='u'/>" * 500)
    assert too_many_namespaces("".join(f"<a xmlns:x{n}='u'/>" for n in range(500)))
