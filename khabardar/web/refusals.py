"""What is refused, as a page for people and as a problem document for programs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from khabardar.web.problems import ProblemError, problem_of

_OF_PROGRAMS = ("/api/", "/feeds/", "/metrics", "/openapi.json")


async def refused(request: Request, error: ProblemError) -> Response:
    """The answer. The application must be in the scope."""
    if not _wants_page(request):
        return problem_of(error)
    from khabardar.web.pages.layout import page

    return page(
        request, "problem.html.jinja", error.status, headers=error.headers, title=error.title, detail=error.detail
    )


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_OF_PROGRAMS)
