"""An article page in, the fields of a news item out. The way of a page is ``read_page``, top to bottom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from typing import Any

from crawler.reading.article import Report, find_report, selected_report, size_of
from crawler.reading.byline import Byline, is_name, person, read_byline
from crawler.reading.charset import decode
from crawler.reading.dateline import Dateline, split_dateline, split_tail_credit
from crawler.reading.dates import ReadDate, find_date, read_date
from crawler.reading.entries import FeedEntry, address, language_tag
from crawler.reading.furniture import ends_report, furniture_elements, is_button_row
from crawler.reading.headline import Headline, find_headline, without_site
from crawler.reading.markup import Block, Blocks, paragraphs, parse_html, read_blocks, text_of
from crawler.reading.metadata import Metadata, read_metadata
from crawler.reading.plain import key, one_line
from crawler.reading.scripts import language_of
from crawler.reading.selectors import Select, chosen
from crawler.reading.stubs import is_challenge, is_stub
from crawler.reading.trust import believe, believe_clock

__all__ = ["PageHints", "PageReading", "Select", "read_page", "read_text"]


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
    ``published_at`` UTC. ``problem`` is a sentence when the page holds no article; what the feed said is then all."""

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
    problem: str | None = None


def read_page(html: bytes, url: str, content_type: str | None, hints: PageHints | None = None) -> PageReading:
    """Read an article page; never raises. CPU only: run it where it can be killed."""
    hints = hints or PageHints()
    text = decode(html, content_type, hints.language)
    if (content_type or "").strip().lower().startswith("text/plain") and "<p" not in text:
        text = f"<pre>{escape(text)}</pre>"
    root = parse_html(text)
    if root is None:
        return replace(read_text(None, hints), problem="the page is empty")
    words = sum(len(part.split()) for part in root.itertext() if part) if len(text) < 50_000 else 1_000
    if words < 150 and is_challenge(text):
        return replace(read_text(None, hints), problem="a challenge that asks for a browser came instead of the page")
    if is_stub(text, words):
        return replace(read_text(None, hints), problem="the page only says that it moved or is not there")
    return _Page(root, url, hints).reading()


def read_text(text: str | None, hints: PageHints | None = None) -> PageReading:
    """The same fields from what the feed said alone; ``text`` is its full text, None to take the entry's own."""
    hints = hints or PageHints()
    feed = hints.feed or FeedEntry()
    whole = text if text is not None else feed.text
    story = _Story.of(
        [line for line in whole.split("\n\n") if line.strip()] if whole else [], [key(feed.title)], hints.timezone
    )
    brief = split_dateline(feed.summary or "")
    return PageReading(
        title=feed.title or None,
        author=feed.author or (story.byline.author if story.byline else None),
        published_at=feed.published_at,
        language=language_of(story.body or feed.summary or feed.title, hints.language or feed.language),
        section=hints.section or feed.section,
        place=story.dateline.place or brief.place,
        credit=story.dateline.credit or brief.credit or story.credit,
        summary=brief.rest.strip() or None,
        body=story.body or None,
    )


@dataclass(frozen=True, slots=True)
class _Story:
    """The paragraphs of a report, freed of what stands before and after it."""

    lines: tuple[str, ...] = ()
    dateline: Dateline = field(default_factory=lambda: Dateline(""))
    credit: str | None = None
    byline: Byline | None = None

    @property
    def body(self) -> str:
        return "\n\n".join(self.lines)

    @classmethod
    def of(cls, lines: Sequence[str], titles: Sequence[str], timezone: str | None) -> _Story:
        """Take repeated headline, byline and date lines, dateline, tail and credit off these paragraphs."""
        left = list(lines)
        byline: Byline | None = None
        dateline = Dateline("")
        for _ in range(8):  # at most so many lines stand before a report
            if not left:
                break
            head = left[0]
            if key(head[:500]) in titles or _is_debris(head):
                left.pop(0)
                continue
            left[0] = _unglued(head, titles)
            line = split_dateline(left[0])
            if not (line.place or line.credit):
                if (found := read_byline(head, timezone)) is None:
                    break
                byline = _joined(byline, found)
                left.pop(0)
                continue
            dateline = Dateline(
                "", dateline.place or line.place, dateline.credit or line.credit, dateline.date or line.date
            )
            left[0] = line.rest
            if line.rest:
                break
            left.pop(0)
        credit = None
        for n, text in enumerate(left):
            if n and ends_report(text):
                left = left[:n]
                break
        while left:
            left[-1], found_credit = split_tail_credit(left[-1])
            credit = credit or found_credit
            if left[-1]:
                break
            left.pop()
        return cls(tuple(left), dateline, credit, byline)


def _joined(first: Byline | None, second: Byline) -> Byline:
    if first is None:
        return second
    return Byline(first.author or second.author, first.date or second.date, first.labelled or second.labelled)


def _is_debris(line: str) -> bool:
    """A stray token before the report (a country code, a drop cap's label), or a row of buttons."""
    return is_button_row(line) or (len(line) <= 3 and line.isascii()) or not re.search(r"\w", line)


def _unglued(head: str, titles: Sequence[str]) -> str:
    """A first paragraph with the headline run into it, without it."""
    for title in titles:
        if len(title) >= 16 and key(head[: 2 * len(title) + 80]).startswith(title):
            rest = _after_key(head, title)
            if rest and (split_dateline(rest).place or rest[0].isupper() or not rest[0].isascii()):
                return rest
    return head


def _after_key(text: str, title: str) -> str:
    """What follows in ``text`` after the letters of ``title``."""
    seen = ""
    for index, letter in enumerate(text):
        if seen == title:
            return text[index:].lstrip(" .:-–—|،,")
        seen += key(letter)
        if len(seen) > len(title):
            break
    return ""


class _Page:
    """One page being read: the tree is parsed once, walked once, and then used up by the extractor."""

    def __init__(self, root: Any, url: str, hints: PageHints) -> None:
        self.url, self.hints, self.feed = url, hints, hints.feed or FeedEntry()
        self.said: Metadata = read_metadata(root)
        self.site = self.said.meta.site or self.said.jsonld.site
        for element in chosen(root, hints.select.remove, every=True):
            if element.getparent() is not None:
                element.drop_tree()
        self.selected = {name: self._select(root, name) for name in ("title", "author", "published", "section")}
        furniture = furniture_elements(root)
        self.page: Blocks = read_blocks(root, furniture)
        self.headline: Headline = find_headline(self.page.items, self._told_titles(), self.site, url)
        self.titles = self._title_keys()
        self.at = self._last_headline()
        marks = [(at, element.tag, _names(element), text_of(element)) for at, element in self.page.marks[:200]]
        report = self._report(root, furniture)  # uses the tree up
        self.story = _Story.of([self.page.items[i].text for i in report.kept], self.titles, hints.timezone)
        self.byline = self._byline(report)
        self.marked = self._marked(marks, report)

    def _select(self, root: Any, name: str) -> str | None:
        """What a source's selector for a field points at: the first that says something."""
        for element in chosen(root, getattr(self.hints.select, name), every=True):
            if said := text_of(element)[:1000]:
                return said
        return None

    def _told_titles(self) -> list[str | None]:
        said = (
            self.selected["title"],
            self.said.jsonld.title,
            self.said.meta.title,
            self.said.marked.title,
            self.said.title_element,
            self.feed.title,
        )
        return [without_site(title, self.site, self.url) for title in said]

    def _title_keys(self) -> list[str]:
        known = [*self._told_titles(), self.headline.printed, self.headline.heading]
        return list(dict.fromkeys(key(title) for title in known if title and len(title) >= 8))

    def _last_headline(self) -> int | None:
        """The last line above the report that is the headline; the report begins below it."""
        at = self.headline.at
        if at is None:
            return None
        for i in range(at + 1, min(at + 12, len(self.page.items))):
            if key(self.page.items[i].text[:500]) in self.titles:
                at = i
        return at

    def _report(self, root: Any, furniture: Any) -> Report:
        wanted = self.hints.select.body
        named = [
            selected_report(self.page, found, self.titles)
            for css in wanted
            if (found := chosen(root, (css,), every=True))
        ]
        own = next((report for report in named if report.kept), None)
        if own and self._size(own) >= 400:
            return own
        found = find_report(root, self.page, furniture, self.at, self.titles)
        # a selector that hits a line or two while the text stands elsewhere is out of date
        return found if own is None or self._size(found) > 3 * self._size(own) else own

    def _size(self, report: Report) -> int:
        return sum(size_of(self.page.items[i]) for i in report.kept)

    # ---- what stands between headline and report ----

    def _near(self, report: Report) -> list[tuple[int, Block]]:
        """The lines that may be bylines, with their places: from a little above the headline to the report's first."""
        end = report.first if report.first is not None else len(self.page.items)
        start = max(0, (self.headline.at if self.headline.at is not None else end) - 4)
        blocks = self.page.items
        return [(i, blocks[i]) for i in range(start, min(end, start + 80)) if len(blocks[i].text) <= 200]

    def _byline(self, report: Report) -> Byline:
        """Author and date of the lines under the headline; of those above it only what is labelled "By", "Published"."""
        found = self.story.byline or Byline()
        lines = self._near(report)
        for n, (at, block) in enumerate(lines):
            line = read_byline(block.text, self.hints.timezone)
            above = self.headline.at is not None and at < self.headline.at
            if (
                line is None
                or key(block.text) in self.titles
                or (above and not line.labelled)
                or _is_dateline(block.text)
            ):
                continue
            line = Byline(line.author or (self._neighbour(lines, n) if line.date else None), line.date, line.labelled)
            # "Published ..." beats a date that merely stands there
            found = _joined(line, found) if line.labelled and not found.labelled else _joined(found, line)
        return found

    def _marked(self, marks: Sequence[tuple[int, str, str, str]], report: Report) -> tuple[str | None, str | None]:
        """(author, date) of elements near the headline that are marked as such: classes, ``rel``, ``<time>``.
        ``marks`` are (block, tag, names, text)."""
        end = report.first if report.first is not None else len(self.page.items)
        start = max(0, (self.headline.at if self.headline.at is not None else 0) - 4)
        author: str | None = None
        dates: list[tuple[bool, str]] = []
        for at, tag, names, text in marks:
            if not start <= at <= end:
                continue
            if tag == "time":
                dates.append(("updat" in names or "modif" in names, text))
            elif author is None and len(text) <= 120:
                line = read_byline(text, self.hints.timezone)
                author = line.author if line else (person(text) if is_name(text) else None)
        return author, min(dates, key=lambda pair: pair[0], default=(False, None))[1]

    def _neighbour(self, lines: Sequence[tuple[int, Block]], at: int) -> str | None:
        """A name that stands alone on the line beside a date: who wrote it."""
        for n in (at - 1, at + 1):
            if not 0 <= n < len(lines):
                continue
            block = lines[n][1]
            words = block.text.split()
            if (
                2 <= len(words) <= 4
                and is_name(block.text)
                and not block.heading
                and key(block.text) not in self.titles
                and not is_button_row(block.text)
            ):
                return person(block.text)
        return None

    # ---- the fields ----

    def reading(self) -> PageReading:
        """Every field by the order of trust."""
        body = self._body()
        return PageReading(
            title=self._title(),
            author=self._author(),
            published_at=self._published(),
            language=language_of(
                body or self.feed.title,
                self.hints.language,
                language_tag(self.said.language),
                language_tag(self.said.jsonld.language),
                self.feed.language,
            ),
            section=self._section(),
            place=believe("place", {"dateline": self.story.dateline.place, "jsonld": self.said.jsonld.place}),
            credit=believe("credit", {"dateline": self.story.dateline.credit or self.story.credit}),
            summary=self._summary(body),
            body=body,
            canonical_url=self._canonical(),
            problem=None if body else "no article text was found on the page",
        )

    def _title(self) -> str | None:
        told = self._told_titles()
        return believe(
            "title",
            {
                "select": self.selected["title"]
                and (without_site(self.selected["title"], self.site, self.url) or self.selected["title"]),
                "printed": self.headline.printed,
                "jsonld": told[1],
                "meta": told[2] or told[3] or told[4],
                "heading": self.headline.heading,
                "feed": self.feed.title,
            },
        )

    def _author(self) -> str | None:
        return believe(
            "author",
            {
                "select": _named(self.selected["author"], self.hints.timezone),
                "jsonld": self._person(self.said.jsonld.author),
                "marked": self._person(self.said.marked.author) or self._person(self.marked[0]),
                "byline": self.byline.author,
                "meta": self._person(self.said.meta.author),
                "feed": self._person(self.feed.author) or self._person(self.said.jsonld.organisation),
            },
        )

    def _person(self, name: str | None) -> str | None:
        """A name from metadata, unless it is the site's own."""
        written = person(name)
        return written if written and without_site(written, self.site, self.url) else None

    def _published(self) -> datetime | None:
        zone, languages = self.hints.timezone, [code for code in (self.hints.language, self.feed.language) if code]

        def read(text: str | None) -> ReadDate | None:
            return (find_date(text, zone) or read_date(text, zone, languages, self.hints.now)) if text else None

        return believe_clock(
            {
                "select": read(self.selected["published"]),
                "jsonld": read(self.said.jsonld.published),
                "meta": read(self.said.meta.published),
                "marked": read(self.said.marked.published or self.marked[1]),
                "byline": self.byline.date,
                "dateline": self.story.dateline.date,
                "url": find_date(self.url.replace("/", " / ")[-200:], zone),
            },
            self.feed.published_at,
            zone,
        )

    def _section(self) -> str | None:
        return believe(
            "section",
            {
                "select": self.selected["section"],
                "url": self.hints.section,
                "jsonld": self.said.jsonld.section,
                "meta": self.said.meta.section,
                "feed": self.feed.section,
            },
        )

    def _body(self) -> str | None:
        own = self.story.body
        for other in (self.said.jsonld.body, self.feed.text):
            # a page that shows a teaser of what its own data or the feed carries in full
            if other and len(other) > 400 and len(own) < 0.4 * len(other):
                lines = other.split("\n\n") if other is self.feed.text else paragraphs(other)
                self.story = _Story.of(lines, self.titles, self.hints.timezone)
                return self.story.body or None
        return own or None

    def _summary(self, body: str | None) -> str | None:
        """The summary without its dateline; a description that shares no words with the report speaks of the site."""
        said = {"feed": self.feed.summary, "jsonld": self.said.jsonld.summary, "meta": self.said.meta.summary}
        for name, text in said.items():
            rest = split_dateline(one_line(text)[:1500]).rest.strip() if text else ""
            alike = name == "feed" or _speaks_of(rest, f"{self.headline.printed or ''} {body or ''}")
            said[name] = rest if rest and alike and key(rest) not in self.titles else None
        return believe("summary", said)

    def _canonical(self) -> str | None:
        found = {
            name: self._same_house(claims.url)
            for name, claims in (("meta", self.said.meta), ("jsonld", self.said.jsonld))
        }
        return believe("canonical_url", found)

    def _same_house(self, written: str | None) -> str | None:
        """An address the page calls its own, when it is of the same site and not its front page."""
        from urllib.parse import urlsplit

        found = address(written, self.url)
        if not found:
            return None
        there, here = urlsplit(found), urlsplit(self.url)
        one, two = (re.sub(r"^(?:www|amp|m|mobile)\.", "", parts.hostname or "") for parts in (there, here))
        same = one == two or one.endswith("." + two) or two.endswith("." + one)
        front = there.path in ("", "/") and not there.query and here.path not in ("", "/")
        return found if same and not front else None


def _names(element: Any) -> str:
    return f"{element.get('class') or ''} {element.get('itemprop') or ''}"[:300].lower()


def _is_dateline(text: str) -> bool:
    line = split_dateline(text)
    return bool(line.place or line.credit) and not line.rest


def _named(text: str | None, timezone: str | None) -> str | None:
    """The author in what a selector points at, which may be the whole byline."""
    if not text:
        return None
    line = read_byline(text, timezone)
    return line.author if line else person(text)


def _speaks_of(summary: str, report: str) -> bool:
    """Does a description share enough of its words with the report to be about it?"""
    words, text = _words(summary[:1_000]), _words(report[:20_000])
    return bool(words) and len(words & text) >= 0.5 * len(words)


def _words(text: str) -> set[str]:
    """Words that carry meaning by their length: five letters in Latin script, three in others, pairs of Han or Kana."""
    found = set(re.findall(r"[a-z]{5,}|[^\W\d_a-z\u3040-\u30ff\u3400-\u9fff]{3,}", text.casefold()))
    for run in re.findall(r"[\u3040-\u30ff\u3400-\u9fff]{2,}", text):
        found.update(run[i : i + 2] for i in range(len(run) - 1))
    return found
