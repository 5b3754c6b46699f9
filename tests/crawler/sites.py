"""Sites on loopback that behave as a test wants: every answer is written byte by byte by the test."""

from __future__ import annotations

import asyncio
import itertools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]

_ADDRESSES = itertools.count(1)


@dataclass
class Site:
    """Answers by path. ``asked`` are the heads of all requests, ``paths`` what they asked for. A connection is for one
    request, unless ``lasting`` says that it may be used again."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[bytes] = field(default_factory=list)
    connections: int = 0
    lasting: bool = False

    @property
    def paths(self) -> list[str]:
        """The paths in the order in which they were asked."""
        return [head.split(b" ")[1].decode() for head in self.asked]

    def head(self, path: str, number: int = 0) -> str:
        """The head of the request number ``number`` for a path, in lower case."""
        return [head for head in self.asked if head.split(b" ")[1].decode() == path][number].decode("latin-1").lower()

    def answer(self, path: str, body: bytes | str = b"", *, status: int = 200, headers: str = "") -> None:
        """Answer a path with a whole response."""
        content = body.encode() if isinstance(body, str) else body
        lines = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode("latin-1")

        async def write(writer: asyncio.StreamWriter) -> None:
            writer.write(lines + content)

        self.answers[path] = write

    def raw(self, path: str, *parts: bytes, pause: float = 0.0, hang: bool = False) -> None:
        """Answer a path with exactly these bytes, a pause between the parts, and perhaps never an end."""

        async def write(writer: asyncio.StreamWriter) -> None:
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
            if hang:
                await asyncio.sleep(600)

        self.answers[path] = write

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; paths nobody prepared are not there."""
        self.connections += 1
        try:
            await self._answer_one(reader, writer)
            while self.lasting:
                await self._answer_one(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            with suppress(ConnectionError):
                writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        path = head.split(b" ")[1].decode()
        if path not in self.answers:
            self.answer(path, b"not here", status=404)
        await self.answers[path](writer)
        await writer.drain()


@asynccontextmanager
async def site(secure: Callable[[str], ssl.SSLContext] | None = None) -> AsyncIterator[Site]:
    """A site at a loopback address of its own, so that no test meets the politeness owed by another.

    ``secure`` makes the TLS context for that address.
    """
    made = Site()
    number = next(_ADDRESSES)
    address = f"127.0.{1 + number // 250}.{1 + number % 250}"
    server = await asyncio.start_server(made.serve, address, 0, ssl=secure(address) if secure else None)
    made.url = f"{'https' if secure else 'http'}://{address}:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()


def rss(*entries: str, language: str = "en") -> str:
    """A feed of these items."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Sample</title>'
        f"<language>{language}</language>{''.join(entries)}</channel></rss>"
    )


def entry(title: str, link: str, summary: str = "A short summary.", *, date: str = "", extra: str = "") -> str:
    """One item of a feed."""
    published = f"<pubDate>{date}</pubDate>" if date else ""
    return (
        f"<item><title>{title}</title><link>{link}</link><description>{summary}</description>{published}{extra}</item>"
    )


SENTENCES = (
    "The harbour office said on Monday that nine ships had waited outside the port since the storm.",
    "Fishermen of the northern bay asked for a second light tower, which the council had promised in spring.",
    "A spokeswoman said that engineers would measure the sea bed before the winter and publish their figures.",
    "The town has repaired the eastern pier twice in ten years, and each time the sand came back within months.",
    "Traders hope that larger boats can land again by April, when the season for mackerel begins.",
)


def page(title: str, *paragraphs: str) -> str:
    """An article page with a little furniture around it."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or SENTENCES)
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title></head><body>"
        "<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>"
        f"<article><h1>{title}</h1>{text}</article><footer>All rights reserved</footer></body></html>"
    )
