"""What the configuration says about crawling: ``[crawl]`` and ``[[sources]]``. Frozen, unknown keys refused.

Durations are kept in seconds, sizes in bytes. In ``SourceSettings`` None means "as ``[crawl]`` says";
``limits_of`` gives the figures that count for one source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictStr,
    model_validator,
)

from net.units import parse_duration, parse_size

USER_AGENT = "Khabardar/1.0 (news monitor)"

FirstVisit = Literal["all", "day", "none"]
FullText = Literal["auto", "page", "feed"]
Store = Literal["full", "excerpt", "link"]
StartKind = Literal["feed", "sitemap", "listing"]

_START_KINDS: tuple[StartKind, ...] = ("feed", "sitemap", "listing")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_SOURCE_NAME = re.compile(r"\w[\w.-]{0,63}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def _seconds(value: Any) -> float:
    if not isinstance(value, str):
        raise ValueError(f'a duration is text with a unit, e.g. "15m", not {value!r}')
    return parse_duration(value)


def _bytes(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(f'a size is text with a unit, e.g. "8MiB", not {value!r}')
    size = parse_size(value)
    if size < 1024:
        raise ValueError(f"{value!r} is too small for any page; write at least 1KiB")
    return size


def _positive(value: float) -> float:
    if value <= 0:
        raise ValueError("must be longer than nothing")
    return value


def _every(value: Any) -> float | str:
    return "auto" if value == "auto" else _positive(_seconds(value))


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _web_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{value!r} is not a URL: {error}") from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise ValueError(f"{value!r} is not a web address; write http://… or https://…")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a password does not belong into a URL; use headers with Authorization instead")
    if re.search(r"[\x00-\x20\x7f]", value):
        raise ValueError(f"{value!r} holds a space or control character; write %20 for a space")
    return value


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return value


def _selector(value: str) -> str:
    from cssselect import SelectorError, parse

    try:
        parse(value)
    except SelectorError as error:
        raise ValueError(f"{value!r} is not a CSS selector: {error}") from None
    return value


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError as error:
        raise ValueError(f'{value!r} is not a network, e.g. "127.0.0.0/8" or "::1/128": {error}') from None
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError, a folder's name an OSError
        raise ValueError(f'{value!r} is not a time zone; write e.g. "Asia/Karachi"') from None
    except KeyError:
        raise ValueError(f'{value!r} is not a known time zone; write e.g. "Asia/Karachi"') from None
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f'{value!r} is not a language code; write e.g. "en", "ur" or "ja"')
    return value


def _source_name(value: str) -> str:
    if not _SOURCE_NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not a name; use up to 64 letters, digits, '.', '_' and '-'")
    return value


def _header_line(value: str) -> str:
    if not _HEADER_VALUE.fullmatch(value):
        raise ValueError("a header's value holds line breaks or letters that HTTP cannot carry")
    return value


def _headers(value: Mapping[str, str]) -> Mapping[str, str]:
    for name in value:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a header name; write e.g. Accept-Language")
        if name.lower() in ("host", "content-length", "transfer-encoding", "connection", "accept-encoding"):
            raise ValueError(f"the header {name} is set by the crawler and cannot be given")
    return value


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6f}s"


Seconds = Annotated[float, BeforeValidator(_seconds), PlainSerializer(_written, return_type=str)]
Bytes = Annotated[int, BeforeValidator(_bytes), PlainSerializer(lambda value: f"{value}B", return_type=str)]
Period = Annotated[Seconds, AfterValidator(_positive)]
Every = Annotated[float | Literal["auto"], BeforeValidator(_every), PlainSerializer(_written, return_type=str)]
WebUrl = Annotated[StrictStr, AfterValidator(_web_url)]
Regex = Annotated[StrictStr, AfterValidator(_regex)]
Selector = Annotated[StrictStr, AfterValidator(_selector)]
Selectors = Annotated[tuple[Selector, ...], BeforeValidator(_one_or_many)]
Network = Annotated[StrictStr, AfterValidator(_network)]
Timezone = Annotated[StrictStr, AfterValidator(_timezone)]
Language = Annotated[StrictStr, AfterValidator(_language)]
HeaderValue = Annotated[StrictStr, AfterValidator(_header_line)]
Headers = Annotated[Mapping[StrictStr, HeaderValue], AfterValidator(_headers)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CrawlSettings(_Frozen):
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


class SelectSettings(_Frozen):
    """``[sources.select]``: CSS selectors on the article page, each one or a list tried in order."""

    title: Selectors = ()
    author: Selectors = ()
    published: Selectors = ()
    body: Selectors = ()
    section: Selectors = ()
    remove: Selectors = ()


class Start(_Frozen):
    """Where a visit begins: one address and what kind of list is expected there."""

    kind: StartKind
    url: WebUrl
    links: Selectors = ()
    links_match: Regex | None = None


class _Startable(_Frozen):
    """The keys that name a start; shared by a source and its ``[[sources.fallback]]`` tables."""

    feed: WebUrl | None = None
    sitemap: WebUrl | None = None
    listing: WebUrl | None = None
    links: Selectors = ()
    links_match: Regex | None = None

    @model_validator(mode="after")
    def _exactly_one_start(self) -> Self:
        given = [kind for kind in _START_KINDS if getattr(self, kind) is not None]
        if not given:
            raise ValueError("one of feed, sitemap or listing is needed: the address to visit")
        if len(given) > 1:
            raise ValueError(
                f"{' and '.join(given)} are both given; keep one and put the other under [[sources.fallback]]"
            )
        return self

    @property
    def start(self) -> Start:
        """The one start that these keys name."""
        kind = next(kind for kind in _START_KINDS if getattr(self, kind) is not None)
        return Start(kind=kind, url=getattr(self, kind), links=self.links, links_match=self.links_match)


class FallbackSettings(_Startable):
    """``[[sources.fallback]]``: another way to the same news, tried in order when the ways before it fail."""


class SourceSettings(_Startable):
    """``[[sources]]``: one source that is checked again and again."""

    name: Annotated[StrictStr, AfterValidator(_source_name)]
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
