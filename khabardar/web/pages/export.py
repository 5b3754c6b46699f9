"""What a search finds as a file: JSON lines or CSV, written as it is found."""

from __future__ import annotations

import functools
import json
from collections.abc import AsyncIterator, Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from archive.json_item import item_json
from archive.model import NewsItem
from khabardar.formats import csv_lines
from khabardar.web.desk import Desk, View
from khabardar.web.pages.layout import desk_of
from khabardar.web.pages.search import Asked, asked_of
from khabardar.web.problems import ProblemError

AT_ONCE = 200
"""Items read by one question to the archive; between two others have their turn."""
SLICE = 1.0


async def jsonl(request: Request) -> Response:
    """One item a line."""
    return _file(request, "jsonl", "application/x-ndjson", lambda items, _: map(_line, items))


async def csv(request: Request) -> Response:
    """A heading and a row per item, safe for spreadsheets."""

    def rows(items: Iterable[NewsItem], first: bool) -> Iterable[str]:
        lines = csv_lines(items)
        if not first:
            next(lines)
        return lines

    return _file(request, "csv", "text/csv; charset=utf-8", rows)


def _line(item: NewsItem) -> str:
    return json.dumps(item_json(item), ensure_ascii=False) + "\n"


def _file(
    request: Request, ending: str, kind: str, written: Callable[[Iterable[NewsItem], bool], Iterable[str]]
) -> Response:
    desk = desk_of(request)
    asked = asked_of(desk.view, request)
    if not asked.is_whole:
        raise ProblemError(422, "Not a search", "; ".join(asked.errors.values()) or "Give a query.")
    headers = {"Content-Disposition": f'attachment; filename="khabardar.{ending}"'}
    return StreamingResponse(_parts(desk, desk.view, asked, written), headers=headers, media_type=kind)


async def _parts(
    desk: Desk, view: View, asked: Asked, written: Callable[[Iterable[NewsItem], bool], Iterable[str]]
) -> AsyncIterator[str]:
    cursor, first = None, True
    while first or cursor:
        found = await desk.ask(
            functools.partial(
                desk.archive.page,
                asked.query,
                since=asked.since,
                until=asked.until,
                limit=AT_ONCE,
                cursor=cursor,
                seconds=SLICE,
            )
        )
        yield "".join(written([view.shown(item) for item in found.items], first))
        cursor, first = found.cursor, False


ROUTES: list[BaseRoute] = [
    Route("/search.jsonl", jsonl, name="search_jsonl"),
    Route("/search.csv", csv, name="search_csv"),
]
