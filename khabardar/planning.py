"""What another configuration would change: values only. The keys first, then the news of the last days told again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, SecretStr

from alerts.match import matching_names
from alerts.rules import Rules
from archive.document import document_of
from archive.model import NewsItem
from khabardar.settings import Settings

KINDS = ("sources", "topics", "rules", "channels")
RESTART = frozenset({("archive", "url"), ("web", "listen"), ("web", "password"), ("web", "password_file")})
_HIDDEN = frozenset({"password", "secret", "url", "headers", "ca", "password_file"})
"""Keys whose values may hold what nobody should read over a shoulder: that they change is said, not to what."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is added, removed or changed. ``kind`` is a table of the configuration (``rules``), ``name`` the
    element's; ``keys`` are, of what is changed, the keys with the value before and after (None: hidden)."""

    kind: str
    name: str
    what: str
    keys: Mapping[str, tuple[Any, Any] | None] = field(default_factory=dict)
    restart: bool = False


def changes(old: Settings, new: Settings) -> list[Change]:
    """Everything that differs, tables first, in the order of the files."""
    found = list(_of_tables(old, new))
    for kind in KINDS:
        found += _of_elements(kind, _elements(old, kind), _elements(new, kind))
    return found


def _of_tables(old: Settings, new: Settings) -> Iterator[Change]:
    for name in ("archive", "crawl", "web", "service"):
        keys = _keys(getattr(old, name), getattr(new, name))
        if keys:
            yield Change(name, "", "changed", keys, any((name, key) in RESTART for key in keys))


def _elements(settings: Settings, kind: str) -> dict[str, Any]:
    value = getattr(settings, kind)
    return dict(value) if isinstance(value, Mapping) else {one.name: one for one in value}


def _of_elements(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in old:
        if name not in new:
            yield Change(kind, name, "removed")
    for name, element in new.items():
        if name not in old:
            yield Change(kind, name, "added")
        elif keys := _keys(old[name], element):
            yield Change(kind, name, "changed", keys)


def _keys(old: Any, new: Any) -> dict[str, tuple[Any, Any] | None]:
    if not isinstance(old, BaseModel) or not isinstance(new, BaseModel):
        return {} if old == new else {"query": (old, new)}
    before, after = old.model_dump(by_alias=True), new.model_dump(by_alias=True)
    differing = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return {key: _shown(key, before.get(key), after.get(key)) for key in differing}


def _shown(key: str, before: Any, after: Any) -> tuple[Any, Any] | None:
    hidden = key in _HIDDEN or isinstance(before, SecretStr) or isinstance(after, SecretStr)
    return None if hidden else (before, after)


@dataclass
class Matches:
    """What a rule matched among the items looked at, under one configuration or the other."""

    before: int = 0
    after: int = 0
    newly: list[NewsItem] = field(default_factory=list)
    no_longer: list[NewsItem] = field(default_factory=list)


@dataclass
class Trial:
    """The news of the last days, told by both configurations. An alert is a story told once, or, of a rule with
    ``repeat = "each"``, an item; a channel gets a story once for all of its rules."""

    items: int = 0
    rules: dict[str, Matches] = field(default_factory=dict)
    alerts: dict[str, tuple[set[str], set[str]]] = field(default_factory=dict)

    @property
    def changed(self) -> dict[str, Matches]:
        """The rules whose matches differ, by name."""
        return {name: one for name, one in self.rules.items() if one.newly or one.no_longer}


def tried(old: Settings, new: Settings, items: Iterable[NewsItem], most: int = 100_000) -> Trial:
    """Judge items, as they came, by the rules of both; at most ``most`` are looked at."""
    trial = Trial(alerts=defaultdict(lambda: (set(), set())))
    pairs = [(_rules(settings), settings) for settings in (old, new)]
    for settings in (old, new):
        for rule in settings.rules:
            trial.rules.setdefault(rule.name, Matches())
            for channel in rule.channels:
                trial.alerts[channel]
    for item in items:
        trial.items += 1
        document = document_of(item)
        moment = item.seen_at or item.effective_at
        matched = [set(matching_names(document, rules, moment)) for rules, _ in pairs]
        _count(trial, item, *matched)
        for place, (_, settings) in enumerate(pairs):
            for rule in settings.rules:
                if rule.name in matched[place]:
                    told = item.id if rule.repeat == "each" else item.story_id or item.id
                    for channel in rule.channels:
                        trial.alerts[channel][place].add(told)
        if trial.items >= most:
            break
    return trial


def _rules(settings: Settings) -> Rules:
    return Rules(settings.rules, settings.names, settings.service.timezone)


def _count(trial: Trial, item: NewsItem, before: set[str], after: set[str]) -> None:
    for name in before | after:
        one = trial.rules[name]
        one.before += name in before
        one.after += name in after
        if name in after - before:
            one.newly.append(item)
        elif name in before - after:
            one.no_longer.append(item)
