"""The front page: stories, newest first, by rule, outlet, language and topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from archive.browsing import Member
from archive.model import MatchSpan, NewsItem
from archive.search import Page
from archive.store import Archive
from khabardar.web.asking import condition
from khabardar.web.desk import View
from khabardar.web.pages.layout import desk_of, page
from khabardar.web.problems import ProblemError
from query import Query, QueryError

SHOWN = 30
"""Stories on a page."""
SECONDS = 1.5
"""For a page whose filter the index cannot answer."""
LATE = timedelta(hours=6)
"""An item that was seen so long after its publication is called late, as in messages."""

CHOICES = 200
"""Names offered by a filter: with a hundred thousand rules a page must stay one."""

FILTERS = ("rule", "source", "lang", "topic")


@dataclass
class Told:
    """A story as the page shows it: its newest item that matched, the places of words, and who else has it."""

    item: NewsItem
    places: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    others: Sequence[Member] = ()

    @property
    def late(self) -> bool:
        """Seen long after it was published."""
        item = self.item
        return bool(item.published_at and item.seen_at and item.seen_at - item.published_at > LATE)


async def stories(request: Request) -> Response:
    """Newest first; each filter is a part of a query, so the page is a search without words."""
    desk = desk_of(request)
    view = desk.view
    chosen = {name: request.query_params.get(name, "").strip()[:200] for name in FILTERS}
    query = _query_of(view, chosen)
    cursor = request.query_params.get("cursor") or None
    found, told = await desk.ask(_found, desk.archive, view, query, cursor)
    empty = not told and query is None and cursor is None
    return page(
        request,
        "stories.html.jinja",
        view=view,
        stories=told,
        found=found,
        chosen=chosen,
        choices=choices_of(view, chosen),
        query=query.text if query else "",
        empty=empty,
        settings=view.settings,
        first=cursor is None,
    )


def choices_of(view: View, chosen: dict[str, str]) -> dict[str, list[str]]:
    """What each filter can be, what is chosen among it; of very many the first."""
    settings = view.settings
    languages = {source.language for source in settings.sources if source.language}
    names = {
        "rule": list(view.rules),
        "source": sorted(source.name for source in settings.sources),
        "lang": sorted({*languages, "en", "ja", "ur"}),
        "topic": sorted(settings.topics),
    }
    return {
        name: list(dict.fromkeys([*all_of[:CHOICES], *([chosen[name]] if chosen[name] else [])]))
        for name, all_of in names.items()
    }


def _query_of(view: View, chosen: dict[str, str]) -> Query | None:
    parts = [condition(name, value) for name, value in chosen.items() if value]
    if not parts:
        return None
    try:
        return view.parse(" ".join(parts))
    except QueryError as error:
        raise ProblemError(404, "No such filter", error.message) from None


def _found(archive: Archive, view: View, query: Query | None, cursor: str | None) -> tuple[Page, list[Told]]:
    try:
        found = archive.page(query, limit=SHOWN, cursor=cursor, seconds=SECONDS)
    except ValueError as error:
        raise ProblemError(400, "No such page", str(error)) from None
    return found, told_of(archive, view, found.items)


def told_of(archive: Archive, view: View, items: Sequence[NewsItem]) -> list[Told]:
    """One entry for each story, in the order of the items, with its other items and the places where rules matched."""
    first: dict[str, NewsItem] = {}
    for item in items:
        first.setdefault(item.story_id or item.id, view.shown(item))
    members = archive.also_in(first)
    spans = archive.spans_of([item.id for item in first.values()])
    return [
        Told(item, places_of(item, spans.get(item.id, ())), [one for one in members.get(key, ()) if one.id != item.id])
        for key, item in first.items()
    ]


def places_of(item: NewsItem, spans: Sequence[MatchSpan]) -> dict[str, list[tuple[int, int]]]:
    """Field -> places, those that still say what they said."""
    found: dict[str, list[tuple[int, int]]] = {}
    for span in spans:
        text = getattr(item, span.field, None)
        if isinstance(text, str) and text[span.start : span.end] == span.text:
            found.setdefault(span.field, []).append((span.start, span.end))
    return found


ROUTES: list[BaseRoute] = [Route("/", stories, name="stories")]
