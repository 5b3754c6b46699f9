"""A rule added, changed, switched or deleted: the form, and what becomes of it in the configuration file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from khabardar.config_file import FileChangedError, FileNotWritableError, why_not_writable
from khabardar.rule_edits import (
    NotEditableError,
    rule_as_written,
    rule_text,
    with_changed_rule,
    with_rule,
    without_rule,
)
from khabardar.web.desk import Desk, View
from khabardar.web.pages.layout import desk_of, page
from khabardar.web.pages.rule_draft import Draft, draft_in, draft_of, keys_of
from khabardar.web.pages.rule_trial import Attempt, made, read
from khabardar.web.pages.search import names_of
from khabardar.web.problems import ProblemError
from khabardar.web.saving import RefusedError, Standing, borrowing, judge, standing, write
from khabardar.web.security.forms import Form, form_route, guard_of, visitor_of
from query import QueryError

log = structlog.get_logger()

REPEATS = ("story", "each", "updates")
DELIVERS = ("now", "hourly", "daily 08:00", "weekly mon 08:00")
CHANGED = (
    "The configuration file was changed since this page was opened, so nothing was written. Above the form is what "
    "it says of this rule now; send the form again if it should become what the form says."
)


@dataclass(frozen=True)
class Sheet:
    """What the form page shows besides the draft. ``rule`` is the name of the rule that is changed, "" for a new one;
    ``errors`` are by field, ``text`` is what to paste where nothing can be written."""

    rule: str
    draft: Draft
    now: Standing
    attempt: Attempt | None = None
    errors: dict[str, str] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)
    refused: QueryError | None = None
    notice: str = ""
    text: str = ""
    status: int = 200


async def new(request: Request) -> Response:
    """An empty form, or with the query of a search."""
    view = desk_of(request).view
    first = tuple(channel.name for channel in view.settings.channels[:1])
    draft = Draft(query=request.query_params.get("q", "").strip(), channels=first)
    return await _page(request, view, Sheet("", draft, await _standing(request, view)))


async def edit(request: Request) -> Response:
    """The form with a rule as it is written."""
    view = desk_of(request).view
    name = request.query_params.get("name", "")
    now = await _standing(request, view)
    return await _page(request, view, Sheet(name, draft_of(now.rules[_number(now, name)]), now))


async def posted_new(request: Request, form: Form) -> Response:
    """Tried, or added."""
    return await _posted(request, form, "")


async def posted_edit(request: Request, form: Form) -> Response:
    """Tried, or changed."""
    return await _posted(request, form, form.get("rule", ""))


async def switched(request: Request, form: Form) -> Response:
    """One rule enabled, disabled or deleted."""
    view, name, do = desk_of(request).view, form.get("rule", ""), form.get("do", "")
    if do not in ("enable", "disable", "delete"):
        raise ProblemError(400, "Not understood", "A rule is enabled, disabled or deleted.")
    now = await _standing(request, view)
    number = _number(now, name)

    def made_text() -> str:
        if do == "delete":
            return without_rule(now.text, number)
        return with_changed_rule(now.text, number, {"enabled": do == "enable"})

    try:
        await _written(request, view, now, form.get("was", ""), made_text, name, number)
    except RefusedError as error:
        raise ProblemError(409, "Nothing was written", _ended(str(error))) from None
    except FileChangedError:
        raise ProblemError(
            409, "Nothing was written", "The file was changed since the page was opened. Open the rules again."
        ) from None
    except (FileNotWritableError, NotEditableError) as error:
        raise ProblemError(
            409, "Nothing was written", f"{_ended(str(error))} Change the rule in the file, then `khabardar reload`."
        ) from None
    did = f"{do}d"
    _audit(request, did, name, () if do == "delete" else ("enabled",))
    return await _in_force(request, did, name)


async def _posted(request: Request, form: Form, rule: str) -> Response:
    desk = desk_of(request)
    view = desk.view
    now = await _standing(request, view)
    draft = draft_in(form)
    number = _number(now, rule) if rule else len(now.rules)
    before = now.rules[number] if rule else None
    sheet = Sheet(rule, draft, now)
    if form.get("do") != "save":
        attempt = read(view, _tried_query(view, rule, draft, before), form.get("since", ""), draft.repeat == "each")
        attempt = await made(request, desk, view, attempt)
        return await _page(request, view, replace(sheet, attempt=attempt, refused=attempt.refused))
    keys = keys_of(draft, before)
    if not keys:
        return RedirectResponse("/rules", 303)
    if errors := borrowing(keys, before or {}):
        return await _page(request, view, replace(sheet, errors=errors, status=422))

    def made_text() -> str:
        return with_changed_rule(now.text, number, keys) if rule else with_rule(now.text, keys)

    try:
        await _written(request, view, now, form.get("was", ""), made_text, draft.name, number)
    except RefusedError as error:
        refused = _refused(view, draft.query) if "query" in error.keys else None
        errors = {key: _ended(said) for key, said in error.keys.items()}
        return await _page(
            request,
            view,
            replace(sheet, errors=errors, elsewhere=error.elsewhere, refused=refused, status=422),
        )
    except FileChangedError:
        fresh = await _standing(request, view)  # as it is now, also where it was changed after ``now`` was read
        told = replace(sheet, now=fresh, notice=CHANGED, text=_as_is(fresh, rule), status=409)
        return await _page(request, view, told)
    except (FileNotWritableError, NotEditableError) as error:
        return await _page(request, view, replace(sheet, notice=_paste(view, error), text=_whole(now, draft, rule)))
    _audit(request, "saved" if rule else "added", draft.name, tuple(keys), rule)
    return await _in_force(request, "saved", draft.name)


def _tried_query(view: View, rule: str, draft: Draft, before: dict[str, Any] | None) -> str:
    """The query to try. What a rule of the file takes from the environment is in force; what is only typed is not."""
    if before is not None and rule in view.rules and draft.query == draft_of(before).query:
        return view.rules[rule].query
    return draft.query


async def _written(
    request: Request, view: View, now: Standing, was: str, made_text: Callable[[], str], name: str, number: int
) -> None:
    """Judged, then written."""
    if was != now.file.mark:
        raise FileChangedError

    def work() -> None:
        write(view, was, judge(view, now.file, made_text(), name, number))

    await desk_of(request).ask(work)


async def _in_force(request: Request, did: str, name: str) -> Response:
    """The service takes the file up, as at SIGHUP; the list says what came of it."""
    desk: Desk = desk_of(request)
    good = await desk.reload() if desk.reload else False
    return RedirectResponse(f"/rules?{urlencode({'did': did if good else 'kept', 'name': name})}", 303)


def _audit(request: Request, did: str, name: str, keys: tuple[str, ...] = (), before: str = "") -> None:
    """Who changed what, in the log. A session is named by a digest: the log must not let anybody in."""
    secret = "" if guard_of(request).open else visitor_of(request).secret
    log.info(
        "a rule was changed on the page",
        did=did,
        rule=name,
        keys=list(keys),
        address=request.client.host if request.client else "",
        session=hashlib.sha256(secret.encode()).hexdigest()[:8] if secret else "",
        **({"before": before} if before and before != name else {}),
    )


async def _standing(request: Request, view: View) -> Standing:
    try:
        return await desk_of(request).ask(standing, view)
    except NotEditableError as error:
        raise ProblemError(409, "The file cannot be changed here", str(error)) from None


def _number(now: Standing, name: str) -> int:
    number = now.number_of(name)
    if number is None:
        raise ProblemError(404, "No such rule", "The configuration file has no rule of this name.")
    return number


def _refused(view: View, query: str) -> QueryError | None:
    try:
        view.parse(query)
    except QueryError as error:
        return error
    return None


def _as_is(now: Standing, rule: str) -> str:
    """The lines of the rule in the file, "" if there is none."""
    number = now.number_of(rule) if rule else None
    try:
        return "" if number is None else rule_as_written(now.text, number)
    except NotEditableError:
        return ""


def _paste(view: View, error: Exception) -> str:
    return (
        f"Nothing was written. {_ended(str(error))} Put this into {view.settings.path.name} yourself, then "
        "`khabardar reload`."
    )


def _whole(now: Standing, draft: Draft, rule: str) -> str:
    """The rule as it should stand in the file."""
    try:
        if rule:
            number = _number(now, rule)
            made = with_changed_rule(now.text, number, keys_of(draft, now.rules[number]))
            return rule_as_written(made, number)
    except NotEditableError:
        pass
    return rule_text(keys_of(draft, None))


def _ended(sentence: str) -> str:
    sentence = sentence[:1].upper() + sentence[1:]
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."


async def _page(request: Request, view: View, sheet: Sheet) -> Response:
    channels = dict.fromkeys([*(one.name for one in view.settings.channels), *sheet.draft.channels])
    return page(
        request,
        "rule.html.jinja",
        sheet.status,
        view=view,
        sheet=sheet,
        draft=sheet.draft,
        attempt=sheet.attempt,
        typing=False,
        in_form=True,
        channels=list(channels),
        repeats=REPEATS,
        delivers=DELIVERS,
        names=names_of(view),
        why_not=why_not_writable(view.settings.path),
        file=view.settings.path.name,
    )


ROUTES: list[BaseRoute] = [
    Route("/rules/new", new, name="rules_new"),
    form_route("/rules/new", posted_new),
    Route("/rules/edit", edit, name="rules_edit"),
    form_route("/rules/edit", posted_edit),
    form_route("/rules/switch", switched),
]
