"""The life of a visit, the same for all kinds: fetch the list, read it, fetch the pages of what is new, read them.

Nothing is read in a callback: bytes go to the readers' pool, values come back. What is emitted is a NewsItem or a
Rejected, and the worker passes it on at once; what is yielded are requests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from archive.furniture import mark_of
from archive.model import UNREAD, Known, NewsItem, Rejected
from crawler.errand import Errand
from crawler.failures import answered, passing, why
from crawler.leads import ArticleReading, Lead, ListReading
from crawler.politeness import HostClosed
from crawler.pool import ReadingFailed
from crawler.reading_jobs import read_article
from crawler.rereading import Again, Rereading, names_of
from crawler.settings import Start
from crawler.spiders.visitor import Visitor

LONGEST_HTML = 8 * 1024 * 1024
_LIST_CPU = _PAGE_CPU = 2.0
_PAGE_HEADERS = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5"}


class SourceSpider(Visitor):
    """Visits one start of one source; what it finds out goes into ``report``."""

    name = "source"
    read_list: ClassVar[Callable[..., ListReading]]
    list_headers: ClassVar[dict[str, str]] = {}

    def __init__(self, *, errand: Errand, begin: Start, conditional: bool, **named: Any) -> None:
        super().__init__(**named)
        self.errand = errand
        self.begin = begin
        self._known = errand.known if conditional else Known()
        self._met: set[str] = set()
        self._titles: set[int] = set()
        self._rereading = Rereading(errand.known.keys)

    async def start(self) -> AsyncIterator[Request]:
        """The one request a visit begins with; conditional when the archive knows validators."""
        headers: dict[str, str | bytes] = dict(self.list_headers)
        if self._known.etag:
            headers["If-None-Match"] = self._known.etag.encode("latin-1", "replace")
        if self._known.last_modified:
            headers["If-Modified-Since"] = self._known.last_modified.encode("latin-1", "replace")
        yield Request(self.begin.url, headers=headers, callback=self.list_came, errback=self.list_failed)

    async def list_came(self, response: Response) -> AsyncIterator[Request]:
        """The list's answer: read it, then go for what is new."""
        self.report.http_status = response.status
        if response.status == 304 and (self._known.etag or self._known.last_modified):
            self.report.not_modified = True
            self.report.etag = self._known.etag
            self.report.last_modified = self._known.last_modified
            self.report.freshness_of(response)
            return
        if (problem := answered(response)) is not None:
            self.report.problem = problem
            return
        async for request in self.list_found(response):
            yield request
        if self.report.list_read:
            self.report.validators_of(response)
            self.report.freshness_of(response)

    async def list_found(self, response: Response) -> AsyncIterator[Request]:
        """The news of a list that came with a good status."""
        reading = await self.reading_of(response)
        if reading is not None:
            for request in self.follow(reading.leads):
                yield request

    async def reading_of(self, response: Response) -> ListReading | None:
        """What the list says, None (and a problem in the report) when it cannot be read."""
        try:
            reading = await self.tools.pool.read(
                type(self).read_list,
                response.body,
                response.url,
                content_type(response),
                self.source,
                self.begin,
                self.errand.known.since,
                cpu=_LIST_CPU,
            )
        except ReadingFailed as failed:
            self.report.problem = str(failed)
            return None
        if reading.problem is not None:
            self.report.problem = reading.problem
            return None
        self.report.list_read = True
        self.report.said = reading.pace
        self.report.left_out = reading.left_out or self.report.left_out
        return reading

    def list_failed(self, failure: Any) -> None:
        """No answer to the list."""
        self.report.problem = why(failure.value, self.limits)
        if isinstance(failure.value, HostClosed):
            self.report.retry_after = failure.value.seconds

    def follow(self, leads: tuple[Lead, ...]) -> Iterator[Request]:
        """What to do about each entry: nothing when it is known, else emit it as it is or ask for its page.

        A known entry under a further name (its address was edited, its guid stayed) is told as the list has it, without
        its page: the archive lets the new name point to the item it has. One that looks otherwise is read again.
        """
        self.report.listed += len(leads)
        known = self.errand.known.keys
        self.report.note(
            (lead.entry.published_at for lead in leads),
            (lead.entry.published_at for lead in leads if not known & names_of(lead)),
        )
        self._titles |= {mark_of(lead.item.title) for lead in leads if lead.item.title}
        for lead, again in zip(leads, self._rereading.of(leads), strict=True):
            keys = names_of(lead)
            if keys & self._met:
                continue
            self._met |= keys
            if keys & known and again is not Again.READ:
                if (keys - known or again is Again.NOTE) and lead.stands_alone:
                    self._seen(replace(lead.item, complete=False))
                continue
            if lead.refused is not None:
                self._rejected(lead, lead.refused)
            elif lead.needs_page and lead.item.url is not None:
                yield Request(
                    lead.item.url,
                    headers=_PAGE_HEADERS,
                    callback=self.page_came,
                    errback=self.page_failed,
                    cb_kwargs={"lead": lead},
                    priority=-1,
                )
            else:
                self._seen(lead.item)

    async def page_came(self, response: Response, lead: Lead) -> None:
        """An article page's answer: read it; what cannot be read leaves what the list said."""
        problem = answered(response) or _not_html(response)
        if problem is not None:
            self._without_page(lead, problem, passing(None, response.status))
            return
        try:
            article: ArticleReading = await self.tools.pool.read(
                read_article,
                response.body[:LONGEST_HTML],
                response.url,
                content_type(response),
                self.source,
                lead,
                frozenset(self._titles),
                cpu=_PAGE_CPU,
            )
        except ReadingFailed as failed:
            self._without_page(lead, str(failed), False)
            return
        if article.item is None:
            self._without_page(lead, article.problem or "no article was found on the page", False)
        else:
            self._seen(article.item)

    def page_failed(self, failure: Any) -> None:
        """No answer to an article page."""
        lead: Lead = failure.request.cb_kwargs["lead"]
        self._without_page(lead, why(failure.value, self.limits), passing(failure.value))

    def _without_page(self, lead: Lead, problem: str, transient: bool) -> None:
        self.report.unfinished = self.report.unfinished or transient
        self.logger.info("page not read: %s: %s", lead.item.url, problem)
        if lead.stands_alone:
            keys = tuple(names_of(lead)) if transient else lead.item.keys  # a change that was not read stays one
            unread = f"{UNREAD}: {problem}"[:500]
            self._seen(replace(lead.item, complete=False, keys=keys, unread=unread))
        else:
            self._rejected(lead, f"{UNREAD}: {problem}", transient)

    def _seen(self, item: NewsItem) -> None:
        self.report.items_dated += item.published_at is not None
        self.emit(replace(item, seen_at=datetime.now(UTC)))

    def _rejected(self, lead: Lead, reason: str, transient: bool = False) -> None:
        item = lead.item
        self.emit(Rejected(self.source.name, item.url, item.title or None, reason, item.keys, transient))


def content_type(response: Response) -> str | None:
    """The Content-Type header as text."""
    value = response.headers.get(b"Content-Type")
    return value.decode("latin-1") if value else None


def _not_html(response: Response) -> str | None:
    said = (content_type(response) or "text/html").partition(";")[0].strip().lower()
    if said.startswith("text/") or "html" in said or said.endswith(("xml", "octet-stream")):
        return None
    return f"it is no HTML page but {said[:60]}"
