"""Pages that answer 200 and are no news: empty ones, challenges, "page moved", "not found"."""

from __future__ import annotations

import re

from crawler.reading.plain import caption, excerpt

_TITLE = re.compile(r"<title[^<>]{0,200}>(.{0,500}?)</title", re.IGNORECASE | re.DOTALL)
_CHALLENGE = re.compile(
    r"just a moment\.\.\.|attention required! \| cloudflare|checking your browser before|cf-browser-verification"
    r"|cf[-_]chl[-_]|challenge-platform|_incapsula_resource|enable javascript and cookies to continue"
    r"|verify(?:ing)? (?:that )?you are (?:a )?human|are you a robot\?|ddos protection by|px-captcha|datadome",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"^\W*(?:(?:page|object|document|301|302)\b.{0,20}\bmoved\b|(?:404|403|410)\b|(?:page )?not found\b"
    r"|access denied|forbidden)",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"<meta[^<>]{0,200}http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)


def what_page(text: str) -> str:
    """A few words on an HTML page for a message: a challenge, a stub, or its title."""
    title = title_of(text)
    if is_challenge(text):
        return (
            f"a challenge that asks for a browser, title {title!r}" if title else "a challenge that asks for a browser"
        )
    return f"title {title!r}" if title else "without a title"


def title_of(text: str) -> str:
    """The title element of a page as plain text, shortened; "" when there is none."""
    found = _TITLE.search(text, 0, 200_000)
    return excerpt(caption(found.group(1)), 80) if found else ""


def is_challenge(text: str) -> bool:
    """Does the page ask for a browser (or a human) before it shows anything?"""
    return bool(_CHALLENGE.search(text, 0, 100_000))


def is_stub(text: str, words: int) -> bool:
    """Is a page of so few words an announcement of an error or of a move instead of an article?"""
    return words < 60 and bool(_MOVED.match(title_of(text)) or _REFRESH.search(text, 0, 20_000))
