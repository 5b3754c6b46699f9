"""The nouns of Khabardar: frozen values that every room understands. No I/O, no database.

A *source* is checked again and again; a *visit* is one check of it; an *item* is one piece of news; a *story* is all
items that tell the same event; a *rule* is a saved query with its channels; something is *owed* when a rule matched an
item for a channel; a *delivery* is one message to one channel made of what is owed, frozen with its id before the first
try.

Times are timezone-aware UTC datetimes in Python and RFC 3339 with ``Z`` in JSON; unknown values are ``None``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from query import Document


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One piece of news in the one shape all parts understand.

    ``body`` is plain text; paragraphs are separated by a blank line. ``keys`` are what identifies the item from outside
    (``archive.identity``): several keys point to one ``id``, which is minted once by the archive and stays.
    ``complete`` is False when the article page could not be read and the text is only what the feed said: the page is
    tried again at later visits, and what it brings is judged anew; ``unread`` then says why it could not be read.
    ``clock`` says what was corrected in the date that the page gave, None when it was believed as it stands.
    """

    title: str
    url: str | None = None
    id: str = ""
    source: str = ""
    author: str | None = None
    summary: str | None = None
    body: str | None = None
    language: str | None = None
    section: str | None = None
    place: str | None = None
    credit: str | None = None
    published_at: datetime | None = None
    seen_at: datetime | None = None
    story_id: str | None = None
    rules: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    complete: bool = True
    clock: str | None = None
    unread: str | None = None

    @property
    def effective_at(self) -> datetime:
        """The earlier of published and seen; what newest-first, ``after:`` and ``before:`` go by."""
        seen = self.seen_at or datetime.max.replace(tzinfo=UTC)
        return min(self.published_at, seen) if self.published_at else seen


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive knows of a source, handed to the crawler with the errand.

    ``etag`` and ``last_modified`` are echoed byte for byte. ``keys`` are keys of items seen from this source before:
    an entry with one of them is not read again. ``since`` is when the earliest visit on record ended, once there was a
    good one: what was published later and is not known is new, however far down a list it stands.
    """

    etag: str | None = None
    last_modified: str | None = None
    keys: frozenset[str] = frozenset()
    first_visit: bool = True
    since: datetime | None = None


class VisitStatus(enum.StrEnum):
    """How a visit ended."""

    OK = "ok"
    NOT_MODIFIED = "not-modified"
    FAILED = "failed"


UNREAD = "the page could not be read"
"""How the reason begins of an entry whose page was asked for in vain."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """An entry that was seen and not kept, with the reason: nothing vanishes without an account.

    ``transient`` says that the reason may be gone at the next visit (a page that timed out, a server that was down):
    the entry is then read again instead of counting as known.
    """

    source: str
    url: str | None
    title: str | None
    reason: str
    keys: tuple[str, ...] = ()
    transient: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """What a source says of how often it wants to be asked. ``fresh_for`` (seconds) is how long the answer stays good
    (``Cache-Control: max-age``, RSS ``ttl``), ``period`` (seconds) how often it says it changes (``sy:updatePeriod``);
    hours are UTC, days 0 = Monday."""

    fresh_for: float | None = None
    period: float | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What one visit saw through one of a source's ways (its feed, or a fallback); ``way`` is its place among them.

    ``listed`` counts the entries, ``fresh`` those never seen from this source before (``published``: their dates),
    ``dated`` entries and items with a date, ``ahead`` listed entries dated in the future; ``newest_at`` is the newest
    date that is not. ``longest_gap`` is the longest pause between two listed entries, in seconds. ``trouble`` is the
    kind of ``problem``: "failing", "html", "challenge" or "empty".
    """

    way: int
    kind: str
    url: str
    listed: int = 0
    fresh: int = 0
    dated: int = 0
    ahead: int = 0
    newest_at: datetime | None = None
    longest_gap: float | None = None
    published: tuple[datetime, ...] = ()
    not_modified: bool = False
    problem: str | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of checking one source. ``items`` counts the entries the source listed, known ones included;
    ``retry_after`` is the number of seconds the server asked us to stay away, at most a day. ``looks`` are the ways
    that were tried, in that order, ``way`` the one that brought the list (None: none did)."""

    source: str
    status: VisitStatus
    started_at: datetime
    ended_at: datetime
    items: int = 0
    new: int = 0
    error: str | None = None
    http_status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    retry_after: float | None = None
    requests: int = 0
    way: int | None = None
    looks: tuple[Look, ...] = ()
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class MatchSpan:
    """Where a rule matched: code points ``start`` to ``end`` of ``field`` in the original text."""

    rule: str
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Promise:
    """One rule that matched an item for one channel, as decided before the write lock: becomes an ``Owed`` row when the
    item turns out to be fresh and the story was not yet told.

    ``repeat`` is "story", "each" or "updates"; ``due_at`` is when it may be sent; ``bundle`` is "now" (one delivery per
    story) or the digest it belongs to, e.g. "daily 08:00" (one delivery per channel for all that is due). ``urgent``
    breaks through the channel's quiet hours and past its cap.
    """

    rule: str
    query: str
    channel: str
    repeat: str = "story"
    due_at: datetime | None = None
    bundle: str = "now"
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a channel asks of us at this moment. ``quiet`` says why nothing may be sent but what is urgent (None: it
    may), ``max_per_hour`` how many messages an hour may bring, 0 = any number."""

    quiet: str | None = None
    max_per_hour: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """Somebody asked not to hear of a rule for a while. ``ended_at`` is set when it was ended before its time;
    ``count`` is how much it has silenced."""

    id: str
    rule: str
    why: str
    created_at: datetime
    until: datetime
    ended_at: datetime | None = None
    count: int = 0

    def active_at(self, now: datetime) -> bool:
        """Whether it silences at this moment."""
        return self.created_at <= now < (self.ended_at or self.until)


@dataclass(frozen=True, slots=True)
class Judged:
    """An item with the rules that matched it, ready to be kept. ``quiet`` says why matching rules owe nothing to
    anybody (first visit, import without ``--alert``): recorded for ``explain``; the promises are then not owed.
    ``store`` is how much of the item may be kept: "full", "excerpt" or "link". ``document`` is what was judged, so that
    the index need not read the same text again."""

    item: NewsItem
    rules: tuple[str, ...] = ()
    spans: tuple[MatchSpan, ...] = ()
    promises: tuple[Promise, ...] = ()
    quiet: str | None = None
    store: str = "full"
    document: Document | None = field(default=None, compare=False, repr=False)


class Keeping(enum.StrEnum):
    """What became of an item that was handed to the archive."""

    NEW = "new"
    KNOWN = "known"
    FILLED = "filled"  # known, but only now its article page could be read; judged like a new one
    EDITED = "edited"  # known, and the outlet has changed it; the words before are kept as a version


@dataclass(frozen=True, slots=True)
class Kept:
    """The outcome of keeping one item: its id, its story, and the rules now owed per channel."""

    keeping: Keeping
    item_id: str
    story_id: str
    owed: tuple[tuple[str, str], ...] = ()  # (channel, rule)


@dataclass(frozen=True, slots=True)
class Version:
    """What an edited article said from ``seen_at`` until ``replaced_at``; ``number`` counts from 1."""

    number: int
    seen_at: datetime
    replaced_at: datetime
    title: str
    author: str | None = None
    summary: str | None = None
    body: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """All items that tell the same event, oldest seen first."""

    id: str
    title: str
    items: tuple[NewsItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """A rule matched an item of a story for a channel; the row is the promise. ``query`` is the rule's text then.

    ``held`` says why it was not told when it was due but goes into a digest (quiet hours, too many in an hour);
    ``silence_id`` names the silence that has ended the promise: nobody is told.
    """

    id: int
    item_id: str
    story_id: str
    rule: str
    query: str
    channel: str
    due_at: datetime
    bundle: str
    owed_at: datetime
    urgent: bool = False
    held: str | None = None
    silence_id: str | None = None
    delivery_id: str | None = None


class DeliveryState(enum.StrEnum):
    """Where a delivery stands; a channel that is disabled keeps its deliveries ``owed``."""

    OWED = "owed"
    SENT = "sent"
    GAVE_UP = "gave-up"


class Outcome(enum.StrEnum):
    """What came of one try to send."""

    SENT = "sent"
    RETRY = "retry"
    GAVE_UP = "gave-up"


@dataclass(frozen=True, slots=True)
class Told:
    """The result of one try: outcome, what the other side answered, and what follows from it.

    ``retry_after`` is the number of seconds the receiver asked for. ``reached`` are the recipients that now have the
    message; they are not sent it again. ``refused`` are those that never will, with the reason; they are not asked
    again. ``disable`` asks for the channel to be disabled (HTTP 410).
    """

    outcome: Outcome
    answer: str
    retry_after: float | None = None
    reached: tuple[str, ...] = ()
    disable: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one channel, frozen with its id before the first try.

    ``message`` is the frozen content (the webhook's JSON object with ``type``, ``timestamp`` and ``data``); None until
    it was composed from ``owed``. ``tries`` counts the tries that ended (since the last
    ``delivery retry``); ``reached`` are recipients that already have it, ``refused`` those that never will, with the
    reason. ``earlier`` are deliveries that told the channel of the same story before, oldest first; known only for
    one that was claimed to be sent. ``dropped`` is why somebody asked not to send it any more: it then gave up, at
    ``ended_at``.
    """

    id: str
    channel: str
    kind: str = "alert"
    state: DeliveryState = DeliveryState.OWED
    message: Mapping[str, Any] | None = None
    owed: tuple[Owed, ...] = ()
    tries: int = 0
    created_at: datetime | None = None
    next_try_at: datetime | None = None
    last_error: str | None = None
    ended_at: datetime | None = None
    reached: tuple[str, ...] = ()
    dropped: str | None = None
    stories: tuple[str, ...] = field(default=())
    rules: tuple[str, ...] = field(default=())
    refused: Mapping[str, str] = field(default_factory=dict)
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """How a channel fails: ``failures`` tries in a row since ``since``, the last one at ``last_at`` because of ``why``.

    ``told``: the operator was told of it, at ``told_at``. When a try works again ``failures`` is 0, and ``told_at``
    says when there was last something to tell, so that a channel that comes and goes does not become a nuisance.
    """

    channel: str
    since: datetime
    failures: int
    why: str
    last_at: datetime
    told: bool = False
    told_at: datetime | None = None


def rfc3339(moment: datetime | None) -> str | None:
    """``2025-08-15T13:00:00Z``: UTC, whole seconds; None stays None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
