"""The tables, as SQLAlchemy sees them. What the migrations build is the same (a test compares them on both databases).

Times are whole microseconds since 1970 (UTC) in a BIGINT, the same on both databases. ``items.seq`` is the
effective time in seconds shifted left by 20 bits plus a running number: descending ``seq`` is newest first, a range of
it is a range of time, and it is the row number of the full-text index.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
SECOND_BITS = 20


class Moment(TypeDecorator[datetime]):
    """A timezone-aware time, kept as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Aware time to microseconds; a time without zone is refused with ``ValueError``."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"The archive keeps only times with a zone, and {value.isoformat()} has none.")
        return micros_of(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Microseconds to a UTC time."""
        return None if value is None else moment_of_micros(int(value))


def micros_of(moment: datetime) -> int:
    """Whole microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of_micros(micros: int) -> datetime:
    """The UTC time so many microseconds after 1970. Raises ``OverflowError`` outside of the calendar."""
    return _EPOCH + timedelta(microseconds=micros)


def seq_floor(moment: datetime) -> int:
    """The lowest ``seq`` of the second of ``moment``."""
    return ((moment - _EPOCH) // timedelta(seconds=1)) << SECOND_BITS


def moment_of_seq(seq: int) -> datetime | None:
    """The second of a row number; None outside of the calendar."""
    try:
        return _EPOCH + timedelta(seconds=seq >> SECOND_BITS)
    except OverflowError:
        return None


# SQLite numbers rows by itself only when the type is exactly INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")
metadata = MetaData()
postgres_metadata = MetaData()
sqlite_metadata = MetaData()

sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("first_visit", Boolean, nullable=False, server_default=true()),
    Column("checked_at", Moment),
    Column("next_check_at", Moment),
    Column("last_ok_at", Moment),
    Column("last_status", Text),
    Column("last_error", Text),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("missed", Integer, nullable=False, server_default=text("0")),
    Column("items", Integer, nullable=False, server_default=text("0")),
    Column("kept", Integer, nullable=False, server_default=text("0")),
    Column("newest_item_at", Moment),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
)

visits = Table(
    "visits",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("items", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("fresh", Integer, nullable=False, server_default=text("0")),
    Column("missed", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("http_status", Integer),
    Column("error", Text),
    Index("visits_of_source", "source", "ended_at"),
    Index("visits_by_time", "ended_at"),
)

items = Table(
    "items",
    metadata,
    Column("seq", RowNumber, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("story_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("author", Text),
    Column("summary", Text),
    Column("body", Text),
    Column("language", Text),
    Column("section", Text),
    Column("place", Text),
    Column("credit", Text),
    Column("published_at", Moment),
    Column("seen_at", Moment, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Column("filled_at", Moment),
    Column("edited_at", Moment),
    Column("forgotten_at", Moment),
    Column("removed_at", Moment),
    Column("via", Text, nullable=False),
    Column("quiet", Text),
    Column("complete", Boolean, nullable=False),
    Column("page_tries", Integer, nullable=False, server_default=text("0")),
    Column("clock", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Index("items_of_story", "story_id"),
    Index("items_by_seen", "seen_at"),
    Index("items_in_brief", "seq", "id", "story_id", "published_at", "seen_at", "removed_at"),
    Index("items_by_facet", "seq", "source", "language", "section", "complete", "forgotten_at"),
    Index(
        "items_to_forget",
        "seen_at",
        sqlite_where=text("forgotten_at IS NULL"),
        postgresql_where=text("forgotten_at IS NULL"),
    ),
    Index("items_unread", "seen_at", sqlite_where=text("complete = 0"), postgresql_where=text("NOT complete")),
    Index(
        "items_forgotten",
        "forgotten_at",
        sqlite_where=text("forgotten_at IS NOT NULL"),
        postgresql_where=text("forgotten_at IS NOT NULL"),
    ),
)

item_keys = Table(
    "item_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("item_id", Text, ForeignKey("items.id"), nullable=False),
    Index("keys_of_item", "item_id"),
)

story_aliases = Table(
    "story_aliases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("story_id", Text, nullable=False),
    Index("aliases_of_story", "story_id"),
)

# Who saw what, and what came of it: one row per source, item (or entry) and outcome, counted.
sightings = Table(
    "sightings",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("item_id", Text, ForeignKey("items.id")),
    Column("url", Text),
    Column("title", Text),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("transient", Boolean, nullable=False, server_default=false()),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("count", Integer, nullable=False),
    Index("sightings_of_source", "source", "last_at"),
    Index("sightings_of_item", "item_id"),
    Index(
        "sightings_refused",
        "source",
        "last_at",
        sqlite_where=text("item_id IS NULL"),
        postgresql_where=text("item_id IS NULL"),
    ),
)

sighting_keys = Table(
    "sighting_keys",
    metadata,
    Column("sighting_id", RowNumber, ForeignKey("sightings.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Index("sightings_by_key", "key"),
)

# The rules that matched an item when it came; spans as JSON [[field, start, end, text], …].
matches = Table(
    "matches",
    metadata,
    Column("item_id", Text, ForeignKey("items.id"), primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("spans", Text, nullable=False),
    Index("matches_of_rule", "rule"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("message", Text),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Moment, nullable=False),
    Column("next_try_at", Moment),
    Column("ended_at", Moment),
    Column("last_error", Text),
    Column("reached", Text, nullable=False, server_default=text("'[]'")),
    Column("refused", Text, nullable=False, server_default=text("'{}'")),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("lease_owner", Text),
    Column("lease_until", Moment),
    Column("dropped", Text),
    Index("deliveries_due", "state", "next_try_at"),
    Index("deliveries_of_channel", "channel", "state", "next_try_at", "created_at"),
    Index("deliveries_of_channel_by_time", "channel", "created_at"),
    Index("deliveries_by_time", "created_at"),
    Index("deliveries_ended", "ended_at"),
    Index(
        "deliveries_worded",
        "ended_at",
        sqlite_where=text("message IS NOT NULL"),
        postgresql_where=text("message IS NOT NULL"),
    ),
)

# Somebody asked not to hear of a rule for a while; rows stay, as the account of what was not told.
silences = Table(
    "silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("silences_of_rule", "rule"),
)

owed = Table(
    "owed",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("item_id", Text, ForeignKey("items.id"), nullable=False),
    Column("story_id", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("bundle", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("owed_at", Moment, nullable=False),
    Column("delivery_id", Text, ForeignKey("deliveries.id")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("urgent", Boolean, nullable=False, server_default=false()),
    Column("held", Text),
    Column("silence_id", Text, ForeignKey("silences.id", name="owed_silence")),
    Index("owed_once", "item_id", "channel", "rule", "version", unique=True),
    Index("owed_of_story", "story_id", "channel"),
    Index("owed_of_delivery", "delivery_id"),
    Index(
        "owed_open",
        "channel",
        "due_at",
        sqlite_where=text("delivery_id IS NULL AND silence_id IS NULL"),
        postgresql_where=text("delivery_id IS NULL AND silence_id IS NULL"),
    ),
    Index(
        "owed_silenced",
        "silence_id",
        sqlite_where=text("silence_id IS NOT NULL"),
        postgresql_where=text("silence_id IS NOT NULL"),
    ),
)

tries = Table(
    "tries",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("delivery_id", Text, ForeignKey("deliveries.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("retry_after", Integer),
    Index("tries_of_delivery", "delivery_id"),
)

channels = Table(
    "channels",
    metadata,
    Column("name", Text, primary_key=True),
    Column("disabled_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
)

# Channels whose last try failed, and for a while those that work again: ``failures`` in a row since ``since``, 0 when
# the last try worked; ``told`` says that the operator knows of it, ``told_at`` when that was last so.
troubles = Table(
    "troubles",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("told", Boolean, nullable=False),
    Column("told_at", Moment),
)

# Texts of the last days as sets of hashed five-word runs: what a reprint is recognised by (archive.stories).
prints = Table(
    "prints",
    metadata,
    Column("item_id", Text, ForeignKey("items.id"), primary_key=True),
    Column("effective_at", Moment, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("figures", Text, nullable=False),
    Column("words", Integer, nullable=False),
    Index("prints_by_time", "kept_at"),
)

# The sampled runs of each print. Most rows of an item are these, so nothing but the key is kept of them: which an item
# has is known from its print (archive.print_rows).
shingles = Table(
    "shingles",
    metadata,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)

# What edited articles said before, oldest first; the last version is the item itself.
versions = Table(
    "versions",
    metadata,
    Column("item_id", Text, ForeignKey("items.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("seen_at", Moment, nullable=False),
    Column("replaced_at", Moment, nullable=False),
    Column("title", Text, nullable=False),
    Column("author", Text),
    Column("summary", Text),
    Column("body", Text),
    Column("published_at", Moment),
)

# Lines of an outlet's articles by hash, and the first few stories that carried them (archive.furniture_rows).
furniture = Table(
    "furniture",
    metadata,
    Column("outlet", Text, primary_key=True),
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("stories", Integer, nullable=False),
    Column("title", Boolean, nullable=False),
    Column("seen", Text, nullable=False),
    Column("last_at", Moment, nullable=False),
    Index("furniture_by_time", "outlet", "last_at"),
    sqlite_with_rowid=False,
)

# Single facts about the archive itself, e.g. which analyser wrote the full-text index.
marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# Tokens of programs and sessions of people: the SHA-256 of what was handed out (archive.tokens).
tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Index("tokens_by_digest", "digest", unique=True),
)

# On SQLite the words that were ever in the full-text index, in their order: what a beginning of words is looked up in.
lexicon = Table("lexicon", sqlite_metadata, Column("word", Text, primary_key=True), sqlite_with_rowid=False)

# On SQLite "fulltext" is an FTS5 table, which SQLAlchemy cannot describe (archive.fulltext_sqlite).
fulltext = Table(
    "fulltext",
    postgres_metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("words", TSVECTOR, nullable=False),
    Index("fulltext_words", "words", postgresql_using="gin"),
)
