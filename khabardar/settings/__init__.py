"""The configuration file as one frozen value: ``load(path) -> Settings``, or all its errors at once.

Each room owns the settings class beside its code; here they are composed, their names are checked against each other
and every query is parsed with its topics. Nothing is read after ``load``: secrets and the environment are inside.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from alerts.compiling import Checked, no_collection
from alerts.settings import RuleSettings
from crawler.settings import CrawlSettings, SourceSettings
from khabardar.places import rules_file
from khabardar.settings.channels import CHANNEL_KINDS, ChannelSettings, read_channels
from khabardar.settings.errors import Findings, SettingsError, SettingsErrors, did_you_mean
from khabardar.settings.file import read_table
from khabardar.settings.parts import ArchiveSettings, ServiceSettings, WebSettings
from khabardar.settings.references import Queries, check_contact, check_duplicates, check_known, read_topics
from khabardar.settings.validate import build, fields_of
from khabardar.settings.values import from_environment, note_secrets, with_secret_files
from khabardar.toml_lines import Path as KeyPath

if TYPE_CHECKING:
    from query import Names, Query

__all__ = ["CHANNEL_KINDS", "ChannelSettings", "Settings", "SettingsError", "SettingsErrors", "load", "load_queries"]

TABLES: Mapping[str, type[BaseModel]] = {
    "archive": ArchiveSettings,
    "crawl": CrawlSettings,
    "web": WebSettings,
    "service": ServiceSettings,
}
LISTS = ("sources", "channels", "rules")

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Settings:
    """A whole configuration. ``path`` is absolute; ``only`` holds the parsed ``only`` of the sources that have one;
    ``secrets`` are the texts that may appear in no log; ``warnings`` are doubts that stop nothing. ``checked``: where
    rules are very many, what was made of them while they were checked; whoever makes the rules takes it out."""

    path: Path
    archive: ArchiveSettings
    crawl: CrawlSettings
    web: WebSettings
    service: ServiceSettings
    topics: Mapping[str, str]
    sources: tuple[SourceSettings, ...]
    channels: tuple[ChannelSettings, ...]
    rules: tuple[RuleSettings, ...]
    names: Names
    only: Mapping[str, Query]
    warnings: tuple[SettingsError, ...] = ()
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    checked: list[Checked] = field(default_factory=list, repr=False, compare=False)


def load(path: Path | str, environ: Mapping[str, str] | None = None, *, written: bytes | None = None) -> Settings:
    """Read a configuration file. Raises ``SettingsErrors`` with every error found, each with file, line and remedy.

    The messages name the file as ``path`` names it; ``environ`` stands for ``os.environ``; ``written`` is judged as if
    it stood in the file already.
    """
    with no_collection():
        return _loaded(Findings(Path(path)), environ, written)


def _loaded(found: Findings, environ: Mapping[str, str] | None, written: bytes | None) -> Settings:
    table = _table(found, environ, written)
    _check_tables(table, found)
    parts = {name: _part(name, model, table, found) for name, model in TABLES.items()}
    topics = read_topics(table.get("topics", {}), found)
    sources = _list("sources", SourceSettings, table, found)
    channels = read_channels(_tables("channels", table, found), found)
    rules = _list("rules", RuleSettings, table, found)
    service = parts["service"] or ServiceSettings()
    _check_names(table, found)
    check_contact(parts["crawl"] or CrawlSettings(), [source for _, source in sources], found)
    path = found.file.absolute()
    compiled = rules_file(parts["archive"].url, path) if parts["archive"] else None
    queries, checked, only = _queries(table, topics, service.timezone, found, compiled)
    found.stop_if_any()
    return Settings(
        path=path,
        topics=topics,
        sources=tuple(_in_a_zone(source, service.timezone) for _, source in sources),
        channels=tuple(channel for _, channel in channels),
        rules=tuple(rule for _, rule in rules),
        names=queries.all_names,
        only=only,
        warnings=tuple(found.warnings),
        secrets=frozenset(found.secrets),
        checked=checked,
        **{name: part if part is not None else TABLES[name]() for name, part in parts.items()},  # type: ignore[arg-type]
    )


def _in_a_zone(source: SourceSettings, timezone: str) -> SourceSettings:
    """A source that names no time zone prints its clock in the service's."""
    return source if source.timezone else source.model_copy(update={"timezone": timezone})


def load_queries(path: Path | str) -> tuple[dict[str, Query], Names]:
    """Only the queries of a TOML file with ``[topics]`` and ``[[rules]]``, by rule name in the order of the file; rules
    that are not enabled are checked and can be named by others, but are not among them.

    What else a rule or the file says (channels, sources) is not looked at, so a whole configuration serves as well.
    Raises ``SettingsErrors``.
    """
    found = Findings(Path(path))
    table = read_table(found.file, found)
    topics = read_topics(table.get("topics", {}), found)
    texts: dict[str, str] = {}
    paths: dict[str, KeyPath] = {}
    names: list[tuple[int, str]] = []
    disabled: set[object] = set()
    for number, rule in _tables("rules", table, found):
        if rule.get("enabled") is False:
            disabled.add(rule.get("name"))
        for key in ("name", "query"):
            if not isinstance(rule.get(key), str) or not rule[key]:
                found.error(("rules", number, key), "this key is required: a text in quotes.")
        if isinstance(rule.get("name"), str) and isinstance(rule.get("query"), str):
            names.append((number, rule["name"]))
            texts.setdefault(rule["name"], rule["query"])
            paths.setdefault(rule["name"], ("rules", number, "query"))
    check_duplicates("rules", names, found)
    service = table.get("service", {})
    zone = service.get("timezone", "UTC") if isinstance(service, dict) else "UTC"
    part = build(ServiceSettings, {"timezone": zone}, ("service",), found)
    queries = Queries(topics, texts, part.timezone if part else "UTC", found)
    queries.check_topics()
    parsed = {name: queries.parse(text, paths[name]) for name, text in texts.items()}
    found.stop_if_any()
    enabled = {name: query for name, query in parsed.items() if query is not None and name not in disabled}
    return enabled, queries.all_names


def _table(found: Findings, environ: Mapping[str, str] | None, written: bytes | None) -> dict[str, Any]:
    table: dict[str, Any] = from_environment(
        read_table(found.file, found, written), os.environ if environ is None else environ, found
    )
    note_secrets(table, found)
    return table


def _check_tables(table: Mapping[str, Any], found: Findings) -> None:
    """Every name at the top of the file is a table we know."""
    known = {*TABLES, *LISTS, "topics"}
    for name, value in table.items():
        if name in known:
            continue
        homes = [table_name for table_name, model in TABLES.items() if name in fields_of(model)]
        if homes and not isinstance(value, (dict, list)):
            found.error((name,), f'"{name}" belongs into the table [{homes[0]}]; write it below that line.')
        else:
            found.error((name,), f'there is no table "{name}".{did_you_mean(name, known)}')


def _part(name: str, model: type[BaseModel], table: Mapping[str, Any], found: Findings) -> Any:
    """One of the single tables; None when it has errors."""
    value = table.get(name, {})
    if not isinstance(value, dict):
        found.error((name,), f"must be a table: write [{name}] and its keys below it.")
        return None
    value = with_secret_files(value, fields_of(model), found, (name,))
    part = build(model, value, (name,), found)
    if isinstance(part, ArchiveSettings):
        return part.model_copy(update={"url": _beside(part.url, found.file)})
    return part


def _beside(url: str, file: Path) -> str:
    """A relative SQLite path made absolute, relative to the configuration file."""
    prefix = "sqlite:///"
    if not url.startswith(prefix):
        return url
    name, mark, options = url.removeprefix(prefix).partition("?")
    return f"{prefix}{file.absolute().parent / Path(name).expanduser()}{mark}{options}"


def _tables(kind: str, table: Mapping[str, Any], found: Findings) -> list[tuple[int, dict[str, Any]]]:
    """The elements of ``[[kind]]`` that are tables, with their numbers."""
    value = table.get(kind, [])
    if not isinstance(value, list):
        found.error((kind,), f"must be written [[{kind}]] with two brackets, once for each of them.")
        return []
    for number, element in enumerate(value):
        if not isinstance(element, dict):
            found.error((kind, number), f"must be a table: write [[{kind}]] and its keys below it.")
    return [(number, element) for number, element in enumerate(value) if isinstance(element, dict)]


def _list(kind: str, model: type[Model], table: Mapping[str, Any], found: Findings) -> list[tuple[int, Model]]:
    built = []
    known = fields_of(model)
    for number, element in _tables(kind, table, found):
        value = with_secret_files(element, known, found, (kind, number))
        part = build(model, value, (kind, number), found)
        if part is not None:
            built.append((number, part))
    return built


def _elements(kind: str, table: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """The elements of ``[[kind]]`` as written, also those with errors, with their numbers; nothing is noted."""
    written = table.get(kind, [])
    elements = enumerate(written) if isinstance(written, list) else ()
    return [(number, element) for number, element in elements if isinstance(element, dict)]


def _texts(kind: str, key: str, table: Mapping[str, Any]) -> list[tuple[int, str]]:
    """What stands under ``key`` in the elements of ``[[kind]]``, where it is a text."""
    return [(number, one[key]) for number, one in _elements(kind, table) if isinstance(one.get(key), str)]


def _check_names(table: Mapping[str, Any], found: Findings) -> None:
    """Names used twice, and channels that are named but do not exist.

    Looks at what is written, not at what could be built: an element with another error has its say all the same, and a
    channel that is broken still exists for its rules.
    """
    for kind in LISTS:
        check_duplicates(kind, _texts(kind, "name", table), found)
    service = table.get("service", {})
    told = service.get("operator", []) if isinstance(service, dict) else []
    named: list[tuple[KeyPath, Any]] = [(("service", "operator"), told)]
    named += [(("rules", number, "channels"), rule.get("channels")) for number, rule in _elements("rules", table)]
    wanted = [
        ((*path, place), name)
        for path, names in named
        if isinstance(names, list)
        for place, name in enumerate(names)
        if isinstance(name, str)
    ]
    check_known(wanted, "channel", [name for _, name in _texts("channels", "name", table)], found)


def _queries(
    table: Mapping[str, Any], topics: Mapping[str, str], timezone: str, found: Findings, compiled: Path | None
) -> tuple[Queries, list[Checked], dict[str, Query]]:
    """Every query of the file parsed: topics, rules as far as the file of ``compiled`` ones does not vouch for them,
    ``only``; the last by the name of the source."""
    rules: dict[str, str] = {}
    paths: dict[str, KeyPath] = {}
    enabled: list[str] = []
    for number, text in _texts("rules", "query", table):
        rule = table["rules"][number]
        name = rule.get("name")
        name = name if isinstance(name, str) and name not in rules else f"#{number}"
        rules[name], paths[name] = text, ("rules", number, "query")
        if rule.get("enabled") is not False:
            enabled.append(name)
    queries = Queries(topics, rules, timezone, found)
    queries.check_topics()
    checked = queries.check_rules(paths, enabled, compiled)
    only: dict[str, Query] = {}
    for number, text in _texts("sources", "only", table):
        query = queries.parse(text, ("sources", number, "only"))
        if query is not None:
            only[str(table["sources"][number].get("name"))] = query
    return queries, [checked] if checked else [], only
