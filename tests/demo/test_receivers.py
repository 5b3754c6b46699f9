"""The receivers speak real SMTP and HTTP and believe nothing that is not signed."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
from standardwebhooks import Webhook

from khabardar.demo.arrivals import Arrival
from khabardar.demo.receivers import Hook, Mailbox

URL = "http://127.0.0.1:9/en/business/x-1.html"
BODY: dict[str, Any] = {
    "type": "alert",
    "timestamp": "2026-01-02T03:04:05Z",
    "data": {
        "delivery_id": "d1",
        "channel": "hook",
        "rules": [{"name": "japan-automotive", "query": "japan"}],
        "stories": [
            {
                "story_id": "s",
                "title": "Japan builds",
                "late": False,
                "also_in": ["ravi-observer"],
                "items": [
                    {
                        "url": URL,
                        "source": "indus-point",
                        "place": "ISLAMABAD",
                        "published_at": "2026-01-02T03:00:00Z",
                        "matches": [
                            {"rule": "japan-automotive", "field": "title", "start": 0, "end": 5, "text": "Japan"},
                            {"rule": "japan-automotive", "field": "body", "start": 9, "end": 14, "text": "JAPAN"},
                        ],
                    }
                ],
            }
        ],
    },
}


def signed(hook_secret: str, body: bytes, message_id: str = "msg_1") -> dict[str, str]:
    """The headers of Standard Webhooks."""
    now = datetime.now(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(hook_secret).sign(message_id, now, body.decode()),
    }


async def test_a_webhook_without_a_right_signature_is_refused(tmp_path: Path, reader: httpx.AsyncClient) -> None:
    """Unsigned, signed by another, changed on the way, too old: 401 and an arrival that says so."""
    arrived: list[Arrival] = []
    hook = Hook(tmp_path, "hook", arrived.append)
    await hook.start()
    try:
        body = json.dumps(BODY).encode()
        stranger = "whsec_" + b64encode(b"x" * 24).decode()
        old = {**signed(hook.secret, body), "webhook-timestamp": "1000000000"}
        for headers, sent in (
            ({}, body),
            (signed(stranger, body), body),
            (signed(hook.secret, body), body + b" "),
            (old, body),
        ):
            answer = await reader.post(f"http://127.0.0.1:{hook.port}/hook", content=sent, headers=headers)
            assert answer.status_code == 401
    finally:
        await hook.stop()
    assert [bool(arrival.problem) for arrival in arrived] == [True] * 4
    assert not list(tmp_path.iterdir())


async def test_a_signed_webhook_is_kept_and_read(tmp_path: Path, reader: httpx.AsyncClient) -> None:
    """2xx, a file, and an arrival with all that the message says; matched words once each."""
    arrived: list[Arrival] = []
    hook = Hook(tmp_path, "hook", arrived.append)
    await hook.start()
    try:
        body = json.dumps(BODY).encode()
        address = f"http://127.0.0.1:{hook.port}"
        answer = await reader.post(address + "/hook", content=body, headers=signed(hook.secret, body))
        elsewhere = await reader.post(address + "/other", content=body, headers=signed(hook.secret, body))
    finally:
        await hook.stop()
    assert (answer.status_code, elsewhere.status_code) == (204, 404)
    (told,) = arrived
    assert (told.delivery_id, told.kind, told.rules) == ("msg_1", "alert", ("japan-automotive",))
    assert (told.urls, told.also_in, told.words) == ((URL,), ("ravi-observer",), ("Japan",))
    assert told.published_at == datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
    assert json.loads((tmp_path / "001.json").read_text("utf-8")) == BODY


async def test_a_mail_is_kept_and_read(tmp_path: Path) -> None:
    """A real SMTP conversation; rules and outlets from the text, words and links from the HTML, Urdu in the subject."""
    arrived: list[Arrival] = []
    rules, outlets = ["japan-automotive", "used-cars", "port-costs"], ["indus-point", "ravi-observer", "ghost-gazette"]
    mailbox = Mailbox(tmp_path, "desk", arrived.append, rules, outlets)
    await mailbox.start()
    letter = EmailMessage()
    letter["From"], letter["To"] = "khabardar@newsroom.example", "analyst@desk.example"
    letter["Subject"] = "[japan-automotive] جاپانی کمپنیاں"
    letter["Message-ID"] = "<dlv_7@newsroom.example>"
    letter.set_content("indus-point · today\nAlso in: ravi-observer\nMatched used-cars: used cars\n")
    letter.add_alternative(f'<p><a href="{URL}">x <mark>جاپانی</mark></a> <mark>cars</mark></p>', subtype="html")
    try:
        await aiosmtplib.send(letter, hostname="127.0.0.1", port=mailbox.port, start_tls=False)
    finally:
        await mailbox.stop()
    (told,) = arrived
    assert (told.delivery_id, told.kind, told.title) == ("dlv_7", "alert", "جاپانی کمپنیاں")
    assert (told.rules, told.also_in) == (("japan-automotive", "used-cars"), ("ravi-observer",))
    assert (told.urls, told.words, told.source) == ((URL,), ("جاپانی", "cars"), "indus-point")
    assert b"dlv_7" in (tmp_path / "001.eml").read_bytes()


async def test_a_mail_that_is_no_alert_is_taken_as_one_word(tmp_path: Path) -> None:
    """Text only, no rule, no link: kept and shown, and no expected alert is made of it."""
    arrived: list[Arrival] = []
    mailbox = Mailbox(tmp_path, "desk", arrived.append, ["japan-automotive"], [])
    await mailbox.start()
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@newsroom.example", "b@desk.example", "A source went dark"
    letter.set_content("ghost-gazette fails.\n")
    try:
        await aiosmtplib.send(letter, hostname="127.0.0.1", port=mailbox.port, start_tls=False)
    finally:
        await mailbox.stop()
    assert [(told.kind, told.urls, told.rules) for told in arrived] == [("notice", (), ())]
