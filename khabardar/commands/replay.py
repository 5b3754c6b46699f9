"""``khabardar rule replay``: a rule that was corrected is told of what it would have matched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from khabardar.commands.options import (
    CommandError,
    ConfigOption,
    JsonOption,
    configuration,
    moment_of,
    no_such,
    opened_archive,
    query_of,
)
from khabardar.terminal import json_line, line, local, plural

if TYPE_CHECKING:
    from alerts.rules import RuleSettings
    from archive.model import MatchSpan, NewsItem, Promise
    from khabardar.settings import Settings
    from query import Query


def replay(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a rule.")],
    since: Annotated[str, typer.Option("--since", metavar="D", help="How far back: 2d, 12h, or a date.")] = "2d",
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Tell a rule's channels of what it would have matched since then, as one digest each; nobody is told twice.

    `khabardar rule test NAME` shows before what that would be.
    """
    settings = configuration(ctx, config)
    rule = _rule(settings, name)
    now = datetime.now(UTC)
    first = moment_of(since, settings.service.timezone, now=now)
    query = query_of(settings, rule.query)
    with opened_archive(settings) as archive:
        for silence in archive.silences(now):
            if silence.rule == name:
                end = local(silence.until, settings.service.timezone)
                raise CommandError(f"{name} is silent until {end}. First: khabardar silence end {silence.id}", 2)
        promises = tuple(_promises(rule, now))
        matched = owed = items = 0
        oldest_first = reversed(list(archive.search(query, since=first, limit=None, as_rule=True)))
        for item in oldest_first:
            matched += 1
            made = archive.replay(item.id, promises, _spans(name, query, item), now)
            owed += made
            items += bool(made)
    if as_json:
        json_line({"rule": name, "matched": matched, "owed": owed, "items": items})
        return
    line(f"{name}: {plural(matched, 'item')} matched since {local(first, settings.service.timezone)}.")
    if owed:
        told = ", ".join(rule.channels)
        line(f"  {plural(items, 'item')} not told before: one digest to {told}.")
        line("  The service or `khabardar crawl` sends it.")
    else:
        line("  all of it was told before; nothing is owed.")


def _rule(settings: Settings, name: str) -> RuleSettings:
    for rule in settings.rules:
        if rule.name == name:
            if not rule.channels:
                raise CommandError(f"{name} has no channels: there is nobody to tell.", 2)
            return rule
    raise no_such("rule", name, [rule.name for rule in settings.rules])


def _promises(rule: RuleSettings, now: datetime) -> Iterator[Promise]:
    from alerts.compose import REPLAY
    from archive.model import Promise

    for channel in rule.channels:
        yield Promise(rule.name, rule.query, channel, rule.repeat, now, REPLAY, rule.urgent)


def _spans(name: str, query: Query, item: NewsItem) -> tuple[MatchSpan, ...]:
    from archive.document import document_of
    from archive.model import MatchSpan
    from query import judge

    verdict = judge(query, document_of(item))
    return tuple(MatchSpan(name, span.field, span.start, span.end, span.text) for span in verdict.spans)
