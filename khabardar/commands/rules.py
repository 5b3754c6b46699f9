"""``khabardar rule``: the rules, and what one would have done."""

from __future__ import annotations

import typer

from khabardar.commands.dark import dark_json, dark_sources, say_dark
from khabardar.commands.options import ConfigOption, JsonOption, configuration
from khabardar.commands.replay import replay
from khabardar.commands.rule_test import try_rule
from khabardar.terminal import json_line, say, table

app = typer.Typer(help="Rules: list them, try one on the archive.", no_args_is_help=True)
app.command(name="replay")(replay)


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """The rules with their channels and their time of delivery."""
    settings = configuration(ctx, config)
    dark = dark_sources(settings)
    if as_json:
        for rule in settings.rules:
            json_line(
                {
                    "name": rule.name,
                    "query": rule.query,
                    "channels": list(rule.channels),
                    "deliver": rule.deliver,
                    "repeat": rule.repeat,
                    "enabled": rule.enabled,
                    "dark": dark_json(dark),
                }
            )
        return
    rows = [
        [
            rule.name,
            rule.deliver if rule.enabled else "disabled",
            ", ".join(rule.channels) or "(marks only)",
            rule.query,
        ]
        for rule in settings.rules
    ]
    table(["rule", "deliver", "channels", "query"], rows, wide="query")
    if not rows:
        say("the configuration has no [[rules]].")
    say_dark(dark, settings.service.timezone)


app.command(name="test")(try_rule)
