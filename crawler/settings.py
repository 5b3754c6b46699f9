"""What the configuration says about crawling: ``[crawl]`` and ``[[sources]]``. Frozen, unknown keys refused.

Durations are kept in seconds, sizes in bytes. In ``SourceSettings`` None means "as ``[crawl]`` says";
``limits_of`` gives the figures that count for one source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, StrictBool, StrictStr, model_validator

from crawler.setting_types import (
    Bytes,
    Every,
    Frozen,
    Headers,
    HeaderValue,
    Language,
    Network,
    Period,
    Regex,
    Seconds,
    Selectors,
    SourceName,
    Timezone,
)
from crawler.starts import FallbackSettings, Start, Startable

__all__ = ["CrawlSettings", "FallbackSettings", "Limits", "SelectSettings", "SourceSettings", "Start", "limits_of"]

USER_AGENT = "Khabardar/1.0 (news monitor)"

FirstVisit = Literal["all", "day", "none"]
FullText = Literal["auto", "page", "feed"]
Store = Literal["full", "excerpt", "link"]


class CrawlSettings(Frozen):
    """``[crawl]``: what counts for every source that does not say otherwise."""

    every: Every = 900.0
    min_every: Period = 300.0
    max_every: Period = 21600.0
    user_agent: HeaderValue = Field(default=USER_AGENT, min_length=1)
    obey_robots: StrictBool = True
    delay: Seconds = 1.0
    timeout: Period = 20.0
    max_body: Bytes = 8 * 1024 * 1024
    allow_addresses: tuple[Network, ...] = ()
    first_visit: FirstVisit = "day"

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.min_every > self.max_every:
            raise ValueError("min_every is longer than max_every; swap them")
        return self


class SelectSettings(Frozen):
    """``[sources.select]``: CSS selectors on the article page, each one or a list tried in order."""

    title: Selectors = ()
    author: Selectors = ()
    published: Selectors = ()
    body: Selectors = ()
    section: Selectors = ()
    remove: Selectors = ()


class SourceSettings(Startable):
    """``[[sources]]``: one source that is checked again and again."""

    name: SourceName
    fallback: tuple[FallbackSettings, ...] = ()
    enabled: StrictBool = True
    every: Every | None = None
    delay: Seconds | None = None
    timeout: Period | None = None
    max_body: Bytes | None = None
    obey_robots: StrictBool | None = None
    first_visit: FirstVisit | None = None
    timezone: Timezone | None = None
    language: Language | None = None
    full_text: FullText = "auto"
    article: Regex | None = None
    only: StrictStr | None = None
    store: Store = "full"
    headers: Headers = Field(default_factory=dict, repr=False)
    select: SelectSettings = SelectSettings()

    @property
    def starts(self) -> tuple[Start, ...]:
        """All ways to this source's news, in the order in which they are tried."""
        return (self.start, *(fallback.start for fallback in self.fallback))


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures that count for one source: seconds and bytes."""

    delay: float
    timeout: float
    max_body: int
    obey_robots: bool


def limits_of(source: SourceSettings, crawl: CrawlSettings) -> Limits:
    """The source's own figures where it has them, else those of ``[crawl]``."""
    return Limits(
        delay=crawl.delay if source.delay is None else source.delay,
        timeout=crawl.timeout if source.timeout is None else source.timeout,
        max_body=crawl.max_body if source.max_body is None else source.max_body,
        obey_robots=crawl.obey_robots if source.obey_robots is None else source.obey_robots,
    )
