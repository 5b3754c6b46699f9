"""The archive: one door to what is kept. Safe to use from several threads; every call is a transaction of its own.

Each method says in one line what it does; the work is in the module it names.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from archive import backtest as backtesting
from archive import backup as copies
from archive import (
    browsing,
    claims,
    counting,
    figures,
    forgetting,
    fulltext,
    furniture_rows,
    health,
    ledger,
    outbox,
    promised,
    replaying,
    requeue,
    retention,
    rewriting,
    rows,
    schema,
    settling,
    sightings,
    silencing,
    tokens,
    troubles,
    vacuum,
    visit_days,
    writer,
    yields,
)
from archive import search as searching
from archive.claims import SourceState
from archive.database import Database, make_writable
from archive.forgetting import Forgotten
from archive.furniture_rows import Lesson
from archive.ledger import Ledger, Try
from archive.migrations import REVISIONS
from archive.model import (
    Bounds,
    Delivery,
    DeliveryState,
    Judged,
    Kept,
    Known,
    MatchSpan,
    NewsItem,
    Owed,
    Promise,
    Rejected,
    Silence,
    Story,
    Told,
    Trouble,
    Visit,
)
from archive.promised import Promised
from archive.rewriting import Correction
from archive.standing import Afterwards, Outage, Record, Standing
from archive.yields import Lately
from query import Query


class Archive:
    """Sources, items, stories and deliveries in one SQLite file or PostgreSQL database.

    Every method may raise an ``ArchiveError`` (``archive.errors``) whose message is a sentence with the remedy.
    """

    def __init__(self, database: Database) -> None:
        """Use ``Archive.open``."""
        self._database = database

    @classmethod
    def open(cls, url: str, *, read_only: bool = False) -> Archive:
        """Open ``sqlite:///FILE`` or ``postgresql+psycopg://…``; an SQLite file is made if there is none.

        Writing needs ``migrate()`` first. Raises ``ArchiveUnreachableError``, ``ArchiveReadOnlyError``,
        ``ArchiveNewerError``, and, when read only, ``ArchiveOutdatedError``.
        """
        database = Database(url, read_only=read_only)
        try:
            if not read_only:
                make_writable(database)
            schema.check_version(database, must_be_current=read_only)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def migrate(self, copied: Callable[[Path], None] = lambda _: None) -> list[str]:
        """Bring the tables and the full-text index up to date; the names of the upgrades that were run. ``copied``
        hears the name of the copy that is made of an SQLite archive before."""
        return schema.migrate(self._database, copied)

    @staticmethod
    def is_new(upgrades: Sequence[str]) -> bool:
        """Whether an archive was made by these upgrades, and not only brought up to date."""
        return bool(upgrades) and upgrades[0] == REVISIONS[0]

    @property
    def place(self) -> str:
        """The address without the password."""
        return self._database.place

    @property
    def kind(self) -> str:
        """The database: "sqlite" or "postgresql"."""
        return "sqlite" if self._database.sqlite else "postgresql"

    def close(self) -> None:
        """Close all connections."""
        self._database.close()

    # sources and visits: archive.claims, archive.sightings

    def claim_sources(self, due: Sequence[str], now: datetime, owner: str, lease: timedelta) -> dict[str, Known]:
        """Lease those of the sources that nobody visits now; what is known of each."""
        return claims.claim_sources(self._database, due, now, owner, lease)

    def release_sources(self, names: Sequence[str], owner: str) -> None:
        """Give leases back without a visit."""
        claims.release_sources(self._database, names, owner)

    def source_states(self) -> dict[str, SourceState]:
        """Where every source stands that was ever claimed or visited."""
        return claims.source_states(self._database)

    def checked(
        self,
        visit: Visit,
        next_check_at: datetime,
        missed: int = 0,
        owner: str = "",
        after: Afterwards | None = None,
    ) -> None:
        """Write down how a visit went and what it changed, and give the lease back."""
        claims.checked(self._database, visit, next_check_at, missed, owner, after)

    def unread_pages(self, since: datetime, names: Collection[str]) -> dict[str, tuple[int, str]]:
        """Of the named sources: how many entries seen since then still lack their page, and why the last of them."""
        return sightings.unread_pages(self._database, since, names)

    # how sources behave: archive.health

    def record(self, source: str, now: datetime) -> Record:
        """All that is kept of a source's behaviour."""
        return health.record_of(self._database, source, now)

    def standings(self) -> dict[str, Standing]:
        """How every source stands that was ever visited."""
        return health.whole_standings(self._database)

    def outages(self, since: datetime) -> list[Outage]:
        """When sources were dark, as far as it lasted beyond ``since``."""
        return health.outages_since(self._database, since)

    def tell(self, changed: Sequence[Standing], notices: settling.Notices, now: datetime) -> int:
        """Owe the operator notices of how sources are now, once; how many."""
        return health.tell(self._database, changed, notices, now)

    def visit_days(self, since: datetime, source: str | None = None) -> list[visit_days.VisitDay]:
        """The sums of the visits by source, day and outcome."""
        return visit_days.days_since(self._database, since, source)

    def visits(self, source: str, limit: int = 20) -> list[Visit]:
        """The last visits of a source, newest first."""
        return claims.visits_of(self._database, source, limit)

    def yields(self, since: datetime, offset: timedelta, names: Collection[str]) -> dict[str, dict[date, int]]:
        """Items that were new, by source and day, of the named ones; days begin so long before those of UTC."""
        return yields.yields(self._database, since, offset, names)

    def lately(self, since: datetime) -> dict[str, Lately]:
        """What the visits of each source were since then."""
        return yields.lately(self._database, since)

    # items: archive.writer

    def lesson(self, batch: Sequence[NewsItem], now: datetime) -> Lesson:
        """The items freed of what their outlets put under everything, and what they teach about that."""
        with self._database.read() as connection:
            return furniture_rows.lesson_of(connection, batch, now)

    def keep(
        self,
        batch: Sequence[Judged],
        now: datetime,
        *,
        via: str,
        alerting: bool = True,
        lesson: Lesson | None = None,
    ) -> list[Kept]:
        """Keep a batch with all it owes, and what it taught, in one transaction; what became of each, in order."""
        return writer.keep(self._database, batch, now, via=via, alerting=alerting, lesson=lesson)

    def correct(self, batch: Sequence[Correction], rules: Collection[str], now: datetime) -> int:
        """Put texts freed of furniture, judged anew by ``rules``, in the place of those that are kept; how many."""
        return rewriting.correct(self._database, batch, rules, now)

    def reject(self, batch: Sequence[Rejected], now: datetime) -> None:
        """Note entries that were seen and not kept."""
        sightings.reject(self._database, batch, now)

    def forget_texts(self, before: datetime, now: datetime | None = None, seconds: float | None = None) -> int:
        """Remove the texts of items seen before that time, for so long; their identity stays. How many."""
        return retention.forget_texts(self._database, before, now or datetime.now(UTC), seconds)

    def prune(self, now: datetime, seconds: float | None = None) -> retention.Pruned:
        """Remove rows that serve nobody any more, for about so long."""
        return retention.prune(self._database, now, seconds)

    def shrink(self, seconds: float) -> int:
        """Give free room of an SQLite archive back to the disk, for about so long; how many bytes."""
        return vacuum.shrink(self._database, seconds)

    def forget(self, url_or_id: str, now: datetime) -> Forgotten | None:
        """Remove all words of an item and keep its tombstone; None if it was never kept."""
        return forgetting.forget_item(self._database, url_or_id, now)

    def forget_source(self, source: str, now: datetime) -> Forgotten:
        """Remove all words of all items of a source and keep their tombstones."""
        return forgetting.forget_source(self._database, source, now)

    def cut_source(self, source: str, store: str, now: datetime) -> int:
        """Cut what was kept of a source before its ``store`` said less; how many items."""
        return forgetting.cut_source(self._database, source, store, now)

    def tidy(self, seconds: float) -> bool:
        """Make searching quicker for about so many seconds, a little at a time; whether all is done."""
        return fulltext.tidy(self._database, seconds)

    # deliveries: archive.outbox

    def claim_deliveries(
        self,
        now: datetime,
        owner: str,
        lease: timedelta,
        *,
        channels: Sequence[str],
        limit: int = 100,
        each: int | None = None,
        bounds: Mapping[str, Bounds] | None = None,
        compose: outbox.Compose | None = None,
    ) -> list[Delivery]:
        """Bundle what is due, and lease what is to be tried now, with its message if ``compose`` makes one; the
        channels take turns, their bounds are heeded."""
        return outbox.claim_deliveries(
            self._database, now, owner, lease, channels=channels, limit=limit, each=each, bounds=bounds, compose=compose
        )

    def replay(self, item_id: str, promises: Sequence[Promise], spans: Sequence[MatchSpan], now: datetime) -> int:
        """Owe an item that is kept to whom a rule would have told it; how many promises that makes."""
        return replaying.replay(self._database, item_id, promises, spans, now)

    # silences: archive.silencing

    def silence(self, rule: str, until: datetime, why: str, now: datetime) -> Silence:
        """Tell nobody of what a rule matches, from now on until then."""
        return silencing.silence(self._database, rule, until, why, now)

    def end_silence(self, silence_id: str, now: datetime) -> Silence | None:
        """End a silence before its time; None if it is over or there is none."""
        return silencing.end_silence(self._database, silence_id, now)

    def silences(self, active_at: datetime | None = None) -> list[Silence]:
        """All silences, newest first; with a time only those that go on then."""
        return silencing.listed(self._database, active_at)

    def silenced(self, silence_id: str) -> list[Owed]:
        """What a silence has kept back."""
        return silencing.silenced(self._database, silence_id)

    def owe_message(
        self, channel: str, kind: str, message: Mapping[str, Any], now: datetime, delivery_id: str | None = None
    ) -> str:
        """Owe a channel a composed message, such as a notice to the operator; its delivery id."""
        return outbox.owe_message(self._database, channel, kind, message, now, delivery_id)

    def freeze(self, delivery_id: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Store the composed message once; the one that counts."""
        try:
            return outbox.freeze(self._database, {delivery_id: message})[delivery_id]
        except KeyError:
            raise outbox.unknown(delivery_id) from None

    def freeze_all(self, messages: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
        """The same for many by id; those that are not there are missing from the answer."""
        return outbox.freeze(self._database, messages)

    def settle(
        self,
        delivery_id: str,
        told: Told,
        now: datetime,
        next_try_at: datetime | None,
        judge: settling.Judge | None = None,
    ) -> None:
        """Write down what came of a try; ``judge`` says what follows for its channel."""
        if settling.settle(self._database, [settling.Settlement(delivery_id, told, now, next_try_at)], judge):
            raise outbox.unknown(delivery_id)

    def settle_all(self, settlements: Sequence[settling.Settlement], judge: settling.Judge | None = None) -> list[str]:
        """The same for many in one transaction; the ids that no delivery has."""
        return settling.settle(self._database, settlements, judge)

    def release_deliveries(self, ids: Sequence[str], owner: str) -> None:
        """Give back deliveries that were claimed and not tried."""
        outbox.release_deliveries(self._database, ids, owner)

    def deliveries(
        self,
        state: DeliveryState | str | None = None,
        limit: int = 100,
        channel: str | None = None,
        *,
        rule: str | None = None,
        since: datetime | None = None,
        failing: bool = False,
        after: tuple[datetime, str] | None = None,
    ) -> list[Delivery]:
        """Deliveries, newest first; with ``after`` those behind the one made then and with that id."""
        return outbox.listed(self._database, outbox.Wanted(state, channel, rule, since, failing, after), limit)

    def count_deliveries(
        self,
        state: DeliveryState | str | None = None,
        channel: str | None = None,
        *,
        rule: str | None = None,
        most: int = 10_000,
    ) -> int:
        """How many deliveries there are, at most one more than ``most``."""
        return outbox.counted(self._database, outbox.Wanted(state, channel, rule), most)

    def delivery(self, delivery_id: str) -> Delivery | None:
        """One delivery; None if there is none."""
        return outbox.one(self._database, delivery_id)

    def promised(
        self,
        limit: int,
        channel: str | None = None,
        rule: str | None = None,
        after: tuple[datetime, int] | None = None,
    ) -> list[Promised]:
        """What is owed and in no delivery yet, in the order in which it is due; with ``after`` from there on."""
        return promised.promised(self._database, limit, channel, rule, after)

    def count_promised(self, channel: str | None = None, rule: str | None = None, *, most: int = 10_000) -> int:
        """How much is owed and in no delivery yet, at most one more than ``most``."""
        return promised.count_promised(self._database, most, channel, rule)

    def delivery_tries(self, delivery_id: str) -> list[Try]:
        """All tries of a delivery, oldest first."""
        with self._database.read() as connection:
            return list(ledger.tries_of(connection, delivery_id))

    def retry(self, delivery_id: str | None, now: datetime, channel: str | None = None) -> int:
        """Put one delivery (None: all that gave up) back to work; how many."""
        return requeue.retry(self._database, delivery_id, now, channel)

    def drop(self, ids: Sequence[str], why: str, now: datetime, channel: str | None = None) -> tuple[int, list[str]]:
        """Send these, or all that a channel is owed, no more; how many, and the ids that are not owed."""
        return requeue.drop(self._database, ids, why, now, channel)

    def channel_troubles(self) -> dict[str, Trouble]:
        """The channels whose last try failed."""
        return troubles.channel_troubles(self._database)

    def clock_set_back(self, now: datetime, longest: requeue.Longest, lease: timedelta) -> int:
        """Bring forward what waits for a time by a clock that was ahead; how much it was."""
        return requeue.clock_set_back(self._database, now, longest, lease)

    def disabled_channels(self) -> dict[str, str]:
        """Disabled channels with the reason."""
        return troubles.disabled_channels(self._database)

    def enable_channel(self, name: str) -> bool:
        """Put a disabled channel back to work; False if it was not disabled."""
        return troubles.enable_channel(self._database, name)

    def lease_owners(self, now: datetime) -> set[str]:
        """Everybody who holds a source or a delivery now."""
        return claims.lease_owners(self._database, now)

    def drop_lease(self, owner: str) -> None:
        """At a clean stop: give back all sources and deliveries that ``owner`` holds."""
        with self._database.write() as connection:
            claims.drop_source_leases(connection, owner)
            outbox.drop_delivery_leases(connection, owner)

    # reading: archive.rows, archive.search, archive.ledger

    def items(self, ids: Iterable[str]) -> dict[str, NewsItem]:
        """Those of the ids that exist."""
        with self._database.read() as connection:
            return rows.items_by_id(connection, ids)

    def story(self, story_id: str) -> Story | None:
        """A story, also by the id of one that was joined into it."""
        with self._database.read() as connection:
            return rows.story_of(connection, story_id)

    def find(self, url_or_id: str) -> NewsItem | None:
        """An item by its id or any form of its URL, with its keys."""
        with self._database.read() as connection:
            return rows.find_item(connection, url_or_id)

    def spans(self, item_id: str) -> tuple[MatchSpan, ...]:
        """Where the rules matched an item when it came."""
        with self._database.read() as connection:
            return rows.spans_of(connection, item_id)

    def search(
        self,
        query: Query | None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = 50,
        sort: str = "newest",
        now: datetime | None = None,
        as_rule: bool = False,
    ) -> Iterator[NewsItem]:
        """Items that match, newest first or by relevance; with ``as_rule`` those that a rule would have matched."""
        return searching.search(
            self._database, query, since=since, until=until, limit=limit, sort=sort, now=now, as_rule=as_rule
        )

    def page(
        self,
        query: Query | None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 50,
        sort: str = "newest",
        cursor: str | None = None,
        seconds: float | None = None,
        now: datetime | None = None,
        as_rule: bool = False,
    ) -> searching.Page:
        """A page of items that match, found within a time; it says whether it is complete, and how to go on."""
        return searching.page(
            self._database,
            query,
            since=since,
            until=until,
            limit=limit,
            sort=sort,
            cursor=cursor,
            seconds=seconds,
            now=now,
            as_rule=as_rule,
        )

    def count(
        self,
        query: Query | None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        seconds: float | None = None,
        now: datetime | None = None,
    ) -> searching.Count:
        """How many items match, exactly or at least."""
        return searching.count(self._database, query, since=since, until=until, seconds=seconds, now=now)

    def backtest(
        self, query: Query, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[backtesting.Batch]:
        """What a rule would have matched, newest first, batch by batch."""
        return backtesting.backtest(self._database, query, since, until)

    def explain(self, url_or_id: str) -> Ledger | None:
        """The whole account of an item or a rejected entry; None if it was never seen."""
        with self._database.read() as connection:
            return ledger.ledger_of(connection, url_or_id)

    def told_of(self, deliveries: Sequence[Delivery]) -> tuple[dict[str, Story], dict[str, tuple[MatchSpan, ...]]]:
        """What messages are composed of: the stories by the ids the deliveries know, and the matches by item."""
        with self._database.read() as connection:
            return rows.told_of(connection, [number for one in deliveries for number in one.stories])

    def also_in(self, story_ids: Iterable[str]) -> dict[str, list[browsing.Member]]:
        """The items of stories in brief, oldest seen first, by story."""
        with self._database.read() as connection:
            return browsing.members_of(connection, story_ids)

    def spans_of(self, item_ids: Iterable[str]) -> dict[str, list[MatchSpan]]:
        """Where the rules matched these items when they came, by item."""
        with self._database.read() as connection:
            return browsing.spans_by_item(connection, item_ids)

    def facets(
        self,
        query: Query | None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        seconds: float | None = None,
        now: datetime | None = None,
    ) -> browsing.Facets:
        """How the newest matches divide by outlet, language, section, rule and time."""
        return browsing.facets(self._database, query, since=since, until=until, seconds=seconds, now=now)

    def matched_lately(self, edges: Sequence[datetime], seconds: float) -> counting.Lately:
        """How often each rule matched between each two of ``edges``."""
        return counting.lately(self._database, edges, seconds)

    def last_match(self, rule: str) -> datetime | None:
        """The time of the newest item that a rule matched as it came."""
        return counting.last_match(self._database, rule)

    # who may ask: archive.tokens

    def create_token(
        self, name: str, scopes: Sequence[str], now: datetime, expires_at: datetime | None = None, bound_to: str = ""
    ) -> str:
        """Make a token; its words, for the only time. Raises ``ValueError`` for a name that is taken."""
        return tokens.create(self._database, name, scopes, now, expires_at=expires_at, bound_to=bound_to)

    def find_token(self, words: str, now: datetime, bound_to: str = "") -> tokens.Token | None:
        """The token with these words, if it is valid."""
        return tokens.find(self._database, words, now, bound_to=bound_to)

    def tokens(self) -> list[tokens.Token]:
        """All tokens of programs."""
        return tokens.listed(self._database)

    def revoke_token(self, name_or_id: str) -> bool:
        """Remove a token; False if there is none."""
        return tokens.revoke(self._database, name_or_id)

    def stats(self) -> Mapping[str, int]:
        """How many there are of everything."""
        with self._database.read() as connection:
            return figures.counted(connection)

    def items_ever(self) -> int:
        """How many items were ever kept."""
        return figures.items_ever(self._database)

    def queues(self, now: datetime) -> dict[str, figures.Queue]:
        """What waits for each channel."""
        return figures.queues(self._database, now)

    def size(self) -> figures.Size:
        """How large the archive is."""
        return figures.size_of(self._database)

    def since(self, moment: datetime) -> figures.Span:
        """What happened since then."""
        return figures.since(self._database, moment)

    def extent(self) -> tuple[datetime | None, datetime | None]:
        """When the first and the last item were seen."""
        return figures.extent(self._database)

    def waiting(self) -> dict[str, int]:
        """Channel name to how much it is still owed."""
        with self._database.read() as connection:
            return figures.waiting(connection)

    def beat(self, now: datetime) -> None:
        """Write and commit a word. Raises an ``ArchiveError`` unless the archive takes it."""
        schema.beat(self._database, now)

    def ping(self) -> None:
        """Raises an ``ArchiveError`` unless the archive answers and has its tables."""
        schema.check_version(self._database, must_be_current=True)

    def held(self) -> dict[tuple[str, str], int]:
        """Channel name and reason to how much waits for a digest by it."""
        with self._database.read() as connection:
            return figures.held(connection)

    def backup(self, path: str | Path, *, compact: bool = False) -> None:
        """A consistent copy of an SQLite archive while it is in use."""
        copies.backup(self._database, path, compact=compact)
