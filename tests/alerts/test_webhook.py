"""The webhook channel against real receivers on loopback."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.channels.retry_after import retry_after
from alerts.channels.webhook import Webhook, WebhookSettings, send
from archive.model import Outcome
from tests.alerts.certificates import issue
from tests.alerts.receiver import (
    Answer,
    accept_and_hang,
    accept_and_pour,
    cut,
    drip,
    hang,
    receiver,
    reply,
)
from tests.alerts.samples import NOW, alert, ready

SECRET = "whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0"
OTHER_SECRET = "whsec_" + base64.b64encode(b"the one that comes after").decode()


def settings(url: str, **changes: Any) -> WebhookSettings:
    values = {"name": "desk", "url": url, "allow_addresses": ["127.0.0.0/8"], "timeout": "10s"}
    return WebhookSettings.model_validate(values | changes)


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    """The signature as the Standard Webhooks specification words it, written without any of our code."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


async def test_the_body_is_the_frozen_message_and_the_headers_are_those_of_standard_webhooks() -> None:
    """What a receiver gets."""
    message = alert()
    async with receiver(reply("200 OK", b"thank you")) as hook:
        told = await send(settings(hook.url, secret=SECRET), ready(message))
    assert (told.outcome, told.answer) == (Outcome.SENT, "200 OK: thank you")
    (request,) = hook.requests
    assert request.line == "POST /hook HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == message
    assert request.headers["webhook-id"] == "delivery-1"
    assert abs(int(request.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 300
    assert request.headers["webhook-signature"] == signature(SECRET, request.headers, request.body)


async def test_every_try_carries_the_same_bytes_and_id_though_the_archive_gave_the_keys_in_another_order() -> None:
    """A receiver recognises a repeat."""
    message = alert()
    shuffled = json.loads(json.dumps(message, sort_keys=True))
    async with receiver(reply("500 Oops"), reply("200 OK")) as hook:
        channel = Webhook(settings(hook.url, secret=SECRET))
        first = await channel.send(ready(message))
        second = await channel.send(ready(shuffled, tries=1))
        await channel.aclose()
    assert (first.outcome, second.outcome) == (Outcome.RETRY, Outcome.SENT)
    one, two = hook.requests
    assert one.body == two.body
    assert one.headers["webhook-id"] == two.headers["webhook-id"]


async def test_a_list_of_secrets_gives_a_signature_each_and_no_secret_gives_none() -> None:
    """Secrets are rotated without losing a message."""
    async with receiver() as hook:
        await send(settings(hook.url, secret=[SECRET, OTHER_SECRET]), ready())
        await send(settings(hook.url), ready())
    signed, unsigned = hook.requests
    expected = [signature(secret, signed.headers, signed.body) for secret in (SECRET, OTHER_SECRET)]
    assert signed.headers["webhook-signature"].split(" ") == expected
    assert "webhook-signature" not in unsigned.headers
    assert unsigned.headers["webhook-id"] == "delivery-1"


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
async def test_every_2xx_is_success(status: str) -> None:
    """Receivers say yes in several ways."""
    async with receiver(reply(status)) as hook:
        assert (await send(settings(hook.url), ready())).outcome is Outcome.SENT


@pytest.mark.parametrize("answer", [accept_and_hang, accept_and_pour])
async def test_a_yes_counts_although_the_body_hangs_or_never_ends(answer: Answer) -> None:
    """The status was the answer; sending again would be a repeat for nothing."""
    async with receiver(answer) as hook:
        told = await asyncio.wait_for(send(settings(hook.url), ready()), 60)
    assert told.outcome is Outcome.SENT
    assert len(told.answer) < 300


async def test_410_disables_the_channel_and_ends_no_delivery() -> None:
    """What is owed stays owed."""
    async with receiver(reply("410 Gone")) as hook:
        told = await send(settings(hook.url), ready())
    assert told.outcome is Outcome.RETRY
    assert told.disable
    assert told.answer.startswith("410 Gone")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 413, 422, 429, 500, 502, 503])
async def test_every_other_refusal_is_tried_again_with_its_words_kept(status: int) -> None:
    """A wrong path or secret on the other side is put right one day."""
    async with receiver(reply(f"{status} Nope", b"not\x1b[31m today\r\nsorry")) as hook:
        told = await send(settings(hook.url), ready())
    assert told.outcome is Outcome.RETRY
    assert not told.disable
    assert told.answer == f"{status} Nope: not today sorry"


async def test_the_pause_a_receiver_asks_for_is_handed_on() -> None:
    """429 and 503 with Retry-After."""
    async with receiver(reply("429 Slow", b"", "Retry-After: 120"), reply("503 Later")) as hook:
        asked = await send(settings(hook.url), ready())
        silent = await send(settings(hook.url), ready())
    assert asked.retry_after == 120
    assert silent.retry_after is None


def test_retry_after_is_read_as_seconds_or_date_and_never_longer_than_a_day() -> None:
    """RFC 9110, 10.2.3, and what servers send instead."""
    assert retry_after("Fri, 15 Aug 2025 13:05:12 GMT", NOW) == 60
    assert retry_after(" 7 ", NOW) == 7
    assert retry_after("315360000", NOW) == 86400
    assert retry_after("9" * 400, NOW) == 86400
    assert retry_after("Fri, 15 Aug 2035 13:05:12 GMT", NOW) == 86400
    for useless in (None, "", "-5", "0", "soon", "1.5", "²", "Fri, 15 Aug 2020 13:05:12 GMT", "Fri, 99 Aug"):
        assert retry_after(useless, NOW) is None


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_a_redirect_is_not_followed_but_named(status: str) -> None:
    """It would carry the message to an address nobody configured."""
    async with receiver() as elsewhere:
        location = f"Location: http://127.0.0.1:{elsewhere.port}/token-in-path"
        async with receiver(reply(status, b"", location)) as hook:
            told = await send(settings(hook.url), ready())
    assert elsewhere.requests == []
    assert told.outcome is Outcome.RETRY
    assert "redirects to 127.0.0.1" in told.answer
    assert "url" in told.answer
    assert "token" not in told.answer


@pytest.mark.parametrize("answer", [hang, drip])
async def test_a_receiver_that_hangs_or_drips_is_left_at_the_deadline(answer: Answer) -> None:
    """One deadline for the whole answer."""
    async with receiver(answer) as hook:
        told = await asyncio.wait_for(send(settings(hook.url, timeout="300ms"), ready()), 30)
    assert told.outcome is Outcome.RETRY
    assert "within 0.3 seconds" in told.answer


async def test_what_is_wrong_with_a_receiver_is_said_in_words_that_help(tmp_path: Any) -> None:
    """An expired certificate needs no other issuer; a mail server at the port is none of the web."""
    stale = issue(tmp_path, "127.0.0.1", expired=True)
    async with receiver() as hook:
        server = await asyncio.start_server(hook.serve, "127.0.0.1", 0, ssl=stale.server)
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        expired = await send(settings(url, ca=stale.ca), ready())
        server.close()
        await server.wait_closed()
        no_tls = await send(settings(hook.url.replace("http:", "https:"), timeout="2s"), ready())
    async with receiver(b"220 mail.example.org ESMTP\r\n\r\n") as hook:
        mail = await send(settings(hook.url), ready())
    assert expired.answer == "the certificate of 127.0.0.1 has expired"
    assert no_tls.outcome is Outcome.RETRY
    assert (
        mail.answer == "127.0.0.1 does not answer as a web server does: illegal status line: 220 mail.example.org ESMTP"
    )


@pytest.mark.parametrize("answer", [cut, b"220 mail.example.org ESMTP\r\n", b"HTTP/1.1 200 OK\r\nbroken"])
async def test_a_receiver_that_closes_early_or_talks_nonsense_is_tried_again(answer: Answer) -> None:
    """No answer is no yes."""
    async with receiver(answer) as hook:
        told = await send(settings(hook.url), ready())
    assert told.outcome is Outcome.RETRY
    assert told.answer


async def test_a_receiver_that_is_not_there_is_tried_again() -> None:
    """Nobody listens on the port."""
    async with receiver() as hook:
        url = hook.url
    told = await send(settings(url), ready())
    assert told.outcome is Outcome.RETRY
    assert "connection failed" in told.answer


async def test_an_answer_that_would_unpack_to_a_thousand_times_its_size_stays_packed() -> None:
    """The words of an answer are for the record only."""
    bomb = gzip.compress(bytes(50_000_000))
    async with receiver(reply("500 Oops", bomb, "Content-Encoding: gzip")) as hook:
        told = await send(settings(hook.url), ready())
    assert told.answer == "500 Oops"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
async def test_a_private_address_is_not_contacted_unless_allowed(host: str) -> None:
    """By whatever name it is called."""
    async with receiver() as hook:
        told = await send(settings(f"http://{host}:{hook.port}/", allow_addresses=[]), ready())
    assert hook.requests == []
    assert told.outcome is Outcome.RETRY


async def test_a_refused_address_names_the_remedy() -> None:
    """The operator reads it in the list of deliveries."""
    async with receiver() as hook:
        told = await send(settings(hook.url, allow_addresses=[]), ready())
    assert "allow_addresses" in told.answer


async def test_https_is_checked_against_the_named_authority(tmp_path: Any) -> None:
    """``ca`` trusts a company's own certificates; without it the connection fails and nothing is sent."""
    issued = issue(tmp_path, "127.0.0.1")
    lines: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(await reader.readuntil(b"\r\n"))
        writer.write(reply("200 OK"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=issued.server)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        distrusted = await send(settings(url), ready())
        trusted = await send(settings(url, ca=issued.ca), ready())
    assert distrusted.outcome is Outcome.RETRY
    assert "certificate" in distrusted.answer.lower()
    assert trusted.outcome is Outcome.SENT
    assert lines == [b"POST /hook HTTP/1.1\r\n"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": "ftp://example.org/hook"}, "not a web address"),
        ({"url": "https:///hook"}, "not a web address"),
        ({"url": "https://example.org:99999/"}, "not a web address"),
        ({"url": "https://example.org/a b"}, "not a web address"),
        ({"url": "https://[::1/"}, "not a web address"),
        ({"secret": "c2VjcmV0"}, 'begins with "whsec_"'),
        ({"secret": "whsec_not base64!"}, "base64"),
        ({"secret": "whsec_abcde"}, "base64"),
        ({"secret": "whsec_"}, "no key follows"),
        ({"secret": ""}, 'begins with "whsec_"'),
        ({"secret": []}, "leave secret out"),
        ({"secret": [SECRET, "whsec_!"]}, "base64"),
        ({"allow_addresses": ["10.0.0.0/33"]}, "write a network"),
        ({"allow_addresses": ["intranet"]}, "write a network"),
        ({"timeout": 20}, "write a number and a unit"),
        ({"timeout": "20"}, "has no unit"),
        ({"timeout": "0s"}, "greater than 0"),
        ({"retries": 3}, "Extra inputs"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_be_right(changes: dict[str, Any], sentence: str) -> None:
    """The configuration's errors are made of these sentences."""
    with pytest.raises(ValidationError) as caught:
        settings(**{"url": "https://example.org/hook"} | changes)
    (error,) = caught.value.errors()
    assert sentence in error["msg"]


def test_secrets_are_not_shown() -> None:
    """Not in the settings' text, not in the sentence about a bad one."""
    assert "c2VjcmV0" not in repr(settings("https://example.org/hook", secret=SECRET))
    with pytest.raises(ValidationError) as caught:
        settings("https://example.org/hook", secret="hunter2-hunter2")
    assert "hunter2" not in caught.value.errors()[0]["msg"]


async def test_a_delivery_that_was_not_composed_is_a_fault_of_ours() -> None:
    """It must not reach a receiver as an empty message."""
    with pytest.raises(ValueError, match="not composed"):
        await send(settings("https://example.org/"), ready(None).__class__(id="x", channel="desk"))


def test_deadlines_may_be_given_in_any_unit() -> None:
    """As everywhere in the configuration."""
    assert settings("https://example.org/", timeout="1m").timeout == timedelta(minutes=1).total_seconds()
