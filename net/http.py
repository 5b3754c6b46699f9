"""HTTP that goes through the gate: one guarded client, one deadline for the whole answer, one cap on its size.

No redirects are followed, no proxy or password of the environment is used, no cookie is kept. The cap counts bytes
after decompression, which is done here in small steps: a library that unpacks a whole chunk at once can be made to
take a thousand times its size. What comes before the body (headers, any number of ``1xx``) is bounded too.

A connection is used again soon after, unless its last answer was followed by bytes that nobody asked for: they would be
taken for the answer to what is asked next.
"""

from __future__ import annotations

import asyncio
import ssl
import typing
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx

from net.addresses import AddressRefused, Gate, resolve

_STEP = 64 * 1024
_HEADS = 128 * 1024  # bytes that an answer may have besides its body
_KEPT_FOR = 15.0  # seconds


class AnswerError(Exception):
    """No usable answer came: too late, too long, or the connection failed. The text says which, without secrets."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side answered. ``headers`` have lower-case names; a repeated header is joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class GuardedClient(httpx.AsyncClient):
    """An ``httpx.AsyncClient`` whose connections pass the gate; ``deadline`` in seconds, ``max_body`` in bytes."""

    def __init__(
        self, gate: Gate, *, deadline: float, max_body: int, user_agent: str, verify: ssl.SSLContext | bool
    ) -> None:
        super().__init__(
            transport=_GuardedTransport(gate, verify, max_body + _HEADS),
            timeout=httpx.Timeout(deadline),
            headers={"User-Agent": user_agent, "Accept-Encoding": "identity"},
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )
        self.deadline = deadline
        self.max_body = max_body


def client(
    gate: Gate,
    *,
    timeout: float,
    max_body: int = 1 << 20,
    user_agent: str = "Khabardar/1.0",
    verify: ssl.SSLContext | bool = True,
) -> GuardedClient:
    """A client that reaches only what ``gate`` allows; ``timeout`` is the deadline of a whole answer in seconds."""
    return GuardedClient(gate, deadline=timeout, max_body=max_body, user_agent=user_agent, verify=verify)


async def fetch(guarded: GuardedClient, url: str, headers: Mapping[str, str] | None = None) -> Answer:
    """GET ``url``. Raises AddressRefused, or AnswerError when no whole answer came in time and size."""
    return await _ask(guarded, "GET", url, headers, None)


async def post(guarded: GuardedClient, url: str, content: bytes, headers: Mapping[str, str] | None = None) -> Answer:
    """POST ``content`` to ``url``. Raises AddressRefused, or AnswerError when no whole answer came."""
    return await _ask(guarded, "POST", url, headers, content)


async def _ask(
    guarded: GuardedClient, method: str, url: str, headers: Mapping[str, str] | None, content: bytes | None
) -> Answer:
    try:
        async with (
            asyncio.timeout(guarded.deadline),
            guarded.stream(method, url, headers=headers, content=content) as response,
        ):
            body = await _body(response, guarded.max_body)
            return Answer(response.status_code, dict(response.headers), body)
    except (TimeoutError, httpx.TimeoutException):
        raise AnswerError(f"no whole answer within {guarded.deadline:g} seconds") from None
    except httpx.InvalidURL:
        raise AnswerError("the address is not a valid web address") from None
    except (httpx.HTTPError, OSError) as error:
        raise AnswerError(f"the connection failed: {error or type(error).__name__}") from error


async def _body(response: httpx.Response, max_body: int) -> bytes:
    packing = response.headers.get("content-encoding", "").strip().lower()
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packing in ("gzip", "x-gzip", "deflate") else None
    parts: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw(_STEP):
        for part in _unpacked(unpack, chunk):
            size += len(part)
            if size > max_body:
                raise AnswerError(f"the answer is longer than {max_body} bytes")
            parts.append(part)
    return b"".join(parts)


def _unpacked(unpack: zlib._Decompress | None, chunk: bytes) -> Iterable[bytes]:
    if unpack is None:
        yield chunk
        return
    while chunk and not unpack.eof:
        try:
            yield unpack.decompress(chunk, _STEP)
        except zlib.error:
            raise AnswerError("the answer says it is compressed but cannot be unpacked") from None
        chunk = unpack.unconsumed_tail


class _GuardedTransport(httpx.AsyncHTTPTransport):
    def __init__(self, gate: Gate, verify: ssl.SSLContext | bool, most: int) -> None:
        context = verify if isinstance(verify, ssl.SSLContext) else httpx.create_ssl_context(verify, trust_env=False)
        super().__init__(verify=context, trust_env=False)
        # httpx has no public way to hand in a network backend; a test holds this hook.
        self._pool = _Pool(context, _GuardedBackend(gate, most))


class _Pool(httpcore.AsyncConnectionPool):
    def __init__(self, context: ssl.SSLContext, backend: httpcore.AsyncNetworkBackend) -> None:
        super().__init__(
            ssl_context=context,
            max_connections=20,
            max_keepalive_connections=5,
            keepalive_expiry=_KEPT_FOR,
            network_backend=backend,
        )
        self._made_with = (context, backend)

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        context, backend = self._made_with
        return _Connection(origin, ssl_context=context, keepalive_expiry=_KEPT_FOR, network_backend=backend)


class _Connection(httpcore.AsyncHTTPConnection):
    def has_expired(self) -> bool:
        """Whether it is not to be used again: also when more came than was asked for."""
        return super().has_expired() or (self.is_idle() and self._has_more())

    def _has_more(self) -> bool:
        # httpcore looks at the socket only; what was read off it already is h11's, and a test holds this hook.
        state = getattr(self._connection, "_h11_state", None)
        return state is not None and bool(state.trailing_data[0])


class _BoundedStream(httpcore.AsyncNetworkStream):
    """Reads at most ``most`` bytes after each writing, so an answer whose head never ends takes nobody's time."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, most: int) -> None:
        self._inner = inner
        self._most = most
        self._taken = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109  httpcore's signature
        data = await self._inner.read(max_bytes, timeout)
        self._taken += len(data)
        if self._taken > self._most:
            raise httpcore.ReadError(f"the answer is longer than {self._most} bytes")
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._taken = 0
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        return _BoundedStream(await self._inner.start_tls(ssl_context, server_hostname, timeout), self._most)

    def get_extra_info(self, info: str) -> typing.Any:
        return self._inner.get_extra_info(info)


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name, asks the gate about every address, and connects to an address that was asked about."""

    def __init__(self, gate: Gate, most: int) -> None:
        self._gate = gate
        self._most = most
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        local_address: str | None = None,
        socket_options: typing.Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await resolve(host, port, self._gate)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host} could not be resolved") from error
        failure: Exception = httpcore.ConnectError(f"no address of {host} answered")
        for address in addresses:
            self._gate.check(address, host)
            try:
                stream = await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
                return _BoundedStream(stream, self._most)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's signature
        socket_options: typing.Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused(path)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


__all__ = ["AddressRefused", "Answer", "AnswerError", "GuardedClient", "client", "fetch", "post"]
