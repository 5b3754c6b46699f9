"""Which witness is believed, per field: the one table, and the one rule that clocks need beside it.

A page tells the same thing several times, and not always the same way. Witnesses:

============  ==================================================================================
source        what the configuration says of the source
select        what the source's own CSS selectors point at (the operator looked at the page)
printed       the visible headline, when another witness or its place above the byline confirms it; the visible text
jsonld        schema.org data in ``application/ld+json``
marked        microdata, ``rel=author``, classes of authors, ``<time>`` under the headline
html          the ``lang`` of the document
meta          ``<meta>``: Open Graph, article:*, author; the ``<title>``; ``<link rel=canonical>``
byline        the line under the headline ("Some Name Published August 15, 2025 | 06:00 PM")
dateline      the head of the report ("ISLAMABAD, (Agency - 15th Aug, 2025)")
tail          the credit under the report ("—APP")
heading       a visible headline that nothing confirms
feed          what the feed said of this entry
organisation  an author in JSON-LD that is not a person
url           what the address says
============  ==================================================================================

Two rows are read in their own way. Body: the first that carries the article stands, unless a later one shows that it
is only a teaser (``whole_text``). Language: the first that the letters of the text do not contradict (``scripts``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.reading.moments import ReadDate, zone_of

TRUST: Mapping[str, tuple[str, ...]] = {
    # the form readers see; meta titles carry the site's name, JSON-LD ones are cut at 110 characters
    "title": ("select", "printed", "jsonld", "meta", "heading", "feed"),
    # meta authors are often the account that published; a labelled byline is what was printed
    "author": ("select", "jsonld", "marked", "byline", "meta", "feed", "organisation"),
    "published_at": ("select", "jsonld", "meta", "marked", "byline", "feed", "dateline", "url"),
    "section": ("select", "url", "jsonld", "meta", "feed"),
    "place": ("dateline", "jsonld"),
    "credit": ("dateline", "tail"),
    # a feed speaks of this entry; a meta description is often one sentence for the whole site
    "summary": ("feed", "jsonld", "meta"),
    "canonical_url": ("meta", "jsonld"),
    "body": ("select", "printed", "jsonld", "feed"),
    "language": ("source", "html", "jsonld", "meta", "feed"),
}
_TEASER = 0.4  # of the text that another witness carries: less is only its beginning
_LONG_ENOUGH = 400  # characters: what is shorter proves nobody a teaser
_SKEW = timedelta(minutes=10)  # a clock may be so far ahead before its date counts as one in the future
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """A moment of publication, UTC, and what was corrected in what the page or the feed had said (None: nothing)."""

    at: datetime | None = None
    corrected: str | None = None


def believe(field: str, **witnesses: str | None) -> str | None:
    """The first non-empty word on a field in the order of trust."""
    return next((said for name in TRUST[field] if (said := witnesses.get(name))), None)


def in_order(field: str, **witnesses: str | None) -> list[str | None]:
    """All words on a field in the order of trust."""
    return [witnesses[name] for name in TRUST[field] if name in witnesses]


def whole_text(texts: Mapping[str, Sequence[str]]) -> str | None:
    """Which witness's text is the article: the first in the order of trust that is not a mere teaser of another's.
    ``texts`` are the paragraphs each has; None when nobody has any."""
    sizes = {name: sum(map(len, texts.get(name, ()))) for name in TRUST["body"]}
    there = [name for name in TRUST["body"] if sizes[name]]
    best = there[0] if there else None
    for name in there[1:]:
        if best and sizes[name] > _LONG_ENOUGH and sizes[best] < _TEASER * sizes[name]:
            best = name
    return best


def not_ahead(clock: Clock, walls: Iterable[datetime], zone: str | None, now: datetime | None) -> Clock:
    """A date in the future corrected: by the source's own zone where one of the wall clocks (naive) that were written
    fits the last day in it (the offset beside it was wrong), else to ``now``, the moment it was seen."""
    if clock.at is None or now is None or clock.at <= now + _SKEW:
        return clock
    home = zone_of(zone)
    for wall in walls if home else ():
        local = wall.replace(tzinfo=home).astimezone(UTC)
        if now - _A_DAY <= local <= now + _SKEW:
            return Clock(local, f"it lay in the future, and is right as the local time of {zone}")
    return Clock(now, f"{clock.at:%Y-%m-%d %H:%M} UTC lay in the future; the time it was seen is taken")


def believe_clock(witnesses: Mapping[str, ReadDate | None], feed: datetime | None, zone: str | None) -> Clock:
    """The moment of publication, UTC.

    The most trusted date stands, with two corrections by the others: a witness with a time of day refines one that
    names only the same day; and where two show the same wall clock under different offsets, the one that agrees with
    the source's own zone is right (AMP pages print local time as ``+00:00``). A feed's moment counts before a printed
    date when the source's zone is unknown and the printed one names none.
    """
    said = [read for name in TRUST["published_at"] if (read := witnesses.get(name)) and name != "feed"]
    ranks = [name for name in TRUST["published_at"] if name == "feed" or witnesses.get(name)]
    if not said:
        return Clock(feed)
    first = said[0]
    if feed and (ranks[0] == "feed" or (zone is None and first.offset is None)):
        return Clock(feed)
    if not first.has_time:
        return Clock(_refined(first, said[1:], feed, zone))
    return _home_clock(first, said[1:], feed, zone)


def _refined(first: ReadDate, others: Iterable[ReadDate], feed: datetime | None, zone: str | None) -> datetime | None:
    """A date without a time of day: any witness that knows the time on that day."""
    for other in others:
        if other.has_time and other.wall.date() == first.wall.date():
            return other.utc(zone)
    if feed and feed.astimezone(zone_of(zone) or UTC).date() == first.wall.date():
        return feed
    return first.utc(zone)


def _home_clock(first: ReadDate, others: Sequence[ReadDate], feed: datetime | None, zone: str | None) -> Clock:
    """A date whose offset another witness with the same wall clock contradicts in favour of the source's zone."""
    home = zone_of(zone)
    moment = first.utc(zone)
    if first.offset is None:
        return Clock(moment)
    if home is None:
        # the page prints this wall clock without a zone, so "+00:00" was put there by a machine: the feed knows better
        printed = any(other.offset is None and other.has_time and other.wall == first.wall for other in others)
        wrong = feed is not None and feed != moment and printed and first.offset.utcoffset(None) == timedelta(0)
        return Clock(feed, "the page names UTC, and the feed another moment") if wrong else Clock(moment)
    local = first.wall.replace(tzinfo=home).astimezone(UTC)
    if local == moment:
        return Clock(moment)
    minute = first.wall.replace(second=0)
    same = any(
        other.has_time
        and other.wall.replace(second=0) == minute
        and other.utc(zone) == other.wall.replace(tzinfo=home).astimezone(UTC)
        for other in others
    )
    told = feed is not None and abs((feed - local).total_seconds()) < 60
    if same or told:
        return Clock(local, f"its offset was wrong: the same clock stands elsewhere as the local time of {zone}")
    return Clock(moment)
