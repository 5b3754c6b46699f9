"""Inside the worker: one page read for a look, and a site searched for its feeds and sitemaps."""

from __future__ import annotations

import base64
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from protego import Protego

from crawler.finding_jobs import candidates_of, list_at
from crawler.leads import ArticleReading, Found
from crawler.pool import ReadingFailed
from crawler.reading.entries import FeedEntry
from crawler.reading_jobs import lead_of, read_article
from crawler.running import fetch
from crawler.settings import SourceSettings
from crawler.spiders.page import Fetched
from crawler.spiders.source import LONGEST_HTML
from crawler.tools import Tools
from crawler.wire import Message, found_out, news_out

Say = Callable[[Message], None]

_COMMON_PATHS = (
    "/feed/",
    "/rss",
    "/rss.xml",
    "/feed.xml",
    "/atom.xml",
    "/index.xml",
    "/feed.json",
    "/news-sitemap.xml",
    "/sitemap-news.xml",
    "/sitemap_news.xml",
    "/sitemap.xml",
    "/sitemap_index.xml",
)
_MOST_CANDIDATES = 30


async def read(told: Message, tools: Tools, say: Say) -> None:
    """Read one article page, given as bytes or as an address, and say its item or why there is none."""
    source = SourceSettings.model_validate(told["source"])
    page = await _page(told, source, tools)
    if page.problem is not None:
        say({"failed": page.problem, "done": True})
        return
    lead = lead_of(FeedEntry(url=told["url"]), source)
    try:
        article: ArticleReading = await tools.pool.read(
            read_article, page.body[:LONGEST_HTML], page.url, page.content_type, source, lead
        )
    except ReadingFailed as failed:
        say({"failed": str(failed), "done": True})
        return
    if article.item is None:
        say({"failed": article.problem or "no article was found on the page", "done": True})
    else:
        say({**news_out(article.item), "done": True})


async def find(told: Message, tools: Tools, say: Say) -> None:
    """Search a site for its feeds and sitemaps; what a page names, what robots.txt names, then the usual places."""
    url = told["url"]
    source = SourceSettings.model_validate(told["source"])
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    page, robots = await fetch([url, f"{origin}/robots.txt"], source, tools, told["budget"])
    if page.problem is not None:
        say({"failed": page.problem, "done": True})
        return
    here = await _list_at(page, tools)
    if here is not None:
        say({"found": found_out(here)})
    else:
        candidates = await _candidates(page, robots, origin, tools)
        for one in await fetch(candidates, source, tools, told["budget"]):
            found = None if one.problem else await _list_at(one, tools)
            if found is not None:
                say({"found": found_out(found)})
    say({"done": True})


async def _page(told: Message, source: SourceSettings, tools: Tools) -> Fetched:
    url = told["url"]
    if told.get("html") is not None:
        return Fetched(url, url or "", base64.b64decode(told["html"]), told.get("content_type"))
    return (await fetch([url], source, tools, told["budget"]))[0]


async def _candidates(page: Fetched, robots: Fetched, origin: str, tools: Tools) -> list[str]:
    try:
        named: list[str] = await tools.pool.read(candidates_of, page.body[:LONGEST_HTML], page.url, page.content_type)
    except ReadingFailed:
        named = []
    if robots.problem is None:
        named.extend(Protego.parse(robots.body.decode("utf-8-sig", "replace")).sitemaps)
    usual = [urljoin(origin, path) for path in _COMMON_PATHS]
    wanted = [url for url in (*named, *usual) if urlsplit(url).scheme in ("http", "https")]
    return list(dict.fromkeys(wanted))[:_MOST_CANDIDATES]


async def _list_at(fetched: Fetched, tools: Tools) -> Found | None:
    try:
        return await tools.pool.read(list_at, fetched.body, fetched.url, fetched.content_type, cpu=4.0)
    except ReadingFailed:
        return None
