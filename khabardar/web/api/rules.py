"""The rules, and what a query would have done as one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.json_item import item_json
from archive.model import rfc3339
from archive.standing import Health
from khabardar.web.api.endpoint import Endpoint
from khabardar.web.api.items import moment
from khabardar.web.api.lists import part_of
from khabardar.web.api.shapes import AskPage, AskTrial, Listed, Rule, Trial
from khabardar.web.desk import Desk, View
from khabardar.web.problems import ProblemError
from khabardar.web.trying import tried

LONGEST = timedelta(days=3660)
SECONDS = 3.0


def rules(desk: Desk, view: View, asked: AskPage, _: str) -> Mapping[str, Any]:
    """The rules in the order of the file."""
    standings = desk.archive.standings()
    enabled = [source.name for source in view.settings.sources if source.enabled]
    dark = [standings[name] for name in enabled if name in standings and standings[name].state is Health.DARK]
    blind = [{"source": one.source, "since": rfc3339(one.since), "why": one.why} for one in dark]
    return part_of(
        list(view.rules.values()),
        asked,
        lambda rule: {
            "name": rule.name,
            "query": rule.query,
            "channels": list(rule.channels),
            "deliver": rule.deliver,
            "repeat": rule.repeat,
            "enabled": rule.enabled,
            "urgent": rule.urgent,
            "dark": blind,
        },
    )


def trial(desk: Desk, view: View, asked: AskTrial, _: str) -> Mapping[str, Any]:
    """What a query would have matched as a rule, and how many alerts a day that makes."""
    query = view.parse(asked.q)
    now = datetime.now(UTC)
    since, until = moment(asked.since, view, "since"), moment(asked.until, view, "until")
    assert since is not None
    if since >= (until or now):
        raise ProblemError(400, "Bad parameter", "since: it lies behind the end.", parameter="since")
    if (until or now) - since > LONGEST:
        raise ProblemError(400, "Bad parameter", "since: ten years are the most.", parameter="since")
    if until is not None and until > now + LONGEST:
        raise ProblemError(400, "Bad parameter", "until: it lies too far ahead.", parameter="until")
    found = tried(desk.archive, view, query, since, until, samples=asked.samples, seconds=SECONDS)
    alerts = found.trial.alerts_by_day
    return {
        "query": query.text,
        "items": found.trial.items,
        "stories": len(found.trial.stories),
        "alerts": len(found.trial.told),
        "alerts_per_day": round(found.per_day, 2),
        "days": [
            {"day": day.isoformat(), "items": found.trial.items_by_day[day], "alerts": alerts[day]}
            for day in found.days
        ],
        "complete": found.back_to is None,
        "looked_back_to": rfc3339(found.back_to),
        "samples": [item_json(item) for item in found.samples],
    }


ENDPOINTS = (
    Endpoint("/api/v1/rules", "The rules, with the sources that are dark", AskPage, Listed[Rule], rules),
    Endpoint("/api/v1/rules/test", "What a query would have matched as a rule", AskTrial, Trial, trial, (400, 422)),
)
