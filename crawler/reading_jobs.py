"""What the reader processes do: bytes of a list or a page in, leads and items out.

Of a list, ``since`` is when its source was first visited; None at that visit.

Imported by the readers before they are forked, so that reading libraries are loaded once.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from archive.furniture import Habit, mark_of, without_furniture
from archive.identity import canonical_url, item_keys
from archive.model import NewsItem
from crawler.leads import ArticleReading, Lead, ListReading
from crawler.naming import keys_of, named_in, names_nothing, shared_names, state_of, title_from
from crawler.pace import pace_of
from crawler.reading.api import Paths, read_api
from crawler.reading.feed import FeedEntry, read_feed
from crawler.reading.listing import read_listing
from crawler.reading.page import PageHints, PageReading, Select, read_page, read_text
from crawler.reading.paging import next_page
from crawler.reading.sitemap import SitemapEntry, read_sitemap
from crawler.reading.stubs import is_challenge, what_page
from crawler.settings import SourceSettings, Start

_USUALLY, _AT_MOST = 500, 5_000  # entries of a list that are looked at: anyway, and if they came since
_MOST_SITEMAPS = 5
_LONGEST_BODY = 300_000  # characters, a book's chapter: whoever matches and keeps a text pays for each word of it
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_SHORTEST_CAPTION, _LONGEST_CAPTION = 6, 600  # a few Han signs; what is longer is a paragraph
_STOPS, _QUOTES = (".", "۔", "。"), " \t\"”'’)）]»"
_ARTICLE_LIKE = re.compile(r"\d{4,}|[^-]+-[^-]+-[^-]+-|%[0-9A-Fa-f]{2}.*%[0-9A-Fa-f]{2}")


def read_feed_list(
    body: bytes, url: str, content_type: str | None, source: SourceSettings, begin: Start, since: datetime | None = None
) -> ListReading:
    """The leads of a feed."""
    reading = read_feed(body, url, content_type, source.timezone, source.language)
    if reading.problem is not None:
        return ListReading(problem=reading.problem)
    shared = shared_names(reading.entries, reading.site)
    leads = [lead_of(entry, source, shared, kind="feed") for entry in reading.entries]
    return ListReading(_newest(leads, since), pace=pace_of(body), left_out=reading.left_out)


def read_api_list(
    body: bytes, url: str, content_type: str | None, source: SourceSettings, begin: Start, since: datetime | None = None
) -> ListReading:
    """The leads of a JSON answer."""
    named = begin.fields.model_dump() if begin.fields else {}
    reading = read_api(body, url, Paths(begin.items, **named), content_type, source.timezone, source.language)
    if reading.problem is not None:
        return ListReading(problem=reading.problem)
    shared = shared_names(reading.entries, reading.site)
    return ListReading(_newest([lead_of(entry, source, shared, kind="api") for entry in reading.entries], since))


def read_sitemap_list(
    body: bytes, url: str, content_type: str | None, source: SourceSettings, begin: Start, since: datetime | None = None
) -> ListReading:
    """The leads of a sitemap, or the sitemaps of an index, those changed last first."""
    reading = read_sitemap(body, url, content_type, source.timezone)
    if reading.index_urls:
        return ListReading(sitemaps=reading.index_urls[:_MOST_SITEMAPS])
    if not reading.entries and reading.problem is not None:
        return ListReading(problem=reading.problem)
    newest = sorted(reading.entries, key=lambda entry: entry.published_at or entry.lastmod or _LONG_AGO, reverse=True)
    wanted = [entry for entry in newest if _is_wanted(entry, source, begin)]
    # Not by `lastmod`: some sites write today's date at every article they ever had.
    wanted = [entry for number, entry in enumerate(wanted) if _is_looked_at(number, entry.published_at, since)]
    leads = tuple(lead_of(_entry_of(entry), source, kind="sitemap") for entry in wanted)
    return ListReading(leads, left_out=reading.problem)


def read_listing_list(
    body: bytes, url: str, content_type: str | None, source: SourceSettings, begin: Start, since: datetime | None = None
) -> ListReading:
    """The leads of a listing. What its links are called is no headline yet: without its page no link is kept."""
    links = read_listing(
        body, url, content_type, ", ".join(begin.links) or None, begin.links_match, article=source.article
    )
    if not links:
        told = f" ({what_page(text)})" if is_challenge(text := body[:100_000].decode("latin-1")) else ""
        return ListReading(
            problem=f"the page has no link that looks like an article's{told}; see `links` and `links_match`"
        )
    named = [link for link in links if not names_nothing(link.url)]
    leads = [lead_of(FeedEntry(url=link.url, title=link.title), source) for link in named[:_USUALLY]]
    following = next_page(body, url, content_type, begin.next) if begin.pages > 1 else None
    return ListReading(tuple(replace(lead, stands_alone=not lead.needs_page) for lead in leads), next_page=following)


def read_article(
    html: bytes,
    url: str,
    content_type: str | None,
    source: SourceSettings,
    lead: Lead,
    titles: Collection[int] = (),
) -> ArticleReading:
    """The item of an article page, together with what the list said of it. ``titles`` are marks of the headlines of
    all entries of the list: those of others are captions where they stand in this one's text."""
    if urlsplit(url).path in ("", "/") and urlsplit(lead.item.url or "").path not in ("", "/"):
        return ArticleReading(None, "it redirects to the front page")
    reading = read_page(html, url, content_type, hints_of(source, lead.entry))
    if reading.problem is not None:
        return ArticleReading(None, reading.problem)
    if not (reading.title or lead.item.title):
        return ArticleReading(None, "no headline was found on the page")
    keys = dict.fromkeys((*lead.item.keys, *_further_keys(url, reading.canonical_url, source)))
    item = _item(reading, lead.entry, source, tuple(keys), complete=True)
    if any(_may_be_caption(line) for line in (item.body or "").split("\n")):
        captions = set(titles) - {mark_of(lead.item.title)}
        item = without_furniture(item, dict.fromkeys(captions, Habit(title=True)))
    return ArticleReading(item)


def _may_be_caption(line: str) -> bool:
    """May this line be another item's headline? Few articles have such a line, and to look it up costs as much as to
    read a page."""
    return _SHORTEST_CAPTION <= len(line) <= _LONGEST_CAPTION and not line.rstrip(_QUOTES).endswith(_STOPS)


def lead_of(entry: FeedEntry, source: SourceSettings, shared: Collection[str] = (), *, kind: str | None = None) -> Lead:
    """The lead an entry gives: the item as the list has it, and whether its page is worth reading. ``shared`` are names
    that several entries of its list carry. ``kind`` is that of a list whose entries change when their article does;
    the links of a listing say other things every hour."""
    needs_page = _needs_page(entry, source) and not names_nothing(entry.url, shared)
    keys = keys_of(entry, source, shared)
    if kind is not None:
        keys = (*keys, state_of(entry, keys, kind))
    item = _item(read_text(None, hints_of(source, entry)), entry, source, keys, complete=not needs_page)
    refused = None if item.title or needs_page else "the entry has neither a title nor any words"
    return Lead(item, entry, needs_page, stands_alone=bool(item.title), refused=refused)


def hints_of(source: SourceSettings, entry: FeedEntry | None = None) -> PageHints:
    """What the reader of a page is told beforehand."""
    return PageHints(
        select=Select(**source.select.model_dump()),
        timezone=source.timezone,
        language=source.language,
        section=named_in(entry.url, source)[1] if entry is not None else None,
        feed=entry,
        now=datetime.now(UTC),
    )


def _item(
    reading: PageReading, entry: FeedEntry, source: SourceSettings, keys: tuple[str, ...], *, complete: bool
) -> NewsItem:
    return NewsItem(
        title=reading.title or entry.title or title_from(entry),
        url=entry.url,
        source=source.name,
        author=reading.author,
        summary=reading.summary,
        body=_within(reading.body),
        language=source.language or reading.language,
        section=reading.section,
        place=reading.place,
        credit=reading.credit,
        published_at=reading.published_at,
        clock=reading.clock,
        keys=keys,
        complete=complete,
    )


def _within(body: str | None) -> str | None:
    """The text up to the longest that is kept, cut between paragraphs or else words."""
    if body is None or len(body) <= _LONGEST_BODY:
        return body
    end = max(body.rfind(sign, _LONGEST_BODY // 2, _LONGEST_BODY) for sign in ("\n", " "))
    return body[: end if end > 0 else _LONGEST_BODY].rstrip()


def _entry_of(entry: SitemapEntry) -> FeedEntry:
    return FeedEntry(
        url=entry.url,
        title=entry.title or "",
        published_at=entry.published_at,
        language=entry.language,
        updated=entry.lastmod.isoformat() if entry.lastmod else None,
    )


def _is_wanted(entry: SitemapEntry, source: SourceSettings, begin: Start) -> bool:
    """``links_match`` chooses; without it ``article`` does, where no ``news:`` tag says that it is an article."""
    if begin.links_match is not None:
        return re.search(begin.links_match, entry.url[:2000]) is not None
    if entry.title is None and source.article is not None:
        return re.search(source.article, entry.url[:2000]) is not None
    return True


def _needs_page(entry: FeedEntry, source: SourceSettings) -> bool:
    if entry.url is None or source.full_text == "feed":
        return False
    return source.full_text == "page" or entry.text is None


def _further_keys(url: str, canonical: str | None, source: SourceSettings) -> list[str]:
    """Keys of the address a page was found at and of the one it calls its own.

    Both are believed only when they look like an article's: outlets exist whose pages all name the front page or a
    section as canonical, and whose removed pages redirect there.
    """
    found: list[str] = []
    for address in (url, canonical):
        if address is None or (address is canonical and _site(address) != _site(url)):
            continue
        outlet_id, _ = named_in(address, source)
        last = urlsplit(address).path.rstrip("/").rpartition("/")[2]
        if outlet_id is not None or _ARTICLE_LIKE.search(last):
            found.extend(item_keys(source.name, address, None, outlet_id))
    return found


def _site(url: str) -> str:
    return urlsplit(canonical_url(url)).netloc


def _newest(leads: list[Lead], since: datetime | None) -> tuple[Lead, ...]:
    """What is looked at, newest first; what has no date keeps its order, after what has one."""
    newest = sorted(leads, key=lambda lead: lead.item.published_at or _LONG_AGO, reverse=True)
    return tuple(lead for number, lead in enumerate(newest) if _is_looked_at(number, lead.item.published_at, since))


def _is_looked_at(number: int, published_at: datetime | None, since: datetime | None) -> bool:
    """The newest few hundred entries of a list; of the others those published after the source was first visited. What
    stood further down at that time stays unread: it is older, and would come as news at the second visit."""
    if number < _USUALLY:
        return True
    return number < _AT_MOST and since is not None and published_at is not None and published_at > since
