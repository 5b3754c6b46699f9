"""A source that was found, written into the configuration file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from crawler.leads import Found
from khabardar.commands.source_find import as_source
from khabardar.config_file import FileChangedError, FileNotWritableError, read, why_not_writable
from khabardar.rule_edits import NotEditableError
from khabardar.source_edits import sources_in, with_source
from khabardar.web.desk import View
from khabardar.web.pages.layout import desk_of, page, told
from khabardar.web.problems import ProblemError
from khabardar.web.saving import RefusedError, file_now, judge, write
from khabardar.web.security.forms import Form, form_route, guard_of, visitor_of

log = structlog.get_logger()

KINDS = ("feed", "sitemap", "api")
_FIELD = re.compile("[a-z_]{1,40}")
LONGEST = 2000


def may_add(view: View) -> tuple[str, str]:
    """The mark of the file, or "" and what stands against writing into it."""
    path = view.settings.path
    if why := why_not_writable(path):
        return "", why
    try:
        return read(path).mark, ""
    except OSError as error:
        return "", f"the file cannot be read: {error.strerror or error}"


def as_field(found: Found) -> str:
    """What the form carries of a list that was found."""
    return json.dumps(
        {
            "kind": found.kind,
            "url": found.url,
            "language": found.language,
            "items": found.items,
            "fields": dict(found.fields),
        }
    )


def _in_field(text: str) -> Found:
    """The same back. Raises ``ProblemError`` 400 for what no form of ours says."""
    try:
        said = json.loads(text)
        found = Found(
            kind=str(said["kind"]),
            url=_text(said["url"]),
            entries=0,
            language=_text(said["language"] or "") or None,
            items=_text(said["items"]),
            fields={name: _text(path) for name, path in said["fields"].items()},
        )
        if found.kind not in KINDS or not all(map(_FIELD.fullmatch, found.fields)):
            raise ValueError
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ProblemError(400, "Not understood", "Find the source again, and add it from there.") from None
    return found


def _text(said: Any) -> str:
    if not isinstance(said, str) or len(said) > LONGEST:
        raise ValueError
    said.encode()
    return said


async def add(request: Request, form: Form) -> Response:
    """Judged with the whole file, written, taken up by the service; what cannot be written is shown as text."""
    view, name = desk_of(request).view, form.get("name", "").strip()
    found = _in_field(form.get("found", ""))
    lines = as_source(found, name)

    def work() -> None:
        file, text = file_now(view)
        if form.get("was", "") != file.mark:
            raise FileChangedError
        made = with_source(text, lines)
        write(view, file.mark, judge(view, file, made, name, len(sources_in(text)), "sources"))

    try:
        await desk_of(request).ask(work)
    except RefusedError as error:
        return _again(request, view, found, name, lines, 422, error.keys, error.elsewhere)
    except FileChangedError:
        sentence = "The file was changed since the page was opened, so nothing was written. Send it once more."
        return _again(request, view, found, name, lines, 409, {}, [sentence])
    except (FileNotWritableError, NotEditableError) as error:
        sentence = f"Nothing was written: {str(error).rstrip('.')}. Put the lines into the file yourself."
        return _again(request, view, found, name, lines, 409, {}, [sentence])
    _audit(request, name, found)
    return await _in_force(request, view, name)


def _again(
    request: Request,
    view: View,
    found: Found,
    name: str,
    lines: str,
    status: int,
    errors: Mapping[str, str],
    elsewhere: list[str],
) -> Response:
    mark, why_not = may_add(view)
    return page(
        request,
        "source_add.html.jinja",
        status,
        view=view,
        found=found,
        carried=as_field(found),
        name=name,
        lines=lines,
        errors=errors,
        elsewhere=[view.masked(each) for each in elsewhere],
        mark=mark,
        why_not=why_not,
        file=view.settings.path.name,
    )


async def _in_force(request: Request, view: View, name: str) -> Response:
    desk = desk_of(request)
    if desk.reload and await desk.reload():
        return told(request, f"/sources/{name}", "It was added and is in force: its first visit is under way.")
    sentence = f"{name} stands in {view.settings.path.name} and is not in force yet: `khabardar reload` says why."
    return told(request, "/sources", sentence)


def _audit(request: Request, name: str, found: Found) -> None:
    secret = "" if guard_of(request).open else visitor_of(request).secret
    log.info(
        "a source was added on the page",
        source=name,
        kind=found.kind,
        url=found.url,
        address=request.client.host if request.client else "",
        session=hashlib.sha256(secret.encode()).hexdigest()[:8] if secret else "",
    )


ROUTES: list[BaseRoute] = [form_route("/find-sources/add", add)]
