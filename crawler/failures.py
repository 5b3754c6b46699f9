"""Why a fetch failed, as a sentence for the visit, and whether another try may help."""

from __future__ import annotations

import zlib
from gzip import BadGzipFile
from typing import Any

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.politeness import HostClosed, OutOfTime
from crawler.robots import RobotsUnreachable
from crawler.settings import Limits
from net.addresses import AddressRefused

_NO_ADDRESS = ("request url", "Invalid IPv6", "Port out of range", "Port could not be cast")
_WORTH_ANOTHER_TRY = (408, 425, 429)


def why(error: BaseException, limits: Limits) -> str:
    """One sentence without a stop; never holds headers or passwords."""
    if isinstance(error, DownloadTimeoutError):
        return f"no whole answer came within {limits.timeout:g} seconds"
    if isinstance(error, DownloadCancelledError):
        return f"the answer is longer than {limits.max_body} bytes (max_body)"
    if isinstance(error, ResponseDataLossError):
        return "the connection broke off before the whole answer had come"
    if isinstance(error, CannotResolveHostError):
        return "the name of the host could not be resolved"
    if isinstance(error, DownloadConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, DownloadFailedError):
        return f"the connection failed: {_inner(error)}"
    if isinstance(error, IgnoreRequest):
        return _ignored(str(error), limits)
    if isinstance(error, AddressRefused):
        return str(error)
    if isinstance(error, ValueError) and any(said in str(error) for said in _NO_ADDRESS):
        return "it redirects to what is no web address"
    if isinstance(error, BadGzipFile | zlib.error):
        return "the answer says that it is compressed and cannot be unpacked"
    return f"{type(error).__name__}: {error}"[:300].rstrip(".")


def answered(response: Response) -> str | None:
    """What is wrong with the status of an answer, None for a good one."""
    status = response.status
    if 200 <= status < 300 and status != 206:
        return None
    if 300 <= status < 400 and (location := response.headers.get(b"Location")):
        return f"it redirects to {location.decode('latin-1')[:200]!r}, which is no web address"
    return f"the server answered {status}"


def passing(error: BaseException | None, status: int | None = None) -> bool:
    """Whether the trouble may be gone at the next visit: the network's, not the page's."""
    if status is not None:
        return status >= 500 or status in _WORTH_ANOTHER_TRY
    if isinstance(error, OutOfTime | HostClosed | RobotsUnreachable):
        return True
    return not isinstance(error, IgnoreRequest | DownloadCancelledError | AddressRefused)


def _ignored(text: str, limits: Limits) -> str:
    if "max redirections reached" in text:
        return "it redirects more than 5 times"
    if "DOWNLOAD_MAXSIZE" in text:
        return f"the answer is longer than {limits.max_body} bytes (max_body)"
    return text or "it was not fetched"


def _inner(error: Any) -> str:
    """The innermost reasons; Twisted wraps failures into failures."""
    cause = error.__cause__
    reasons = [reason.value for reason in getattr(cause, "reasons", ()) if hasattr(reason, "value")]
    texts = [str(reason) or type(reason).__name__ for reason in reasons]
    text = "; ".join(dict.fromkeys(texts)) or str(error)
    if text in ("Connection was closed cleanly.", "Connection to the other side was lost in a non-clean fashion."):
        return "it was closed before an answer had come that could be understood"
    if "certificate verify failed" in text or "VerificationError" in text:
        return f"the server's certificate could not be verified: {text}"[:300]
    return text[:300].rstrip(".")
