"""``khabardar silence``: what a rule is not to say for a while, and the account of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.store import Archive
from khabardar.commands.options import CommandError
from khabardar.commands.silences import end_of
from tests.khabardar.shell import Shell

NOW = datetime(2025, 8, 15, 12, tzinfo=UTC)
DESK = """
[[channels]]
name = "hook"
kind = "webhook"
url = "http://127.0.0.1:9/hook"
"""


def test_a_rule_is_silenced_listed_and_heard_again(filled: Shell) -> None:
    """The short form and the long one."""
    assert filled("silence", "japan-cars", "4h", "--why", "trade fair") == 0
    assert "silent until" in filled.out
    assert filled("silence", "list", "--json") == 0
    (told,) = filled.lines
    assert (told["rule"], told["why"], told["active"], told["silenced"]) == ("japan-cars", "trade fair", True, [])
    assert filled("silence", "end", str(told["id"])) == 0
    assert "heard again" in filled.out
    assert filled("silence", "end", str(told["id"])) == 1
    assert filled("silence", "list", "--json") == 0
    assert filled.lines == []
    assert filled("silence", "list", "--all") == 0
    assert "over" in filled.out
    assert "trade fair" in filled.out


def test_what_was_silenced_is_listed_and_explained_and_can_be_told_after_all(shell: Shell) -> None:
    """By rule replay, when the silence was ended."""
    config = shell.folder / "khabardar.toml"
    config.write_text(config.read_text(encoding="utf-8") + 'channels = ["hook"]\n' + DESK, encoding="utf-8")
    assert shell("silence", "add", "japan-cars", "4h") == 0
    assert shell("import", "--alert", "items.jsonl") == 0
    assert shell("silence", "list", "--json") == 0
    (told,) = shell.lines
    titles = [one["title"] for one in told["silenced"]]  # type: ignore[attr-defined]
    assert sorted(titles) == ["Japan buys cars", "日本の自動車産業"]
    assert shell("explain", "https://dawn.example/news/1") == 0
    assert f"told to nobody: silence {told['id']} of japan-cars" in shell.out
    assert shell("explain", "--json", "https://dawn.example/news/1") == 0
    assert shell.lines[0]["owed"][0]["silence"]["id"] == told["id"]  # type: ignore[index]
    assert shell("rule", "replay", "japan-cars") == 2
    assert "silence end" in shell.err
    assert shell("silence", "end", "japan-cars") == 0
    assert "2 alerts kept back" in shell.out
    assert shell("rule", "replay", "japan-cars", "--json") == 0
    assert shell.lines == [{"rule": "japan-cars", "matched": 2, "owed": 2, "items": 2}]
    assert shell("rule", "replay", "japan-cars", "--json") == 0
    assert shell.lines == [{"rule": "japan-cars", "matched": 2, "owed": 0, "items": 0}]
    with_archive = Archive.open(f"sqlite:///{shell.folder / 'khabardar.db'}")
    (digest,) = with_archive.claim_deliveries(datetime.now(UTC), "me", timedelta(hours=1), channels=["hook"])
    assert (digest.kind, len(digest.owed)) == ("digest", 2)
    with_archive.close()


@pytest.mark.parametrize("arguments", [("japan-cers", "4h"), ("japan-cars", "4"), ("japan-cars", "2001-01-01T00:00")])
def test_wrong_use_is_refused_with_what_would_be_right(filled: Shell, arguments: tuple[str, ...]) -> None:
    """A rule that is not there, no unit, a time gone by."""
    assert filled("silence", *arguments) == 2
    assert filled.err


def test_an_end_is_a_length_or_a_moment() -> None:
    """In the service's zone, where none is named."""
    assert end_of("90m", "UTC", NOW) == NOW + timedelta(minutes=90)
    assert end_of("2025-08-15T18:00", "Asia/Karachi", NOW) == NOW + timedelta(hours=1)
    assert end_of("2025-08-16", "Asia/Karachi", NOW) == datetime(2025, 8, 15, 19, tzinfo=UTC)
    for wrong in ("", "x", "4 moons", "2025-08-15T11:00+00:00"):
        with pytest.raises(CommandError):
            end_of(wrong, "UTC", NOW)
