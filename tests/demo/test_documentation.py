"""The documentation lists what the demo expects, word for word."""

from __future__ import annotations

import tomllib
from pathlib import Path

from khabardar.demo import press
from khabardar.demo.content import CHANNELS, load
from khabardar.demo.view import offers

PAGE = Path(__file__).parents[2].joinpath("docs/demo.md").read_text("utf-8")
CONTENT = load()


def test_every_expected_alert_is_listed_with_its_outlets_and_rules_per_channel() -> None:
    """One row per story."""
    for expected in CONTENT.expected:
        outlets = ", ".join(key.partition("/")[0] for key in expected.pieces)
        rules = " | ".join(", ".join(expected.rules.get(channel, ("–",))) for channel in CHANNELS)
        assert f"| {expected.story} | {outlets} | {rules} |" in PAGE


def test_every_silent_story_is_listed_with_its_reason() -> None:
    """One row per story."""
    for silent in CONTENT.silent:
        assert f"| {silent.piece} | {silent.why} |" in PAGE


def test_every_outlet_and_rule_is_listed() -> None:
    """With what it offers, and with its query."""
    for outlet in CONTENT.outlets:
        assert f"| `{outlet.name}` |" in PAGE
        assert offers(outlet).partition(",")[0].lower().removeprefix("html ") in PAGE.lower() or outlet.broken
    values = {"outlets": (), "site": {}, "web_port": 1, "smtp_port": 1, "hook_port": 1, "secret": "", "wait": 1}
    for rule in tomllib.loads(press.configuration(values))["rules"]:
        assert f"| `{rule['name']}` | `{rule['query']}` |" in PAGE
