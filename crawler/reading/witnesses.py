"""One page being read: everything that says something about the article, each witness heard once.

The tree is parsed once, walked once, and then used up by the extractor; so the order of the lines in ``Witnesses`` is
the order in which things can be known.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from lxml.etree import strip_elements

from crawler.reading.article import Report, find_report, selected_report
from crawler.reading.byline import Byline, is_name, lone_author, person, read_byline
from crawler.reading.dateline import Dateline, split_dateline
from crawler.reading.entries import FeedEntry
from crawler.reading.furniture import furniture_elements
from crawler.reading.headline import Headline, find_headline, without_last_part, without_site
from crawler.reading.markup import Block, Blocks, paragraphs, read_blocks, text_of
from crawler.reading.metadata import Metadata, read_metadata, with_microdata
from crawler.reading.plain import after_key, key
from crawler.reading.selectors import Select, chosen
from crawler.reading.sifting import is_prose, size_of
from crawler.reading.story import Story, both, is_dateline, joined, read_story
from crawler.reading.trust import whole_text

_LONG_ENOUGH = 400  # characters: a selected body of this size is not questioned
_NEAR = 4  # lines above the headline in which a byline may stand


class Witnesses:
    """What a page says, by witness; see ``trust`` for who is believed."""

    def __init__(self, root: Any, url: str, select: Select, timezone: str | None, feed: FeedEntry) -> None:
        self.url, self.timezone, self.feed = url, timezone, feed
        microdata = with_microdata(root)
        self.said: Metadata = read_metadata(root, microdata)
        strip_elements(root, "script", "style", with_tail=False)
        self.site = self.said.meta.site or self.said.jsonld.site
        _drop(chosen(root, select.remove))
        self.title, self.author, self.published, self.section = (
            _first_text(root, css) for css in (select.title, select.author, select.published, select.section)
        )
        self.furniture = furniture = furniture_elements(root, microdata)
        self.page: Blocks = read_blocks(root, furniture.elements, _without(furniture.menus, chosen(root, select.body)))
        self.told = self._told_titles()
        self.glued = self._glued_byline()
        self.headline: Headline = find_headline(self.page.items, self.told, self.site, url)
        self.titles = self._title_keys()
        marks = [(at, element.tag, _names(element), text_of(element)) for at, element in self.page.marks[:200]]
        self.report = self._report(root, furniture.elements, select.body)
        self.story: Story = self._story()
        self.dateline = self._dateline()
        self.byline = self._byline()
        self.marked_author, self.marked_date = self._marked(marks)

    # ---- the headline ----

    def _told_titles(self) -> list[str | None]:
        """What others call the page, without the site's name: select, JSON-LD, meta, microdata, title, feed."""
        said = self.said
        names = (self.title, said.jsonld.title, said.meta.title, said.marked.title, said.title_element, self.feed.title)
        return [without_site(name, self.site, self.url) for name in names]

    def _glued_byline(self) -> Byline:
        """The byline that stands in the same line as the headline; it is taken off that line."""
        told = [title for title in self.told if title]
        wanted = {key(title) for title in (*told, *map(without_last_part, told))}
        for block in self.page.items:
            if not 1 <= block.heading <= 3 or len(block.text) > 500:
                continue
            said = key(block.text)
            for title in wanted:
                glued = len(title) >= 12 and said != title and said.startswith(title)
                rest = after_key(block.text, title) if glued else ""
                if rest and (line := read_byline(rest, self.timezone)):
                    block.text = block.text[: -len(rest)].rstrip(" :-–—|،,")
                    return line
        return Byline()

    def _title_keys(self) -> list[str]:
        known = [*self.told, self.headline.printed, self.headline.heading]
        return list(dict.fromkeys(key(title) for title in known if title and len(title) >= 8))

    def _last_headline(self) -> int | None:
        """The last line above the report that is the headline; the report begins below it."""
        at = self.headline.at
        if at is None:
            return None
        prose = 0
        for i in range(at + 1, min(at + 12, len(self.page.items))):
            if key(self.page.items[i].text[:500]) in self.titles:
                at = i
            prose += is_prose(self.page.items[i])
            if prose > 1:  # a standfirst may come between; more is the report, and what follows a caption
                break
        return at

    # ---- the report ----

    def _report(self, root: Any, furniture: Any, body: Sequence[str]) -> Report:
        own = self._selected(root, body)
        if self._size(own) >= _LONG_ENOUGH:
            return own
        found = find_report(root, self.page, furniture, self._last_headline(), self.titles)
        # a selector that hits a line or two while the text stands elsewhere is out of date
        return found if self._size(found) > 3 * self._size(own) else own

    def _selected(self, root: Any, body: Sequence[str]) -> Report:
        for css in body:
            report = selected_report(self.page, chosen(root, (css,)), self.titles)
            if report.kept:
                return report
        return Report()

    def _size(self, report: Report) -> int:
        return sum(size_of(self.page.items[i]) for i in report.kept)

    def _story(self) -> Story:
        """The report as printed; what the page's own data or the feed carries when the page shows only a teaser."""
        texts = {
            "printed": [self.page.items[i].text for i in self.report.kept],
            "jsonld": paragraphs(self.said.jsonld.body) if self.said.jsonld.body else [],
            "feed": self.feed.text.split("\n\n") if self.feed.text else [],
        }
        return read_story(texts.get(whole_text(texts) or "", []), self.titles, self.timezone)

    # ---- between headline and report ----

    def _dateline(self) -> Dateline:
        """The dateline at the head of the report; of one without, what stands on lines of its own above it."""
        found = self.story.dateline
        if found.place or self.headline.at is None:
            return found
        for at in self._range():
            text = self.page.items[at].text
            if at > self.headline.at and len(text) <= 120 and is_dateline(text):
                found = both(found, split_dateline(text))
        return found

    def _range(self) -> range:
        """The blocks that may be bylines: from a little above the headline to the report's first."""
        end = self.report.first if self.report.first is not None else len(self.page.items)
        start = max(0, (self.headline.at if self.headline.at is not None else end) - _NEAR)
        return range(start, min(end, start + 80))

    def _byline(self) -> Byline:
        """Author and date of the lines under the headline; of those above it only what says "By" or "Published"."""
        found = joined(self.glued, self.story.byline)
        lines = [(i, self.page.items[i]) for i in self._range() if len(self.page.items[i].text) <= 200]
        for n, (at, block) in enumerate(lines):
            line = self._line(lines, n)
            if line is None or key(block.text) in self.titles or is_dateline(block.text):
                continue
            if self.headline.at is not None and at < self.headline.at and not line.labelled:
                continue
            line = Byline(line.author or (self._neighbour(lines, n) if line.date else None), line.date, line.labelled)
            # "Published ..." beats a date that merely stands there
            found = joined(line, found) if line.labelled and not found.labelled else joined(found, line)
        return found

    def _line(self, lines: Sequence[tuple[int, Block]], n: int) -> Byline | None:
        """What a line says, together with the next one when that is only the time of day."""
        text = lines[n][1].text
        line = read_byline(text, self.timezone)
        if line and line.date and not line.date.has_time and n + 1 < len(lines) and len(lines[n + 1][1].text) <= 25:
            both = read_byline(f"{text} {lines[n + 1][1].text}", self.timezone)
            return both if both and both.date and both.date.has_time and both.author == line.author else line
        return line

    def _neighbour(self, lines: Sequence[tuple[int, Block]], at: int) -> str | None:
        """A name that stands alone on a line beside a date: who wrote it."""
        for n in (at - 1, at + 1, at - 2):
            block = lines[n][1] if 0 <= n < len(lines) else None
            if block is None or block.heading in (1, 2, 3) or key(block.text) in self.titles:
                continue
            if author := lone_author(block.text):
                return author
        return None

    def _marked(self, marks: Sequence[tuple[int, str, str, str]]) -> tuple[str | None, str | None]:
        """(author, date) of elements near the headline that are marked as such: classes, ``rel``, ``<time>``.
        ``marks`` are (block, tag, names, text)."""
        end = self.report.first if self.report.first is not None else len(self.page.items)
        start = max(0, (self.headline.at or 0) - _NEAR)
        author: str | None = None
        dates: list[tuple[bool, str]] = []
        for at, tag, names, text in marks:
            if not start <= at <= end:
                continue
            if tag == "time":
                dates.append(("updat" in names or "modif" in names, text))
            elif author is None and len(text) <= 120:
                line = read_byline(text, self.timezone)
                author = line.author if line else (person(text) if is_name(text) else None)
        return author, min(dates, key=lambda pair: pair[0], default=(False, None))[1]


def _drop(elements: Sequence[Any]) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def _without(menus: AbstractSet[Any], wanted: Sequence[Any]) -> AbstractSet[Any]:
    """The menus that hold nothing of what is wanted."""
    return menus - {above for element in wanted for above in (element, *element.iterancestors())}


def _first_text(root: Any, selectors: Sequence[str]) -> str | None:
    """What a source's selectors for a field point at: the first element that says something."""
    said = (text_of(element)[:1000] for element in chosen(root, selectors))
    return next((text for text in said if text), None)


def _names(element: Any) -> str:
    return f"{element.get('class') or ''} {element.get('itemprop') or ''}"[:300].lower()
