"""A look at one page, or at a site: what ``khabardar read`` and ``khabardar source find`` ask.

The same worker, the same gate, the same readers as for a visit; nothing is kept.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from urllib.parse import urlsplit

from pydantic import ValidationError

from archive.model import NewsItem
from crawler.leads import Found
from crawler.process import WorkerGone
from crawler.settings import CrawlSettings, SourceSettings
from crawler.wire import Message, found_in, news_in
from crawler.worker_process import Worker

__all__ = ["Found", "ProbeFailed", "find_sources", "read_one"]


class ProbeFailed(Exception):  # noqa: N818  an outcome that is told, not a fault of ours
    """The page could not be fetched or read; the text is a sentence for the user."""


async def read_one(
    url_or_bytes: str | bytes,
    source: SourceSettings | None,
    settings: CrawlSettings,
    *,
    url: str | None = None,
    content_type: str | None = None,
    worker: Worker | None = None,
) -> NewsItem:
    """The item of one article page, fetched from an address or given as bytes.

    ``url`` is where given bytes come from, for relative links, the section and the source's ``article`` expression;
    ``source`` lends its selectors, time zone and language. Raises ProbeFailed.
    """
    asked: Message = {"url": url_or_bytes if isinstance(url_or_bytes, str) else url, "content_type": content_type}
    if isinstance(url_or_bytes, bytes):
        asked["html"] = base64.b64encode(url_or_bytes).decode("ascii")
    else:
        _require_web(url_or_bytes)
    asked["source"] = (source or _nameless(asked["url"])).model_dump(mode="json")
    async with aclosing(_ask("read", asked, settings, worker)) as answers:
        async for answer in answers:
            news = news_in(answer)
            if isinstance(news, NewsItem):
                return news if source is not None else replace(news, source="", keys=())
    raise ProbeFailed("the crawl worker ended without saying what it read")


async def find_sources(url: str, settings: CrawlSettings, *, worker: Worker | None = None) -> list[Found]:
    """The feeds and sitemaps of a site, those the page itself names first. Raises ProbeFailed."""
    _require_web(url)
    asked: Message = {"url": url, "source": _nameless(url).model_dump(mode="json")}
    async with aclosing(_ask("find", asked, settings, worker)) as answers:
        return [found_in(answer["found"]) async for answer in answers if "found" in answer]


async def _ask(do: str, asked: Message, settings: CrawlSettings, worker: Worker | None) -> AsyncGenerator[Message]:
    own = worker or Worker(settings)
    answers = own.ask(do, asked, settings, timeout=settings.timeout)
    try:
        async for answer in answers:
            if "failed" in answer:
                raise ProbeFailed(answer["failed"])
            yield answer
    except WorkerGone as gone:
        raise ProbeFailed(str(gone)) from gone
    finally:
        await answers.aclose()
        if worker is None:
            await own.stop()


def _nameless(url: str | None) -> SourceSettings:
    """A source for pages that belong to none."""
    return SourceSettings(name="page", listing=url or "http://localhost/")


def _require_web(url: str) -> None:
    """Raises ProbeFailed for what no source could be: no web address, or one that holds a login."""
    try:
        if urlsplit(url).scheme.lower() in ("http", "https"):
            _nameless(url)
            return
    except ValidationError as error:
        why = str(error.errors(include_url=False, include_context=False)[0]["msg"]).removeprefix("Value error, ")
        raise ProbeFailed(why) from None
    except ValueError:
        pass
    raise ProbeFailed(f"{url[:200]!r} is no web address; write http://… or https://…")
