"""Errors as problem documents (RFC 9457), and as pages for people."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


class ProblemError(Exception):
    """A request that is not answered as it was asked. ``detail`` is a sentence with the remedy; ``more`` are further
    members of the document (``column`` of a query)."""

    def __init__(
        self, status: int, title: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers
        self.more = more


def problem(
    status: int, title: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """An error as a problem document."""
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(document, status, headers, media_type=MEDIA_TYPE)


def problem_of(error: ProblemError) -> JSONResponse:
    """The document of an error."""
    return problem(error.status, error.title, error.detail, headers=error.headers, **error.more)
