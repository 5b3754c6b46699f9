"""The archive: one door to what is kept. Safe to use from several threads; every call is a transaction of its own.

Each method says in one line what it does; the work is in the module it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archive import backup as copies
from archive import (
    claims,
    figures,
    ledger,
    outbox,
    requeue,
    retention,
    rows,
    schema,
    settling,
    sightings,
    troubles,
    writer,
)
from archive import search as searching
from archive.claims import SourceState
from archive.database import Database, make_writable
from archive.ledger import Ledger, Try
from archive.model import (
    Delivery,
    DeliveryState,
    Judged,
    Kept,
    Known,
    MatchSpan,
    NewsItem,
    Rejected,
    Story,
    Told,
    Trouble,
    Visit,
)
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

    def migrate(self) -> list[str]:
        """Bring the tables and the full-text index up to date; the names of the upgrades that were run."""
        return schema.migrate(self._database)

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

    def checked(self, visit: Visit, next_check_at: datetime, missed: int = 0, owner: str = "") -> None:
        """Write down how a visit went, and give the lease back."""
        claims.checked(self._database, visit, next_check_at, missed, owner)

    def visits(self, source: str, limit: int = 20) -> list[Visit]:
        """The last visits of a source, newest first."""
        return claims.visits_of(self._database, source, limit)

    # items: archive.writer

    def keep(self, batch: Sequence[Judged], now: datetime, *, via: str, alerting: bool = True) -> list[Kept]:
        """Keep a batch with all it owes in one transaction; what became of each, in order."""
        return writer.keep(self._database, batch, now, via=via, alerting=alerting)

    def reject(self, batch: Sequence[Rejected], now: datetime) -> None:
        """Note entries that were seen and not kept."""
        sightings.reject(self._database, batch, now)

    def forget_texts(self, before: datetime, now: datetime | None = None) -> int:
        """Remove the texts of items seen before that time; their identity stays. How many."""
        return retention.forget_texts(self._database, before, now or datetime.now(UTC))

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
    ) -> list[Delivery]:
        """Bundle what is due, and lease what is to be tried now; the channels take turns."""
        return outbox.claim_deliveries(self._database, now, owner, lease, channels=channels, limit=limit, each=each)

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
    ) -> list[Delivery]:
        """Deliveries, newest first."""
        return outbox.listed(self._database, outbox.Wanted(state, channel, rule, since, failing), limit)

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

    def explain(self, url_or_id: str) -> Ledger | None:
        """The whole account of an item or a rejected entry; None if it was never seen."""
        with self._database.read() as connection:
            return ledger.ledger_of(connection, url_or_id)

    def told_of(self, deliveries: Sequence[Delivery]) -> tuple[dict[str, Story], dict[str, tuple[MatchSpan, ...]]]:
        """What messages are composed of: the stories by the ids the deliveries know, and the matches by item."""
        with self._database.read() as connection:
            return rows.told_of(connection, [number for one in deliveries for number in one.stories])

    def stats(self) -> Mapping[str, int]:
        """How many there are of everything."""
        with self._database.read() as connection:
            return figures.counted(connection)

    def waiting(self) -> dict[str, int]:
        """Channel name to how much it is still owed."""
        with self._database.read() as connection:
            return figures.waiting(connection)

    def ping(self) -> None:
        """Raises an ``ArchiveError`` unless the archive answers and has its tables."""
        schema.check_version(self._database, must_be_current=True)

    def backup(self, path: str | Path) -> None:
        """A consistent copy of an SQLite archive while it is in use."""
        copies.backup(self._database, path)
