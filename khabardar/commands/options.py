"""What several commands share: the options that mean the same everywhere, the way to the configuration and archive."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from khabardar.terminal import say

if TYPE_CHECKING:
    from archive.model import NewsItem
    from archive.store import Archive
    from khabardar.settings import Settings
    from query import Query

VARIABLE = "KHABARDAR_CONFIG"
DEFAULT_FILE = "khabardar.toml"

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="PATH",
        help=f"The configuration; else ${VARIABLE}, else ./{DEFAULT_FILE}.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON lines and nothing else on stdout.")]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="D",
        help="From this date or time on, or so long ago: 2025-08-01, 7d, 12h.",
        show_default=False,
    ),
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="D", help="Before this date or time.", show_default=False)
]
SecondsOption = Annotated[
    float,
    typer.Option(
        "--seconds", min=0, metavar="N", help="How long to look at most, where the index alone cannot answer."
    ),
]

_AGO = re.compile(r"(?P<number>\d{1,6}(?:\.\d{1,6})?)\s*(?P<unit>[smhdw])\Z")


class CommandError(Exception):
    """A command cannot go on. The text is a sentence with its remedy; ``code`` is the exit code: 1 or 2."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Sort(StrEnum):
    """In which order found items come."""

    NEWEST = "newest"
    RELEVANCE = "relevance"


def configuration_path(ctx: typer.Context, config: Path | None) -> Path:
    """Where the configuration is: the command's ``-c``, the one before the command, the environment, this folder."""
    if config is not None:
        return config
    before = ctx.find_root().params.get("config")
    if before is not None:
        return Path(before)
    return Path(os.environ.get(VARIABLE) or DEFAULT_FILE)


def configuration(ctx: typer.Context, config: Path | None) -> Settings:
    """The configuration a command works with. Raises ``SettingsErrors``."""
    from khabardar import logs
    from khabardar.settings import load

    settings = load(configuration_path(ctx, config))
    root = ctx.find_root().params
    logs.configure(
        logs.wanted_format(root.get("log_format"), settings.service.log),
        secrets=settings.secrets,
        verbose=bool(root.get("verbose")),
        least=settings.service.log_level,
    )
    return settings


def configuration_if_any(ctx: typer.Context, config: Path | None) -> Settings | None:
    """The configuration, or None where none was named and none lies in this folder."""
    path = configuration_path(ctx, config)
    named = path != Path(DEFAULT_FILE) or config is not None
    return configuration(ctx, config) if named or path.exists() else None


@contextmanager
def opened_archive(settings: Settings, *, reading: bool = False) -> Iterator[Archive]:
    """The archive, with its schema up to date; closed at the end.

    With ``reading`` it is opened to read only where that works, so that whoever may only read its file can search too.
    """
    archive = _to_read(settings) if reading else None
    if archive is None:
        from khabardar.wiring import open_archive

        archive = open_archive(settings)
    try:
        yield archive
    finally:
        archive.close()


def as_rules_see(settings: Settings, items: Sequence[NewsItem]) -> list[NewsItem]:
    """Items without the furniture that the archive knows of their outlets, as after a visit. Nothing is written; where
    there is no archive yet, they are what they were."""
    from archive.errors import ArchiveError

    archive = _to_read(settings)
    if archive is None:
        return list(items)
    try:
        return list(archive.lesson(items, datetime.now(UTC)).items)
    except ArchiveError as error:
        say(f"what the archive knows of the outlet was not applied: {error}")
        return list(items)
    finally:
        archive.close()


def _to_read(settings: Settings) -> Archive | None:
    """None where there is none yet, or its tables are old: it is then opened to write, which says what is wrong."""
    from archive.errors import ArchiveError
    from archive.store import Archive

    try:
        return Archive.open(settings.archive.url, read_only=True)
    except ArchiveError:
        return None


def moment_of(
    text: str | None, timezone: str, *, now: datetime | None = None, option: str = "--since"
) -> datetime | None:
    """The moment an option names: ``7d`` ago, a date (its beginning in ``timezone``) or a time. None stays None."""
    if text is None:
        return None
    text = text.strip()
    ago = _AGO.match(text)
    try:
        if ago:
            seconds = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}[ago["unit"]]
            return (now or datetime.now(UTC)) - timedelta(seconds=float(ago["number"]) * seconds)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(timezone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise CommandError(
            f'{option} is "{text}"; write a date (2025-08-01), a time (2025-08-01T14:00) or how long ago (7d, 12h).', 2
        ) from None


def query_of(settings: Settings, text: str) -> Query:
    """The query of a command line, with the topics and rules of the configuration. Raises ``QueryError``.

    Its warnings are said on stderr.
    """
    from khabardar.terminal import say
    from query import parse

    query = parse(text, settings.names)
    for warning in query.warnings:
        say(f"khabardar: note: {warning}")
    return query


def no_such(kind: str, name: str, known: list[str]) -> CommandError:
    """The error for a name on the command line that nothing has."""
    from khabardar.settings.errors import did_you_mean

    if not known:
        return CommandError(f'there is no {kind} "{name}": the configuration has no [[{kind}s]].', 2)
    return CommandError(f'there is no {kind} "{name}".{did_you_mean(name, known)}', 2)
