"""One line per event on stderr: ``key=value`` (logfmt) by default, JSON when asked for.

``configure()`` is called once by a command; every room just asks for a logger, structlog's or the standard library's:
both come out the same way. What was scraped is made inert (no control characters, one line), and secrets never pass.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Iterable, MutableMapping
from typing import Any, Literal, TextIO

# structlog loads its Twisted part wherever Twisted is installed: 5 MB that only the crawl worker has a use for.
sys.modules.setdefault("structlog.twisted", None)  # type: ignore[arg-type]

import structlog  # noqa: E402

from khabardar.inert import one_line  # noqa: E402

LogFormat = Literal["text", "json"]
VARIABLE = "KHABARDAR_LOG"

_MASK = "***"
_SECRET_KEY = re.compile(r"pass(word|wd|phrase)?|secret|token|authorization|cookie|api_?key|credential", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_NEEDS_QUOTES = re.compile(r'[\s="]|^$')
_LONGEST = 2000  # code points of one value; a page of scraped text is no log line
_QUIET = (
    "httpx",
    "httpcore",
    "apscheduler",
    "uvicorn",
    "alembic",
    "aiosqlite",
    "trafilatura",
    "htmldate",
    "courlan",
)
_known_secrets: set[str] = set()
_hushed: set[str] = set()

EventDict = MutableMapping[str, Any]


def wanted_format(option: str | None, configured: LogFormat = "text") -> LogFormat:
    """The format of ``--log-format``, else of ``KHABARDAR_LOG``, else what is ``configured``. Raises ValueError for
    another word."""
    word = (option or os.environ.get(VARIABLE) or configured).strip().lower()
    if word == "json":
        return "json"
    if word == "text":
        return "text"
    place = "--log-format" if option else VARIABLE
    raise ValueError(f'{place} is "{word}"; write "text" or "json".')


def configure(
    log_format: LogFormat = "text",
    *,
    secrets: Iterable[str] = (),
    verbose: bool = False,
    least: str = "info",
    stream: TextIO | None = None,
) -> None:
    """Send all events to ``stream`` (stderr). ``secrets`` are masked wherever they appear, beside telling key names.

    ``least``: the lowest level that is logged; ``verbose`` logs all.
    """
    _hushed.clear()
    _known_secrets.clear()
    add_secrets(secrets)
    verbose = verbose or least == "debug"
    level = logging.DEBUG if verbose else logging.getLevelNamesMapping()[least.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%S.%fZ", utc=True, key="time"),
        _exception_on_one_line,
        _safe,
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), _logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _as_json if log_format == "json" else _as_text,
            ],
        )
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            _drop_hushed,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def add_secrets(secrets: Iterable[str]) -> None:
    """Mask these too, beside those known already; very short ones would mask half of every line and are left."""
    _known_secrets.update(secret for secret in secrets if len(secret) >= 4)


def hush(*events: str) -> None:
    """From now on, drop these events: the command says the same in its own words."""
    _hushed.update(events)


def _drop_hushed(logger: Any, method: str, event: EventDict) -> EventDict:
    if event.get("event") in _hushed:
        raise structlog.DropEvent
    return event


def masked(text: str) -> str:
    """The text without known secrets and without the user part of URLs."""
    for secret in _known_secrets:
        text = text.replace(secret, _MASK)
    return _USER_INFO.sub(_MASK, text)


def _logger_name(logger: Any, method: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    if record is not None:
        event["logger"] = record.name
        event.pop("color_message", None)
    return event


def _exception_on_one_line(logger: Any, method: str, event: EventDict) -> EventDict:
    info = event.pop("exc_info", None)
    if not info:
        return event
    error = info if isinstance(info, BaseException) else sys.exc_info()[1]
    if isinstance(info, tuple):
        error = info[1]
    if error is not None:
        event.setdefault("error", f"{type(error).__name__}: {error}")
        event["where"] = " < ".join(
            f"{frame.name} ({os.path.basename(frame.filename)}:{frame.lineno})"  # noqa: PTH119 - a text, not a file
            for frame in reversed(traceback.extract_tb(error.__traceback__)[-6:])
        )
    return event


def _safe(logger: Any, method: str, event: EventDict) -> EventDict:
    for key, value in event.items():
        if key.startswith("_"):
            continue
        event[key] = _MASK if _SECRET_KEY.search(key) and value is not None else _safe_value(value)
    return event


def _safe_value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, dict):
        return {
            one_line(str(key)): _MASK if _SECRET_KEY.search(str(key)) else _safe_value(member)
            for key, member in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_safe_value(member) for member in value]
    text = masked(one_line(str(value)))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


_FIRST = ("time", "level", "event")


def _ordered(event: EventDict) -> dict[str, Any]:
    first = {key: event[key] for key in _FIRST if key in event}
    return {**first, **{key: value for key, value in event.items() if key not in first}}


def _as_json(logger: Any, method: str, event: EventDict) -> str:
    return json.dumps(_ordered(event), ensure_ascii=False, default=str)


def _as_text(logger: Any, method: str, event: EventDict) -> str:
    return " ".join(f"{_word(key)}={_quoted(value)}" for key, value in _ordered(event).items() if value is not None)


def _word(key: str) -> str:
    return re.sub(r'[\s="]+', "_", key)


def _quoted(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    text = ",".join(str(member) for member in value) if isinstance(value, list) else str(value)
    if not _NEEDS_QUOTES.search(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
