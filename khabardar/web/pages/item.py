"""One item: its text as far as its source lets it be shown, what it said before, and its whole account."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from archive.document import document_of
from archive.edits import changes
from archive.ledger import Ledger
from archive.model import NewsItem, Version
from archive.store import Archive
from khabardar.web.desk import View
from khabardar.web.pages.layout import desk_of, page
from khabardar.web.pages.stories import places_of
from khabardar.web.problems import ProblemError
from query import explain, judge

JUDGING = 0.05
"""Seconds for asking the rules again; those that matched come first."""
RULES = 150
"""Rules shown that did not match when it came."""
CHANGES = 60
"""Changed lines shown of a version."""


@dataclass(frozen=True)
class Judged:
    """What a rule says of the item now; ``failed`` are the smallest parts that do not hold."""

    rule: str
    matched: bool
    failed: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    before: bool = False


@dataclass(frozen=True)
class Account:
    """All that the page shows."""

    ledger: Ledger
    item: NewsItem
    judged: tuple[Judged, ...]
    unasked: int
    versions: tuple[tuple[Version, list[tuple[str, str, str]]], ...]
    places: Mapping[str, list[tuple[int, int]]] = field(default_factory=dict)
    cut: bool = False


async def item(request: Request) -> Response:
    """By id; by any form of its address it leads there."""
    desk = desk_of(request)
    view = desk.view
    wanted = request.path_params["id"]
    account = await desk.ask(account_of, desk.archive, view, wanted)
    if account is None:
        raise ProblemError(
            404, "No such item", "It was never kept, or it has another id. The search finds items by words."
        )
    if account.item.id != wanted:
        from urllib.parse import quote

        return RedirectResponse(f"/items/{quote(account.item.id, safe='')}", 303)
    return page(request, "item.html.jinja", view=view, account=account, item=account.item, ledger=account.ledger)


def account_of(archive: Archive, view: View, url_or_id: str) -> Account | None:
    """The ledger with the words of the rules now; None for what was never kept."""
    ledger = archive.explain(url_or_id)
    if ledger is None or ledger.item is None:
        return None
    shown = view.shown(ledger.item)
    judged, unasked = _judged(view, ledger)
    whole = shown.body == ledger.item.body and shown.summary == ledger.item.summary
    after: list[Version | NewsItem] = [*ledger.versions[1:], ledger.item]
    pairs = zip(ledger.versions, after, strict=False)
    versions = tuple((one, changes(one, later)[: CHANGES + 1] if whole else []) for one, later in pairs)
    return Account(ledger, shown, judged, unasked, versions[::-1], places_of(shown, ledger.spans), not whole)


def _judged(view: View, ledger: Ledger) -> tuple[tuple[Judged, ...], int]:
    """Every rule's verdict now, as many as there is time for; how many were not asked."""
    assert ledger.item is not None
    document = document_of(ledger.item)
    enabled = [rule for rule in view.rules.values() if rule.enabled]
    enabled.sort(key=lambda rule: rule.name not in ledger.rules)
    deadline = time.monotonic() + JUDGING
    found: list[Judged] = []
    for rule in enabled:
        before = rule.name in ledger.rules
        if not before and (len(found) >= RULES or time.monotonic() > deadline):
            break
        query = view.query_of(rule)
        verdict = judge(query, document)
        if verdict.matched:
            words = dict.fromkeys(" ".join(span.text.split()) for span in verdict.spans)
            found.append(Judged(rule.name, True, words=tuple(words)[:8], before=before))
        else:
            failed = tuple(part.text for part in explain(query, document).failed())
            found.append(Judged(rule.name, False, failed=failed, before=before))
    return tuple(found), len(enabled) - len(found)


ROUTES: list[BaseRoute] = [Route("/items/{id:path}", item, name="item")]
