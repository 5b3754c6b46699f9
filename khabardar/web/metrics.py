"""``/metrics``: how the service is, in the text formats of Prometheus.

Counters are of this process; what waits, how sources are and how large things are is asked of the archive at the moment
of the question. Labels are names of the configuration only: no address, no title, and nothing that left the file.
``docs/reference/metrics.md`` lists all of them (a test compares).
"""

from __future__ import annotations

import asyncio
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from archive.claims import SourceState
from archive.figures import Queue, Size
from archive.standing import Health, Standing
from khabardar.memory import resident
from scheduler.counts import BOUNDS, Counts
from scheduler.line import Line

if TYPE_CHECKING:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
    from prometheus_client.metrics_core import Metric

MOST_RULES = 500
"""With more rules than that, matches are counted together: each label is a series that somebody has to store."""

_VISITS = ("ok", "not-modified", "failed")
_TRIES = ("sent", "retry", "gave-up")
_STATES = tuple(health.value for health in Health)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the archive says at one moment."""

    at: datetime
    items: int
    size: Size
    queues: dict[str, Queue]
    standings: dict[str, Standing]
    sources: dict[str, SourceState]
    disabled: dict[str, str]
    failing: Iterable[str]


class Metrics:
    """The route of one service. prometheus-client is loaded when somebody first asks."""

    def __init__(self, line: Line, alive: Callable[[], bool]) -> None:
        self._line = line
        self._alive = alive
        self._started = time.time()
        self.route = Route("/metrics", self.served)

    async def served(self, request: Request) -> Response:
        """The figures of this moment, in the format that the scraper prefers."""
        counts = self._line.counts.snapshot()  # here, in the loop that counts, nothing changes meanwhile
        seen = await asyncio.to_thread(self._looked)
        return await asyncio.to_thread(self._written, request.headers.get("accept", ""), seen, counts)

    def _looked(self) -> Seen:
        archive, now = self._line.archive, self._line.clock()
        return Seen(
            now,
            archive.items_ever(),
            archive.size(),
            archive.queues(now),
            archive.standings(),
            archive.source_states(),
            archive.disabled_channels(),
            tuple(archive.channel_troubles()),
        )

    def _written(self, accept: str, seen: Seen, counts: Counts) -> Response:
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import choose_encoder

        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Once(lambda: self._collected(seen, counts)))
        encoder, kind = choose_encoder(accept)
        return Response(encoder(registry), headers={"Content-Type": kind, "Cache-Control": "no-store"})

    def _collected(self, seen: Seen, counts: Counts) -> Iterator[Metric]:
        orders = self._line.orders
        yield from _of_the_program(self._line, self._alive(), self._started, counts)
        yield from _of_sources(orders.enabled, seen, counts)
        yield from _of_matches([rule.name for rule in orders.rules.rules], counts)
        yield from _of_channels(orders.channels, seen, counts)
        yield _lags(counts)
        sizes = {("used",): seen.size.used, ("free",): seen.size.free}
        yield _gauge("archive_bytes", "Bytes of the archive, and of them bytes that are free.", ["part"], sizes)
        yield _gauge("archive_items", "Items ever kept.", [], {(): seen.items})


class _Once:
    """What a registry asks."""

    def __init__(self, collect: Callable[[], Iterator[Metric]]) -> None:
        self.collect = collect


Values = Mapping[Any, float]
"""By the values of the labels, a tuple of texts."""


def _gauge(name: str, help_: str, labels: Sequence[str], values: Values) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    return _filled(GaugeMetricFamily(f"khabardar_{name}", help_, labels=labels), values)


def _counter(name: str, help_: str, labels: Sequence[str], values: Values) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    return _filled(CounterMetricFamily(f"khabardar_{name}", help_, labels=labels), values)


def _filled(family: GaugeMetricFamily | CounterMetricFamily, values: Values) -> Metric:
    for key, number in values.items():
        family.add_metric(key, number)
    return family


def _of_the_program(line: Line, alive: bool, started: float, counts: Counts) -> Iterator[Metric]:
    kind = line.archive.kind
    about = {(version("khabardar"), platform.python_version(), kind): 1.0}
    yield _gauge("build_info", "What runs, always 1.", ["version", "python", "archive"], about)
    yield _gauge("start_time_seconds", "When the service started, in seconds since 1970.", [], {(): started})
    yield _gauge("clock_alive", "1 while the timetable ticks, else 0.", [], {(): float(alive)})
    memory = {("daemon",): resident(), ("worker",): line.worker.memory}
    yield _gauge("memory_bytes", "Resident memory; the crawl worker's without its readers.", ["process"], memory)
    yield _gauge("rules", "Rules in force.", [], {(): len(line.orders.rules.rules)})
    reloads = {(how,): counts.reloads[how] for how in ("done", "refused")}
    yield _counter("reloads", "Reloads of the configuration by what came of them.", ["outcome"], reloads)


def _of_sources(names: Iterable[str], seen: Seen, counts: Counts) -> Iterator[Metric]:
    names = set(names)
    visits = {(name, how): counts.visits[name, how] for name in sorted(names) for how in _VISITS}
    yield _counter("visits", "Visits that ended, by source and outcome.", ["source", "outcome"], visits)
    missed = {(name,): counts.missed[name] for name in sorted(names)}
    yield _counter("missed_ticks", "Visits that were due and made only with a later one.", ["source"], missed)
    items = {key: number for key, number in sorted(counts.items.items()) if key[0] in names}
    yield _counter("items", "Entries of sources by what became of them.", ["source", "outcome"], items)
    states = {
        (name, state): float(state == (seen.standings[name].state.value if name in seen.standings else "ok"))
        for name in sorted(names)
        for state in _STATES
    }
    yield _gauge("source_state", "How a source is: 1 for its state, 0 for the others.", ["source", "state"], states)
    well = {
        (name,): state.last_ok_at.timestamp()
        for name, state in seen.sources.items()
        if name in names and state.last_ok_at is not None
    }
    about = "When a source was last visited well, in seconds since 1970."
    yield _gauge("source_last_success_timestamp_seconds", about, ["source"], well)


def _of_matches(rules: list[str], counts: Counts) -> Iterator[Metric]:
    if len(rules) > MOST_RULES:
        matches = {("",): counts.matches.total()}
    else:
        matches = {(name,): counts.matches[name] for name in rules}
    yield _counter("matches", "Items that matched a rule, by rule where rules are few.", ["rule"], matches)


def _of_channels(names: Iterable[str], seen: Seen, counts: Counts) -> Iterator[Metric]:
    names = list(names)
    tries = {(name, how): counts.tries[name, how] for name in names for how in _TRIES}
    yield _counter("deliveries", "Tries of messages by what came of them.", ["channel", "outcome"], tries)
    lengths: dict[tuple[str, ...], float] = {}
    overdue: dict[tuple[str, ...], float] = {}
    states: dict[tuple[str, ...], float] = {}
    for name in names:
        queue = seen.queues.get(name, Queue())
        parts = {"owed": queue.owed - queue.held, "held": queue.held, "due": queue.due, "later": queue.later}
        lengths |= {(name, part): float(number) for part, number in parts.items()}
        overdue[name,] = max(0.0, (seen.at - queue.due_since).total_seconds()) if queue.due_since else 0.0
        now = "disabled" if name in seen.disabled else "failing" if name in seen.failing else "ok"
        states |= {(name, state): float(state == now) for state in ("ok", "failing", "disabled")}
    about = "What waits for a channel: matches owed or held back, messages due now or to be tried later."
    yield _gauge("queue", about, ["channel", "queue"], lengths)
    yield _gauge("queue_overdue_seconds", "For how long the first message has been due.", ["channel"], overdue)
    yield _gauge("channel_state", "How a channel is: 1 for its state, 0 for the others.", ["channel", "state"], states)


def _lags(counts: Counts) -> Metric:
    from prometheus_client.core import HistogramMetricFamily
    from prometheus_client.utils import floatToGoString

    about = "From an item's publication to its message, by the kind of message."
    family = HistogramMetricFamily("khabardar_lag_seconds", about, labels=["kind"])
    edges = [*map(floatToGoString, BOUNDS), "+Inf"]
    for kind, lags in counts.lags.items():
        family.add_metric([kind], list(zip(edges, accumulate(lags.parts), strict=True)), lags.seconds)
    return family
