"""``khabardar check``: everything that is wrong with a configuration, at once."""

from __future__ import annotations

import os
import sys

import typer

from khabardar.commands.options import ConfigOption, configuration, configuration_path
from khabardar.settings.errors import SettingsErrors
from khabardar.terminal import line, plural, say


def _print(errors: SettingsErrors) -> None:
    """The errors are this command's result (stdout) and what went wrong (stderr): whoever reads only one of the two
    sees them, and where both end in the same place they are written once."""
    for error in errors.errors:
        line(str(error))
    sys.stdout.flush()
    if not os.path.sameopenfile(1, 2):
        for error in errors.errors:
            sys.stderr.write(f"{error}\n")


def check(ctx: typer.Context, config: ConfigOption = None) -> None:
    """Validate the configuration; print every error as FILE:LINE: KEY: message."""
    try:
        settings = configuration(ctx, config)
    except SettingsErrors as errors:
        _print(errors)
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
