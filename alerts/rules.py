"""Rules: saved queries, who hears of them, and when. Deciders: no I/O, ``now`` is an argument."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from alerts.compiling import Checked, Compiled, compiled, no_collection
from alerts.durations import seconds_of
from alerts.index import RuleIndex
from alerts.quiet import clock_time
from query import Document, Names, Query, QueryError, parse

if TYPE_CHECKING:
    from alerts.many import ManyRules

log = logging.getLogger(__name__)

MANY = 1000
"""From so many rules on they are compiled: native code takes some 100 MB and pays there (``bench/rules.py``)."""

RECENT = 10_000
"""So many of the compiled rules are kept parsed, some 3 KB each: those that were judged or told last."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DELIVER = re.compile(
    r"(?P<kind>now|hourly)|daily\s+(?P<daily>\d{1,2}:\d{2})|weekly\s+(?P<day>[a-z]+)\s+(?P<weekly>\d{1,2}:\d{2})"
)
_DELIVER_FORMS = '"now", "hourly", "daily 08:00" or "weekly mon 08:00"'


class RuleSettings(BaseModel):
    """``[[rules]]`` of the configuration.

    ``wait`` (seconds; written ``"5m"``) lets a story's first moments gather: the alert is due that long after the item
    was seen, so that reprints are in its "also in". ``urgent`` breaks through quiet hours and past the cap of an hour.
    A rule without channels only marks items.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    query: str
    channels: tuple[str, ...] = ()
    deliver: str = "now"
    repeat: Literal["story", "each", "updates"] = "story"
    enabled: bool = True
    urgent: bool = False
    wait: Annotated[float, BeforeValidator(seconds_of), Field(ge=0, le=86400)] = 0.0

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str) -> str:
        if not name.isprintable() or name != name.strip():
            raise ValueError("a rule's name is printable and neither begins nor ends with a space")
        return name

    @field_validator("channels")
    @classmethod
    def _once(cls, channels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(channels))

    @field_validator("deliver")
    @classmethod
    def _schedule(cls, deliver: str) -> str:
        return Schedule.of(deliver).text

    @model_validator(mode="after")
    def _wait_only_now(self) -> RuleSettings:
        if self.wait and self.deliver != "now":
            raise ValueError(f'wait works with deliver = "now" only: leave it out, {self.deliver!r} waits anyway')
        return self


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule delivers. ``kind`` is now, hourly, daily or weekly; ``at`` is the wall clock time of the last two;
    ``weekday`` counts from Monday = 0."""

    kind: str
    at: time = time(0)
    weekday: int = 0

    @classmethod
    @functools.lru_cache(maxsize=1024)
    def of(cls, text: str) -> Schedule:
        """Read ``deliver``; ValueError says what would be right."""
        match = _DELIVER.fullmatch(text.strip().lower())
        if match is None:
            raise ValueError(f"{text[:40]!r} is no time of delivery; write {_DELIVER_FORMS}")
        if match["kind"]:
            return cls(match["kind"])
        if match["daily"]:
            return cls("daily", clock_time(match["daily"]))
        day = match["day"][:3]
        if day not in _DAYS:
            raise ValueError(f"{match['day']!r} is no day of the week; write one of {', '.join(_DAYS)}")
        return cls("weekly", clock_time(match["weekly"]), _DAYS.index(day))

    @property
    def text(self) -> str:
        """As written in the configuration, in its one canonical form; also the name of the bundle."""
        clock = self.at.strftime("%H:%M")
        if self.kind == "daily":
            return f"daily {clock}"
        return f"weekly {_DAYS[self.weekday]} {clock}" if self.kind == "weekly" else self.kind

    def next_after(self, moment: datetime, zone: tzinfo) -> datetime:
        """The first time of delivery after ``moment``, in UTC; ``moment`` itself for "now".

        Wall clock times are those of ``zone``. One that the clocks jump over in spring is delivered as much later as
        they jump; one that comes twice in autumn is delivered the first time only.
        """
        if self.kind == "now":
            return moment.astimezone(UTC)
        if self.kind == "hourly":
            return _next_hour(moment.astimezone(UTC), zone)
        day = moment.astimezone(zone).date() - timedelta(days=1)
        for _ in range(10):
            due = datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)
            if due > moment and (self.kind == "daily" or day.weekday() == self.weekday):
                return due
            day += timedelta(days=1)
        raise AssertionError("a week has no more than seven days")


def _next_hour(moment: datetime, zone: tzinfo) -> datetime:
    """The next full hour on the clock of ``zone``, which may be half an hour beside UTC or jump by half an hour."""
    due = moment.replace(second=0, microsecond=0)
    while True:
        due += timedelta(minutes=60 - due.astimezone(zone).minute)
        if due.astimezone(zone).minute == 0:
            return due


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its query parsed and its time of delivery understood."""

    settings: RuleSettings
    query: Query
    schedule: Schedule

    @property
    def name(self) -> str:
        return self.settings.name

    def due_at(self, seen_at: datetime, zone: tzinfo) -> datetime:
        """When an item seen at ``seen_at`` is told, in UTC."""
        return self.schedule.next_after(seen_at, zone) + timedelta(seconds=self.settings.wait)


class RulesError(ValueError):
    """Some rules' queries do not parse. ``errors`` are pairs of rule name and QueryError, all of them."""

    def __init__(self, errors: Sequence[tuple[str, QueryError]]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(f"rule {name!r}: {error}" for name, error in errors))


class Rules:
    """The enabled rules, parsed once. ``rules`` keeps their order; ``zone`` is where their clock times are, for the
    channels in ``zones`` their own.

    ``broken`` names rules that raised while an item was judged, with the error: they are skipped for that item, the
    others go on, and the log hears of each rule once.

    From ``MANY`` rules on they are compiled, kept in ``file`` for the next time, and each is parsed again when it is
    judged or its places are asked for: a parsed query takes more memory than all else of a rule, so only the ``RECENT``
    ones are kept.
    """

    def __init__(
        self,
        rules: Sequence[RuleSettings],
        names: Names | None = None,
        timezone: str = "UTC",
        zones: Mapping[str, tzinfo] | None = None,
        file: Path | None = None,
        checked: Checked | None = None,
    ) -> None:
        """``checked``: the enabled rules were looked at before. Raises RulesError, with every rule whose query does not
        parse."""
        self.zone = ZoneInfo(timezone)
        self.zones = dict(zones or {})
        self.broken: dict[str, str] = {}
        self._compiled: Compiled | None = None
        enabled = [rule for rule in rules if rule.enabled]
        names = names or Names({})
        if len(enabled) >= MANY:
            self._compiled = _compiled(enabled, names, file, checked)
        if self._compiled is None:
            self.rules = _ready(enabled, lambda _, text: parse(text, names))
        else:
            parsed = checked.parsed if checked else {}
            recent = functools.lru_cache(maxsize=RECENT)(lambda text: Query(text, names))
            self.rules = _ready(enabled, lambda number, text: parsed.get(number) or Query(text, names, recent))

    @functools.cached_property
    def index(self) -> RuleIndex | ManyRules:
        """Which rules can match an item; made when the first item comes."""
        if self._compiled is None:
            return RuleIndex(self.rules)
        try:
            from alerts.many import ManyRules

            return ManyRules(self.rules, *self._compiled)
        except Exception:
            log.exception("the compiled rules cannot be asked; they are matched a slower way")
            return RuleIndex(self.rules)

    def make_ready(self) -> None:
        """Make the index now and ask it once, so that the first item need not wait for it."""
        try:
            self.index.candidates(Document.of(title="first"))
        except Exception:
            log.exception("the index of rules failed")  # whoever matches falls back to judging every rule

    @property
    def by_name(self) -> Mapping[str, Rule]:
        return {rule.name: rule for rule in self.rules}

    def note_broken(self, rule: Rule, error: Exception) -> None:
        """Remember that a rule could not be judged; the first time it is also logged."""
        if rule.name not in self.broken:
            log.error("rule %r could not be judged and is skipped", rule.name, exc_info=error)
        self.broken[rule.name] = f"{type(error).__name__}: {error}"


def _compiled(
    settings: Sequence[RuleSettings], names: Names, file: Path | None, checked: Checked | None
) -> Compiled | None:
    """The rules compiled, or None where that cannot be: then they are parsed and kept so, which is slower."""
    errors: list[tuple[str, QueryError]] = []

    def refuse(number: int, error: QueryError) -> None:
        errors.append((settings[number].name, error))

    try:
        if checked and len(checked.rows) == len(settings):
            return checked.compiled(file)
        with no_collection():
            made = compiled([rule.query for rule in settings], names, file, refuse)
    except Exception:
        log.exception("the rules could not be compiled; they are matched a slower way")
        return None
    if errors:
        raise RulesError(errors)
    return made


def _ready(settings: Sequence[RuleSettings], query_of: Callable[[int, str], Query]) -> tuple[Rule, ...]:
    rules, errors = [], []
    for number, rule in enumerate(settings):
        try:
            rules.append(Rule(rule, query_of(number, rule.query), Schedule.of(rule.deliver)))
        except QueryError as error:
            errors.append((rule.name, error))
    if errors:
        raise RulesError(errors)
    return tuple(rules)
