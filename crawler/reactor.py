"""The Twisted reactor of the crawl worker: every connection it makes passes the gate first.

Scrapy connects through ``HostnameEndpoint``, which resolves a name and calls ``connectTCP`` with a literal address, so
the address that was judged is the address that is contacted, and a name that changes its answer gains nothing. Names
are resolved by the reactor's own threads; ``AsyncCrawlerRunner`` ignores ``TWISTED_DNS_RESOLVER``, which is not missed.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.asyncioreactor import AsyncioSelectorReactor

from net.addresses import Gate

REACTOR = "crawler.reactor.GuardedReactor"


class GuardedReactor(AsyncioSelectorReactor):
    """An asyncio reactor with a gate at its only way out; it serves and listens to nobody."""

    gate = Gate()

    def connectTCP(self, host: str, port: int, *rest: Any, **named: Any) -> Any:  # noqa: N802  Twisted's name
        """Connect to a literal address that the gate lets through. Raises AddressRefused."""
        self.gate.check(host)
        return super().connectTCP(host, port, *rest, **named)

    def listenTCP(self, *rest: Any, **named: Any) -> Any:  # noqa: N802  Twisted's name
        """Refused: the crawl worker opens no port."""
        raise RuntimeError("the crawl worker opens no port")


def install(gate: Gate) -> GuardedReactor:
    """Make the guarded reactor this process's reactor, on the running event loop."""
    import asyncio

    from twisted.internet.main import installReactor

    reactor = GuardedReactor(asyncio.get_running_loop())
    reactor.gate = gate
    reactor.suggestThreadPoolSize(24)
    installReactor(reactor)  # type: ignore[no-untyped-call]
    reactor.startRunning(installSignalHandlers=False)
    return reactor
