"""An article page in, the fields of a news item out: witnesses are heard, and the table in ``trust`` decides."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from crawler.reading.bulk import without_bulk
from crawler.reading.byline import person, read_byline
from crawler.reading.charset import decode
from crawler.reading.dateline import split_dateline
from crawler.reading.dates import find_date, read_date
from crawler.reading.entries import FeedEntry, address, language_tag
from crawler.reading.headline import without_site
from crawler.reading.moments import ReadDate
from crawler.reading.plain import key, one_line
from crawler.reading.scripts import language_of
from crawler.reading.selectors import Select
from crawler.reading.story import read_story
from crawler.reading.stubs import is_challenge, is_stub
from crawler.reading.tree import parse_page
from crawler.reading.trust import Clock, believe, believe_clock, in_order, not_ahead
from crawler.reading.witnesses import Witnesses

__all__ = ["PageHints", "PageReading", "Select", "read_page", "read_text"]

_URL_DATE = re.compile(r"/(\d{4}/\d{1,2}/\d{1,2}|\d{4}-\d\d-\d\d|\d{1,2}-(?:\d{1,2}|[A-Za-z]{3,9})-\d{4})(?:/|$)")
_NOTHING_SELECTED = Select()
_FEW_WORDS = 150  # a challenge page says no more than that; ordinary pages may name the same scripts


@dataclass(frozen=True, slots=True)
class PageHints:
    """What is known before the page is read: the source's selectors, IANA time zone and language, the section its
    ``article`` expression found in the address, and the feed's entry. ``now`` lets relative dates be read."""

    select: Select = field(default_factory=Select)
    timezone: str | None = None
    language: str | None = None
    section: str | None = None
    feed: FeedEntry | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageReading:
    """The fields of one article; None is unknown. ``body`` is plain text with a blank line between paragraphs,
    ``published_at`` UTC, ``clock`` what was corrected in it. ``problem`` is a sentence when the page holds no article;
    what the feed said is then all."""

    title: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    section: str | None = None
    place: str | None = None
    credit: str | None = None
    summary: str | None = None
    body: str | None = None
    canonical_url: str | None = None
    clock: str | None = None
    problem: str | None = None


def read_page(html: bytes, url: str, content_type: str | None = None, hints: PageHints | None = None) -> PageReading:
    """Read an article page; never raises. CPU only: run it where it can be killed."""
    hints = hints or PageHints()
    text = decode(html, content_type, hints.language)
    if (content_type or "").strip().lower().startswith("text/plain"):
        text = f"<pre>{escape(text)}</pre>"
    # what a source's selectors point at may stand in a menu
    root = parse_page(without_bulk(text.encode("utf-8", "ignore"), menus=hints.select == _NOTHING_SELECTED))
    problem = "the page is empty" if root is None else _no_article(text, root)  # scripts tell what kind of page it is
    if problem:
        return replace(read_text(None, hints), problem=problem)
    return _reading(Witnesses(root, url, hints.select, hints.timezone, hints.feed or FeedEntry()), hints)


def read_text(text: str | None, hints: PageHints | None = None) -> PageReading:
    """The same fields from what the feed said alone; ``text`` is a full text, None to take the entry's own."""
    hints = hints or PageHints()
    feed = hints.feed or FeedEntry()
    whole = text if text is not None else feed.text
    story = read_story(whole.split("\n\n") if whole else [], [key(feed.title)], hints.timezone)
    brief = split_dateline(feed.summary or "")
    clock = not_ahead(Clock(feed.published_at), _walls(feed), hints.timezone, hints.now)
    return PageReading(
        title=feed.title or None,
        author=feed.author or story.byline.author,
        published_at=clock.at,
        clock=clock.corrected,
        language=language_of(story.body or feed.summary or feed.title, hints.language, feed.language),
        section=hints.section or feed.section,
        place=story.dateline.place or brief.place,
        credit=story.dateline.credit or story.credit or brief.credit,
        summary=brief.rest.strip() or None,
        body=story.body,
    )


def _no_article(text: str, root: Any) -> str | None:
    """Why a page that came with status 200 is none."""
    words = _few_words(root) if len(text) < 50_000 else _FEW_WORDS
    if words < _FEW_WORDS and is_challenge(text):
        return "a challenge that asks for a browser came instead of the page"
    return "the page only says that it moved or is not there" if is_stub(text, words) else None


def _few_words(root: Any) -> int:
    """How many words the page has; no more than a few are counted."""
    words = 0
    for part in root.itertext():
        words += len(part.split())
        if words >= _FEW_WORDS:
            break
    return words


def _reading(heard: Witnesses, hints: PageHints) -> PageReading:
    """Every field by the order of trust."""
    said, body = heard.said, heard.story.body
    told = in_order(
        "language",
        source=hints.language,
        html=said.language,
        jsonld=said.jsonld.language,
        meta=said.meta.language,
        feed=heard.feed.language,
    )
    clock = _published(heard, hints)
    return PageReading(
        title=_title(heard),
        author=_author(heard),
        published_at=clock.at,
        clock=clock.corrected,
        language=language_of(body or heard.feed.title, *map(language_tag, told)),
        section=believe(
            "section",
            select=heard.section,
            url=hints.section,
            jsonld=said.jsonld.section,
            meta=said.meta.section,
            feed=heard.feed.section,
        ),
        place=believe("place", dateline=heard.dateline.place, jsonld=said.jsonld.place),
        credit=believe("credit", dateline=heard.dateline.credit, tail=heard.story.credit),
        summary=_summary(heard),
        body=body,
        canonical_url=_canonical(heard),
        problem=None if body else "no article text was found on the page",
    )


def _title(heard: Witnesses) -> str | None:
    selected, jsonld, *meta, feed = heard.told
    return believe(
        "title",
        select=selected or heard.title,
        printed=heard.headline.printed,
        jsonld=jsonld,
        meta=next(filter(None, meta), None),
        heading=heard.headline.heading,
        feed=feed,
    )


def _author(heard: Witnesses) -> str | None:
    def somebody(name: str | None) -> str | None:
        """A name, unless it is the site's own."""
        written = person(name)
        return written if written and without_site(written, heard.site, heard.url) else None

    return believe(
        "author",
        select=_named(heard.author, heard.timezone),
        jsonld=somebody(heard.said.jsonld.author),
        marked=somebody(heard.said.marked.author) or somebody(heard.marked_author),
        byline=heard.byline.author,
        meta=somebody(heard.said.meta.author),
        feed=somebody(heard.feed.author),
        organisation=somebody(heard.said.jsonld.organisation),
    )


def _named(text: str | None, timezone: str | None) -> str | None:
    """The author in what a selector points at, which may be the whole byline."""
    if not text:
        return None
    line = read_byline(text, timezone)
    return line.author if line else person(text)


def _published(heard: Witnesses, hints: PageHints) -> Clock:
    zone, languages = hints.timezone, [code for code in (hints.language, heard.feed.language) if code]

    def read(text: str | None) -> ReadDate | None:
        return (find_date(text, zone) or read_date(text, zone, languages, hints.now)) if text else None

    witnesses = {
        "select": read(heard.published),
        "jsonld": read(heard.said.jsonld.published),
        "meta": read(heard.said.meta.published),
        "marked": read(heard.said.marked.published or heard.marked_date),
        "byline": heard.byline.date,
        "dateline": heard.dateline.date,
        "url": _date_in(urlsplit(heard.url).path[:500], zone),
    }
    clock = believe_clock(witnesses, heard.feed.published_at, zone)
    walls = [read.wall for read in witnesses.values() if read and read.has_time]
    return not_ahead(clock, [*walls, *_walls(heard.feed)], zone, hints.now)


def _walls(feed: FeedEntry) -> list[datetime]:
    return [feed.wall] if feed.wall else []


def _date_in(path: str, zone: str | None) -> ReadDate | None:
    """The date in /2025/08/15/, /15-Aug-2025/ or /15-08-2025/; never in a number that may be an id."""
    found = _URL_DATE.search(path)
    return find_date(found.group(1), zone) if found else None


def _summary(heard: Witnesses) -> str | None:
    """The summary without its dateline; a description that shares no words with the report speaks of the site."""
    report = f"{heard.headline.printed or ''} {heard.story.body or ''}"

    def brief(text: str | None, proven: bool) -> str | None:
        rest = split_dateline(one_line(text)[:1500]).rest.strip() if text else ""
        return rest if rest and (proven or _speaks_of(rest, report)) and key(rest) not in heard.titles else None

    return believe(
        "summary",
        feed=brief(heard.feed.summary, proven=True),
        jsonld=brief(heard.said.jsonld.summary, proven=False),
        meta=brief(heard.said.meta.summary, proven=False),
    )


def _speaks_of(summary: str, report: str) -> bool:
    """Is a description about this report: three words in a row from it, or most of its words?"""
    words, text = _words(summary[:1_000]), _words(report[:20_000])
    if not words:
        return False
    return bool(_threes(summary[:1_000]) & _threes(report[:20_000])) or len(words & text) >= 0.7 * len(words)


def _threes(text: str) -> set[tuple[str, ...]]:
    """Every three words in a row; scripts without spaces give hardly any."""
    found = re.findall(r"\w+", text.casefold())
    return set(zip(found, found[1:], found[2:], strict=False))


def _words(text: str) -> set[str]:
    """Words that carry meaning by their length: five letters in Latin script, three in others, pairs of Han or Kana."""
    found = set(re.findall(r"[a-z]{5,}|[^\W\d_a-z\u3040-\u30ff\u3400-\u9fff]{3,}", text.casefold()))
    for run in re.findall(r"[\u3040-\u30ff\u3400-\u9fff]{2,}", text):
        found.update(run[i : i + 2] for i in range(len(run) - 1))
    return found


def _canonical(heard: Witnesses) -> str | None:
    """The address the page calls its own, when it is of the same site and not its front page."""

    def own(written: str | None) -> str | None:
        found = address(written, heard.url)
        if not found:
            return None
        there, here = urlsplit(found), urlsplit(heard.url)
        one, two = (re.sub(r"^(?:www|amp|m|mobile)\.", "", parts.hostname or "") for parts in (there, here))
        same = one == two or one.endswith("." + two) or two.endswith("." + one)
        front = there.path in ("", "/") and not there.query and here.path not in ("", "/")
        return found if same and not front else None

    return believe("canonical_url", meta=own(heard.said.meta.url), jsonld=own(heard.said.jsonld.url))
