"""What a channel must keep to itself: receivers echo the address or the login they were given in their answers, and
answers are kept, logged and told to the operator."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from alerts.channels import AppriseSettings, ChannelSettings, EmailSettings

HIDDEN = "***"
_LEAST = 4
"""Shorter pieces are no secrets, and would be found in every other word."""

_LONG_SEGMENT = 16
"""A part of a path this long may be a token; a shorter one names a place."""

_LONG_PIECE = 8
"""The same for a part of an Apprise URL."""


def secrets_of(settings: ChannelSettings) -> tuple[str, ...]:
    """The pieces of a channel's settings that no answer may show, longest first, in all their written forms."""
    if isinstance(settings, EmailSettings):
        pieces = {settings.password.get_secret_value()}
    elif isinstance(settings, AppriseSettings):
        pieces = {piece for url in settings.url for piece in _pieces(url.get_secret_value())}
    else:
        url = urlsplit(settings.url)
        values = {pair.partition("=")[2] or pair for pair in url.query.split("&")}
        tokens = {segment for segment in url.path.split("/") if len(segment) >= _LONG_SEGMENT}
        signing = {secret.get_secret_value() for secret in settings.secret or ()}
        pieces = {url.query, url.username or "", url.password or "", *values, *tokens, *signing}
    written = pieces | {unquote(piece) for piece in pieces}
    return tuple(sorted((piece for piece in written if len(piece) >= _LEAST), key=len, reverse=True))


def _pieces(url: str) -> set[str]:
    """Of an Apprise URL: a token may stand in any part of it, also where other URLs have their host."""
    rest = url.partition("://")[2]
    return {url, *(piece for piece in re.split(r"[/?&=:@,#]", rest) if len(piece) >= _LONG_PIECE and not _is_ip(piece))}


def _is_ip(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", text) is not None


def hidden(text: str, secrets: tuple[str, ...]) -> str:
    """The text with every secret replaced."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text
