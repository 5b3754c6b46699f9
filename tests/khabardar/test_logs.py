"""One event is one line, without secrets and without what scraped text tries."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from khabardar import logs
from tests.khabardar.shell import Shell


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


def test_configuration_sets_format_and_least_level_and_the_command_line_comes_first(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`[service] log` and `log_level`; then KHABARDAR_LOG, --log-format and --verbose."""
    monkeypatch.delenv(logs.VARIABLE, raising=False)
    config = shell.folder / "khabardar.toml"
    config.write_text('[service]\nlog = "json"\nlog_level = "warning"\n' + config.read_text("utf-8"), encoding="utf-8")

    def written(*before: str) -> list[str]:
        assert shell(*before, "check") == 0
        for level in ("debug", "info", "warning"):
            getattr(structlog.get_logger(), level)("said")
        return shell.capture.readouterr().err.splitlines()

    assert [json.loads(line)["level"] for line in written()] == ["warning"]
    assert [line.split()[1] for line in written("--log-format", "text")] == ["level=warning"]
    monkeypatch.setenv(logs.VARIABLE, "text")
    assert [line.split()[1] for line in written("--verbose")] == ["level=debug", "level=info", "level=warning"]


def test_the_address_that_is_called_outside_is_a_secret(shell: Shell) -> None:
    """Whoever knows it can say that all is well: it is in no event and in no error."""
    config, secret = shell.folder / "khabardar.toml", "https://watch.example/ping/4f8c-21"
    config.write_text(f'[service]\nping = "{secret}"\n' + config.read_text("utf-8"), encoding="utf-8")
    assert shell("check") == 0
    structlog.get_logger().warning("called", why=f"{secret} did not answer")
    assert shell.capture.readouterr().err.count("***") == 1
    for wrong in ("ftp://watch.example/4f8c-21", "4f8c-21"):
        config.write_text(f'[service]\nping = "{wrong}"\nping_allow_addresses = ["10.0.0.0/99"]\n', encoding="utf-8")
        assert shell("check") == 2
        assert "service.ping" in shell.err
        assert "4f8c" not in shell.err
        assert "ping_allow_addresses" in shell.err
