"""``khabardar check``: everything that is wrong with a configuration, at once."""

from __future__ import annotations

import sys

import typer

from khabardar.commands.options import ConfigOption, configuration, configuration_path
from khabardar.settings.errors import SettingsErrors
from khabardar.terminal import line, plural, say


def check(ctx: typer.Context, config: ConfigOption = None) -> None:
    """Validate the configuration; print every error as FILE:LINE: KEY: message."""
    try:
        settings = configuration(ctx, config)
    except SettingsErrors as errors:
        for error in errors.errors:
            sys.stderr.write(f"{error}\n")
        say(f"{plural(len(errors.errors), 'error')}; nothing would start with this file.")
        raise typer.Exit(2) from None
    for warning in settings.warnings:
        say(f"{warning.file}:{warning.line}: {warning.key}: note: {warning.message}")
    enabled = sum(source.enabled for source in settings.sources)
    counts = [
        plural(len(settings.sources), "source") + ("" if enabled == len(settings.sources) else f" ({enabled} enabled)"),
        plural(len(settings.topics), "topic"),
        plural(len(settings.rules), "rule"),
        plural(len(settings.channels), "channel"),
    ]
    line(f"{configuration_path(ctx, config)}: good: {', '.join(counts)}.")
