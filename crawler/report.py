"""What a spider found out about one start of a source; the visit is made of it."""

from __future__ import annotations

from dataclasses import dataclass

from scrapy.http import Response


@dataclass(slots=True)
class Report:
    """``listed``: entries seen, known ones included. ``unfinished``: something is worth another look soon, so the
    list's validators must not be kept, or a 304 would hide it. ``retry_after`` is in seconds."""

    listed: int = 0
    list_read: bool = False
    not_modified: bool = False
    unfinished: bool = False
    problem: str | None = None
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after: float | None = None
    requests: int = 0

    @property
    def good(self) -> bool:
        """Whether the list was read, or is known to be what it was."""
        return self.list_read or self.not_modified

    def broken(self, problem: str) -> None:
        """Something of ours broke: the visit has failed, whatever was read before."""
        self.list_read = False
        self.not_modified = False
        self.unfinished = True
        self.problem = problem

    def validators_of(self, response: Response) -> None:
        """Remember ETag and Last-Modified byte for byte: latin-1 maps every byte to a character and back."""
        self.etag = _header(response, b"ETag")
        self.last_modified = _header(response, b"Last-Modified")


def _header(response: Response, name: bytes) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
