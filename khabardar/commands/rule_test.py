"""``khabardar rule test``: what a rule would have done with what is archived. Sends nothing."""

from __future__ import annotations

import difflib
import itertools
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from khabardar.commands.options import (
    CommandError,
    ConfigOption,
    JsonOption,
    SecondsOption,
    UntilOption,
    configuration,
    moment_of,
    opened_archive,
    query_of,
)
from khabardar.terminal import (
    fields,
    is_terminal,
    json_line,
    line,
    local,
    marked,
    plural,
    say,
    styled,
    waiting,
    width,
)

if TYPE_CHECKING:
    from archive.model import NewsItem
    from archive.store import Archive
    from khabardar.settings import Settings
    from khabardar.trial import Trial
    from query import Query

_WIDEST_BAR = 40
_SAMPLE = 220  # code points around a match
_READ = 500  # matches that are read for their words
_READ_SECONDS = 3.0
_WORDS = 12
_LONGEST_SILENCE = 5  # bars without an alert that are drawn one by one


@dataclass(frozen=True)
class _Asked:
    """A rule by its name, or a query without one."""

    name: str | None
    query: Query
    each: bool = False


@dataclass
class _Outcome:
    """What came of it. ``back_to`` is how far the time sufficed, None if all was looked through."""

    trial: Trial
    days: list[date]
    looked_at: int = 0
    back_to: datetime | None = None
    words: Counter[str] = field(default_factory=Counter)
    read: int = 0
    samples: list[NewsItem] = field(default_factory=list)

    @property
    def length(self) -> int:
        """How many whole days lie between the first and the last: both are usually half."""
        return max(1, len(self.days) - 1)

    @property
    def per_day(self) -> float:
        """Alerts a day."""
        return len(self.trial.told) / self.length


def try_rule(
    ctx: typer.Context,
    rule: Annotated[
        str | None, typer.Argument(metavar="NAME_OR_QUERY", help="The name of a rule, or a query.", show_default=False)
    ] = None,
    query: Annotated[
        str | None, typer.Option("--query", metavar="Q", help="A query, also one that looks like a rule's name.")
    ] = None,
    since: Annotated[str, typer.Option("--since", metavar="D", help="How far back: 30d, 12h, or a date.")] = "30d",
    until: UntilOption = None,
    samples: Annotated[int, typer.Option("--samples", min=0, metavar="N", help="How many matches to show.")] = 5,
    seconds: SecondsOption = 20.0,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Which archived items a rule would have matched, how many alerts a day that makes, and on which words. Sends
    nothing."""
    settings = configuration(ctx, config)
    asked = _asked(settings, rule, query)
    zone = settings.service.timezone
    now = datetime.now(UTC)
    first, last = moment_of(since, zone, now=now), moment_of(until, zone, now=now, option="--until") or now
    if first is None or first > now:
        raise CommandError("--since lies in the future; write how far back to look, such as 30d.", 2)
    if last <= first:
        raise CommandError("--until is not after --since: between them there is nothing.", 2)
    with opened_archive(settings, reading=True) as archive:
        outcome = _tried(archive, asked, zone, first, last if until else None, now, seconds)
        _read_some(archive, asked.query, outcome, samples)
    if as_json:
        _print_json(asked, outcome)
    else:
        _print(asked, outcome, zone)
    if outcome.back_to is not None:
        raise typer.Exit(1)


def _asked(settings: Settings, rule: str | None, query: str | None) -> _Asked:
    if (rule is None) == (query is None):
        raise CommandError("name one rule, or give one query: `khabardar rule test NAME` or `--query Q`.", 2)
    for known in settings.rules:
        if known.name == rule:
            return _Asked(known.name, query_of(settings, known.query), known.repeat == "each")
    text = query if query is not None else rule or ""
    found = query_of(settings, text)
    if meant := difflib.get_close_matches(rule or "", [known.name for known in settings.rules], n=1):
        say(f'khabardar: note: no rule has this name, so it is read as a query. Did you mean "{meant[0]}"?')
    return _Asked(None, found)


def _tried(
    archive: Archive, asked: _Asked, zone: str, first: datetime, last: datetime | None, now: datetime, seconds: float
) -> _Outcome:
    from khabardar.trial import LOOK_BACK, Trial, days_between

    trial = Trial(zone, first, asked.each)
    outcome = _Outcome(trial, [])
    deadline = time.monotonic() + seconds
    with waiting("looking through the archive …") as show:
        for batch in archive.backtest(asked.query, since=_before(first, LOOK_BACK), until=last):
            trial.count(batch.matches)
            outcome.looked_at += batch.looked_at
            outcome.back_to = batch.back_to if batch.back_to and batch.back_to > first else None
            verb = "judged" if batch.judged else "found"
            back = f", back to {local(batch.back_to, zone)}" if batch.back_to else ""
            show(f"{verb} {outcome.looked_at:,}, {trial.items:,} match{back} …")
            if batch.judged and time.monotonic() >= deadline:
                break
    outcome.days = days_between(outcome.back_to or first, last or now, zone)
    if outcome.back_to is not None:
        whole = max(1, round(((last or now) - first).total_seconds() / 86400))
        say(
            f"khabardar: stopped after {seconds:g} s: the index cannot answer this query, and "
            f"{outcome.looked_at:,} items were judged, back to {local(outcome.back_to, zone)} "
            f"({outcome.length} of {whole} days). What follows counts these only; --seconds N gives it longer."
        )
    return outcome


def _before(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment - by
    except OverflowError:
        return moment


def _read_some(archive: Archive, query: Query, outcome: _Outcome, samples: int) -> None:
    """The samples, and the words of matches from all of the time."""
    from khabardar.trial import words_of

    newest = outcome.trial.newest(samples)
    known = archive.items(newest)
    outcome.samples = [known[item_id] for item_id in newest if item_id in known]
    deadline = time.monotonic() + _READ_SECONDS
    ids = outcome.trial.spread(_READ)
    with waiting("reading matches …"):
        for start in range(0, len(ids), 50):
            for item in archive.items(ids[start : start + 50]).values():
                outcome.words.update(words_of(query, item))
                outcome.read += 1
            if time.monotonic() > deadline:
                return


def _print_json(asked: _Asked, outcome: _Outcome) -> None:
    from archive.json_item import item_json
    from archive.model import rfc3339

    trial, alerts_by_day = outcome.trial, outcome.trial.alerts_by_day
    json_line(
        {
            "rule": asked.name,
            "query": asked.query.text,
            "items": trial.items,
            "stories": len(trial.stories),
            "alerts": len(trial.told),
            "alerts_per_day": round(outcome.per_day, 2),
            "days": [
                {"day": day.isoformat(), "items": trial.items_by_day[day], "alerts": alerts_by_day[day]}
                for day in outcome.days
            ],
            "words": [{"word": word, "items": number} for word, number in _commonest(outcome)],
            "words_of": outcome.read,
            "complete": outcome.back_to is None,
            "looked_back_to": rfc3339(outcome.back_to),
            "samples": [item_json(item) for item in outcome.samples],
        }
    )


def _commonest(outcome: _Outcome) -> list[tuple[str, int]]:
    return sorted(outcome.words.items(), key=lambda entry: (-entry[1], entry[0]))[:_WORDS]


def _print(asked: _Asked, outcome: _Outcome, zone: str) -> None:
    trial = outcome.trial
    line(
        f"{asked.name or 'this query'}: {plural(trial.items, 'item')} of {plural(len(trial.stories), 'story')} "
        f"since {outcome.days[0].isoformat()}; {plural(len(trial.told), 'alert')}, {outcome.per_day:.1f} a day."
    )
    if not trial.items:
        say("nothing matched. `khabardar explain URL --query Q` shows which part of a query fails on an item.")
        return
    _print_chart(outcome)
    _print_words(outcome)
    for item in outcome.samples:
        _print_sample(item, asked.query, zone)


def _print_chart(outcome: _Outcome) -> None:
    from khabardar.trial import bars

    unit, found = bars(outcome.trial.alerts_by_day, outcome.days)
    if not is_terminal():
        line()
        for each in found:
            fields(each.label, str(each.alerts))
        return
    most = max((each.alerts for each in found), default=1)
    block = "█" if "utf" in (sys.stdout.encoding or "").lower() else "#"
    room = max(8, min(_WIDEST_BAR, width() - 20))
    line()
    line(f"alerts per {unit}" + (", from its Monday on" if unit == "week" else ""))
    for alerting, run in itertools.groupby(found, lambda each: each.alerts > 0):
        stretch = list(run)
        if not alerting and len(stretch) > _LONGEST_SILENCE:
            line(f"  …          {plural(len(stretch), unit)} without an alert")
            continue
        for each in stretch:
            bar = block * max(1, round(each.alerts / most * room)) if each.alerts else ""
            line(f"  {each.label:<10} {each.alerts:>5}  {bar}".rstrip())


def _print_words(outcome: _Outcome) -> None:
    words = _commonest(outcome)
    if not words:
        return
    items = outcome.trial.items
    of = f"{outcome.read:,} of the {items:,} items" if outcome.read < items else plural(items, "item")
    line()
    line(f"words that matched, in how many of {of}")
    for word, number in words:
        if is_terminal():
            line(f"  {number:>6}  {number / outcome.read:>4.0%}  {word[: max(10, width() - 17)]}")
        else:
            fields(word, str(number))


def _print_sample(item: NewsItem, query: Query, zone: str) -> None:
    from rich.text import Text

    from archive.document import document_of
    from query import judge

    spans: dict[str, list[tuple[int, int]]] = {}
    for span in judge(query, document_of(item)).spans:
        spans.setdefault(span.field, []).append((span.start, span.end))
    line()
    styled(Text(f"{local(item.effective_at, zone)}  {item.source}  ") + marked(item.title, spans.get("title", [])))
    for name in ("summary", "body"):
        if name in spans:
            styled(Text("  ") + marked(getattr(item, name) or "", spans[name], limit=_SAMPLE))
            break
    line(f"  {item.url or item.id}")
