"""The kinds of value that the crawler's settings know: what each accepts, and what it says to anything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictInt,
    StrictStr,
)

from net.units import parse_duration, parse_size

MOST_PAGES = 20
"""Pages of a listing that may be asked for."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_SOURCE_NAME = re.compile(r"\w[\w.-]{0,63}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def _seconds(value: Any) -> float:
    if not isinstance(value, str):
        raise ValueError(f'a duration is text with a unit, e.g. "15m", not {value!r}')
    return parse_duration(value)


def _bytes(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(f'a size is text with a unit, e.g. "8MiB", not {value!r}')
    size = parse_size(value)
    if size < 1024:
        raise ValueError(f"{value!r} is too small for any page; write at least 1KiB")
    return size


def _positive(value: float) -> float:
    if value <= 0:
        raise ValueError("must be longer than nothing")
    return value


def _every(value: Any) -> float | str:
    return "auto" if value == "auto" else _positive(_seconds(value))


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _web_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"{value!r} is not a URL: {error}") from None
    if parts.scheme.lower() not in ("http", "https") or not host:
        raise ValueError(f"{value!r} is not a web address; write http://… or https://…")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a password does not belong into a URL; use headers with Authorization instead")
    if re.search(r"[\x00-\x20\x7f]", value):
        raise ValueError(f"{value!r} holds a space or control character; write %20 for a space")
    return value


def _json_path(value: str) -> str:
    if value.startswith(".") or value.endswith(".") or ".." in value:
        raise ValueError(f"{value!r} is not a path: write keys joined by single dots, such as data.items")
    return value


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return value


def _selector(value: str) -> str:
    from cssselect import SelectorError, parse

    try:
        parse(value)
    except SelectorError as error:
        raise ValueError(f"{value!r} is not a CSS selector: {error}") from None
    return value


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError as error:
        raise ValueError(f'{value!r} is not a network, e.g. "127.0.0.0/8" or "::1/128": {error}') from None
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError, a folder's name an OSError
        raise ValueError(f'{value!r} is not a time zone; write e.g. "Asia/Karachi"') from None
    except KeyError:
        raise ValueError(f'{value!r} is not a known time zone; write e.g. "Asia/Karachi"') from None
    return value


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f'{value!r} is not a language code; write e.g. "en", "ur" or "ja"')
    return value


def _source_name(value: str) -> str:
    if not _SOURCE_NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not a name; use up to 64 letters, digits, '.', '_' and '-'")
    return value


def _header_line(value: str) -> str:
    if not _HEADER_VALUE.fullmatch(value):
        raise ValueError("a header's value holds line breaks or letters that HTTP cannot carry")
    return value


def _headers(value: Mapping[str, str]) -> Mapping[str, str]:
    for name in value:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a header name; write e.g. Accept-Language")
        if name.lower() in ("host", "content-length", "transfer-encoding", "connection", "accept-encoding"):
            raise ValueError(f"the header {name} is set by the crawler and cannot be given")
    return value


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6f}s"


Seconds = Annotated[float, BeforeValidator(_seconds), PlainSerializer(_written, return_type=str)]
Bytes = Annotated[int, BeforeValidator(_bytes), PlainSerializer(lambda value: f"{value}B", return_type=str)]
Period = Annotated[Seconds, AfterValidator(_positive)]
Every = Annotated[float | Literal["auto"], BeforeValidator(_every), PlainSerializer(_written, return_type=str)]
WebUrl = Annotated[StrictStr, AfterValidator(_web_url)]
Regex = Annotated[StrictStr, AfterValidator(_regex)]
JsonPath = Annotated[StrictStr, Field(min_length=1, max_length=300), AfterValidator(_json_path)]
Pages = Annotated[StrictInt, Field(ge=1, le=MOST_PAGES)]
Selector = Annotated[StrictStr, AfterValidator(_selector)]
Selectors = Annotated[tuple[Selector, ...], BeforeValidator(_one_or_many)]
Network = Annotated[StrictStr, AfterValidator(_network)]
Timezone = Annotated[StrictStr, AfterValidator(_timezone)]
Language = Annotated[StrictStr, AfterValidator(_language)]
HeaderValue = Annotated[StrictStr, AfterValidator(_header_line)]
SourceName = Annotated[StrictStr, AfterValidator(_source_name)]
Headers = Annotated[Mapping[StrictStr, HeaderValue], AfterValidator(_headers)]


class Frozen(BaseModel):
    """Settings do not change, and a key that nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
