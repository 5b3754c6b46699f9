"""Sending while the archive goes away: nothing is told twice, nothing waits for a lease to run out."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from alerts.channels import WebhookSettings
from alerts.compose import test_message as message_of_test
from alerts.rules import Rules
from alerts.send import Sender
from archive import database
from archive.store import Archive
from crawler.settings import CrawlSettings
from crawler.worker_process import Worker
from scheduler import telling
from scheduler.line import Line
from scheduler.orders import Orders
from scheduler.route import deliver

HOUR = timedelta(hours=1)


def test_what_was_sent_while_the_archive_was_locked_is_settled_when_it_is_free_and_not_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver has it, somebody else holds the write lock for longer than we wait: one POST, one settled try."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    monkeypatch.setattr(telling, "WRITE_AGAIN", 0.05)
    archive = Archive.open(f"sqlite:///{tmp_path / 'news.db'}")
    archive.migrate()
    calls: list[str] = []
    with closing(sqlite3.connect(tmp_path / "news.db", isolation_level=None, check_same_thread=False)) as other:

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                calls.append(self.headers["webhook-id"])
                other.execute("BEGIN IMMEDIATE")
                threading.Timer(0.5, other.execute, ["ROLLBACK"]).start()
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        hook = WebhookSettings(
            name="hook", url=f"http://127.0.0.1:{server.server_port}/", allow_addresses=("127.0.0.0/8",)
        )
        orders = Orders({}, {}, CrawlSettings(), Rules([]), ("hook",), Sender({"hook": hook}))
        now = datetime.now(UTC)
        number = archive.owe_message("hook", "notice", message_of_test("hook", now), now)

        async def course() -> None:
            assert await deliver(Line(archive, orders, Worker(), "me:1:1"), ["hook"]) == 1
            await orders.sender.aclose()

        asyncio.run(course())
        server.shutdown()
        server.server_close()
    assert calls == [number]
    assert [one.outcome for one in archive.delivery_tries(number)] == ["sent"]
    assert [one.id for one in archive.deliveries("sent")] == [number]
    archive.close()
