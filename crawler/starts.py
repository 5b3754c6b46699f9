"""Where a visit begins: the keys of a source, or of a fallback, that name an address and what to expect there."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from crawler.setting_types import Frozen, JsonPath, Pages, Regex, Selectors, WebUrl

StartKind = Literal["feed", "sitemap", "listing", "api"]

DEFAULT_PAGES = 3
"""How many pages of a listing with ``next`` are read at a visit."""

_START_KINDS: tuple[StartKind, ...] = ("feed", "sitemap", "listing", "api")


class FieldsSettings(Frozen):
    """``[sources.fields]``: where an API's items keep what, as dotted paths inside of one item."""

    title: JsonPath
    url: JsonPath | None = None
    id: JsonPath | None = None
    published: JsonPath | None = None
    summary: JsonPath | None = None
    body: JsonPath | None = None
    author: JsonPath | None = None
    section: JsonPath | None = None

    @model_validator(mode="after")
    def _identified(self) -> Self:
        if self.url is None and self.id is None:
            raise ValueError("url or id is needed: without either no item can be told from another")
        return self


class Start(Frozen):
    """Where a visit begins: one address and what kind of list is expected there."""

    kind: StartKind
    url: WebUrl
    links: Selectors = ()
    links_match: Regex | None = None
    next: Selectors = ()
    pages: int = 1
    items: str = ""
    fields: FieldsSettings | None = None


class Startable(Frozen):
    """The keys that name a start; shared by a source and its ``[[sources.fallback]]`` tables."""

    feed: WebUrl | None = None
    sitemap: WebUrl | None = None
    listing: WebUrl | None = None
    api: WebUrl | None = None
    links: Selectors = ()
    links_match: Regex | None = None
    next: Selectors = ()
    pages: Pages | None = None
    items: JsonPath | None = None
    fields: FieldsSettings | None = None

    @model_validator(mode="after")
    def _exactly_one_start(self) -> Self:
        given = [kind for kind in _START_KINDS if getattr(self, kind) is not None]
        if not given:
            raise ValueError("one of feed, sitemap, listing or api is needed: the address to visit")
        if len(given) > 1:
            raise ValueError(
                f"{' and '.join(given)} are both given; keep one and put the other under [[sources.fallback]]"
            )
        _check_fitting(self, given[0])
        return self

    @property
    def start(self) -> Start:
        """The one start that these keys name."""
        kind = next(kind for kind in _START_KINDS if getattr(self, kind) is not None)
        return Start(
            kind=kind,
            url=getattr(self, kind),
            links=self.links,
            links_match=self.links_match,
            next=self.next,
            pages=self.pages or (DEFAULT_PAGES if self.next else 1),
            items=self.items or "",
            fields=self.fields,
        )


def _check_fitting(given: Startable, kind: StartKind) -> None:
    """Keys that mean something for another kind of start only are mistakes."""
    if kind == "api" and given.fields is None:
        raise ValueError(
            'api needs a table [sources.fields] that says where things stand, such as title = "headline", url = "link"'
        )
    if kind != "api":
        for key in ("items", "fields"):
            if getattr(given, key) is not None:
                raise ValueError(f"{key} belongs to an api; this is a {kind}. Remove it, or give the address as api")
    if kind == "api" and (given.links or given.links_match):
        key = "links" if given.links else "links_match"
        raise ValueError(f"{key} chooses links of a page, and an api has none. Say in [sources.fields] where url is")
    if kind != "listing" and (given.next or given.pages is not None):
        key = "next" if given.next else "pages"
        raise ValueError(f"{key} belongs to a listing; this is a {kind}. Remove it")
    if given.pages is not None and given.pages > 1 and not given.next:
        raise ValueError("pages needs next: the CSS selector of the link to the next page")


class FallbackSettings(Startable):
    """``[[sources.fallback]]``: another way to the same news, tried in order when the ways before it go dead."""
