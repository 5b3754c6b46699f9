"""Which rules match an item, where, and what is therefore promised to whom. Values only."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from alerts.rules import Rule, Rules
from archive.document import document_of
from archive.model import Judged, MatchSpan, NewsItem, Promise
from query import Document, Verdict, judge
from query.judge import look_at, spans_of

log = logging.getLogger(__name__)

FEW = 50
"""Up to so many rules judging each is as quick as choosing among them (``bench/rules.py``)."""


def match(items: Sequence[NewsItem], rules: Rules, now: datetime) -> list[Judged]:
    """Judge every item by every rule; ``now`` stands for the time an item was seen when it does not say.

    One ``Judged`` per item, in order, whatever happens: a rule that raises is skipped and noted in ``rules.broken``.
    """
    return [_judged(item, rules, now) for item in items]


def warm(rules: Rules) -> None:
    """Make the index of the rules and load what it needs: the first item shall not wait for it."""
    for _ in matching(document_of(NewsItem(title="-")), rules, datetime.now(UTC)):
        pass


def matching(document: Document, rules: Rules, now: datetime) -> Iterator[tuple[Rule, Verdict]]:
    """The rules that match the document, in their order, each with its verdict.

    Among many rules the index chooses the candidates and says which surely match; the evaluator of the query language
    is the judge of the others, and finds the places in all. ``now`` is what relative dates count from.
    """
    look = look_at(document, now)
    for rule, sure in _candidates(document, rules):
        try:
            verdict = Verdict(True, spans_of(rule.query.part, look)) if sure else judge(rule.query, document, now)
        except Exception as error:
            rules.note_broken(rule, error)  # a fault in one rule must not silence the others
            continue
        if verdict:
            yield rule, verdict


def _candidates(document: Document, rules: Rules) -> Sequence[tuple[Rule, bool]]:
    """The rules worth judging, in their order, with True those that match: all of them where they are few, or where the
    index fails."""
    if len(rules.rules) > FEW:
        try:
            return rules.index.candidates(document)
        except Exception:
            log.exception("the index of rules failed, every rule is judged")
    return [(rule, False) for rule in rules.rules]


def matching_names(document: Document, rules: Rules, now: datetime) -> list[str]:
    """The names of the rules that match the document, without the places: many times faster where few words matter.

    A rule that raises is skipped and noted, as in ``matching``.
    """
    look = look_at(document, now)

    def holds(rule: Rule) -> bool:
        try:
            return rule.query.part.holds(look)
        except Exception as error:
            rules.note_broken(rule, error)
            return False

    try:
        return rules.index.names(document, holds)
    except Exception:
        log.exception("the index of rules failed, every rule is judged")
        return [rule.name for rule in rules.rules if holds(rule)]


def _judged(item: NewsItem, rules: Rules, now: datetime) -> Judged:
    document = document_of(item)
    found = list(matching(document, rules, item.seen_at or now))
    return Judged(
        item=item,
        rules=tuple(rule.name for rule, _ in found),
        spans=tuple(_spans(found)),
        promises=tuple(promise for rule, _ in found for promise in _promises(rule, rules, now)),
        document=document,
    )


def _spans(found: Sequence[tuple[Rule, Verdict]]) -> Iterator[MatchSpan]:
    for rule, verdict in found:
        for span in verdict.spans:
            yield MatchSpan(rule.name, *span)


def _promises(rule: Rule, rules: Rules, now: datetime) -> Iterator[Promise]:
    for channel in rule.settings.channels:
        due_at = rule.due_at(now, rules.zones.get(channel, rules.zone))
        yield Promise(
            rule=rule.name,
            query=rule.settings.query,
            channel=channel,
            repeat=rule.settings.repeat,
            due_at=due_at,
            bundle=rule.schedule.text,
            urgent=rule.settings.urgent,
        )
