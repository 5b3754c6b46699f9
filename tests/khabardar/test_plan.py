"""``khabardar plan`` and ``rule replay``: what would change, before it does; telling a corrected rule of the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive.store import Archive
from tests.khabardar.shell import Shell

HOOK = """
[[channels]]
name = "hook"
kind = "webhook"
url = "http://127.0.0.1:9/{path}"
secret = "whsec_c2VjcmV0LWV4YW1wbGUtc2VjcmV0"
quiet_hours = "22:00-07:00"
"""


def write(shell: Shell, name: str, *replacements: tuple[str, str], more: str = "") -> None:
    text = (shell.folder / "khabardar.toml").read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    (shell.folder / name).write_text(text + more, encoding="utf-8")


def plan(shell: Shell, *more: str) -> dict[str, Any]:
    assert shell("plan", "new.toml", "--json", "--since", "30d", *more) == 0
    (answer,) = shell.lines
    return answer


def test_the_same_configuration_changes_nothing(filled: Shell) -> None:
    """And is not looked for in the archive."""
    write(filled, "new.toml")
    assert plan(filled)["changes"] == []
    assert filled("plan", "new.toml") == 0
    assert "Nothing would change" in filled.out


def test_a_changed_query_says_what_would_newly_match_and_what_no_longer(filled: Shell) -> None:
    """With samples; nothing is owed by it."""
    write(filled, "new.toml", ("AND (car OR 自動車)", "AND (buys OR wins)"), ("NOT section:sports", ""))
    answer = plan(filled)
    (change,) = answer["changes"]
    assert (change["kind"], change["name"], change["what"], list(change["keys"])) == (
        "rules",
        "japan-cars",
        "changed",
        ["query"],
    )
    rule = answer["rules"]["japan-cars"]
    assert (rule["before"], rule["after"], rule["newly"], rule["no_longer"]) == (2, 2, 1, 1)
    assert [one["title"] for one in rule["no_longer_samples"]] == ["日本の自動車産業"]
    assert filled("plan", "new.toml", "--since", "30d") == 0
    assert "2 -> 2 matches (1 item newly, 1 no longer)" in filled.out
    assert "khabardar reload" in filled.out


def test_a_changed_topic_counts_for_the_rules_that_use_it(filled: Shell) -> None:
    """The rule's own text stays the same."""
    write(filled, "new.toml", ("japan OR japanese OR جاپان* OR 日本", "japan OR japanese"))
    answer = plan(filled)
    assert [(one["kind"], one["name"]) for one in answer["changes"]] == [("topics", "japan")]
    assert answer["rules"]["japan-cars"]["no_longer"] == 1


def test_alerts_a_day_are_told_per_channel(filled: Shell) -> None:
    """A story counts once for a channel."""
    more = 'channels = ["hook"]\n' + HOOK.format(path="a")
    write(filled, "new.toml", more=more)
    answer = plan(filled)
    assert [(one["kind"], one["what"]) for one in answer["changes"]] == [("rules", "changed"), ("channels", "added")]
    assert answer["alerts_per_day"]["hook"]["before"] == 0
    assert answer["alerts_per_day"]["hook"]["after"] == pytest.approx(2 / 30, abs=0.01)


def test_values_that_may_hold_a_secret_are_not_shown(filled: Shell) -> None:
    """That they change is."""
    write(filled, "khabardar.toml", more=HOOK.format(path="token-before"))
    write(filled, "new.toml", ("token-before", "token-after"), ("22:00", "23:00"))
    answer = plan(filled)
    (change,) = answer["changes"]
    assert change["keys"]["url"] is None
    assert change["keys"]["quiet_hours"] == {"before": "22:00-07:00", "after": "23:00-07:00"}
    assert filled("plan", "new.toml") == 0
    assert "token" not in filled.out
    assert "url: changed" in filled.out


def test_a_bad_new_configuration_is_refused_with_its_errors(filled: Shell) -> None:
    """As ``check`` does."""
    write(filled, "new.toml", ("AND (car", "AND ((car"))
    assert filled("plan", "new.toml") == 2
    assert "new.toml:" in filled.err
    assert filled("plan", "missing.toml") == 2


def test_a_rule_just_added_does_not_tell_of_the_past_until_it_is_asked_to(filled: Shell) -> None:
    """Importing the same again owes nothing; replay owes it once, as a digest that says so."""
    write(filled, "khabardar.toml", more='channels = ["hook"]\n' + HOOK.format(path="a"))
    assert filled("import", "--alert", "items.jsonl") == 0
    archive = Archive.open(f"sqlite:///{filled.folder / 'khabardar.db'}")
    assert archive.stats()["owed"] == 0
    assert filled("rule", "replay", "japan-cars", "--since", "90d") == 0
    assert archive.stats()["owed"] == 2
    (digest,) = archive.claim_deliveries(datetime.now(UTC), "me", timedelta(hours=1), channels=["hook"])
    from alerts.compose import compose

    stories = [story for story in map(archive.story, digest.stories) if story]
    spans = {item.id: archive.spans(item.id) for story in stories for item in story.items}
    message = compose(digest, stories, spans, {}, datetime.now(UTC))
    assert message["type"] == "digest"
    assert "rule was replayed" in message["data"]["note"]
    words = {match["text"] for story in message["data"]["stories"] for match in story["items"][0]["matches"]}
    assert {"Japan", "日本"} <= words
    archive.close()


@pytest.mark.parametrize("arguments", [("japan-cers",), ("japan-cars",)])
def test_replay_needs_a_rule_with_somebody_to_tell(filled: Shell, arguments: tuple[str, ...]) -> None:
    """A rule that is not there; one without channels."""
    assert filled("rule", "replay", *arguments) == 2
    assert filled.err
