"""A small town on loopback: one outlet with a feed and article pages, a mail server and a webhook receiver."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Quiet(BaseHTTPRequestHandler):
    """A handler that speaks HTTP/1.1 and does not write to stderr."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def reply(self, status: int, body: bytes = b"", kind: str = "text/html; charset=utf-8", **headers: str) -> None:
        """Sends a whole response."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def serve(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    """A server on a free loopback port, in a thread."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


@dataclass
class Article:
    """One article of the outlet: what the feed says of it and what its page holds."""

    slug: str
    title: str
    summary: str
    page: str
    published: datetime | None = None


class Outlet:
    """An outlet with a feed of summaries and one page per article; counts what was asked for."""

    def __init__(self) -> None:
        self.articles: list[Article] = []
        self.asked: Counter[str] = Counter()
        self.broken = False
        self.window = 60
        self.lock = threading.Lock()
        outlet = self

        class Handler(Quiet):
            def do_GET(self) -> None:
                outlet.answer(self)

        self._server = serve(Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def publish(self, article: Article) -> str:
        """Adds an article on top of the feed; returns its URL."""
        with self.lock:
            self.articles.insert(0, article)
        return f"{self.url}/en/business/{article.slug}.html"

    def answer(self, request: Quiet) -> None:
        """Feed, article page, robots.txt or 404."""
        with self.lock:
            self.asked[request.path] += 1
            articles = list(self.articles)
        if self.broken:
            return request.reply(500, b"out of order")
        if request.path == "/feed.xml":
            etag = f'W/"{len(articles)}"'
            if request.headers.get("If-None-Match") == etag:
                return request.reply(304, ETag=etag)
            return request.reply(200, self._feed(articles[: self.window]), "application/rss+xml", ETag=etag)
        for article in articles:
            if request.path == f"/en/business/{article.slug}.html":
                return request.reply(200, article.page.encode())
        return request.reply(404, b"no such page")

    def _feed(self, articles: list[Article]) -> bytes:
        items = "".join(
            f"<item><title>{escape(a.title)}</title><link>{self.url}/en/business/{a.slug}.html</link>"
            f"<description>{escape(a.summary)}</description>"
            + (f"<pubDate>{format_datetime(a.published)}</pubDate>" if a.published else "")
            + "</item>"
            for a in articles
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Outlet</title>{items}</channel></rss>'.encode()

    def close(self) -> None:
        """Shuts the outlet."""
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Call:
    """One POST that arrived at the webhook receiver."""

    headers: dict[str, str]
    raw: bytes
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def id(self) -> str:
        """The delivery id of the Standard Webhooks headers."""
        return self.headers["webhook-id"]

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object."""
        return json.loads(self.raw)  # type: ignore[no-any-return]

    @property
    def titles(self) -> list[str]:
        """The titles of the stories told."""
        return [item["title"] for story in self.body["data"]["stories"] for item in story["items"]]


class Hook:
    """A webhook receiver; ``answers`` holds the statuses to give first, then 204."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answers: list[int] = []
        hook = self

        class Handler(Quiet):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                raw = self.rfile.read(length)
                if len(raw) < length:  # the sender was killed in the middle: nobody got a message
                    self.close_connection = True
                    return
                hook.calls.append(Call({k.lower(): v for k, v in self.headers.items()}, raw))
                self.reply(hook.answers.pop(0) if hook.answers else 204)

        self._server = serve(Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def close(self) -> None:
        """Shuts the receiver."""
        self._server.shutdown()
        self._server.server_close()


class FreePort(Controller):
    """A mail server on whichever port is free."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mailbox:
    """A mail server that keeps what arrives."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self._controller = FreePort(self, hostname="127.0.0.1", port=0)
        self._controller.start()
        self.server = f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keeps the message."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 kept"

    def close(self) -> None:
        """Stops the server."""
        self._controller.stop(no_assert=True)
