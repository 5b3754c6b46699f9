"""Small items of our own making for the archive's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from archive.identity import item_keys
from archive.model import Judged, MatchSpan, NewsItem, Promise

NOW = datetime(2025, 8, 15, 13, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

WIRE = (
    "The industries minister met a delegation of car makers on Friday and promised a policy that rewards local parts. "
    "Officials said the plan would lower duties on machines for two hundred suppliers, open three training centres "
    "near the port and ask banks for cheaper loans. The delegation, led by the head of a makers' council, welcomed "
    "the offer but asked for rules that last longer than a single budget. Both sides agreed to meet again before the "
    "winter, when a joint committee is to present figures on exports, jobs and the price of power for foundries."
)
OTHER = (
    "Rain flooded the lower bazaar for the second night, and shopkeepers carried cloth and flour to the roofs by hand. "
    "The municipality sent eleven pumps from the old waterworks, although only seven of them ran without a spare belt. "
    "Teachers opened two schools as shelters, volunteers cooked rice in the yard, and a retired engineer drew a map of "
    "the blocked drains that the council had lost years ago. By noon the first street was dry enough for a tractor."
)


def item(
    number: int | str = 1,
    *,
    source: str = "dawn",
    title: str | None = None,
    body: str | None = None,
    summary: str | None = None,
    published_at: datetime | None = NOW - HOUR,
    seen_at: datetime | None = NOW,
    complete: bool = True,
    url: str | None = None,
    keys: tuple[str, ...] | None = None,
    story_id: str | None = None,
    id: str = "",  # noqa: A002  the noun's own field
) -> NewsItem:
    """An item that differs from others by its number."""
    address = url or f"https://{source}.example/news/{number}"
    return NewsItem(
        title=title if title is not None else f"Report number {number}",
        url=address,
        id=id,
        source=source,
        body=body if body is not None else f"A short text about matter {number}.",
        summary=summary,
        published_at=published_at,
        seen_at=seen_at,
        complete=complete,
        keys=item_keys(source, address) if keys is None else keys,
        story_id=story_id,
    )


def promise(rule: str = "cars", channel: str = "desk", **more: object) -> Promise:
    """A promise of a rule to a channel, due at once."""
    values = {"due_at": NOW, **more}
    return Promise(rule=rule, query=f"about {rule}", channel=channel, **values)  # type: ignore[arg-type]


def judged(news: NewsItem, *promises: Promise, quiet: str | None = None) -> Judged:
    """An item that the rules of these promises matched, each with one span in the title."""
    rules = tuple(dict.fromkeys(one.rule for one in promises))
    spans = tuple(MatchSpan(rule, "title", 0, 6, news.title[:6]) for rule in rules)
    return Judged(item=news, rules=rules, spans=spans, promises=promises, quiet=quiet)
