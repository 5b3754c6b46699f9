"""The style and the script, out of the package: a handful of files by name, so no path leads out of their folder."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from khabardar.web.problems import ProblemError

FOLDER = Path(__file__).parent / "static"
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; ``mark`` changes with its bytes."""

    data: bytes
    kind: str
    mark: str


@functools.cache
def assets() -> dict[str, Asset]:
    """All files by name, read once."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix in _KINDS:
            data = path.read_bytes()
            found[path.name] = Asset(data, _KINDS[path.suffix], hashlib.sha256(data).hexdigest()[:16])
    return found


def address(name: str) -> str:
    """Where a page finds a file; another address when its bytes change, so browsers may keep it for ever."""
    return f"/static/{name}?{assets()[name].mark}"


async def asset(request: Request) -> Response:
    """One file."""
    found = assets().get(request.path_params["name"])
    if found is None:
        raise ProblemError(404, "Not found", "There is no such file.")
    current = request.url.query == found.mark
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
        "ETag": f'"{found.mark}"',
    }
    if f'"{found.mark}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.data, headers=headers, media_type=found.kind)
