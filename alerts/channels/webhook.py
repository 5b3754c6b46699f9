"""The webhook channel: an HTTP POST signed as the Standard Webhooks specification says.

``webhook-id`` is the delivery's id and the body is the same bytes on every try, so a receiver recognises a repeat;
``webhook-timestamp`` is that of the try. Addresses are judged by ``net`` when connecting. What an answer means:

* 2xx: sent; what the body says, or whether it ever ends, does not matter.
* 410: the receiver wants no more: the channel is disabled, what is owed stays owed.
* Everything else is tried again, ``Retry-After`` respected: a wrong secret, path or limit on the other side is put
  right one day, and until the schedule ends nothing is lost. A redirect is not followed but named.

A connection is kept open between deliveries that follow each other. The other side may close it just as the next try
begins; that try is made once more at once, with a new connection and the same id.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import functools
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from alerts.channels.manners import Manners
from alerts.channels.retry_after import retry_after
from alerts.compose import canonical
from alerts.durations import seconds_of
from alerts.inert import host_of, one_line
from archive.model import Delivery, Outcome, Told

if TYPE_CHECKING:
    import ssl

    import httpx

    from net.http import GuardedClient

_PREFIX = "whsec_"
_READ = 2048  # bytes of an answer that are read for the record
_PATIENCE = 3.0  # seconds for them
_HEAD = 64 * 1024  # bytes of headers and a body that is let through to be read
_QUOTED = re.compile(r"bytearray\(b(['\"])(.*?)\1\)")  # how h11 shows what it was sent
_KEPT_FOR = 5.0  # seconds without a delivery after which connections are closed


def _as_tuple(value: object) -> object:
    if value is None or isinstance(value, (list, tuple)):
        return value if value is None else tuple(value)
    return (value,)


class WebhookSettings(Manners):
    """``[[channels]]`` with ``kind = "webhook"``.

    ``secret`` is one Standard Webhooks secret or, while rotating, a list: each gives a signature. ``ca`` (usually as
    ``ca_file``) holds certificates in PEM form to trust besides the system's. ``timeout`` is for the whole try.
    """

    kind: Literal["webhook"] = "webhook"
    url: str
    secret: Annotated[tuple[SecretStr, ...] | None, BeforeValidator(_as_tuple)] = None
    allow_addresses: tuple[str, ...] = ()
    timeout: Annotated[float, BeforeValidator(seconds_of), Field(gt=0, le=600)] = 20.0
    ca: str = ""

    @field_validator("url")
    @classmethod
    def _web_only(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            known = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            known = False
        if not known or not url.isprintable() or " " in url:
            # The URL itself is not repeated: it may hold a token.
            raise ValueError("not a web address; write the receiver's whole URL, https://example.org/hook")
        return url

    @field_validator("secret")
    @classmethod
    def _real_secrets(cls, secret: tuple[SecretStr, ...] | None) -> tuple[SecretStr, ...] | None:
        if secret is not None and not secret:
            raise ValueError("an empty list of secrets signs nothing; leave secret out to send unsigned")
        for one in secret or ():
            _key(one)
        return secret

    @field_validator("allow_addresses")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            try:
                ip_network(network)
            except ValueError as error:
                raise ValueError(f"{error}; write a network such as 10.1.0.0/16 or an address") from None
        return networks


def _key(secret: SecretStr) -> bytes:
    """The key inside a ``whsec_`` secret; ValueError without the secret in it."""
    text = secret.get_secret_value()
    if not text.startswith(_PREFIX):
        raise ValueError(f'a webhook secret begins with "{_PREFIX}"; what follows is the key in base64')
    encoded = text.removeprefix(_PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        raise ValueError(f'what follows "{_PREFIX}" in a webhook secret is base64; this is not') from None
    if not key:
        raise ValueError(f'no key follows "{_PREFIX}" in the webhook secret')
    return key


class Webhook:
    """One channel of kind webhook at work; holds its connections while deliveries follow each other."""

    def __init__(self, settings: WebhookSettings) -> None:
        self.settings = settings
        self._client: GuardedClient | None = None
        self._under_way = 0
        self._resting: asyncio.TimerHandle | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def warm(self) -> None:
        """Load what the first delivery needs."""
        import standardwebhooks  # noqa: F401

        import net.http  # noqa: F401

        _trust(self.settings.ca)

    async def send(self, delivery: Delivery) -> Told:
        """Try once. Raises nothing that a receiver or a network can cause."""
        import httpx

        from net.addresses import AddressRefused

        if delivery.message is None:
            raise ValueError(f"delivery {delivery.id} was not composed before it was sent")
        body = canonical(delivery.message)
        headers = _headers(delivery.id, datetime.now(UTC), body, self.settings.secret or ())
        self._begin()
        try:
            return await self._ask(body, headers)
        except AddressRefused as refused:
            return Told(Outcome.RETRY, str(refused))
        except (TimeoutError, httpx.TimeoutException):
            return Told(Outcome.RETRY, f"no answer within {self.settings.timeout:g} seconds")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Told(Outcome.RETRY, _failed(error, self.settings.url))
        finally:
            self._end()

    async def aclose(self) -> None:
        self._rest()
        if self._closing:
            await asyncio.wait(self._closing)

    def _begin(self) -> None:
        self._under_way += 1
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    def _end(self) -> None:
        self._under_way -= 1
        if not self._under_way and self._client is not None:
            self._resting = asyncio.get_running_loop().call_later(_KEPT_FOR, self._rest)

    def _rest(self) -> None:
        """Hundreds of channels that are seldom used hold no connections."""
        if self._resting is not None:
            self._resting.cancel()
        client, self._client, self._resting = self._client, None, None
        if client is not None:
            closing = asyncio.create_task(client.aclose())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _ask(self, body: bytes, headers: Mapping[str, str]) -> Told:
        import httpx

        async with asyncio.timeout(self.settings.timeout) as deadline:
            tried = _Tried()
            try:
                return await self._asked(body, headers, deadline, tried)
            except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
                if tried.connected:
                    raise
            return await self._asked(body, headers, deadline, tried)

    async def _asked(self, body: bytes, headers: Mapping[str, str], deadline: asyncio.Timeout, tried: _Tried) -> Told:
        request = self._ready().stream(
            "POST", self.settings.url, content=body, headers=dict(headers), extensions={"trace": tried.note}
        )
        async with request as response:
            deadline.reschedule(None)  # the status is known; reading the rest has a limit of its own
            if response.is_success:
                return Told(Outcome.SENT, await _answer(response))
            return _not_sent(response, await _answer(response))

    def _ready(self) -> GuardedClient:
        if self._client is None:
            from net.addresses import Gate
            from net.http import client

            gate = Gate(self.settings.allow_addresses)
            trust = _trust(self.settings.ca)
            self._client = client(gate, timeout=self.settings.timeout, max_body=_HEAD, verify=trust)
        return self._client


class _Tried:
    """What a try has done so far."""

    def __init__(self) -> None:
        self.connected = False

    async def note(self, event: str, _info: object) -> None:
        """httpcore's trace: whether a connection of its own was made."""
        self.connected = self.connected or event == "connection.connect_tcp.started"


@functools.cache
def _trust(ca: str) -> ssl.SSLContext:
    """The system's certificates and ``ca``: loaded once, for they are half a megabyte and take a moment."""
    import ssl

    trust = ssl.create_default_context()
    if ca:
        trust.load_verify_locations(cadata=ca)
    return trust


async def send(settings: WebhookSettings, delivery: Delivery) -> Told:
    """Try one delivery once, with a connection of its own."""
    channel = Webhook(settings)
    try:
        return await channel.send(delivery)
    finally:
        await channel.aclose()


def _headers(delivery_id: str, now: datetime, body: bytes, secrets: tuple[SecretStr, ...]) -> dict[str, str]:
    headers = {
        "content-type": "application/json",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(now.timestamp())),
    }
    if secrets:
        from standardwebhooks import Webhook as Signer

        signer = [Signer(_key(secret)) for secret in secrets]
        headers["webhook-signature"] = " ".join(one.sign(delivery_id, now, body.decode()) for one in signer)
    return headers


def _failed(error: Exception, url: str) -> str:
    """A try that came to no answer, in words that help who reads them."""
    import httpx

    from alerts.channels.tls_words import tls_words

    host = one_line(host_of(url), 80)
    if words := tls_words(error, host, "is there https at this port?"):
        return words
    reason = one_line(_QUOTED.sub(r"\2", str(error)), 200) or type(error).__name__
    if isinstance(error, httpx.RemoteProtocolError):
        return f"{host} does not answer as a web server does: {reason}"
    return f"the connection failed: {reason}"


def _not_sent(response: httpx.Response, answer: str) -> Told:
    status = response.status_code
    if status == 410:
        return Told(Outcome.RETRY, f"{answer}; the receiver wants no more, the channel is disabled", disable=True)
    if response.has_redirect_location:
        host = one_line(host_of(response.headers["location"]), 80) or "another path"
        answer = f"{answer}; it redirects to {host}, which is not followed: put the final address into url"
    return Told(Outcome.RETRY, answer, retry_after=retry_after(response.headers.get("retry-after")))


async def _answer(response: httpx.Response) -> str:
    """Status and the beginning of the body, on one line. A body that hangs or breaks off takes nothing away."""
    import httpx

    beginning = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            async for chunk in response.aiter_raw(_READ):
                beginning += chunk
                if len(beginning) >= _READ:
                    break
    except (TimeoutError, httpx.HTTPError, OSError):
        pass  # the status line was the answer
    plain = "content-encoding" not in response.headers
    text = one_line(beginning[:_READ].decode(errors="replace"), 200) if plain else ""
    status = one_line(f"{response.status_code} {response.reason_phrase}", 80)
    return f"{status}: {text}" if text else status
