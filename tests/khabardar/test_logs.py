"""One event is one line, without secrets and without what scraped text tries."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from khabardar import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the events go; logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_event_is_one_line_of_keys_and_values(stream: io.StringIO) -> None:
    """Values with spaces are quoted, numbers are short."""
    logs.configure("text", stream=stream)
    structlog.get_logger().info("visit", source="dawn", items=3, seconds=1.23456, error=None, title='say "hi" now')
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert 'level=info event=visit source=dawn items=3 seconds=1.235 title="say \\"hi\\" now"' in line
    assert line.startswith("time=2")


def test_json_event_is_one_object(stream: io.StringIO) -> None:
    """The same event for a machine, in Unicode."""
    logs.configure("json", stream=stream)
    structlog.get_logger().warning("visit", title="گاڑی")
    event = json.loads(stream.getvalue())
    assert event["event"] == "visit"
    assert event["level"] == "warning"
    assert event["title"] == "گاڑی"
    assert "گاڑی" in stream.getvalue()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_scraped_text_cannot_add_a_line_or_an_escape_code(stream: io.StringIO, log_format: logs.LogFormat) -> None:
    """Neither in values nor through the standard library's loggers."""
    logs.configure(log_format, stream=stream)
    structlog.get_logger().info(
        "item", title="a\ntime=x level=error event=fake\x1b[31m", tags=["x\ny"], deep={"k": "a\nb"}
    )
    logging.getLogger("elsewhere").warning("said %s", "two\nlines\x1b]0;t\x07")
    assert stream.getvalue().count("\n") == 2
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_secret_appears_in_no_event(stream: io.StringIO, log_format: logs.LogFormat) -> None:
    """By its key, by its value, as a part of a URL, in an exception."""
    logs.configure(log_format, stream=stream, secrets=["hush-hush"])
    log = structlog.get_logger()
    log.info("login", password="other-secret", detail="tried hush-hush", url="https://me:other-secret@example.org/")
    log.info("sent", headers={"Authorization": "Bearer other-secret"})
    try:
        raise ValueError("hush-hush did not work")
    except ValueError:
        log.exception("failed")
        logging.getLogger("elsewhere").exception("failed too")
    text = stream.getvalue()
    assert "hush-hush" not in text
    assert "other-secret" not in text
    assert "ValueError: *** did not work" in text
    assert text.count("\n") == 4


def test_hushed_event_is_dropped_until_logging_is_configured_anew(stream: io.StringIO) -> None:
    """What a command says in its own words is not said twice."""
    logs.configure("text", stream=stream)
    logs.hush("visit")
    structlog.get_logger().info("visit")
    assert stream.getvalue() == ""
    logs.configure("text", stream=stream)
    structlog.get_logger().info("visit")
    assert "event=visit" in stream.getvalue()


def test_unknown_format_is_refused_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """The option comes before the environment."""
    monkeypatch.setenv(logs.VARIABLE, "xml")
    with pytest.raises(ValueError, match="KHABARDAR_LOG"):
        logs.wanted_format(None)
    assert logs.wanted_format("json") == "json"
