"""``khabardar run`` and ``khabardar reload``: the service in the foreground, and a word to it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from khabardar.commands.options import CommandError, ConfigOption, configuration
from khabardar.terminal import line


def run(ctx: typer.Context, config: ConfigOption = None) -> None:
    """The service, in the foreground: visits, matches and alerts until SIGTERM or Ctrl-C."""
    try:
        _serve(ctx, config)
    except KeyboardInterrupt:
        return  # told to stop before it had begun: that is no failure of a service


def _serve(ctx: typer.Context, config: Path | None) -> None:
    import structlog

    from khabardar import running, wiring

    settings = configuration(ctx, config)
    log = structlog.get_logger()
    for warning in settings.warnings:
        log.warning(
            "doubt in the configuration", at=f"{warning.file}:{warning.line}", key=warning.key, doubt=warning.message
        )
    with running.hold(settings) as others:
        for other in others:
            log.warning("another service runs with this configuration", pid=other.pid)
        try:
            asyncio.run(wiring.serve(settings))
        except OSError as error:
            raise CommandError(str(error)) from error


def reload(ctx: typer.Context, config: ConfigOption = None) -> None:
    """Tell the running service to take up the configuration anew; a bad file is refused here and now."""
    from khabardar import running

    settings = configuration(ctx, config)
    found = running.find(settings)
    if not found:
        raise CommandError(
            f"no service runs with {settings.path}. Start it with `khabardar run`; "
            "in a container or on another machine, send SIGHUP to it there."
        )
    for service in found:
        try:
            running.tell_to_reload(service)
        except PermissionError:
            raise CommandError(
                f"the service (pid {service.pid}) belongs to another user; run this as that user or as root."
            ) from None
        except ProcessLookupError:
            raise CommandError("the service has just ended; start it with `khabardar run`.") from None
        line(f"told the service (pid {service.pid}) to reload; its log says what came of it.")
