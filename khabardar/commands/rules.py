"""``khabardar rule``: the rules, and what one would have done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from archive.model import NewsItem
from khabardar.commands.options import (
    CommandError,
    ConfigOption,
    JsonOption,
    configuration,
    moment_of,
    opened_archive,
    query_of,
)
from khabardar.commands.replay import replay
from khabardar.terminal import fields, is_terminal, json_line, line, local, marked, plural, say, styled, table, waiting

if TYPE_CHECKING:
    from khabardar.settings import Settings
    from query import Query

app = typer.Typer(help="Rules: list them, try one on the archive.", no_args_is_help=True)
app.command(name="replay")(replay)

_BAR = 40  # letters
_SAMPLE = 220  # code points around a match


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """The rules with their channels and their time of delivery."""
    settings = configuration(ctx, config)
    if as_json:
        for rule in settings.rules:
            json_line(
                {
                    "name": rule.name,
                    "query": rule.query,
                    "channels": list(rule.channels),
                    "deliver": rule.deliver,
                    "repeat": rule.repeat,
                    "enabled": rule.enabled,
                }
            )
        return
    rows = [
        [
            rule.name,
            rule.deliver if rule.enabled else "disabled",
            ", ".join(rule.channels) or "(marks only)",
            rule.query,
        ]
        for rule in settings.rules
    ]
    table(["rule", "deliver", "channels", "query"], rows, wide="query")
    if not rows:
        say("the configuration has no [[rules]].")


@dataclass
class Trial:
    """What a rule would have matched. An alert is the first item of a story, or with ``each`` every item."""

    timezone: str
    each: bool = False
    items_by_day: Counter[date] = field(default_factory=Counter)
    told: dict[str, tuple[datetime, str]] = field(default_factory=dict)  # story -> when, id of its first item
    stories: set[str] = field(default_factory=set)

    def count(self, item: NewsItem) -> None:
        """Take account of one match; they come newest first."""
        story = item.story_id or item.id
        self.items_by_day[self._day(item.effective_at)] += 1
        self.stories.add(story)
        self.told[item.id if self.each else story] = (item.effective_at, item.id)

    @property
    def items(self) -> int:
        return self.items_by_day.total()

    @property
    def alerts_by_day(self) -> Counter[date]:
        return Counter(self._day(moment) for moment, _ in self.told.values())

    def newest(self, number: int) -> list[str]:
        """The ids of the newest alerts' items."""
        return [item_id for _, item_id in sorted(self.told.values(), reverse=True)[:number]]

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.timezone)).date()


@app.command(name="test")
def try_rule(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="NAME_OR_QUERY", help="The name of a rule, or a query.")],
    since: Annotated[str, typer.Option("--since", metavar="D", help="How far back: 30d, 12h, or a date.")] = "30d",
    samples: Annotated[int, typer.Option("--samples", min=0, metavar="N", help="How many matches to show.")] = 5,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Which archived items a rule would have matched, and how many alerts a day that makes. Sends nothing."""
    settings = configuration(ctx, config)
    name, query, each = _rule_or_query(settings, rule)
    zone = settings.service.timezone
    now = datetime.now(UTC)
    first = moment_of(since, zone, now=now)
    if first is None or first > now:
        raise CommandError("--since lies in the future; write how far back to look, such as 30d.", 2)
    with opened_archive(settings, reading=True) as archive, waiting("looking through the archive …") as show:
        trial = Trial(zone, each)
        for number, item in enumerate(archive.search(query, since=first, limit=None, as_rule=True), start=1):
            trial.count(item)
            if number % 1000 == 0:
                show(f"looking through the archive … {number:,} matches")
        newest = trial.newest(samples)
        known = archive.items(newest)
    shown = [known[item_id] for item_id in newest if item_id in known]
    days = _days(first, now, zone)
    if as_json:
        _print_json(name, query, trial, days, shown)
    else:
        _print(name, query, trial, days, shown)


def _rule_or_query(settings: Settings, text: str) -> tuple[str | None, Query, bool]:
    for rule in settings.rules:
        if rule.name == text:
            return rule.name, query_of(settings, rule.query), rule.repeat == "each"
    return None, query_of(settings, text), False


def _days(first: datetime, now: datetime, timezone: str) -> list[date]:
    zone = ZoneInfo(timezone)
    start, end = first.astimezone(zone).date(), now.astimezone(zone).date()
    return [start + timedelta(days=number) for number in range((end - start).days + 1)]


def _length(days: Sequence[date]) -> int:
    """How many whole days lie between the first and the last: both are usually half."""
    return max(1, len(days) - 1)


def _print_json(
    name: str | None, query: Query, trial: Trial, days: Sequence[date], samples: Sequence[NewsItem]
) -> None:
    from archive.json_item import item_json

    alerts_by_day = trial.alerts_by_day
    json_line(
        {
            "rule": name,
            "query": query.text,
            "items": trial.items,
            "stories": len(trial.stories),
            "alerts": len(trial.told),
            "alerts_per_day": round(len(trial.told) / _length(days), 2),
            "days": [
                {"day": day.isoformat(), "items": trial.items_by_day[day], "alerts": alerts_by_day[day]} for day in days
            ],
            "samples": [item_json(item) for item in samples],
        }
    )


def _print(name: str | None, query: Query, trial: Trial, days: Sequence[date], samples: Sequence[NewsItem]) -> None:
    alerts = len(trial.told)
    per_day = alerts / _length(days)
    line(
        f"{name or 'this query'}: {plural(trial.items, 'item')} of {plural(len(trial.stories), 'story')} "
        f"since {days[0].isoformat()}; {plural(alerts, 'alert')}, {per_day:.1f} a day."
    )
    if not trial.items:
        say("nothing matched. `khabardar explain URL --query Q` shows which part of a query fails on an item.")
        return
    _chart(trial, days)
    for item in samples:
        _sample(item, query, trial.timezone)


def _chart(trial: Trial, days: Sequence[date]) -> None:
    """A bar per day from the first day with an alert on."""
    alerts = trial.alerts_by_day
    busy = [number for number, day in enumerate(days) if alerts[day]]
    shown = days[busy[0] :] if busy else []
    most = max((alerts[day] for day in shown), default=1)
    line()
    for day in shown:
        number = alerts[day]
        bar = "█" * max(1, round(number / most * _BAR)) if number else ""
        line(f"{day.isoformat()} {number:>4} {bar}") if is_terminal() else fields(day.isoformat(), str(number))


def _sample(item: NewsItem, query: Query, timezone: str) -> None:
    from rich.text import Text

    from archive.document import document_of
    from query import judge

    spans: dict[str, list[tuple[int, int]]] = {}
    for span in judge(query, document_of(item)).spans:
        spans.setdefault(span.field, []).append((span.start, span.end))
    line()
    styled(Text(f"{local(item.effective_at, timezone)}  {item.source}  ") + marked(item.title, spans.get("title", [])))
    for name in ("summary", "body"):
        if name in spans:
            styled(Text("  ") + marked(getattr(item, name) or "", spans[name], limit=_SAMPLE))
            break
    line(f"  {item.url or item.id}")
