"""What every page and route is handed: the archive, the configuration in force, and threads to ask the archive in."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from alerts.rules import RuleSettings
from archive.counting import Lately
from archive.model import NewsItem
from archive.store import Archive
from archive.storing import cut
from crawler.worker_process import Worker
from khabardar.settings import Settings
from khabardar.web.said import Said
from query import Query, parse

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

THREADS = 4
"""That ask the archive for pages; the service has its own, so that looking never holds up an alert."""

MOST_WAITING = 48
"""Questions that may wait for a thread; with more the answer is 503."""


KEPT_PARSED = 1000
"""Queries of rules."""

COUNTED_FOR = 5.0
"""Seconds that figures of the whole archive are good for."""

LATELY_DAYS = 30
LATELY_FOR = 60.0
LATELY_SECONDS = 1.0
"""Matches by day: of how many days, good for how many seconds, counted in at most so many."""

TRIALS_AT_ONCE = 2
"""Queries that are tried at a time: somebody who types must not keep the others from looking."""


class TooBusyError(Exception):
    """More is asked than can be answered in time; trying again in a moment helps."""


@dataclass(frozen=True)
class View:
    """One configuration as the pages see it. A reload makes another; whoever answers a request keeps the one it began
    with."""

    settings: Settings
    taken_up_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _queries: dict[str, Query] = field(default_factory=dict, repr=False)

    @functools.cached_property
    def rules(self) -> Mapping[str, RuleSettings]:
        """The rules by name, in the order of the file."""
        return {rule.name: rule for rule in self.settings.rules}

    @functools.cached_property
    def stores(self) -> Mapping[str, str]:
        """How much of an item each source lets us show."""
        return {source.name: source.store for source in self.settings.sources}

    @functools.cached_property
    def zone(self) -> ZoneInfo:
        """The zone of times that are shown."""
        return ZoneInfo(self.settings.service.timezone)

    def query_of(self, rule: RuleSettings) -> Query:
        """The query of a rule, kept parsed for the next page that asks; of very many rules the first are."""
        known = self._queries.get(rule.query)
        if known is None:
            known = self.parse(rule.query)
            if len(self._queries) < KEPT_PARSED:
                self._queries[rule.query] = known
        return known

    def parse(self, text: str) -> Query:
        """A query with the topics and rules of this configuration. Raises ``QueryError``."""
        return parse(text, self.settings.names)

    def masked(self, text: str | None) -> str:
        """The text without the secrets of the configuration, which an address or an answer may hold."""
        return functools.reduce(lambda left, secret: left.replace(secret, "***"), self._secrets, text or "")

    @functools.cached_property
    def _secrets(self) -> tuple[str, ...]:
        """The longest first: one may hold another."""
        return tuple(sorted(self.settings.secrets, key=len, reverse=True))

    def shown(self, item: NewsItem) -> NewsItem:
        """The item as far as its source's store policy lets it be shown, also when it was kept under another one."""
        return cut(item, self.stores.get(item.source, "full"))


@dataclass(frozen=True)
class Works:
    """What the pages may ask of the service that runs them: the crawl worker for a look at a source, a visit out of
    turn (False for a source that is not visited), and to see at once what is to be sent. All of it belongs into the
    service's loop."""

    worker: Worker
    visit: Callable[[str], bool]
    ring: Callable[[], None]


class Desk:
    """The archive, the view in force and the threads; ``alive`` says whether the timetable ticks, ``reload`` takes up
    the configuration file anew and says whether it could (None: nobody here can), ``works`` is the service, None where
    there is none behind the pages."""

    def __init__(
        self,
        archive: Archive,
        settings: Settings,
        alive: Callable[[], bool] = lambda: True,
        reload: Callable[[], Awaitable[bool]] | None = None,
        works: Works | None = None,
    ) -> None:
        self.archive = archive
        self.works = works
        self.said = Said()
        self.view = View(settings)
        self.alive = alive
        self.reload = reload
        self.trials = asyncio.Semaphore(TRIALS_AT_ONCE)
        self.started_at = datetime.now(UTC)
        self._threads = ThreadPoolExecutor(THREADS, "web")
        self._waiting = 0
        self._counting = threading.Lock()
        self._counted: tuple[float, Mapping[str, int]] | None = None
        self._counting_lately = threading.Lock()
        self._lately: tuple[float, str, list[date], Lately] | None = None

    def stats(self) -> Mapping[str, int]:
        """How many there are of everything, as it was at most some seconds ago: counting a million items takes one."""
        with self._counting:
            now = time.monotonic()
            if self._counted is None or now - self._counted[0] > COUNTED_FOR:
                self._counted = now, self.archive.stats()
            return self._counted[1]

    def lately(self) -> tuple[list[date], Lately]:
        """The last thirty days, oldest first, and how often each rule matched on them, at most a minute old."""
        view = self.view
        with self._counting_lately:
            now = time.monotonic()
            if self._lately is None or now - self._lately[0] > LATELY_FOR or self._lately[1] != str(view.zone):
                today = datetime.now(view.zone).date()
                days = [today - timedelta(days=number) for number in range(LATELY_DAYS - 1, -1, -1)]
                edges = [datetime.combine(day, clock.min, view.zone) for day in (*days, today + timedelta(days=1))]
                self._lately = now, str(view.zone), days, self.archive.matched_lately(edges, LATELY_SECONDS)
            return self._lately[2], self._lately[3]

    def take_up(self, settings: Settings) -> None:
        """From now on this configuration is shown; called from any thread."""
        self.view = View(settings)

    async def ask(self, work: Callable[Asked, Answer], *args: Asked.args, **options: Asked.kwargs) -> Answer:
        """Runs what blocks in one of the threads. Raises ``TooBusyError`` when too many wait already."""
        if self._waiting >= MOST_WAITING:
            raise TooBusyError
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, functools.partial(work, *args, **options))
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Lets go of the threads; what runs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
