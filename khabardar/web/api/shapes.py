"""The shapes of what the API is asked and answers: the description at ``/openapi.json`` is made of them."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

LONGEST_QUERY = 10_000
MOST = 500
_Text = Annotated[str | None, Field(description="null where it is not known")]
_Moment = Annotated[str | None, Field(description="RFC 3339 in UTC, with Z; null where it is not known")]
Moment = Annotated[
    str,
    Field(
        description="A date (2025-08-01), a time (2025-08-01T14:00Z) or how long ago (7d, 12h)",
        json_schema_extra={
            "anyOf": [{"pattern": "^[0-9]{1,5}[smhdw]$"}, {"format": "date"}, {"format": "date-time"}],
            "examples": ["7d", "2025-08-01", "2025-08-01T14:00:00Z"],
        },
    ),
]


def _next(pattern: str) -> Any:
    """The `next` of a list whose cursors look so; what is wrong with another one is told by the list itself."""
    return Field(
        min_length=1,
        max_length=200,
        description="The `next` of the page before",
        json_schema_extra={"pattern": pattern},
    )


Cursor = Annotated[str, _next(r"^[nr]-?[0-9]{1,19}\.(-?[0-9]{1,18})?(\.[0-9]{1,9})?$")]
Number = Annotated[str, _next("^o[0-9]{1,9}$")]
Place = Annotated[str, _next(r"^d[0-9]{1,17}\.[A-Za-z0-9_]{1,180}$")]
Limit = Annotated[int, Field(ge=1, le=MOST, description="At most so many")]
Search = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_QUERY,
        description="In the query language; what is no query is refused with 422",
        examples=['topic:japan AND (automo* OR "auto industry")'],
    ),
]

Entry = TypeVar("Entry")


class Shape(BaseModel):
    """Nothing is asked or answered but what is described."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Shape):
    """Takes no parameters."""


class Item(Shape):
    """One piece of news."""

    id: str
    url: _Text
    source: _Text
    title: str
    author: _Text
    summary: _Text
    body: _Text
    language: _Text
    section: _Text
    place: _Text
    credit: _Text
    published_at: _Moment
    seen_at: _Moment
    story_id: _Text
    rules: list[str] = Field(description="The rules that matched when it came")


class Match(Shape):
    """Where a rule matched when the item came: code points of the field."""

    rule: str
    field: str
    start: int
    end: int
    text: str


class WholeItem(Item):
    """An item with its matches."""

    matches: list[Match]


class Story(Shape):
    """All items that tell the same event, oldest seen first."""

    story_id: str
    title: str
    also_in: list[str] = Field(description="The outlets but the first one's")
    items: list[Item]


class Dark(Shape):
    """A source from which nothing comes: a rule cannot match what never came."""

    source: str
    since: _Moment
    why: _Text


class Rule(Shape):
    """A saved query and who is told."""

    name: str
    query: str
    channels: list[str]
    deliver: str
    repeat: Literal["story", "each", "updates"]
    enabled: bool
    urgent: bool
    dark: list[Dark]


class Day(Shape):
    """What one day would have brought."""

    day: str
    items: int
    alerts: int


class Trial(Shape):
    """What a query would have matched as a rule. Not `complete`: it was looked through down to `looked_back_to`, and
    the figures count only that."""

    query: str
    items: int
    stories: int
    alerts: int
    alerts_per_day: float
    days: list[Day]
    complete: bool
    looked_back_to: _Moment
    samples: list[Item]


class Via(Shape):
    """The way by which news came last."""

    kind: str
    url: str


class Source(Shape):
    """A source and its health."""

    source: str
    kind: str
    url: str
    enabled: bool
    state: Literal["ok", "degraded", "dark", "new", "disabled"]
    since: _Moment
    why: _Text
    trouble: _Text
    via: Via
    checked_at: _Moment
    next_check_at: _Moment
    last_ok_at: _Moment
    newest_item_at: _Moment
    failures: int
    kept: int
    unread: int = Field(description="Articles of the last week whose page could not be read")
    unread_why: _Text
    error: _Text


class Delivery(Shape):
    """One message to one channel."""

    id: str
    channel: str
    kind: str
    state: Literal["owed", "sent", "gave-up"]
    rules: list[str]
    stories: list[str]
    tries: int
    created_at: _Moment
    next_try_at: _Moment
    ended_at: _Moment
    last_error: _Text
    reached: list[str]
    refused: dict[str, str]
    dropped: _Text


class Stats(Shape):
    """How many there are of everything, and how much each channel is owed."""

    items: int
    incomplete: int
    forgotten: int
    stories: int
    rejected: int
    sources: int
    visits: int
    owed: int
    silenced: int
    deliveries_owed: int
    deliveries_sent: int
    deliveries_gave_up: int
    channels_disabled: int
    waiting: dict[str, int]


class Listed(Shape, Generic[Entry]):
    """A page of a list; ``next`` is the cursor of the one behind it."""

    items: list[Entry]
    next: str | None
    total: int = Field(description="At least so many, where it is not exact")
    total_exact: bool


class Found(Listed[Item]):
    """Found items. Not `complete`: time ran out when all down to `looked_back_to` had been looked through; `next` goes
    on from there."""

    complete: bool
    looked_back_to: _Moment


class Problem(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    detail: str


class AskItems(Shape):
    """Which items."""

    q: Search | None = None
    since: Moment | None = None
    until: Moment | None = None
    source: Annotated[str, Field(min_length=1, max_length=200, description="The name of a source")] | None = None
    sort: Literal["newest", "relevance"] = "newest"
    limit: Limit = 50
    cursor: Cursor | None = None


class AskTrial(Shape):
    """Which query, how far back."""

    q: Search
    since: Moment = "30d"
    until: Moment | None = None
    samples: Annotated[int, Field(ge=0, le=50, description="How many matches to show")] = 5


class AskPage(Shape):
    """Which part of a list."""

    limit: Limit = 100
    cursor: Number | None = None


class AskDeliveries(Shape):
    """Which deliveries."""

    limit: Limit = 100
    cursor: Place | None = None
    state: Literal["owed", "sent", "gave-up"] | None = None
    channel: Annotated[str, Field(max_length=200, description="The name of a channel")] | None = None
    rule: Annotated[str, Field(max_length=200, description="The name of a rule")] | None = None
